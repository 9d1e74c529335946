/**
 * Anthropic's `POST /v1/messages`, as it is on the wire.
 *
 * @module
 */
import { type Answer, events, json, type Part, words } from "./answers.ts";

/** Its input tokens do not count what the cache read and wrote. */
export const MESSAGE_USAGE = {
  input_tokens: 100,
  cache_creation_input_tokens: 200,
  cache_read_input_tokens: 1000,
  cache_creation: { ephemeral_5m_input_tokens: 200, ephemeral_1h_input_tokens: 0 },
  output_tokens: 60,
  service_tier: "standard",
};

export interface Spoken {
  readonly thinking?: string;
  readonly text?: string;
  readonly calls?: readonly { readonly id: string; readonly name: string; readonly input: object }[];
}

function blocks(spoken: Spoken): Record<string, unknown>[] {
  const found: Record<string, unknown>[] = [];
  if (spoken.thinking !== undefined) {
    found.push({ type: "thinking", thinking: spoken.thinking, signature: "c2lnbmVk" });
  }
  if (spoken.text !== undefined) found.push({ type: "text", text: spoken.text });
  for (const call of spoken.calls ?? []) found.push({ type: "tool_use", ...call });
  return found;
}

function stopReason(spoken: Spoken): string {
  return spoken.calls === undefined ? "end_turn" : "tool_use";
}

function body(content: object[], more: object): object {
  return {
    id: "msg_1",
    type: "message",
    role: "assistant",
    model: "claude-sonnet-4-6",
    content,
    stop_reason: null,
    stop_sequence: null,
    usage: MESSAGE_USAGE,
    ...more,
  };
}

/** A whole message. */
export function message(spoken: Spoken): Answer {
  return json(body(blocks(spoken), { stop_reason: stopReason(spoken) }));
}

/** A streamed message of the given events between its first and its last. */
export function messageEvents(between: readonly object[], usage: object): Answer {
  const { output_tokens: _, ...input } = MESSAGE_USAGE;
  const parts: object[] = [
    { type: "message_start", message: body([], { usage: { ...input, output_tokens: 1 } }) },
    ...between,
    { type: "message_delta", delta: { stop_reason: "end_turn", stop_sequence: null }, usage },
    { type: "message_stop" },
  ];
  return events(parts, (item) => `event: ${(item as { type: string }).type}\ndata: ${JSON.stringify(item)}\n\n`);
}

/** A streamed message: the usage of the input comes first, that of the output last; a ping in between. */
export function messageStream(spoken: Spoken, ending: "stop" | "error" = "stop"): Answer {
  const { output_tokens, ...input } = MESSAGE_USAGE;
  const parts: (object | Part)[] = [
    { type: "message_start", message: body([], { usage: { ...input, output_tokens: 1 } }) },
    { type: "ping" },
  ];
  for (const [index, block] of blocks(spoken).entries()) {
    const delta = (value: object) => parts.push({ type: "content_block_delta", index, delta: value });
    const empty = { thinking: { thinking: "", signature: "" }, text: { text: "" }, tool_use: { input: {} } };
    const content_block = { ...block, ...empty[block["type"] as keyof typeof empty] };
    parts.push({ type: "content_block_start", index, content_block });
    if (block["type"] === "thinking") {
      for (const word of words(String(block["thinking"]))) delta({ type: "thinking_delta", thinking: word });
      delta({ type: "signature_delta", signature: block["signature"] });
    } else if (block["type"] === "text") {
      for (const word of words(String(block["text"]))) delta({ type: "text_delta", text: word });
    } else {
      delta({ type: "input_json_delta", partial_json: "" });
      for (const piece of JSON.stringify(block["input"]).match(/.{1,6}/g) ?? []) {
        delta({ type: "input_json_delta", partial_json: piece });
      }
    }
    parts.push({ type: "content_block_stop", index });
  }
  if (ending === "error") {
    parts.push({ type: "error", error: { type: "overloaded_error", message: "Overloaded" } });
  } else {
    const delta = { stop_reason: stopReason(spoken), stop_sequence: null };
    parts.push({ type: "message_delta", delta, usage: { output_tokens } }, { type: "message_stop" });
  }
  return events(parts, (item) => `event: ${(item as { type: string }).type}\ndata: ${JSON.stringify(item)}\n\n`);
}
