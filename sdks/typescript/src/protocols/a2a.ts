/**
 * For agents that speak the Agent2Agent protocol: its messages, tasks and artifacts as events.
 *
 * `a2a` is the default client's, `client.a2a` another one's.
 *
 * @example
 * ```ts
 * a2a.logTaskAssigned("orchestrator", { taskId: "t1", contextId: "c1", data: { assigned_to: "worker" } });
 * ```
 *
 * @module
 */
export { A2aEvents as A2a } from "./a2a.generated.ts";
