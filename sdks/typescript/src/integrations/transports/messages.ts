/**
 * Requests of the Model Context Protocol, in the words of the registry.
 *
 * @module
 */

import type { SpanOptions } from "../../recording/fields.ts";
import { isFunction, known, list, type Members, member, members, text } from "../reading.ts";

/** The connection's own affairs, which are no step of anybody. */
const UNSAID: ReadonlySet<string> = new Set(["initialize", "ping", "server/discover", "logging/setLevel"]);

const KINDS: Readonly<Record<string, string>> = {
  "tools/call": "tool",
  "resources/read": "retrieval",
  "sampling/createMessage": "llm",
};

/** Which way a message goes, seen from here. */
export type Direction = "sent" | "received";

/** The name of the revision in the `_meta` of each request, since there is no handshake. */
const VERSION_KEY = "io.modelcontextprotocol/protocolVersion";

/** What stands in a request's `_meta`. */
export function metaOf(message: unknown): Members {
  return members(member(member(message, "params"), "_meta")) ?? {};
}

/** The step that a request is; `undefined` for what is none. */
export function stepOf(
  message: Members,
  direction: Direction,
  connection: { readonly version: string | undefined; readonly sessionId: unknown },
): { name: string; options: SpanOptions } | undefined {
  const method = text(message["method"]);
  if (method === undefined || UNSAID.has(method)) return undefined;
  const { _meta: _, ...params } = members(message["params"]) ?? {};
  const isTool = method === "tools/call";
  const tool = isTool ? text(params["name"]) : undefined;
  const prompt = method === "prompts/get" ? text(params["name"]) : undefined;
  const resource = text(params["uri"]);
  const target = tool ?? prompt ?? resource;
  const kind = KINDS[method] ?? "step";
  const input = isTool ? params["arguments"] : Object.keys(params).length > 0 ? params : undefined;
  const options: SpanOptions = {
    kind,
    input,
    attributes: known({
      "gen_ai.operation.name": isTool ? "execute_tool" : kind === "llm" ? "chat" : undefined,
      "gen_ai.tool.name": tool,
      "gen_ai.prompt.name": prompt,
      "mcp.method.name": method,
      "mcp.resource.uri": resource,
      "mcp.protocol.version": text(metaOf(message)[VERSION_KEY]) ?? connection.version,
      "mcp.session.id": text(connection.sessionId),
      "jsonrpc.request.id": String(message["id"]),
      "tracewire.protocol.direction": direction,
    }),
  };
  const called = target === undefined ? method : `${method} ${target}`;
  return { name: direction === "received" && tool !== undefined ? tool : called, options };
}

/** What a result says. */
export interface Outcome {
  readonly output: unknown;
  /** Why it counts as a failure, if it does. */
  readonly failure: { readonly type: string; readonly message: string | undefined } | undefined;
}

/** Reads a result. One of a tool may say itself that it is an error. */
export function outcomeOf(method: string, result: unknown): Outcome {
  const { _meta: _, ...rest } = members(result) ?? {};
  if (method !== "tools/call") return { output: rest, failure: undefined };
  const content = rest["content"];
  const isError = rest["isError"] === true;
  const message = text(member(list(content)[0], "text"));
  return {
    output: rest["structuredContent"] ?? content ?? rest,
    failure: isError ? { type: "tool_error", message } : undefined,
  };
}

/** Whether something is a transport: it sends, and tells what comes. */
export function isTransport(value: unknown): value is object {
  return isFunction(member(value, "send")) && isFunction(member(value, "start"));
}
