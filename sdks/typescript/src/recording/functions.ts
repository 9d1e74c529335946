/**
 * The functions of the default client that wrap, run and record: those of {@link Client} with the same names.
 *
 * @module
 */
import { A2a } from "../protocols/a2a.ts";
import { Ap2 } from "../protocols/ap2.ts";
import { Mcp } from "../protocols/mcp.ts";
import type { Client } from "./client.ts";
import { type Wrapper, wrapperOf } from "./decorators.ts";
import { getClient } from "./default.ts";
import { observeWith } from "./observe.ts";
import type { OpenSession } from "./session.ts";
import type { OpenStream } from "./stream.ts";

/** Makes each call of a function, or of a class's public methods, a run of an agent; see {@link Wrapper}. */
export const agent: Wrapper = /* @__PURE__ */ wrapperOf(getClient, "agent");

/** Makes each call of a function, or of a class's public methods, an access to a cache; see {@link Wrapper}. */
export const cache: Wrapper = /* @__PURE__ */ wrapperOf(getClient, "cache");

/** Makes each call of a function, or of a class's public methods, a fixed sequence of steps; see {@link Wrapper}. */
export const chain: Wrapper = /* @__PURE__ */ wrapperOf(getClient, "chain");

/** Makes each call of a function, or of a class's public methods, an operation on a database; see {@link Wrapper}. */
export const database: Wrapper = /* @__PURE__ */ wrapperOf(getClient, "database");

/** Makes each call of a function, or of a class's public methods, a request for vectors; see {@link Wrapper}. */
export const embedding: Wrapper = /* @__PURE__ */ wrapperOf(getClient, "embedding");

/** Makes each call of a function, or of a class's public methods, a judgement of a result; see {@link Wrapper}. */
export const evaluator: Wrapper = /* @__PURE__ */ wrapperOf(getClient, "evaluator");

/** Makes each call of a function, or of a class's public methods, an access to a file; see {@link Wrapper}. */
export const fileIo: Wrapper = /* @__PURE__ */ wrapperOf(getClient, "fileIo");

/** Makes each call of a function, or of a class's public methods, a check against a policy; see {@link Wrapper}. */
export const guardrail: Wrapper = /* @__PURE__ */ wrapperOf(getClient, "guardrail");

/** Makes each call of a function, or of a class's public methods, a hand-over to another agent; see {@link Wrapper}. */
export const handoff: Wrapper = /* @__PURE__ */ wrapperOf(getClient, "handoff");

/** Makes each call of a function, or of a class's public methods, an HTTP request; see {@link Wrapper}. */
export const http: Wrapper = /* @__PURE__ */ wrapperOf(getClient, "http");

/** Makes each call of a function, or of a class's public methods, a request to a model; see {@link Wrapper}. */
export const llm: Wrapper = /* @__PURE__ */ wrapperOf(getClient, "llm");

/** Makes each call of a function, or of a class's public methods, an access to an agent's memory; see {@link Wrapper}. */
export const memory: Wrapper = /* @__PURE__ */ wrapperOf(getClient, "memory");

/** Makes each call of a function, or of a class's public methods, an operation, with its name as `gen_ai.operation.name`; see {@link Wrapper}. */
export const operation: Wrapper = /* @__PURE__ */ wrapperOf(getClient, "operation");

/** Makes each call of a function, or of a class's public methods, the making of a plan; see {@link Wrapper}. */
export const plan: Wrapper = /* @__PURE__ */ wrapperOf(getClient, "plan");

/** Makes each call of a function, or of a class's public methods, an ordering of documents; see {@link Wrapper}. */
export const rerank: Wrapper = /* @__PURE__ */ wrapperOf(getClient, "rerank");

/** Makes each call of a function, or of a class's public methods, a search for documents; see {@link Wrapper}. */
export const retrieval: Wrapper = /* @__PURE__ */ wrapperOf(getClient, "retrieval");

/** Makes each call of a function, or of a class's public methods, a step; see {@link Wrapper}. */
export const step: Wrapper = /* @__PURE__ */ wrapperOf(getClient, "step");

/** Makes each call of a function, or of a class's public methods, a unit of work that somebody was given; see {@link Wrapper}. */
export const task: Wrapper = /* @__PURE__ */ wrapperOf(getClient, "task");

/** Makes each call of a function, or of a class's public methods, an execution of a tool; see {@link Wrapper}. */
export const tool: Wrapper = /* @__PURE__ */ wrapperOf(getClient, "tool");

/** Makes each call of a function, or of a class's public methods, a run whose steps the program fixes; see {@link Wrapper}. */
export const workflow: Wrapper = /* @__PURE__ */ wrapperOf(getClient, "workflow");

/**
 * Makes each call of a function a step of any kind. What the caller sees is what it was.
 *
 * @example
 * ```ts
 * const search = observe(find, { kind: "retrieval", parameters: ["query"] });
 * ```
 */
export const observe: Client["observe"] = (original, options) => observeWith(getClient, original, options);

/**
 * Opens a run of an agent, or runs a function as one, and flushes at its end.
 *
 * @example
 * ```ts
 * await session({ agentId: "researcher", sessionId: "chat-7" }, async (run) => {
 *   await run.toolCall("search", { input: { query } }, (step) => search(query));
 * });
 * ```
 */
export const session: OpenSession = ((...given: never[]) => getClient().session(...given)) as OpenSession;

/**
 * Opens a step that yields chunks, or runs a function with one.
 *
 * @example
 * ```ts
 * using answer = stream("answer", { kind: "llm" });
 * for (const token of tokens) answer.chunk(token);
 * ```
 */
export const stream: OpenStream = ((...given: Parameters<OpenStream>) => getClient().stream(...given)) as OpenStream;

/**
 * Records at once something that happened, with a place of its own in the tree.
 *
 * @example
 * ```ts
 * event("cart.changed", { items: 3 }, { data: { sku: "17" } });
 * ```
 */
export const event: Client["event"] = (name, attributes, fields) => getClient().event(name, attributes, fields);

/**
 * Records an event given as one object, as the Agentic Observability Protocol has them.
 *
 * @example
 * ```ts
 * const call = logEvent({ event_type: "mcp.tool.called", agent_id: "a", data: { tool_name: "search" } });
 * logEvent({ event_type: "mcp.tool.completed", agent_id: "a", parent_id: call, duration_ms: 12 });
 * ```
 */
export const logEvent: Client["logEvent"] = (given) => getClient().logEvent(given);

/**
 * Records a log line with the current step.
 *
 * @example
 * ```ts
 * log("retrying", "warning", { attempt: 2 });
 * ```
 */
export const log: Client["log"] = (...given) => getClient().log(...given);

/**
 * Records a sample of a counter, a gauge or a histogram.
 *
 * @example
 * ```ts
 * metric("tokens", 120, "counter", { unit: "{token}" });
 * metric("latency", [12, 80, 340], "histogram", { unit: "ms", buckets: [50, 100, 500] });
 * ```
 */
export const metric: Client["metric"] = (...given) => getClient().metric(...given);

/**
 * Records what somebody thinks of a trace, a step or a session; the current step by default. Gives the feedback's id.
 *
 * @example
 * ```ts
 * feedback({ score: 0.5, name: "helpful", target: "4bf92f3577b34da6a3ce929d0e0e4736" });
 * ```
 */
export const feedback: Client["feedback"] = (given) => getClient().feedback(given);

/** For servers and clients of the Model Context Protocol. */
export const mcp: Mcp = /* @__PURE__ */ new Mcp(getClient);

/** For agents that speak the Agent2Agent protocol. */
export const a2a: A2a = /* @__PURE__ */ new A2a(getClient);

/** For agents that pay by the Agent Payments Protocol. */
export const ap2: Ap2 = /* @__PURE__ */ new Ap2(getClient);
