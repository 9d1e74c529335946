/**
 * Answers of OpenAI's responses.
 *
 * @module
 */

import type { SpanContext } from "../../recording/context.ts";
import type { Usage } from "../../recording/fields.ts";
import { count, known, list, member, members, text } from "../reading.ts";
import type { Answer, Reader } from "../requests/call.ts";
import { copied } from "./facts.ts";
import { sizeOfBase64 } from "./files.ts";

function responseTokens(usage: unknown): Usage | undefined {
  const raw = members(usage);
  if (raw === undefined) return undefined;
  return {
    ...known({
      inputTokens: count(raw["input_tokens"]),
      outputTokens: count(raw["output_tokens"]),
      cacheReadInputTokens: count(member(raw["input_tokens_details"], "cached_tokens")),
      cacheWriteInputTokens: count(member(raw["input_tokens_details"], "cache_write_tokens")),
      reasoningOutputTokens: count(member(raw["output_tokens_details"], "reasoning_tokens")),
    }),
    raw,
  };
}

const MOST_RESPONSES = 1000;
/** A response that is none of these goes on elsewhere, and can be asked for later. */
const ENDINGS: ReadonlySet<unknown> = new Set(["completed", "failed", "incomplete", "cancelled"]);

/** Responses that a client has asked for: which step began each, and whether its tokens are recorded already. */
export class KnownResponses {
  readonly #steps = new Map<string, SpanContext>();
  readonly #counted = new Set<string>();

  /** The step that began a response. */
  stepOf(id: string): SpanContext | undefined {
    return this.#steps.get(id);
  }

  /** Whoever tells first of a response has begun it. */
  begun(id: string, step: SpanContext | undefined): void {
    if (step === undefined || this.#steps.has(id)) return;
    oldestOut(this.#steps);
    this.#steps.set(id, step);
  }

  /** Whether tokens of a response are told for the first time. */
  counts(id: string | undefined): boolean {
    if (id === undefined) return true;
    if (this.#counted.has(id)) return false;
    oldestOut(this.#counted);
    this.#counted.add(id);
    return true;
  }
}

function oldestOut(known: Map<string, unknown> | Set<string>): void {
  for (const oldest of known.keys()) {
    if (known.size < MOST_RESPONSES) return;
    known.delete(oldest);
  }
}

/** An item as it is worth recording: images are long, and the caller has them. */
function lean(item: unknown): unknown {
  const copy = copied(item);
  if (member(copy, "type") !== "image_generation_call") return copy;
  const { result, ...rest } = copy as Record<string, unknown>;
  return { ...rest, bytes: sizeOfBase64(result) };
}

export class ResponseReader implements Reader {
  readonly #responses: KnownResponses;
  #status: unknown;
  #attributes: Record<string, unknown> = {};
  #output: unknown[] | undefined;
  #items: unknown[] = [];
  #texts: string[] = [];
  #tokens: Usage | undefined;
  #failure: Answer["failure"];

  /** @param responses - those that the client knows already */
  constructor(responses: KnownResponses) {
    this.#responses = responses;
  }

  get isComplete(): boolean {
    return this.#output !== undefined;
  }

  whole(body: unknown): void {
    this.#facts(body);
    const status = text(member(body, "status"));
    this.#output = list(member(body, "output")).map(lean);
    this.#tokens = responseTokens(member(body, "usage"));
    const reason = text(member(member(body, "incomplete_details"), "reason")) ?? status;
    if (reason !== undefined && ENDINGS.has(status)) this.#attributes["gen_ai.response.finish_reasons"] = [reason];
    const error = member(body, "error");
    if (status === "failed" || members(error) !== undefined) {
      this.#failure = { type: text(member(error, "code")) ?? "failed", message: text(member(error, "message")) };
    }
  }

  item(event: unknown): unknown {
    const type = text(member(event, "type")) ?? "";
    const index = count(member(event, "output_index")) ?? 0;
    const delta = member(event, "delta");
    switch (type) {
      case "response.completed":
      case "response.failed":
      case "response.incomplete":
        this.whole(member(event, "response"));
        return undefined;
      case "response.created":
      case "response.queued":
      case "response.in_progress":
        this.#facts(member(event, "response"));
        return undefined;
      case "response.output_item.done":
        this.#items[Math.min(index, 1000)] = lean(member(event, "item"));
        return undefined;
      case "response.output_text.delta":
        this.#texts[Math.min(index, 1000)] = (this.#texts[Math.min(index, 1000)] ?? "") + String(delta);
        return delta;
      case "response.image_generation_call.partial_image":
        return { type, bytes: sizeOfBase64(member(event, "partial_image_b64")) };
      case "error":
        this.#failure = { type: text(member(event, "code")) ?? "error", message: text(member(event, "message")) };
        return undefined;
      default:
        return type.endsWith(".delta") ? { type, delta } : undefined;
    }
  }

  answer(): Answer {
    const output = this.#output ?? this.#soFar();
    const isGoingOn = this.#status !== undefined && !ENDINGS.has(this.#status);
    return {
      output: isGoingOn && (output ?? []).length === 0 ? { status: this.#status } : output,
      attributes: this.#attributes,
      // Whoever asks again for a response pays for it once.
      tokens: this.#tokens !== undefined && this.#responses.counts(this.#id) ? this.#tokens : undefined,
      failure: this.#failure,
    };
  }

  over(step: SpanContext | undefined): void {
    if (this.#id !== undefined) this.#responses.begun(this.#id, step);
  }

  get #id(): string | undefined {
    return text(this.#attributes["gen_ai.response.id"]);
  }

  /** The items that were complete when the stream broke off, and the text of the one that was not. */
  #soFar(): unknown[] | undefined {
    const found: unknown[] = [];
    for (let index = 0; index < Math.max(this.#items.length, this.#texts.length); index++) {
      const said = this.#texts[index];
      if (this.#items[index] !== undefined) found.push(this.#items[index]);
      else if (said !== undefined) {
        found.push({ type: "message", role: "assistant", content: [{ type: "output_text", text: said }] });
      }
    }
    return found.length > 0 ? found : undefined;
  }

  #facts(body: unknown): void {
    this.#status = member(body, "status") ?? this.#status;
    Object.assign(
      this.#attributes,
      known({
        "gen_ai.response.id": text(member(body, "id")),
        "gen_ai.response.model": text(member(body, "model")),
        "openai.response.service_tier": text(member(body, "service_tier")),
        "gen_ai.conversation.id": text(member(member(body, "conversation"), "id")),
      }),
    );
  }
}
