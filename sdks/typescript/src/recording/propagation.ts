/**
 * Context across processes: W3C Trace Context in objects, in MCP's `_meta`, and in the environment of children.
 *
 * @module
 */
import { platform } from "#platform";
import { SpanContext } from "./context.ts";
import { currentContext, keepTraceState, NOWHERE, Place, shared } from "./place.ts";
import { type Problems, typeName } from "./problems.ts";

/** What headers are written into: a plain object, `Headers`, a `Map`. */
export type Carrier = object;

const MOST_STATE_CHARS = 4096;

interface Settable {
  set(name: string, value: string): unknown;
}

interface Gettable {
  get(name: string): unknown;
}

/**
 * Writes the current step's `traceparent`, and the `tracestate` that came with the trace, into a carrier and gives it
 * back. Without a current step nothing is written.
 */
export function injectInto<C extends Carrier>(carrier: C, problems: Problems): C {
  try {
    for (const [name, value] of Object.entries(headers())) {
      if (typeof (carrier as unknown as Settable).set === "function") (carrier as unknown as Settable).set(name, value);
      else (carrier as { [name: string]: string })[name] = value;
    }
  } catch (error) {
    problems.note("invalid_carrier", `nothing can be written into a ${typeName(carrier)}`, error);
  }
  return carrier;
}

type Environment = Record<string, string>;

const TRACEPARENT = "TRACEPARENT";
const TRACESTATE = "TRACESTATE";

/** A copy of an environment with `TRACEPARENT` and `TRACESTATE` for a child process; `process.env` by default. */
export function environmentWith(
  environment: Readonly<Record<string, string | undefined>> | undefined,
  problems: Problems,
): Environment {
  const copy: Environment = {};
  try {
    for (const [name, value] of Object.entries(environment ?? platform.environments())) {
      if (value !== undefined) copy[name] = value;
    }
  } catch (error) {
    problems.note("invalid_carrier", `an environment is an object, not a ${typeName(environment)}`, error);
  }
  const found = headers();
  if (found.traceparent === undefined) return copy;
  delete copy[TRACESTATE]; // Of another trace.
  copy[TRACEPARENT] = found.traceparent;
  if (found.tracestate !== undefined) copy[TRACESTATE] = found.tracestate;
  return copy;
}

function headers(): { traceparent?: string; tracestate?: string } {
  const context = currentContext();
  if (context === undefined) return {};
  const { traceStates } = shared();
  const state = traceStates.size === 0 ? undefined : traceStates.get(context.traceId);
  return state === undefined
    ? { traceparent: context.traceparent }
    : { traceparent: context.traceparent, tracestate: state };
}

/**
 * Reads `traceparent` and `tracestate` from a carrier.
 *
 * Understood are HTTP headers, whatever the case of their names and whether they are texts, bytes or lists of them;
 * `Headers`; the `_meta` of an MCP request, or the params that it stands in.
 *
 * @returns `undefined` where there is no valid `traceparent`.
 *
 * @example
 * ```ts
 * attach(extract(request.headers), () => answer(request));
 * ```
 */
export function extract(carrier: unknown): SpanContext | undefined {
  try {
    let found = carrier as object;
    if (typeof found !== "object" || found === null) return undefined;
    let header = headerOf(found, "traceparent");
    const meta: unknown = header === undefined ? (found as { _meta?: unknown })._meta : undefined;
    if (typeof meta === "object" && meta !== null) {
      found = meta;
      header = headerOf(found, "traceparent");
    }
    const context = header === undefined ? undefined : SpanContext.fromTraceparent(header.trim());
    if (context === undefined) return undefined;
    const state = headerOf(found, "tracestate")?.trim();
    if (state === undefined || !isPrintable(state)) return context;
    keepTraceState(context.traceId, state);
    return new SpanContext(context._state, state);
  } catch {
    // A carrier is an object of the host's or of a library's, and may throw anything while it is read.
    return undefined;
  }
}

/** Takes up the step that started this process, once for the process. */
export function prepareProcess(): void {
  const here = shared();
  if (here.outside !== undefined) return;
  const context = extractEnvironment();
  here.outside = context === undefined ? NOWHERE : new Place(context._state, context.traceState);
}

/** Reads the step that started this process from its environment. */
function extractEnvironment(): SpanContext | undefined {
  for (const prefix of ["", "OTEL_"]) {
    const traceparent = platform.environment(prefix + TRACEPARENT);
    const tracestate = platform.environment(prefix + TRACESTATE);
    const context = extract({ traceparent, tracestate });
    if (context !== undefined) return context;
  }
  return undefined;
}

function headerOf(carrier: object, name: string): string | undefined {
  let found: unknown = (carrier as { [name: string]: unknown })[name];
  if (found === undefined || found === null) {
    if (typeof (carrier as Gettable).get === "function") {
      found = (carrier as Gettable).get(name);
    } else {
      const key = Object.keys(carrier).find((key) => key.length === name.length && key.toLowerCase() === name);
      if (key !== undefined) found = (carrier as { [name: string]: unknown })[key];
    }
  }
  if (!Array.isArray(found)) return textIn(found);
  const texts = found.map(textIn).filter((text) => text !== undefined);
  // Of several `tracestate` headers the list goes on in the next one; two `traceparent` are none.
  return texts.length === 0 || (name === "traceparent" && texts.length > 1) ? undefined : texts.join(",");
}

function textIn(value: unknown): string | undefined {
  if (typeof value === "string") return value;
  return value instanceof Uint8Array ? new TextDecoder().decode(value) : undefined;
}

function isPrintable(state: string): boolean {
  return state.length <= MOST_STATE_CHARS && /^[\x20-\x7e]+$/.test(state);
}
