/**
 * OpenAI's `POST /v1/chat/completions` and `POST /v1/embeddings`, as they are on the wire.
 *
 * @module
 */
import { type Answer, events, json, type Part, words } from "./answers.ts";

const MODEL = "gpt-5-mini-2025-08-07";
const COMMON = { id: "chatcmpl-1", created: 1_790_000_000, model: MODEL, service_tier: "default" };

export const CHAT_USAGE = {
  prompt_tokens: 1200,
  completion_tokens: 80,
  total_tokens: 1280,
  prompt_tokens_details: { cached_tokens: 1024, audio_tokens: 0 },
  completion_tokens_details: {
    reasoning_tokens: 64,
    audio_tokens: 0,
    accepted_prediction_tokens: 0,
    rejected_prediction_tokens: 0,
  },
};

/** What the model says: a text, or tools that it wants called. */
export interface Said {
  readonly text?: string;
  readonly refusal?: string;
  readonly calls?: readonly { readonly id: string; readonly name: string; readonly arguments: string }[];
}

function toolCalls(said: Said): object[] | undefined {
  return said.calls?.map(({ id, name, arguments: given }) => ({
    id,
    type: "function",
    function: { name, arguments: given },
  }));
}

function finishReason(said: Said): string {
  return said.calls === undefined ? "stop" : "tool_calls";
}

/** A whole completion, with one choice for each thing said. */
export function completion(...said: Said[]): Answer {
  const choices = said.map((one, index) => {
    const calls = toolCalls(one);
    const message = {
      role: "assistant",
      content: one.text ?? null,
      ...(calls && { tool_calls: calls }),
      refusal: one.refusal ?? null,
      annotations: [],
    };
    return { index, message, logprobs: null, finish_reason: finishReason(one) };
  });
  return json({ ...COMMON, object: "chat.completion", choices, usage: CHAT_USAGE, system_fingerprint: "fp_1" });
}

/** A streamed completion; the last chunk carries the usage where the request asks for it. */
export function completionStream(said: Said, options: { usage?: boolean } = {}): Answer {
  const chunk = (choices: object[], more: object = {}) => ({
    ...COMMON,
    object: "chat.completion.chunk",
    system_fingerprint: "fp_1",
    choices,
    ...more,
  });
  const delta = (value: object, finish: string | null = null) =>
    chunk([{ index: 0, delta: value, logprobs: null, finish_reason: finish }]);
  const parts: (object | Part)[] = [delta({ role: "assistant", content: "", refusal: null })];
  for (const word of said.text === undefined ? [] : words(said.text)) parts.push(delta({ content: word }));
  for (const [index, call] of (said.calls ?? []).entries()) {
    const head = { index, id: call.id, type: "function", function: { name: call.name, arguments: "" } };
    parts.push(delta({ tool_calls: [head] }));
    for (const piece of call.arguments.match(/.{1,6}/g) ?? []) {
      parts.push(delta({ tool_calls: [{ index, function: { arguments: piece } }] }));
    }
  }
  parts.push(delta({}, finishReason(said)));
  if (options.usage !== false) parts.push(chunk([], { usage: CHAT_USAGE }));
  parts.push("data: [DONE]\n\n");
  return events(parts, (item) => `data: ${JSON.stringify(item)}\n\n`);
}

/** A streamed completion with several choices, whose pieces come in turns. */
export function choicesStream(...texts: string[]): Answer {
  const chunk = (index: number, delta: object, finish_reason: string | null = null) => ({
    ...COMMON,
    object: "chat.completion.chunk",
    choices: [{ index, delta, logprobs: null, finish_reason }],
  });
  const parts: (object | Part)[] = texts.map((_, index) => chunk(index, { role: "assistant", content: "" }));
  const pieces = texts.map(words);
  for (let turn = 0; turn < Math.max(...pieces.map((one) => one.length)); turn++) {
    for (const [index, one] of pieces.entries()) {
      if (one[turn] !== undefined) parts.push(chunk(index, { content: one[turn] }));
    }
  }
  for (const index of texts.keys()) parts.push(chunk(index, {}, "stop"));
  return events([...parts, "data: [DONE]\n\n"], (item) => `data: ${JSON.stringify(item)}\n\n`);
}

/** Pieces as they are, each of them the change of the one choice. */
export function deltaStream(...deltas: object[]): Answer {
  const chunk = (delta: object, finish_reason: string | null) => ({
    ...COMMON,
    object: "chat.completion.chunk",
    choices: [{ index: 0, delta, logprobs: null, finish_reason }],
  });
  const parts = [...deltas.map((delta) => chunk(delta, null)), chunk({}, "stop"), "data: [DONE]\n\n"];
  return events(parts, (item) => `data: ${JSON.stringify(item)}\n\n`);
}

/** Vectors of two numbers, in base64 where the request asks for that, as the client does. */
export function embeddings(vectors: readonly (readonly number[])[]): Answer {
  const data = vectors.map((vector, index) => ({
    object: "embedding",
    index,
    embedding: Buffer.from(Float32Array.from(vector).buffer).toString("base64"),
  }));
  return json({ object: "list", data, model: "text-embedding-3-small", usage: { prompt_tokens: 8, total_tokens: 8 } });
}
