import { FormatError, refusing } from "../errors.ts";
import { isIllFormed } from "../values/text.ts";
import { encode } from "./index.ts";
import type { TextFormat, WriteOptions } from "./options.ts";
import { tool } from "./tools.ts";

/** Options of {@link countTokens}. */
export interface CountOptions extends WriteOptions {
  /** `o200k` (the default), of GPT-4o, GPT-5, o1 and later; or `cl100k`, of GPT-4 and GPT-3.5. */
  encoding?: "o200k" | "cl100k" | undefined;
  /** `json` (the default for what is no text), `jsonl`, `toon` or `csv`. */
  format?: TextFormat | undefined;
}

/**
 * How many tokens a language model reads: the exact count of a byte-pair encoding, made here and offline.
 *
 * Other vendors' models count otherwise, mostly some tenths more.
 *
 * @param value - a text, whose tokens are counted as it stands; or any other value, or a text with a `format`, of which
 *   those of what {@link encode} makes of it are counted.
 * @throws `FormatError` as {@link encode}; `encoding_unknown`. `TracewireError` `unavailable` before `loadTools()`.
 *
 * @example
 * ```ts
 * const spans = Array.from({ length: 100 }, (_, id) => ({ id, name: "plan" }));
 * countTokens(spans); // 901
 * countTokens(spans, { format: "toon" }); // 412
 * ```
 */
export function countTokens(value: unknown, options: CountOptions = {}): number {
  const { encoding = "o200k", format, ...writing } = options;
  const text = format === undefined && typeof value === "string" ? value : encode(value, format ?? "json", writing);
  if (isIllFormed(text)) {
    throw new FormatError("text_surrogate", "the text has half of a surrogate pair: use toWellFormed()");
  }
  const count = tool("countTokens");
  return refusing(() => count(text, encoding));
}
