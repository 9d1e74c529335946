/**
 * Which run of LangChain's goes on here, by the context that LangChain itself carries through a tool's code: its
 * callbacks are called beside that code, and cannot make anything current there.
 *
 * @module
 */
import { type Current, shared } from "../../recording/place.ts";
import type { Span } from "../../recording/span.ts";
import { isFunction, list, member } from "../reading.ts";

/** LangChain's names for its storage, and for what it keeps there: the same in every copy and version. */
const STORAGE = Symbol.for("ls:tracing_async_local_storage");
const CONFIG = Symbol.for("lc:child_config");

const MOST_STEPS_ABOVE = 1000;

/** From now on what is recorded inside of a run belongs to the step of the run. */
export function followContext(): void {
  shared().within ??= within;
}

/** What was current where a run began: as long as it still is, nothing of ours has begun inside. */
export function currentOutside(): Current | undefined {
  return shared().storage.get();
}

/** The step of the run that goes on here, unless a step of ours has begun inside of it. */
function within(current: Current | undefined): Current | undefined {
  try {
    const storage = member(globalThis, STORAGE);
    const read = member(storage, "getStore");
    const store = isFunction(read) ? read.call(storage) : undefined;
    const manager = member(member(member(store, "extra"), CONFIG), "callbacks");
    const parentRunId = member(manager, "getParentRunId");
    if (!isFunction(parentRunId)) return current;
    const runId = parentRunId.call(manager);
    for (const handler of list(member(manager, "handlers"))) {
      const place = member(handler, "_within");
      if (isFunction(place)) return place.call(handler, runId, current) as Current | undefined;
    }
  } catch {
    // Whatever of another library throws while it is looked at.
  }
  return current;
}

/** Whether a step belongs to another one, over whatever is between them. */
export function isBelow(place: Current | undefined, step: Span): boolean {
  let next = place;
  for (let levels = 0; next?._isStep && levels < MOST_STEPS_ABOVE; levels++) {
    if (next === step) return true;
    next = next._above;
  }
  return false;
}
