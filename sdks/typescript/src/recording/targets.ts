/**
 * What feedback is about, as ids.
 *
 * @module
 */
import type { SpanContext } from "./context.ts";
import type { HasContext } from "./fields.ts";
import { currentContext } from "./place.ts";
import { shown } from "./problems.ts";
import type { Seat } from "./seat.ts";

/** A step, its context, its `traceparent`, a trace id, an event's id, or ids; `null` is nothing. */
export type FeedbackTarget =
  | HasContext
  | SpanContext
  | {
      readonly traceId?: string | undefined;
      readonly spanId?: string | undefined;
      readonly sessionId?: string | undefined;
    }
  | string
  | null;

const TRACEPARENT = /^[0-9a-f]{2}-([0-9a-f]{32})-([0-9a-f]{16})-[0-9a-f]{2}/;
const MEMBERS = [
  ["trace_id", "traceId"],
  ["span_id", "spanId"],
  ["session_id", "sessionId"],
] as const;

/** The ids; `undefined` where they are not known. */
export function targetOf(
  seat: Pick<Seat, "problem">,
  target: unknown,
  sessionId: string | undefined,
): Record<string, string> | undefined {
  const found: Record<string, string> = {};
  if (target === undefined) {
    const here = sessionId === undefined ? currentContext() : undefined;
    if (here) Object.assign(found, idsOf(here));
  } else if (typeof target === "string") {
    const [, traceId, spanId] = TRACEPARENT.exec(target) ?? [];
    if (traceId !== undefined && spanId !== undefined) Object.assign(found, { trace_id: traceId, span_id: spanId });
    else if (target.length === 32) found["trace_id"] = target;
    else invalid(seat, target);
  } else if (typeof target === "object" && target !== null) {
    const context = (target as { context?: unknown }).context;
    const ids = idsOf(typeof context === "object" && context !== null ? context : target);
    Object.assign(found, ids);
    if (Object.keys(ids).length === 0) invalid(seat, target);
  } else if (target !== null) {
    invalid(seat, target);
  }
  if (sessionId !== undefined) found["session_id"] = sessionId;
  return Object.keys(found).length === 0 ? undefined : found;
}

function invalid(seat: Pick<Seat, "problem">, target: unknown): void {
  seat.problem("invalid_parent", `not a step, a context, a traceparent or ids: ${shown(target)}`);
}

function idsOf(known: object): Record<string, string> {
  const ids: Record<string, string> = {};
  const given = known as Readonly<Record<string, unknown>>;
  for (const [wire, name] of MEMBERS) {
    const id = given[name] ?? given[wire];
    if (typeof id === "string" && id !== "") ids[wire] = id;
  }
  return ids;
}
