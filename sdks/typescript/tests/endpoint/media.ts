/**
 * OpenAI's images, sound and moderations, as they are on the wire.
 *
 * @module
 */
import { type Answer, events, json, words } from "./answers.ts";

export const IMAGE_USAGE = {
  input_tokens: 50,
  input_tokens_details: { image_tokens: 40, text_tokens: 10 },
  output_tokens: 4160,
  output_tokens_details: { image_tokens: 4160, text_tokens: 0 },
  total_tokens: 4210,
};

export const SOUND_USAGE = {
  type: "tokens",
  input_tokens: 14,
  input_token_details: { text_tokens: 4, audio_tokens: 10 },
  output_tokens: 3,
  total_tokens: 17,
};

const named = (item: object) => `event: ${(item as { type: string }).type}\ndata: ${JSON.stringify(item)}\n\n`;

/** Images of the given sizes in bytes. */
export function images(...bytes: number[]): Answer {
  const data = bytes.map((count) => ({ b64_json: Buffer.alloc(count, 7).toString("base64") }));
  return json({ created: 1_790_000_000, data, output_format: "png", quality: "low", usage: IMAGE_USAGE });
}

/** An image that becomes clearer. */
export function imageStream(kind: "image_generation" | "image_edit", partials: number, bytes: number): Answer {
  const image = { b64_json: Buffer.alloc(bytes, 7).toString("base64"), output_format: "webp", size: "1024x1024" };
  const parts: object[] = [];
  for (let index = 0; index < partials; index++) {
    parts.push({ type: `${kind}.partial_image`, ...image, partial_image_index: index });
  }
  parts.push({ type: `${kind}.completed`, ...image, usage: IMAGE_USAGE });
  return events(parts, named);
}

/** What was said in sound. */
export function transcript(text: string): Answer {
  return json({ text, usage: SOUND_USAGE });
}

/** The same as plain text. */
export function plainTranscript(text: string): Answer {
  return { status: 200, headers: { "content-type": "text/plain" }, parts: [text] };
}

/** The same word by word. */
export function transcriptStream(text: string): Answer {
  const parts: object[] = words(text).map((delta) => ({ type: "transcript.text.delta", delta }));
  parts.push({ type: "transcript.text.done", text, usage: SOUND_USAGE });
  return events(parts, named);
}

/** Sound. */
export function speech(bytes: number): Answer {
  const headers = { "content-type": "audio/mpeg", "content-length": String(bytes) };
  return { status: 200, headers, parts: ["x".repeat(bytes)] };
}

/** A verdict on each input. */
export function moderations(...flagged: boolean[]): Answer {
  const results = flagged.map((one) => ({
    flagged: one,
    categories: { harassment: false, violence: one },
    category_scores: { harassment: 0.01, violence: one ? 0.9 : 0.01 },
    category_applied_input_types: { violence: ["text"] },
  }));
  return json({ id: "modr-1", model: "omni-moderation-latest", results });
}
