/**
 * Answers of Anthropic's messages.
 *
 * @module
 */

import type { Usage } from "../../recording/fields.ts";
import { count, known, list, member, members, sum, text } from "../reading.ts";
import type { Answer, Reader } from "../requests/call.ts";
import { copied } from "./facts.ts";

/** Its input tokens leave out what a cache gave or took; ours count them all. */
function messageTokens(usage: Record<string, unknown> | undefined): Usage | undefined {
  if (usage === undefined) return undefined;
  const read = count(usage["cache_read_input_tokens"]);
  const write = count(usage["cache_creation_input_tokens"]);
  const searches = count(member(usage["server_tool_use"], "web_search_requests"));
  return {
    ...known({
      inputTokens: sum(count(usage["input_tokens"]), read, write),
      outputTokens: count(usage["output_tokens"]),
      cacheReadInputTokens: read,
      cacheWriteInputTokens: write,
      reasoningOutputTokens: count(member(usage["output_tokens_details"], "thinking_tokens")),
      details: searches ? { web_search_requests: searches } : undefined,
    }),
    raw: usage,
  };
}

/** What the end of a stream says of tokens: `null` is what it does not know. */
function said(usage: Readonly<Record<string, unknown>> | undefined): Record<string, unknown> {
  return Object.fromEntries(Object.entries(usage ?? {}).filter(([, value]) => value !== null && value !== undefined));
}

type Block = Record<string, unknown>;

/** Pieces of a block, the member of the block that they make, and how to read them. */
const PIECES: Readonly<Record<string, readonly [from: string, to: string]>> = {
  text_delta: ["text", "text"],
  thinking_delta: ["thinking", "thinking"],
  signature_delta: ["signature", "signature"],
  input_json_delta: ["partial_json", "input"],
};

export class MessageReader implements Reader {
  #attributes: Record<string, unknown> = {};
  #blocks: Block[] = [];
  #json: string[] = [];
  #role: unknown = "assistant";
  #reason: string | undefined;
  #usage: Record<string, unknown> | undefined;
  #hasBegun = false;

  get isComplete(): boolean {
    return this.#reason !== undefined;
  }

  whole(message: unknown): void {
    this.#begin(message);
    this.#blocks = copied([...list(member(message, "content"))]) as Block[];
    this.#reason = text(member(message, "stop_reason"));
  }

  item(event: unknown): unknown {
    const index = Math.min(count(member(event, "index")) ?? 0, 10_000);
    switch (member(event, "type")) {
      case "message_start":
        this.#begin(member(event, "message"));
        return undefined;
      case "content_block_start": {
        const block = { ...members(copied(member(event, "content_block"))) };
        this.#blocks[index] = block;
        // What is recorded of it now must not change with what comes.
        return String(block["type"]).endsWith("tool_use") ? { ...block } : undefined;
      }
      case "content_block_delta":
        return this.#piece(index, member(event, "delta"));
      case "content_block_stop":
        this.#close(index);
        return undefined;
      case "message_delta":
        this.#reason = text(member(member(event, "delta"), "stop_reason")) ?? this.#reason;
        this.#usage = { ...this.#usage, ...said(members(member(event, "usage"))) };
        return undefined;
      default:
        return undefined;
    }
  }

  answer(): Answer {
    for (const index of this.#json.keys()) this.#close(index);
    const content = this.#blocks.filter((block) => block !== undefined);
    return {
      output: this.#hasBegun ? { role: this.#role, content } : undefined,
      attributes: {
        ...this.#attributes,
        ...(this.#reason !== undefined && { "gen_ai.response.finish_reasons": [this.#reason] }),
      },
      tokens: messageTokens(this.#usage),
    };
  }

  #begin(message: unknown): void {
    this.#hasBegun = true;
    this.#role = member(message, "role") ?? this.#role;
    this.#usage = { ...members(member(message, "usage")) };
    this.#attributes = known({
      "gen_ai.response.id": text(member(message, "id")),
      "gen_ai.response.model": text(member(message, "model")),
    });
  }

  #piece(index: number, delta: unknown): unknown {
    const [from, to] = PIECES[String(member(delta, "type"))] ?? [];
    const piece = from === undefined ? undefined : member(delta, from);
    const block = this.#blocks[index];
    if (member(delta, "type") === "citations_delta" && block !== undefined) {
      block["citations"] = [...list(block["citations"]), copied(member(delta, "citation"))];
    }
    if (from === undefined || to === undefined || typeof piece !== "string" || block === undefined) return delta;
    if (to === "input") this.#json[index] = (this.#json[index] ?? "") + piece;
    else block[to] = (text(block[to]) ?? "") + piece;
    if (piece === "" || from === "signature") return undefined;
    return from === "text" ? piece : { [from]: piece };
  }

  /** A tool's input is complete, or all of it that will come. */
  #close(index: number): void {
    const json = this.#json[index];
    const block = this.#blocks[index];
    if (json === undefined || block === undefined) return;
    delete this.#json[index];
    if (json === "") return;
    try {
      block["input"] = JSON.parse(json);
    } catch {
      block["input"] = json;
    }
  }
}
