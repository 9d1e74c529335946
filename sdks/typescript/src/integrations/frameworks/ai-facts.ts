/**
 * What Vercel's `ai` says of its operations, in our words. It tells everything as attributes: what is long as JSON in
 * a text.
 *
 * @module
 */
import type { SpanOptions, Usage } from "../../recording/fields.ts";
import { count, known, list, member, members, number, text } from "../reading.ts";

type Attributes = Readonly<Record<string, unknown>>;

/** Kind and operation, by the operation's id. */
const OPERATIONS: readonly (readonly [id: RegExp, kind: string, operation: string | undefined])[] = [
  [/\.do(Generate|Stream)$/, "llm", "chat"],
  [/\.doEmbed$/, "embedding", "embeddings"],
  [/\.doRerank$/, "rerank", undefined],
  [/^ai\.toolCall$/, "tool", "execute_tool"],
  [/^ai\.(generate|stream)(Text|Object)$/, "agent", "invoke_agent"],
];

const PROVIDERS: Readonly<Record<string, string>> = {
  "amazon-bedrock": "aws.bedrock",
  azure: "azure.ai.openai",
  "google.generative-ai": "gcp.gemini",
  "google.vertex": "gcp.vertex_ai",
  mistral: "mistral_ai",
  moonshotai: "moonshot_ai",
  xai: "x_ai",
};

/** `openai.chat` is `openai`, whatever of its interfaces is spoken. */
export function providerOf(name: unknown): string | undefined {
  const given = text(name);
  if (given === undefined) return undefined;
  const known = Object.keys(PROVIDERS).find((one) => given === one || given.startsWith(`${one}.`));
  return known === undefined ? given.split(".")[0] : PROVIDERS[known];
}

/** A text of JSON, read; any other value as it is. */
export function fromJson(value: unknown): unknown {
  if (typeof value !== "string") return value;
  try {
    return JSON.parse(value);
  } catch {
    return value;
  }
}

/** How a step begins that `ai` calls by `name`. */
export function beginning(name: string, attributes: Attributes): { name: string; options: SpanOptions } {
  const [, kind, operation] = OPERATIONS.find(([id]) => id.test(name)) ?? [undefined, "step", undefined];
  const model = text(attributes["gen_ai.request.model"]) ?? text(attributes["ai.model.id"]);
  const tool = text(attributes["ai.toolCall.name"]);
  const functionId = text(attributes["ai.telemetry.functionId"]);
  const facts: Record<string, unknown> = known({
    "gen_ai.operation.name": operation,
    "gen_ai.provider.name": providerOf(attributes["ai.model.provider"]),
    "gen_ai.request.model": model,
    "gen_ai.agent.name": kind === "agent" ? functionId : undefined,
    "gen_ai.tool.name": tool,
    "gen_ai.tool.call.id": text(attributes["ai.toolCall.id"]),
  });
  const run: Record<string, unknown> = {};
  for (const [key, value] of Object.entries(attributes)) {
    if (key.startsWith("gen_ai.request.") && value !== undefined && value !== null) facts[key] ??= value;
    const metadata = /^ai\.telemetry\.metadata\.(.+)$/.exec(key)?.[1];
    if (metadata === "sessionId" || metadata === "userId") run[metadata] = value;
    else if (metadata === "tags" && Array.isArray(value)) run["tags"] = value;
    else if (metadata !== undefined) facts[metadata] = value;
  }
  const called =
    kind === "llm" && model !== undefined
      ? `chat ${model}`
      : kind === "embedding" && model !== undefined
        ? `embeddings ${model}`
        : (tool ?? (kind === "agent" ? functionId : undefined) ?? name);
  const tools = list(attributes["ai.prompt.tools"]).map(fromJson);
  return {
    name: called,
    options: {
      kind,
      attributes: facts,
      input: inputOf(attributes),
      toolDefinitions: tools.length > 0 ? tools : undefined,
      // Of a run; a step below one says nothing of it.
      ...(kind === "agent" && run),
    },
  };
}

function inputOf(attributes: Attributes): unknown {
  const args = attributes["ai.toolCall.args"];
  if (args !== undefined) return fromJson(args);
  const messages = attributes["ai.prompt.messages"];
  if (messages !== undefined) {
    const choice = fromJson(attributes["ai.prompt.toolChoice"]);
    return known({ messages: fromJson(messages), tool_choice: choice ?? undefined });
  }
  const prompt = attributes["ai.prompt"];
  if (prompt !== undefined) return fromJson(prompt);
  const value = attributes["ai.value"] ?? attributes["ai.documents"];
  if (value !== undefined) return fromJson(value);
  const values = attributes["ai.values"];
  return Array.isArray(values) ? values.map(fromJson) : undefined;
}

/** What a step of `ai` ends with. */
export interface Ending {
  readonly output: unknown;
  readonly attributes: Record<string, unknown>;
  readonly usage: Usage | undefined;
  readonly firstChunkNanos: number | undefined;
}

/** Reads the attributes that were set until the end. */
export function ending(attributes: Attributes): Ending {
  const millis = number(attributes["ai.response.msToFirstChunk"]);
  return {
    output: outputOf(attributes),
    attributes: known({
      "gen_ai.response.id": text(attributes["ai.response.id"]),
      "gen_ai.response.model": text(attributes["ai.response.model"]),
      "gen_ai.response.finish_reasons": attributes["gen_ai.response.finish_reasons"],
    }),
    usage: usageOf(attributes),
    firstChunkNanos: millis === undefined ? undefined : Math.max(0, Math.round(millis * 1e6)),
  };
}

function outputOf(attributes: Attributes): unknown {
  const result = attributes["ai.toolCall.result"];
  if (result !== undefined) return fromJson(result);
  const object = attributes["ai.response.object"];
  if (object !== undefined) return fromJson(object);
  const said = text(attributes["ai.response.text"]);
  const calls = list(fromJson(attributes["ai.response.toolCalls"]));
  const reasoning = text(attributes["ai.response.reasoning"]);
  if (said !== undefined && calls.length === 0 && reasoning === undefined) {
    return { role: "assistant", content: said };
  }
  if (said === undefined && calls.length === 0 && reasoning === undefined) return undefined;
  return known({
    role: "assistant",
    reasoning,
    content: said ?? null,
    tool_calls:
      calls.length > 0
        ? calls.map((call) => ({ ...members(call), input: fromJson(member(call, "input")) }))
        : undefined,
  });
}

function usageOf(attributes: Attributes): Usage | undefined {
  const of = (name: string) => count(attributes[`ai.usage.${name}`]);
  const usage = known({
    inputTokens: of("inputTokens") ?? of("promptTokens") ?? of("tokens"),
    outputTokens: of("outputTokens") ?? of("completionTokens"),
    cacheReadInputTokens: of("inputTokenDetails.cacheReadTokens") ?? of("cachedInputTokens"),
    cacheWriteInputTokens: of("inputTokenDetails.cacheWriteTokens"),
    reasoningOutputTokens: of("outputTokenDetails.reasoningTokens") ?? of("reasoningTokens"),
  });
  return Object.keys(usage).length > 0 ? usage : undefined;
}
