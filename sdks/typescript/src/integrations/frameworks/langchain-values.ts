/**
 * LangChain's messages, documents and answers in plain form.
 *
 * @module
 */
import type { Usage } from "../../recording/fields.ts";
import { count, isFunction, known, list, member, members, number, text } from "../reading.ts";

const MOST_LEVELS = 8;

const ROLES: Readonly<Record<string, string>> = {
  human: "user",
  ai: "assistant",
  system: "system",
  tool: "tool",
  function: "function",
  developer: "developer",
};

/** What a message says, as providers write it; `undefined` for what is no message. */
export function messageOf(value: unknown): Record<string, unknown> | undefined {
  const read = member(value, "_getType") ?? member(value, "getType");
  if (!isFunction(read)) return undefined;
  const type = String(read.call(value));
  const calls = list(member(value, "tool_calls"));
  const invalid = list(member(value, "invalid_tool_calls"));
  return known({
    role: ROLES[type] ?? text(member(value, "role")) ?? type,
    content: member(value, "content"),
    name: text(member(value, "name")),
    tool_calls: calls.length > 0 ? calls : undefined,
    invalid_tool_calls: invalid.length > 0 ? invalid : undefined,
    tool_call_id: text(member(value, "tool_call_id")),
    status: member(value, "status") === "error" ? "error" : undefined,
  });
}

/** A value of LangChain's without its classes. What is of no class of theirs stays what it is. */
export function plain(value: unknown, level = 0): unknown {
  if (typeof value !== "object" || value === null || level > MOST_LEVELS) return value;
  const message = messageOf(value);
  if (message !== undefined) return message;
  if (Array.isArray(value)) return value.map((item) => plain(item, level + 1));
  const content = member(value, "pageContent");
  if (typeof content === "string") {
    return known({ id: text(member(value, "id")), page_content: content, metadata: member(value, "metadata") });
  }
  const prototype = Object.getPrototypeOf(value);
  // A graph's command to go on somewhere, a prompt's value, and the like: what they hold counts.
  const isPlain = prototype === null || prototype === Object.prototype || member(value, "lc_namespace") !== undefined;
  if (!isPlain) return value;
  const copy: Record<string, unknown> = {};
  for (const [name, item] of Object.entries(value)) {
    if (!name.startsWith("lc_") && !isFunction(item)) copy[name] = plain(item, level + 1);
  }
  return copy;
}

/** A text that holds JSON, read; other texts as they are. */
export function parsed(value: unknown): unknown {
  if (typeof value !== "string" || !/^\s*[[{]/.test(value)) return value;
  try {
    return JSON.parse(value);
  } catch {
    return value;
  }
}

/** What a model run is called with, as attributes. */
export function modelFacts(parameters: unknown, metadata: unknown): Record<string, unknown> {
  const stop = list(member(metadata, "ls_stop")).filter((one) => typeof one === "string");
  return known({
    "gen_ai.provider.name": text(member(metadata, "ls_provider")),
    "gen_ai.request.model":
      text(member(metadata, "ls_model_name")) ??
      text(member(parameters, "model")) ??
      text(member(parameters, "model_name")) ??
      text(member(parameters, "modelName")),
    "gen_ai.request.temperature":
      number(member(metadata, "ls_temperature")) ?? number(member(parameters, "temperature")),
    "gen_ai.request.max_tokens": count(member(metadata, "ls_max_tokens")) ?? count(member(parameters, "max_tokens")),
    "gen_ai.request.stop_sequences": stop.length > 0 ? stop : undefined,
  });
}

/** What a model run gave. */
export interface Generated {
  readonly output: unknown;
  readonly attributes: Record<string, unknown>;
  readonly usage: Usage | undefined;
}

/** Reads an `LLMResult`. */
export function generated(result: unknown): Generated {
  const candidates = list(list(member(result, "generations"))[0]);
  const outputs = candidates.map((one) => messageOf(member(one, "message")) ?? member(one, "text"));
  const message = member(candidates[0], "message");
  const said = { ...members(member(message, "response_metadata")) };
  const reasons = candidates
    .map((one) => {
      const metadata = member(member(one, "message"), "response_metadata");
      const info = member(one, "generationInfo");
      return (
        text(member(metadata, "finish_reason")) ??
        text(member(metadata, "stop_reason")) ??
        text(member(info, "finish_reason"))
      );
    })
    .filter((reason) => reason !== undefined);
  return {
    output: outputs.length > 1 ? outputs : outputs[0],
    attributes: known({
      "gen_ai.response.id": text(member(message, "id")),
      "gen_ai.response.model": text(said["model_name"]) ?? text(said["model"]),
      "gen_ai.response.finish_reasons": reasons.length > 0 ? reasons : undefined,
    }),
    usage: usageOf(member(message, "usage_metadata")) ?? oldUsageOf(member(member(result, "llmOutput"), "tokenUsage")),
  };
}

function usageOf(metadata: unknown): Usage | undefined {
  const raw = members(metadata);
  if (raw === undefined) return undefined;
  const input = raw["input_token_details"];
  return {
    inputTokens: count(raw["input_tokens"]),
    outputTokens: count(raw["output_tokens"]),
    cacheReadInputTokens: count(member(input, "cache_read")),
    cacheWriteInputTokens: count(member(input, "cache_creation")),
    reasoningOutputTokens: count(member(raw["output_token_details"], "reasoning")),
    raw,
  };
}

function oldUsageOf(usage: unknown): Usage | undefined {
  const raw = members(usage);
  if (raw === undefined || count(raw["promptTokens"]) === undefined) return undefined;
  return { inputTokens: count(raw["promptTokens"]), outputTokens: count(raw["completionTokens"]), raw };
}

/** What of a new token is worth recording: its text, or the pieces of tool calls. */
export function pieceOf(token: unknown, fields: unknown): unknown {
  if (typeof token === "string" && token !== "") return token;
  const calls = list(member(member(member(fields, "chunk"), "message"), "tool_call_chunks"));
  return calls.length > 0 ? { tool_calls: calls } : undefined;
}
