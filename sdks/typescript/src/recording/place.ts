/**
 * Which step is current, and what a process shares: the same for every copy of the package that it has loaded.
 *
 * @module
 */
import { platform } from "#platform";
import type { ContextStorage } from "../platform/platform.ts";
import { SpanContext } from "./context.ts";
import type { Span } from "./span.ts";

/** Where new steps belong: below a step of another process, in a correlation's trace, or nowhere. */
export class Place {
  /** @internal */
  readonly _isStep = false;
  /** Ids of the step that is above; `undefined` where a new trace begins. */
  readonly _state: Int32Array | undefined;
  /** What other systems said of the trace. */
  readonly _traceState: string | undefined;
  /** What begins here is a root, of the trace that this id decides. */
  readonly _correlationId: string | undefined;

  constructor(state?: Int32Array, traceState?: string, correlationId?: string) {
    this._state = state;
    this._traceState = traceState;
    this._correlationId = correlationId;
  }
}

/** What is current. Told apart by `_isStep`, never by `instanceof`: a process may hold two copies of the package. */
export type Current = Span | Place;

/** Nothing is above, whatever the environment says. */
export const NOWHERE: Place = /* @__PURE__ */ new Place();

/** What all copies of the package in a process have in common. */
export interface Shared {
  readonly storage: ContextStorage<Current>;
  /** The `tracestate` that came with a trace, by trace id: passed on by every step of the trace. */
  readonly traceStates: Map<string, string>;
  /** What the default client is, whatever copy made it. */
  client: unknown;
  /** Where steps belong while none is current: the step that started this process, if one did. */
  outside: Place | undefined;
  /** A framework with a context of its own: which of its steps is current inside of ours. Absent until one is observed. */
  within?: ((current: Current | undefined) => Current | undefined) | undefined;
}

const KEY: unique symbol = /* @__PURE__ */ Symbol.for("tracewire@1") as never;
const MOST_TRACE_STATES = 4096;

let found: Shared | undefined;

/** What is shared, made at its first use. */
export function shared(): Shared {
  if (found === undefined) {
    const globals = globalThis as { [KEY]?: Shared };
    globals[KEY] ??= {
      storage: platform.contextStorage<Current>(),
      traceStates: new Map(),
      client: undefined,
      outside: undefined,
    };
    found = globals[KEY];
  }
  return found;
}

/** The step that new ones belong to, or where they belong without one. */
export function currentPlace(): Current {
  const here = shared();
  const current = here.storage.get();
  return (here.within === undefined ? current : here.within(current)) ?? here.outside ?? NOWHERE;
}

/** The step that new ones would belong to, if there is one in this process. */
export function currentSpan(): Span | undefined {
  const current = currentPlace();
  return current._isStep ? current : undefined;
}

/** The ids that something caused now should have as its parent, in this process or from another one. */
export function currentContext(): SpanContext | undefined {
  const current = currentPlace();
  if (current._isStep) return current.context;
  return current._state && new SpanContext(current._state, current._traceState);
}

/** Keeps a `tracestate`, to pass it on from any step of the trace. Bounded: the oldest goes. */
export function keepTraceState(traceId: string, traceState: string): void {
  const { traceStates } = shared();
  traceStates.delete(traceId);
  traceStates.set(traceId, traceState);
  if (traceStates.size > MOST_TRACE_STATES) {
    const oldest = traceStates.keys().next();
    if (!oldest.done) traceStates.delete(oldest.value);
  }
}
