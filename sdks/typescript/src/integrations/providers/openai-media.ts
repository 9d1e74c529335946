/**
 * Answers of OpenAI that are images, sound, what was said in sound, or verdicts. Images and sound themselves are not
 * recorded: they are large, and the caller has them.
 *
 * @module
 */
import type { Usage } from "../../recording/fields.ts";
import { count, isFunction, known, list, type Members, member, members, number, text } from "../reading.ts";
import type { Answer, Reader } from "../requests/call.ts";
import { sizeOfBase64 } from "./files.ts";

/** What images and sound used, as requests and as sessions spell it. */
export function mediaTokens(usage: unknown): Usage | undefined {
  const raw = members(usage);
  if (raw === undefined) return undefined;
  const input = raw["input_tokens_details"] ?? raw["input_token_details"];
  const output = raw["output_tokens_details"] ?? raw["output_token_details"];
  const details = known({
    text_input_tokens: count(member(input, "text_tokens")),
    image_input_tokens: count(member(input, "image_tokens")),
    audio_input_tokens: count(member(input, "audio_tokens")),
    text_output_tokens: count(member(output, "text_tokens")),
    image_output_tokens: count(member(output, "image_tokens")),
    audio_output_tokens: count(member(output, "audio_tokens")),
    audio_input_seconds: number(raw["seconds"]),
  }) as Record<string, number>;
  return {
    ...known({
      inputTokens: count(raw["input_tokens"]),
      outputTokens: count(raw["output_tokens"]),
      cacheReadInputTokens: count(member(input, "cached_tokens")),
      details: Object.keys(details).length > 0 ? details : undefined,
    }),
    raw,
  };
}

/** What an image is, without the image. */
export function imageOf(image: unknown, format: unknown): Record<string, unknown> {
  const type = text(format);
  return known({
    type: "image",
    mime_type: type === undefined ? undefined : `image/${type}`,
    bytes: sizeOfBase64(member(image, "b64_json")),
    size: text(member(image, "size")),
    url: text(member(image, "url")),
    revised_prompt: text(member(image, "revised_prompt")),
  });
}

/** Reads images, whole or as they become clearer. */
export class ImageReader implements Reader {
  #images: unknown[] = [];
  #partial: unknown;
  #tokens: Usage | undefined;
  #failure: Answer["failure"];
  #isComplete = false;

  get isComplete(): boolean {
    return this.#isComplete;
  }

  whole(body: unknown): void {
    this.#isComplete = true;
    this.#images = list(member(body, "data")).map((one) => imageOf(one, member(body, "output_format")));
    this.#tokens = mediaTokens(member(body, "usage"));
  }

  item(event: unknown): unknown {
    const type = text(member(event, "type")) ?? "";
    if (type === "error") {
      const error = member(event, "error") ?? event;
      this.#failure = { type: text(member(error, "code")) ?? "error", message: text(member(error, "message")) };
      return undefined;
    }
    const image = imageOf(event, member(event, "output_format"));
    if (type.endsWith(".completed")) {
      this.#isComplete = true;
      this.#images.push(image);
      this.#tokens = mediaTokens(member(event, "usage")) ?? this.#tokens;
      return undefined;
    }
    if (!type.endsWith(".partial_image")) return undefined;
    this.#partial = { ...image, partial_image_index: count(member(event, "partial_image_index")) };
    return this.#partial;
  }

  answer(): Answer {
    const output = this.#images.length > 0 ? this.#images : this.#partial === undefined ? undefined : [this.#partial];
    return { output, attributes: {}, tokens: this.#tokens, failure: this.#failure };
  }
}

/** Reads what was said: a text, or an object with one, or its pieces. */
export class TranscriptReader implements Reader {
  #said: string | undefined;
  #facts: Members = {};
  #tokens: Usage | undefined;
  #isComplete = false;

  get isComplete(): boolean {
    return this.#isComplete;
  }

  whole(body: unknown): void {
    this.#isComplete = true;
    this.#said = typeof body === "string" ? body : text(member(body, "text"));
    this.#facts = known({ language: text(member(body, "language")), duration: number(member(body, "duration")) });
    this.#tokens = mediaTokens(member(body, "usage"));
  }

  item(event: unknown): unknown {
    const delta = text(member(event, "delta"));
    switch (member(event, "type")) {
      case "transcript.text.delta":
        this.#said = (this.#said ?? "") + (delta ?? "");
        return delta;
      case "transcript.text.done":
        this.whole(event);
        return undefined;
      default:
        return undefined;
    }
  }

  answer(): Answer {
    const output = this.#said === undefined ? undefined : { text: this.#said, ...this.#facts };
    return { output, attributes: {}, tokens: this.#tokens };
  }
}

/** Reads speech: a response whose body the caller reads alone. */
export class SpeechReader implements Reader {
  readonly isComplete = false;
  #answer: Answer = { attributes: {} };

  whole(response: unknown): void {
    const headers = member(response, "headers");
    const read = member(headers, "get");
    const header = (name: string) => (isFunction(read) ? text(read.call(headers, name)) : undefined);
    this.#answer = {
      output: known({
        type: "speech",
        mime_type: header("content-type"),
        bytes: count(Number(header("content-length") ?? Number.NaN)),
      }),
      attributes: known({ "http.response.status_code": count(member(response, "status")) }),
    };
  }

  item(): unknown {
    return undefined;
  }

  answer(): Answer {
    return this.#answer;
  }
}

/** Reads verdicts: of each input whether it is one to stop, and why. */
export class ModerationReader implements Reader {
  readonly isComplete = false;
  #answer: Answer = { attributes: {} };

  whole(body: unknown): void {
    const verdicts = list(member(body, "results")).map((result) => {
      const categories = Object.entries(members(member(result, "categories")) ?? {});
      const named = categories.filter(([, value]) => value === true).map(([name]) => name);
      return { flagged: member(result, "flagged") === true, categories: named };
    });
    this.#answer = {
      output: verdicts.length > 1 ? verdicts : verdicts[0],
      attributes: known({
        "gen_ai.response.id": text(member(body, "id")),
        "gen_ai.response.model": text(member(body, "model")),
      }),
    };
  }

  item(): unknown {
    return undefined;
  }

  answer(): Answer {
    return this.#answer;
  }
}
