/**
 * For MCP servers and clients: tools as steps, one trace across both processes, and messages as events.
 *
 * Context crosses in the `_meta` of each request, as MCP's own convention has it (SEP-414). Nothing is patched: a server's tool
 * functions are wrapped, a client's calls go through `callTool`. The SDK of MCP is not imported here.
 *
 * `mcp` is the default client's, `client.mcp` another one's.
 *
 * @module
 */
import { GuardStop } from "../errors.ts";
import type { Attributes, SpanOptions } from "../recording/fields.ts";
import { guarded, merged, optionalText, present } from "../recording/guard.ts";
import type { EventId } from "../recording/points.ts";
import { extract } from "../recording/propagation.ts";
import { isThenable, runInStep } from "../recording/running.ts";
import { Span } from "../recording/span.ts";
import { type AnyFunction, nameOf, observeFunction, type WrapOptions } from "../recording/wrap.ts";
import { McpEvents, type McpRequestOptions, type McpResponseOptions } from "./mcp.generated.ts";

/** How a server's tool is observed. */
export interface ObserveToolOptions extends WrapOptions {
  /** Whose tool it is: `gen_ai.agent.id`. */
  readonly agentId?: string | undefined;
  /** The same as `captureInput`. */
  readonly captureParams?: boolean | undefined;
  /** The same as `captureOutput`. */
  readonly captureResult?: boolean | undefined;
}

/** What is executed, and for whom. */
export interface ToolExecutionOptions {
  /** Whose tool it is: `gen_ai.agent.id`. */
  readonly agentId?: string | undefined;
  /** What the tool is called. */
  readonly toolName?: string | undefined;
  /** Its arguments. */
  readonly params?: unknown;
  /** The application's own id of the trace, on a root. */
  readonly correlationId?: string | undefined;
  readonly attributes?: Attributes | undefined;
  readonly parent?: SpanOptions["parent"];
}

/** The step of a tool that is executed: made by `toolExecution(…)`. */
export class ToolExecution extends Span {
  /** Says what the tool gave; the same as `setOutput`. */
  setResult(result: unknown): this {
    return this.setOutput(result);
  }
}

/** Has a `callTool` as the clients of the MCP SDK have it. */
export interface ToolCaller {
  /** Calls a tool. */
  callTool(params: ToolParams, ...rest: never[]): Promise<unknown>;
}

/** What a tool is called with. */
export interface ToolParams {
  readonly name: string;
  readonly arguments?: { [name: string]: unknown } | undefined;
  readonly _meta?: { [name: string]: unknown } | undefined;
}

/** What a client's `callTool` takes besides. */
export type RestOf<C extends ToolCaller> = Parameters<C["callTool"]> extends [unknown, ...infer R] ? R : never[];

/** What is said of a result besides. */
export interface ToolResultOptions extends McpResponseOptions {
  /** How long it took. */
  readonly durationMs?: number | undefined;
}

/** What a sampling request says besides. */
export interface SamplingRequestOptions extends McpRequestOptions {
  /** What is asked. */
  readonly prompt?: unknown;
  /** Of which model: `gen_ai.request.model`. */
  readonly model?: string | undefined;
}

/** What a completion says besides. */
export interface SamplingResponseOptions extends McpResponseOptions {
  /** What the model said. */
  readonly response?: unknown;
  /** Which model: `gen_ai.response.model`. */
  readonly model?: string | undefined;
  /** What it used; the names of providers are understood. */
  readonly tokenUsage?: Readonly<Record<string, unknown>> | undefined;
}

const USAGE = [
  ["gen_ai.usage.input_tokens", ["inputTokens", "input_tokens", "promptTokens", "prompt_tokens"]],
  ["gen_ai.usage.output_tokens", ["outputTokens", "output_tokens", "completionTokens", "completion_tokens"]],
] as const;

/** Members by which the SDK's last argument of a tool's function is known. */
const OF_REQUESTS = ["_meta", "requestId", "sendNotification"];

/** Records what an MCP server or client does. */
export class Mcp extends McpEvents {
  /**
   * Makes each call of an MCP server's tool a step below the client's step that asked for it.
   *
   * The client's step is read from the `_meta` that the SDK of MCP hands to a tool's function as its last argument. Of the
   * arguments the first is recorded: what the client sent.
   *
   * @example
   * ```ts
   * server.registerTool("search", { inputSchema }, mcp.observeTool("search", async ({ query }) => …));
   * ```
   */
  observeTool<F extends AnyFunction>(tool: F): F;
  observeTool<F extends AnyFunction>(options: ObserveToolOptions | string, tool: F): F;
  observeTool<F extends AnyFunction>(first: ObserveToolOptions | string | F, second?: F): F {
    const tool = (second ?? first) as F;
    const options: ObserveToolOptions =
      second === undefined ? {} : typeof first === "string" ? { name: first } : (first as ObserveToolOptions);
    if (typeof tool !== "function") {
      this.seat.problem("cannot_observe", "observeTool takes a function; what it was given stays as it is");
      return tool;
    }
    const { agentId, correlationId, captureParams, captureResult } = options;
    const name = nameOf(tool, options.name, "tool");
    return observeFunction(() => this.seat, tool, {
      ...options,
      name,
      kind: "tool",
      attributes: merged(this.seat, factsOf(name, agentId), options.attributes),
      captureInput: options.captureInput !== false && captureParams !== false,
      captureOutput: options.captureOutput !== false && captureResult !== false,
      correlationId,
      place: (args) => placeOf(args, options),
    });
  }

  /**
   * The execution of a tool as a step. With `work` it is current inside and ends when `work` settles; without, it has to be
   * ended (`using`).
   *
   * @example
   * ```ts
   * mcp.toolExecution({ agentId: "researcher", toolName: "search", params }, (execution) => execution.setResult(find(params)));
   * ```
   */
  toolExecution(options?: ToolExecutionOptions): ToolExecution;
  toolExecution<T>(options: ToolExecutionOptions, work: (execution: ToolExecution) => T): T;
  toolExecution<T>(options: ToolExecutionOptions = {}, work?: (execution: ToolExecution) => T): ToolExecution | T {
    const { agentId, toolName = "tool", params, correlationId, parent } = options;
    const attributes = merged(this.seat, factsOf(toolName, agentId), options.attributes);
    const of: SpanOptions = { kind: "tool", attributes, input: params, correlationId, parent };
    const execution = this.seat.begin(ToolExecution, toolName, of);
    return work === undefined ? execution : runInStep(execution, work as (span: Span) => T);
  }

  /**
   * Calls a tool of an MCP server as a step of this trace, and hands the step's context to the server.
   *
   * @param client - a `Client` of the MCP SDK, or anything with such a `callTool`.
   * @param params - the tool's name and arguments, as `client.callTool` takes them.
   * @param rest - passed on to `client.callTool`.
   * @returns what `client.callTool` gives. A result that says it is an error is given too; its step ends as `error`.
   *
   * @example
   * ```ts
   * const result = await mcp.callTool(client, { name: "search", arguments: { query: "otters" } });
   * ```
   */
  callTool<C extends ToolCaller>(client: C, params: ToolParams, ...rest: RestOf<C>): ReturnType<C["callTool"]> {
    const attributes: Record<string, unknown> = factsOf(params.name);
    const version = guarded(this.seat, "callTool", () => protocolVersion(client));
    if (version !== undefined) attributes["mcp.protocol.version"] = version;
    const options: SpanOptions = { kind: "tool", attributes, input: params.arguments };
    const work = (step: Span): unknown => {
      const asked = { ...params, _meta: this.seat.inject({ ...params._meta }) };
      let result: unknown;
      try {
        result = (client.callTool as (...given: unknown[]) => unknown)(asked, ...rest);
      } catch (error) {
        setErrorType(step, error);
        throw error;
      }
      if (!isThenable(result)) return result;
      return result.then(
        (found) => {
          guarded(this.seat, "callTool", () => recordResult(step, found));
          return found;
        },
        (error: unknown) => {
          setErrorType(step, error);
          throw error;
        },
      );
    };
    try {
      return this.seat.span(`tools/call ${params.name}`, options, work) as ReturnType<C["callTool"]>;
    } catch (stop) {
      // Whoever calls waits for a promise.
      if (stop instanceof GuardStop) return Promise.reject(stop) as ReturnType<C["callTool"]>;
      throw stop;
    }
  }

  /**
   * Records that a tool is called: `mcp.tool.called`, which is an `mcp.request` of `tools/call`.
   *
   * @param agentId - whose event it is: `gen_ai.agent.id`.
   * @param toolName - the tool.
   * @param params - its arguments.
   * @returns the event's id, for the `parentId` of the result.
   *
   * @example
   * ```ts
   * const call = mcp.logToolCall("researcher", "search", { query: "otters" });
   * mcp.logToolResult("researcher", "search", ["Lutra lutra"], { parentId: call, durationMs: 12 });
   * ```
   */
  logToolCall(
    agentId?: string | null,
    toolName?: string,
    params?: unknown,
    options: McpRequestOptions = {},
  ): EventId | undefined {
    const data = options.data ?? present({ name: toolName, arguments: params });
    return this.logRequest(agentId, { method: "tools/call", toolName, ...options, data });
  }

  /**
   * Records what a tool gave: `mcp.tool.completed`, which is an `mcp.response` to `tools/call`.
   *
   * @param agentId - whose event it is: `gen_ai.agent.id`.
   * @param toolName - the tool.
   * @param result - what it gave.
   */
  logToolResult(
    agentId?: string | null,
    toolName?: string,
    result?: unknown,
    options: ToolResultOptions = {},
  ): EventId | undefined {
    const { durationMs, ...rest } = options;
    const attributes = merged(this.seat, present({ duration_ms: durationMs }), options.attributes);
    return this.logResponse(agentId, { method: "tools/call", toolName, data: result, ...rest, attributes });
  }

  /**
   * Records that a tool failed: `mcp.tool.error`, which is an `mcp.response` with `error.type`.
   *
   * @param agentId - whose event it is: `gen_ai.agent.id`.
   * @param toolName - the tool.
   * @param errorCode - what went wrong, as a short code: `error.type`.
   * @param errorMessage - what went wrong, in words.
   */
  logToolError(
    agentId?: string | null,
    toolName?: string,
    errorCode: string | number = "tool_error",
    errorMessage?: string,
    options: ToolResultOptions = {},
  ): EventId | undefined {
    const error = present({ code: errorCode, message: errorMessage });
    return this.logToolResult(agentId, toolName, error, { errorType: optionalText(errorCode), ...options });
  }

  /** Records that a server asks for a completion: `mcp.sampling.request`, a `sampling/createMessage`. */
  logSamplingRequest(agentId?: string | null, options: SamplingRequestOptions = {}): EventId | undefined {
    const { prompt, model, ...rest } = options;
    const attributes = merged(this.seat, present({ "gen_ai.request.model": model }), options.attributes);
    const data = withMembers({ prompt, model }, options.data);
    return this.logRequest(agentId, { method: "sampling/createMessage", ...rest, data, attributes });
  }

  /** Records a completion that a server asked for: `mcp.sampling.response`. */
  logSamplingResponse(agentId?: string | null, options: SamplingResponseOptions = {}): EventId | undefined {
    const { response, model, tokenUsage, ...rest } = options;
    const facts: Record<string, unknown> = present({ "gen_ai.response.model": model });
    for (const [attribute, names] of USAGE) {
      const count = names.map((name) => tokenUsage?.[name]).find((found) => typeof found === "number");
      if (count !== undefined) facts[attribute] = count;
    }
    const attributes = merged(this.seat, facts, options.attributes);
    const data = withMembers({ response, model, token_usage: tokenUsage }, options.data);
    return this.logResponse(agentId, { method: "sampling/createMessage", ...rest, data, attributes });
  }

  /** Records an access to a resource: `mcp.resource.read`, or another `resources/…` request. */
  logResourceAccessed(
    agentId?: string | null,
    resourceUri?: string,
    accessType = "read",
    options: McpRequestOptions = {},
  ): EventId | undefined {
    return this.logRequest(agentId, { method: `resources/${accessType}`, resourceUri, ...options });
  }
}

function withMembers(members: Readonly<Record<string, unknown>>, data: unknown): unknown {
  if (data === undefined) return present(members);
  const isMap = typeof data === "object" && data !== null && !Array.isArray(data);
  return isMap ? { ...present(members), ...data } : data;
}

function factsOf(tool: string, agentId?: string): Record<string, unknown> {
  const facts = { "gen_ai.operation.name": "execute_tool", "gen_ai.tool.name": tool, "mcp.method.name": "tools/call" };
  return agentId === undefined ? facts : { ...facts, "gen_ai.agent.id": agentId };
}

/** Below the step that sent the request, else below the current one; and what the client sent as the input. */
function placeOf(args: readonly unknown[], options: ObserveToolOptions): SpanOptions | undefined {
  const extra = args.at(-1);
  if (typeof extra !== "object" || extra === null || !OF_REQUESTS.some((name) => name in extra)) return undefined;
  const context = extract(extra);
  const isCaptured = options.captureInput !== false && options.captureParams !== false;
  const sent = args.length > 1 && isCaptured ? { input: args[0] } : { input: undefined };
  return context === undefined ? sent : { ...sent, parent: context };
}

function recordResult(step: Span, result: unknown): void {
  if (typeof result !== "object" || result === null) return;
  const { structuredContent, content, isError } = result as Readonly<Record<string, unknown>>;
  step.setOutput(structuredContent ?? content);
  if (isError !== true) return;
  step.set("error.type", "tool_error");
  step.setStatus("error", firstText(content));
}

function firstText(content: unknown): string | undefined {
  const [first] = Array.isArray(content) ? (content as unknown[]) : [];
  const text = typeof first === "object" && first !== null && "text" in first ? first.text : undefined;
  return typeof text === "string" ? text : undefined;
}

function setErrorType(step: Span, error: unknown): void {
  const { code, constructor: made } = Object(error) as { code?: unknown; constructor?: unknown };
  const name = typeof made === "function" ? made.name : typeof error;
  step.set("error.type", typeof code === "number" ? String(code) : name);
}

function protocolVersion(client: unknown): string | undefined {
  const transport = (client as { transport?: { protocolVersion?: unknown } }).transport;
  const version = transport?.protocolVersion;
  return typeof version === "string" ? version : undefined;
}
