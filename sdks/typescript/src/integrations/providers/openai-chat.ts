/**
 * Answers of OpenAI's chat completions, legacy completions and embeddings, and of the many that speak like it.
 *
 * @module
 */

import type { Usage } from "../../recording/fields.ts";
import { count, known, list, type Members, member, members, text } from "../reading.ts";
import type { Answer, Reader } from "../requests/call.ts";
import { sizeOfBase64 } from "./files.ts";

/** What a provider says of tokens, in the form of chat completions. */
export function chatTokens(usage: unknown): Usage | undefined {
  const raw = members(usage);
  if (raw === undefined) return undefined;
  const input = raw["prompt_tokens_details"];
  const output = raw["completion_tokens_details"];
  const details = {
    audio_input_tokens: count(member(input, "audio_tokens")) || undefined,
    audio_output_tokens: count(member(output, "audio_tokens")) || undefined,
    accepted_prediction_tokens: count(member(output, "accepted_prediction_tokens")) || undefined,
    rejected_prediction_tokens: count(member(output, "rejected_prediction_tokens")) || undefined,
  };
  return {
    ...known({
      inputTokens: count(raw["prompt_tokens"]),
      outputTokens: count(raw["completion_tokens"]),
      cacheReadInputTokens: count(member(input, "cached_tokens")) ?? count(raw["prompt_cache_hit_tokens"]),
      cacheWriteInputTokens: count(member(input, "cache_write_tokens")),
      reasoningOutputTokens: count(member(output, "reasoning_tokens")),
      details: Object.values(details).some((one) => one !== undefined) ? known(details) : undefined,
    }),
    raw,
  };
}

/** The members of an answer, whole or in pieces, that are the same for all candidates. */
function commonFacts(body: unknown): Record<string, unknown> {
  return known({
    "gen_ai.response.id": text(member(body, "id")),
    "gen_ai.response.model": text(member(body, "model")),
    "openai.response.service_tier": text(member(body, "service_tier")),
    "openai.response.system_fingerprint": text(member(body, "system_fingerprint")),
  });
}

/** One candidate, as far as it has come. */
interface Choice {
  message: Record<string, unknown>;
  reason: string | undefined;
}

/** Reads completions, of chat and of plain text. */
export class ChatReader implements Reader {
  #attributes: Record<string, unknown> = {};
  #choices: Choice[] = [];
  #tokens: Usage | undefined;

  get isComplete(): boolean {
    return this.#choices.length > 0 && this.#choices.every((choice) => choice.reason !== undefined);
  }

  whole(body: unknown): void {
    this.#facts(body);
    for (const choice of list(member(body, "choices"))) {
      const said = members(member(choice, "message")) ?? { text: member(choice, "text") };
      this.#choices.push({ message: withoutSound(known({ ...said })), reason: text(member(choice, "finish_reason")) });
    }
  }

  item(chunk: unknown): unknown {
    this.#facts(chunk);
    const found: unknown[] = [];
    for (const piece of list(member(chunk, "choices"))) {
      const index = count(member(piece, "index")) ?? 0;
      if (index > 1000) continue;
      while (this.#choices.length <= index) this.#choices.push({ message: {}, reason: undefined });
      const choice = this.#choices[index] as Choice;
      choice.reason = text(member(piece, "finish_reason")) ?? choice.reason;
      const delta = members(member(piece, "delta")) ?? { text: member(piece, "text") };
      merge(choice.message, delta);
      const said = worth(delta);
      if (said !== undefined) found.push(index === 0 ? said : { index, delta: said });
    }
    return found.length > 1 ? found : found[0];
  }

  answer(): Answer {
    const messages = this.#choices.map((choice) => withoutSound(choice.message));
    const reasons = this.#choices.map((choice) => choice.reason ?? "");
    return {
      output: messages.length > 1 ? messages : messages[0],
      attributes: { ...this.#attributes, ...(this.isComplete && { "gen_ai.response.finish_reasons": reasons }) },
      tokens: this.#tokens,
    };
  }

  #facts(body: unknown): void {
    Object.assign(this.#attributes, commonFacts(body));
    this.#tokens = chatTokens(member(body, "usage")) ?? this.#tokens;
  }
}

/** What of a piece is worth recording: its text where it is only that, its members that say something otherwise. */
function worth(delta: Members): unknown {
  const saying = Object.entries(withoutSound(delta)).filter(
    ([name, value]) => value !== null && value !== undefined && value !== "" && name !== "role",
  );
  if (saying.length === 0) return undefined;
  const [name, value] = saying[0] as [string, unknown];
  return saying.length === 1 && (name === "content" || name === "text") ? value : Object.fromEntries(saying);
}

/** A message as it is worth recording: sound is long, and the caller has it. */
function withoutSound<M extends Members>(message: M): M {
  const sound = members(message["audio"]);
  if (sound === undefined || typeof sound["data"] !== "string") return message;
  const { data, ...rest } = sound;
  return { ...message, audio: { ...rest, bytes: sizeOfBase64(data) } };
}

/** Texts that some say again with each piece. */
const REPEATED: ReadonlySet<string> = new Set(["role", "type", "id", "name"]);

/** Adds a piece to a message: texts grow, tool calls by their index, anything else replaces. */
function merge(message: Record<string, unknown>, delta: Members): void {
  for (const [name, value] of Object.entries(delta)) {
    const before = message[name];
    if (value === null || value === undefined) message[name] ??= value ?? null;
    else if (REPEATED.has(name)) message[name] = value;
    else if (typeof value === "string") message[name] = (typeof before === "string" ? before : "") + value;
    else if (name === "tool_calls") message[name] = mergedCalls(list(before), list(value));
    else if (members(value) !== undefined) {
      const inner = { ...members(before) };
      merge(inner, value as Members);
      message[name] = inner;
    } else message[name] = value;
  }
}

function mergedCalls(before: readonly unknown[], pieces: readonly unknown[]): unknown[] {
  const calls = before.map((call) => ({ ...members(call) }));
  for (const piece of pieces) {
    const index = count(member(piece, "index")) ?? calls.length;
    if (index > 1000) continue;
    while (calls.length <= index) calls.push({});
    const { index: _, ...rest } = { ...members(piece) };
    merge(calls[index] as Record<string, unknown>, rest);
  }
  return calls;
}

/** Reads embeddings. The vectors are not recorded: they are long, and can be made again. */
export class EmbeddingReader implements Reader {
  readonly isComplete = false;
  #attributes: Record<string, unknown> = {};
  #tokens: Usage | undefined;

  item(): unknown {
    return undefined;
  }

  whole(body: unknown): void {
    const vector = member(list(member(body, "data"))[0], "embedding");
    const size =
      typeof vector === "string"
        ? Math.floor((vector.replace(/=+$/, "").length * 3) / 16)
        : count(member(vector, "length"));
    this.#attributes = { ...commonFacts(body), ...known({ "gen_ai.embeddings.dimension.count": size || undefined }) };
    this.#tokens = chatTokens(member(body, "usage"));
  }

  answer(): Answer {
    return { attributes: this.#attributes, tokens: this.#tokens };
  }
}
