/**
 * OpenAI's `POST /v1/responses`, as it is on the wire.
 *
 * @module
 */
import { type Answer, events, json, type Part, words } from "./answers.ts";
import type { Said } from "./chat.ts";

export const RESPONSE_USAGE = {
  input_tokens: 300,
  input_tokens_details: { cached_tokens: 256 },
  output_tokens: 50,
  output_tokens_details: { reasoning_tokens: 32 },
  total_tokens: 350,
};

const REASONING = {
  id: "rs_1",
  type: "reasoning",
  summary: [{ type: "summary_text", text: "Thinking of otters" }],
};

const PART = { type: "output_text", annotations: [], logprobs: [] };

function items(said: Said): Record<string, unknown>[] {
  const found: Record<string, unknown>[] = [REASONING];
  for (const call of said.calls ?? []) {
    found.push({
      id: `fc_${call.id}`,
      type: "function_call",
      status: "completed",
      call_id: call.id,
      name: call.name,
      arguments: call.arguments,
    });
  }
  if (said.text !== undefined) {
    const content = [{ type: "output_text", text: said.text, annotations: [], logprobs: [] }];
    found.push({ id: "msg_1", type: "message", status: "completed", role: "assistant", content });
  }
  return found;
}

function body(status: string, output: object[], more: object = {}): object {
  return {
    id: "resp_1",
    object: "response",
    created_at: 1_790_000_000,
    status,
    error: null,
    incomplete_details: null,
    instructions: null,
    max_output_tokens: null,
    model: "gpt-5-mini-2025-08-07",
    output,
    parallel_tool_calls: true,
    previous_response_id: null,
    service_tier: "default",
    store: true,
    temperature: 1,
    tool_choice: "auto",
    tools: [],
    top_p: 1,
    usage: null,
    metadata: {},
    ...more,
  };
}

/** A whole response. */
export function response(said: Said): Answer {
  return json(body("completed", items(said), { usage: RESPONSE_USAGE }));
}

/** A response that goes on without its caller: it waits, or is at work, or was stopped. */
export function backgroundResponse(status: "queued" | "in_progress" | "cancelled"): Answer {
  return json(body(status, [], { background: true }));
}

/** A response that the provider gave up. */
export function failedResponse(): Answer {
  return json(body("failed", [], { error: { code: "server_error", message: "The model had an error" } }));
}

/** A streamed response, every event of which has its name and its number. */
export function responseStream(said: Said, end: "completed" | "failed" | "incomplete" = "completed"): Answer {
  const parts: (object | Part)[] = [];
  let number = 0;
  const add = (type: string, more: object) => parts.push({ type, ...more, sequence_number: number++ });
  add("response.created", { response: body("in_progress", []) });
  add("response.in_progress", { response: body("in_progress", []) });
  const output = items(said);
  for (const [output_index, item] of output.entries()) {
    const at = { item_id: item["id"], output_index };
    const empty = { message: { content: [] }, function_call: { arguments: "" }, reasoning: { summary: [] } };
    const begun = { ...item, ...empty[item["type"] as keyof typeof empty], status: "in_progress" };
    add("response.output_item.added", { output_index, item: begun });
    if (item["type"] === "message") {
      add("response.content_part.added", { ...at, content_index: 0, part: { ...PART, text: "" } });
      for (const delta of words(said.text ?? "")) {
        add("response.output_text.delta", { ...at, content_index: 0, delta, logprobs: [] });
      }
      add("response.output_text.done", { ...at, content_index: 0, text: said.text, logprobs: [] });
      add("response.content_part.done", { ...at, content_index: 0, part: { ...PART, text: said.text } });
    } else if (item["type"] === "function_call") {
      for (const delta of String(item["arguments"]).match(/.{1,6}/g) ?? []) {
        add("response.function_call_arguments.delta", { ...at, delta });
      }
      add("response.function_call_arguments.done", { ...at, arguments: item["arguments"] });
    } else {
      const part = { type: "summary_text", text: "" };
      add("response.reasoning_summary_part.added", { ...at, summary_index: 0, part });
      add("response.reasoning_summary_text.delta", { ...at, summary_index: 0, delta: "Thinking of otters" });
    }
    add("response.output_item.done", { output_index, item });
  }
  const endings = {
    completed: { usage: RESPONSE_USAGE },
    failed: { error: { code: "server_error", message: "The model had an error" } },
    incomplete: { usage: RESPONSE_USAGE, incomplete_details: { reason: "max_output_tokens" } },
  };
  add(`response.${end}`, { response: body(end, output, endings[end]) });
  return events(parts, (item) => `event: ${(item as { type: string }).type}\ndata: ${JSON.stringify(item)}\n\n`);
}
