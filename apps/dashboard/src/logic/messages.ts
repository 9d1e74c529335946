import type { Json, TraceNode } from "../api/types.ts";
import { absence, isMap, type JsonMap, textOf } from "./json.ts";
import { type Media, mediaOf } from "./media.ts";

/** A part of a message. */
export type Part =
  | { kind: "text"; text: string }
  | { kind: "reasoning"; text: string }
  | { kind: "call"; id?: string; name: string; args: Json }
  | { kind: "result"; id?: string; result: Json; failed: boolean }
  | { kind: "media"; media: Media }
  | { kind: "gone"; words: string }
  | { kind: "other"; value: Json };

/** A message of a conversation, from whichever library it came. */
export type Message = { role: string; name?: string; parts: Part[]; raw: Json };

/** What a step was given, and what it answered. */
export type Conversation = { given: Message[]; answered: Message[]; tools: Json[] };

/** Texts that hold JSON are read: arguments of calls come so. */
function opened(value: Json | undefined): Json {
  if (typeof value !== "string") {
    return value ?? null;
  }
  if (!/^\s*[[{]/.test(value)) {
    return value;
  }
  try {
    return JSON.parse(value) as Json;
  } catch {
    return value;
  }
}

function withId(id: Json | undefined): { id?: string } {
  return typeof id === "string" ? { id } : {};
}

function call(name: Json | undefined, args: Json | undefined, id: Json | undefined): Part {
  return { kind: "call", name: textOf(name) ?? "?", args: opened(args), ...withId(id) };
}

function result(value: Json | undefined, id: Json | undefined, failed = false): Part {
  return { kind: "result", result: opened(value), failed, ...withId(id) };
}

/** One element of a message's content. */
function partOf(value: Json): Part {
  if (typeof value === "string") {
    return { kind: "text", text: value };
  }
  const gone = absence(value);
  if (gone !== undefined) {
    return { kind: "gone", words: gone };
  }
  const media = mediaOf(value);
  if (media !== undefined) {
    return { kind: "media", media };
  }
  if (!isMap(value)) {
    return { kind: "other", value };
  }
  const text = textOf(value["text"]) ?? textOf(value["content"]) ?? textOf(value["thinking"]);
  switch (value["type"]) {
    case "reasoning":
    case "thinking":
      return text === undefined ? { kind: "other", value } : { kind: "reasoning", text };
    case "tool_use":
      return call(value["name"], value["input"], value["id"]);
    case "tool_call":
    case "function_call":
    case "tool-call":
      return call(
        value["name"] ?? value["toolName"],
        value["arguments"] ?? value["args"] ?? value["input"],
        value["id"] ?? value["call_id"] ?? value["toolCallId"],
      );
    case "tool_result":
      return result(value["content"], value["tool_use_id"], value["is_error"] === true);
    case "tool_call_response":
    case "function_call_output":
    case "tool-result":
      return result(
        value["response"] ?? value["result"] ?? value["output"],
        value["id"] ?? value["call_id"] ?? value["toolCallId"],
      );
    default:
      return text === undefined ? { kind: "other", value } : { kind: "text", text };
  }
}

function contentParts(content: Json | undefined): Part[] {
  if (content === undefined || content === null || content === "") {
    return [];
  }
  return (Array.isArray(content) ? content : [content]).map(partOf);
}

/** Whether a value is a message, as the spec says. */
export function isMessage(value: Json | undefined): value is JsonMap {
  if (!isMap(value)) {
    return false;
  }
  return (
    typeof value["role"] === "string" ||
    ["message", "function_call", "function_call_output", "reasoning"].includes(String(value["type"]))
  );
}

function messageOf(value: Json): Message {
  if (typeof value === "string") {
    return { role: "user", parts: [{ kind: "text", text: value }], raw: value };
  }
  const gone = absence(value);
  if (gone !== undefined || !isMap(value)) {
    return {
      role: "?",
      parts: [gone === undefined ? { kind: "other", value } : { kind: "gone", words: gone }],
      raw: value,
    };
  }
  if (value["role"] === undefined) {
    const part = partOf(value);
    const role = part.kind === "result" ? "tool" : "assistant";
    return { role, parts: [part], raw: value };
  }
  const role = textOf(value["role"]) ?? "?";
  const name = textOf(value["name"]);
  const reasoning = textOf(value["reasoning_content"]);
  const parts: Part[] = reasoning === undefined ? [] : [{ kind: "reasoning", text: reasoning }];
  if (role === "tool" && typeof value["tool_call_id"] === "string") {
    parts.push(result(value["content"], value["tool_call_id"]));
  } else {
    parts.push(...contentParts(value["content"] ?? value["parts"]));
  }
  const calls = value["tool_calls"];
  for (const made of Array.isArray(calls) ? calls : []) {
    const inner = isMap(made) && isMap(made["function"]) ? made["function"] : made;
    if (isMap(made) && isMap(inner)) {
      parts.push(call(inner["name"], inner["arguments"] ?? inner["args"], made["id"]));
    }
  }
  return { role, parts, raw: value, ...(name === undefined ? {} : { name }) };
}

/** The messages that a value holds: a list of them, a map with `messages`, one alone. Undefined where it holds none. */
export function messagesOf(value: Json | undefined): Message[] | undefined {
  if (Array.isArray(value)) {
    const some = value.some(isMessage);
    return some ? value.map(messageOf) : undefined;
  }
  if (!isMap(value)) {
    return undefined;
  }
  if (Array.isArray(value["messages"])) {
    const system = value["system"] ?? value["instructions"];
    const before: Message[] =
      system === undefined || system === null ? [] : [{ role: "system", parts: contentParts(system), raw: system }];
    const messages = messagesOf(value["messages"]);
    return messages === undefined ? undefined : [...before, ...messages];
  }
  const choices = value["choices"];
  if (Array.isArray(choices)) {
    const messages = choices.map((choice) => (isMap(choice) ? choice["message"] : null)).filter(isMessage);
    return messages.length === 0 ? undefined : messages.map(messageOf);
  }
  return isMessage(value) ? [messageOf(value)] : undefined;
}

/** The conversation of a step, or undefined where it is none. */
export function conversationOf(node: TraceNode): Conversation | undefined {
  const attributes = node.attributes ?? {};
  const body = node.body ?? {};
  const system = attributes["gen_ai.system_instructions"];
  const instructions: Message[] =
    system === undefined || system === null
      ? []
      : [{ role: "system", parts: contentParts(opened(system)), raw: system }];
  const given = messagesOf(opened(attributes["gen_ai.input.messages"])) ?? messagesOf(body["input"]);
  const said = messagesOf(opened(attributes["gen_ai.output.messages"])) ?? messagesOf(body["output"]);
  if (given === undefined && said === undefined) {
    return undefined;
  }
  const answer = body["output"];
  const answered: Message[] =
    said ??
    (typeof answer === "string" ? [{ role: "assistant", parts: [{ kind: "text", text: answer }], raw: answer }] : []);
  const tools = opened(
    body["tool_definitions"] ??
      attributes["gen_ai.tool.definitions"] ??
      (isMap(body["input"]) ? body["input"]["tools"] : null),
  );
  return { given: [...instructions, ...(given ?? [])], answered, tools: Array.isArray(tools) ? tools : [] };
}
