/**
 * Exporters that write a document for each envelope: JSON, TOON.
 *
 * @module
 */
import { convert, encode } from "../formats/index.ts";
import type { Delimiter } from "../formats/options.ts";
import { unicodePattern } from "../values/text.ts";
import type { Batch } from "./base.ts";
import { TextExporter, textsOf, unreadable } from "./counting.ts";
import { filesOfHost } from "./files.ts";
import { flatRows } from "./flat.ts";

/** Something that texts are written to. */
export interface TextStream {
  /** Takes a text. */
  write(text: string): unknown;
}

/** A folder (of CSV: a file), or a stream. */
export type Target = string | TextStream;

/** What the exporters of documents have in common. */
export interface DocumentOptions {
  readonly name?: string;
  /** A folder, made when the first document is there; or a stream. */
  readonly target?: Target;
  /** Write tables of events instead: short, and not made to be read back. */
  readonly flatten?: boolean;
}

abstract class DocumentExporter extends TextExporter {
  readonly name: string;
  readonly usesEvents: boolean;
  readonly onlyThisProcess: boolean;
  readonly #stream: TextStream | undefined;
  readonly #folder: string;
  readonly #suffix: string;

  protected constructor(suffix: string, target: Target, options: DocumentOptions) {
    super();
    this.#suffix = suffix;
    this.#stream = typeof target === "string" ? undefined : target;
    this.#folder = typeof target === "string" ? filesOfHost().resolve(target) : "";
    // An envelope alone has references; rows have what they stand for.
    this.usesEvents = options.flatten === true;
    // A stream is this process's; what another one has left does not belong there.
    this.onlyThisProcess = this.#stream !== undefined;
    this.name = options.name ?? `${suffix}:${this.#folder || "stream"}`;
  }

  /** Writes the documents. */
  async export(batch: Batch): Promise<void> {
    for (const [first, text] of this.#documents(batch)) {
      if (this.#stream !== undefined) {
        this.#stream.write(text + this.between());
      } else {
        const path = `${this.#folder}/${fileName(batch.producer)}-${first}.${this.#suffix}`;
        await filesOfHost().replace(path, new TextEncoder().encode(text));
      }
    }
  }

  /** The documents of a batch, each with the number of its first event. */
  *#documents(batch: Batch): Generator<[first: unknown, text: string]> {
    let at = 0;
    for (const [index, document] of batch.documents().entries()) {
      const first = document["first_seq"] ?? 0;
      if (!this.usesEvents) {
        yield [first, this.document(batch.envelopes[index] as Uint8Array, this.#stream === undefined)];
        continue;
      }
      const count = document.events.length;
      const rows = flatRows(batch.events().slice(at, at + count));
      at += count;
      // The one that closes a journal mostly holds nothing.
      if (rows.length > 0) yield [first, this.rows(rows)];
    }
  }

  protected override *texts(batch: Batch): Generator<string> {
    for (const [, text] of this.#documents(batch)) yield text;
  }

  protected override async written(): Promise<string[]> {
    if (this.#stream !== undefined) throw unreadable();
    const names = (await filesOfHost().list(this.#folder)).filter((name) => name.endsWith(`.${this.#suffix}`));
    return textsOf(names.sort().map((name) => `${this.#folder}/${name}`));
  }

  /** What ends a document in a stream. */
  protected between(): string {
    return "\n";
  }

  /** The text of an envelope. */
  protected abstract document(envelope: Uint8Array, isFile: boolean): string;

  /** The text of rows. */
  protected abstract rows(rows: readonly object[]): string;
}

/** Options of {@link JsonExporter}. */
export interface JsonOptions extends DocumentOptions {
  /**
   * Spaces for each level, for people; by default the document is the envelope's canonical bytes, on which its digest
   * is.
   */
  readonly indent?: number;
}

/**
 * Writes each envelope as a JSON document of its own: in a folder as `<producer>-<number of the first event>.json`,
 * whole, and one that comes twice replaces itself.
 *
 * @example
 * ```ts
 * init({ mode: "inline", exporters: [new JsonExporter("traces", { indent: 2 })] });
 * ```
 */
export class JsonExporter extends DocumentExporter {
  readonly #indent: number | undefined;

  constructor(target?: Target | JsonOptions, options: JsonOptions = optionsIn(target)) {
    super("json", targetIn(target, options) ?? "tracewire-json", options);
    this.#indent = options.indent;
  }

  protected override document(envelope: Uint8Array, isFile: boolean): string {
    if (this.#indent === undefined) return new TextDecoder().decode(envelope);
    return convert(envelope, "json", "json", { indent: this.#indent }) + (isFile ? "\n" : "");
  }

  protected override rows(rows: readonly object[]): string {
    return encode(rows, "json", { indent: this.#indent, tags: "keep" });
  }
}

/** Options of {@link ToonExporter}. */
export interface ToonOptions extends DocumentOptions {
  /** What separates cells: `comma`, `tab` (mostly the fewest tokens) or `pipe`. */
  readonly delimiter?: Delimiter;
}

/**
 * Writes each envelope as a TOON document, for language models to read; `decode(text, "toon")` gives the envelope
 * back, to the last byte of its digest. With `flatten` a document is a table: one row for each event, which is much
 * shorter.
 *
 * @example
 * ```ts
 * init({ mode: "inline", exporters: [new ToonExporter("traces", { flatten: true, delimiter: "tab" })] });
 * ```
 */
export class ToonExporter extends DocumentExporter {
  readonly #delimiter: Delimiter | undefined;

  constructor(target?: Target | ToonOptions, options: ToonOptions = optionsIn(target)) {
    super("toon", targetIn(target, options) ?? "tracewire-toon", options);
    this.#delimiter = options.delimiter;
  }

  protected override between(): string {
    return "\n\n";
  }

  protected override document(envelope: Uint8Array): string {
    return convert(envelope, "json", "toon", { delimiter: this.#delimiter });
  }

  protected override rows(rows: readonly object[]): string {
    return encode(rows, "toon", { delimiter: this.#delimiter, tags: "keep" });
  }
}

/** Producers' names are mostly plain; those that are not must not lead out of the folder. */
function fileName(producer: string): string {
  return producer.replace(unicodePattern(String.raw`[^\p{L}\p{N}_-]`), "_").slice(0, 150);
}

/** The options, where they are the only argument: as a configuration has them. */
export function optionsIn<O extends object>(target: Target | O | undefined): O {
  return typeof target === "object" && !("write" in target) ? (target as O) : ({} as O);
}

/** Where to write, as the first argument or among the options. */
export function targetIn(
  target: Target | object | undefined,
  options: { readonly target?: Target },
): Target | undefined {
  if (typeof target === "string") return target;
  return target !== undefined && "write" in target ? (target as TextStream) : options.target;
}
