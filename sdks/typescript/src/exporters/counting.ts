/**
 * Exporters that write text, and know how many tokens it is.
 *
 * @module
 */
import { TracewireError } from "../errors.ts";
import { textOf } from "../formats/data.ts";
import { encode } from "../formats/index.ts";
import { type CountOptions, countTokens } from "../formats/tokens.ts";
import { type Batch, EnvelopeBatch, type Exporter, type WireEvent } from "./base.ts";
import { filesOfHost } from "./files.ts";

/** What writes texts: it can say what they cost to read. */
export abstract class TextExporter implements Exporter {
  abstract readonly name: string;

  abstract export(batch: Batch): Promise<void>;

  /**
   * How many tokens a language model reads in what this exporter writes. It has the name that others have for it, and
   * is no estimate: the tokens are counted as `countTokens` counts them.
   *
   * @param source - a batch, or events as `batch.events()` gives them; by default all that was written, read back.
   * @param options - `encoding`: `o200k` (the default) or `cl100k`.
   * @throws `TracewireError` `unavailable` before `loadTokens()` of `tracewire/tools`; and, without a source, where
   *   what was written went to a stream.
   *
   * @example
   * ```ts
   * await loadTokens();
   * await new ToonExporter("traces").getTokenEstimate(); // 1184
   * ```
   */
  async getTokenEstimate(
    source?: Batch | readonly WireEvent[],
    options: Pick<CountOptions, "encoding"> = {},
  ): Promise<number> {
    const texts = source === undefined ? await this.written() : this.texts(isBatch(source) ? source : batchOf(source));
    let tokens = 0;
    for (const text of texts) tokens += countTokens(text, { encoding: options.encoding });
    return tokens;
  }

  /** What is written for a batch. */
  protected abstract texts(batch: Batch): Iterable<string>;

  /** All that was written. */
  protected abstract written(): Promise<Iterable<string>>;
}

function isBatch(source: Batch | readonly WireEvent[]): source is Batch {
  return "envelopes" in source;
}

/** Events of which no envelope is known: as if they were one. */
function batchOf(events: readonly WireEvent[]): Batch {
  return new EnvelopeBatch("", [new TextEncoder().encode(encode({ events }, "json", { tags: "keep" }))]);
}

/** The text of a file; none where there is no file. */
export async function textsOf(paths: readonly string[]): Promise<string[]> {
  const files = filesOfHost();
  const texts: string[] = [];
  for (const path of paths) if ((await files.size(path)) > 0) texts.push(textOf(await files.read(path)));
  return texts;
}

/** Says why what went to a stream is not counted. */
export function unreadable(): TracewireError {
  return new TracewireError("unavailable", "what went to a stream cannot be read back: name a batch, or events");
}
