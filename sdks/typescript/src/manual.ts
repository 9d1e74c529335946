/**
 * Steps and points by hand: any member of the specification's events as it is, and parents that are named.
 *
 * For whoever carries over what another library saw: callbacks that know which step is which, records of another tool.
 * Nothing here looks at the current step or changes it; what is given is what is recorded, member by member, under the
 * names of the specification's fields. For programs of one's own, `span` and the wrappers say more with less.
 *
 * ```ts
 * const run = manual.start("agent", { name: "answer", correlation_id: "order-17" });
 * const call = manual.start("tool", { name: "search", input: { query: "otters" } }, { parent: run });
 * run.end("ok");
 * call.end("error", { status_message: "no net" });
 * ```
 *
 * @module
 */
import { getClient } from "./recording/default.ts";
import { Manual } from "./recording/manual.ts";

export { type Below, type Body, Manual, Step } from "./recording/manual.ts";

const byDefault = /* @__PURE__ */ new Manual(getClient);

/** See {@link Manual.start}. */
export const start: Manual["start"] = (kind, body, below) => byDefault.start(kind, body, below);
/** See {@link Manual.event}. */
export const event: Manual["event"] = (body, options) => byDefault.event(body, options);
/** See {@link Manual.log}. */
export const log: Manual["log"] = (body, below) => byDefault.log(body, below);
/** See {@link Manual.metric}. */
export const metric: Manual["metric"] = (body, below) => byDefault.metric(body, below);
/** See {@link Manual.feedback}. */
export const feedback: Manual["feedback"] = (body, below) => byDefault.feedback(body, below);
