/**
 * What an error says about the step that it leaves. Whatever was thrown is only read, and goes on as it was.
 *
 * @module
 */
import { errorMessage, errorType } from "../values/describe.ts";
import type { Walker } from "../values/walker.ts";
import type { Status } from "./fields.ts";
import { textOf, typeName } from "./problems.ts";

const CANCELLED: ReadonlySet<unknown> = /* @__PURE__ */ new Set([
  "AbortError",
  "ABORT_ERR",
  "APIUserAbortError",
  "CanceledError",
  "CancelledError",
  "ERR_CANCELED",
]);
const TIMEOUT: ReadonlySet<unknown> = /* @__PURE__ */ new Set([
  "APIConnectionTimeoutError",
  "BodyTimeoutError",
  "ConnectTimeoutError",
  "ESOCKETTIMEDOUT",
  "ETIMEDOUT",
  "HeadersTimeoutError",
  "TimeoutError",
  "UND_ERR_BODY_TIMEOUT",
  "UND_ERR_CONNECT_TIMEOUT",
  "UND_ERR_HEADERS_TIMEOUT",
]);
const MOST_CAUSES = 8;
const MOST_FRAMES = 100;

/**
 * `timeout` and `cancelled` for errors that say so by their name, their class or their code; `error` for all others.
 */
export function statusOf(error: unknown): Status {
  for (const said of [member(error, "name"), typeName(error), member(error, "code")]) {
    if (CANCELLED.has(said)) return "cancelled";
    if (TIMEOUT.has(said)) return "timeout";
  }
  return "error";
}

/** Writes the member `exception` of an event. */
export function writeException(walker: Walker, error: unknown, hasEscaped: boolean): void {
  walker.member("exception");
  if (!walker.beginMap(null)) return;
  walker.key("type");
  walker.text(classOf(error));
  walker.key("message");
  walker.text(messageOf(error));
  const trace = stackOf(error);
  if (trace !== undefined) {
    walker.key("stacktrace");
    walker.text(trace);
  }
  walker.key("escaped");
  walker.bool(hasEscaped);
  walker.endMap(0);
}

/** What was thrown may be no error at all. */
function classOf(error: unknown): string {
  return typeof error === "object" && error !== null ? errorType(error) : typeof error;
}

function messageOf(error: unknown): string {
  return typeof error === "object" && error !== null ? errorMessage(error) : textOf(error);
}

/**
 * Where an error came from, and what caused it. Without the messages: those stand beside it, where they can be cut and
 * taken away.
 */
function stackOf(error: unknown): string | undefined {
  const parts: string[] = [];
  const seen = new Set<unknown>();
  let cause = error;
  while (typeof cause === "object" && cause !== null && !seen.has(cause) && parts.length < MOST_CAUSES) {
    seen.add(cause);
    const stack = member(cause, "stack");
    if (typeof stack !== "string") break;
    parts.push(`${classOf(cause)}\n${framesOf(stack)}`);
    cause = member(cause, "cause");
  }
  return parts.length === 0 ? undefined : parts.join("\n\nbecause of\n\n");
}

/** The frames alone, in V8's form (`    at f (file:1:2)`) and in that of the other engines (`f@file:1:2`). */
function framesOf(stack: string): string {
  const frames = stack.split("\n").filter((line) => /^\s+at |^[^\s]*@.+:\d+/.test(line));
  if (frames.length <= MOST_FRAMES) return frames.join("\n");
  const half = MOST_FRAMES / 2;
  return [...frames.slice(0, half), `    … ${frames.length - MOST_FRAMES} frames …`, ...frames.slice(-half)].join("\n");
}

/** A member of what was thrown; it may be anything, and may throw itself. */
function member(error: unknown, name: string): unknown {
  if (typeof error !== "object" || error === null) return undefined;
  try {
    return (error as { [name: string]: unknown })[name];
  } catch {
    return undefined;
  }
}
