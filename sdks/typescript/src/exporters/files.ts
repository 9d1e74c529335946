/**
 * The exporter that writes a file of JSON Lines.
 *
 * @module
 */
import { platform } from "#platform";
import { TracewireError } from "../errors.ts";
import type { Files } from "../platform/platform.ts";
import { type Batch, type Exporter, joined } from "./base.ts";

/** Options of {@link JsonLinesExporter}. */
export interface FileOptions {
  readonly name?: string;
  /** The file, made when the first envelope is there. */
  readonly path?: string;
  /** The size that a file does not exceed, unless a single envelope does, in bytes. */
  readonly maxBytes?: number;
  /** How many files to keep besides the current one; the oldest is removed. */
  readonly keep?: number;
  /** Have each batch on the disk before it counts as delivered. */
  readonly fsync?: boolean;
}

/**
 * Appends envelopes to a file of JSON Lines, one envelope a line.
 *
 * With a limit, a file that would grow beyond it is moved to `<path>.1`, that one to `<path>.2`, and so on. Several
 * processes may write to one file without a limit.
 *
 * @example
 * ```ts
 * init({ mode: "background", exporters: [new JsonLinesExporter("traces.jsonl", { maxBytes: 50_000_000, keep: 4 })] });
 * ```
 */
export class JsonLinesExporter implements Exporter {
  readonly name: string;
  readonly usesEvents = false;
  readonly #path: string;
  readonly #maxBytes: number | undefined;
  readonly #keep: number;
  readonly #fsync: boolean;

  /**
   * @param path - the file; `tracewire.jsonl` by default.
   * @throws `RangeError` for limits that are none.
   */
  constructor(path?: string | FileOptions, options: FileOptions = typeof path === "object" ? path : {}) {
    const { maxBytes, keep = 4, fsync = false, name } = options;
    if (maxBytes !== undefined && !(maxBytes > 0)) throw new RangeError(`maxBytes must be positive: ${maxBytes}`);
    if (!(keep >= 0)) throw new RangeError(`keep must not be negative: ${keep}`);
    this.#path = filesOfHost().resolve((typeof path === "string" ? path : options.path) ?? "tracewire.jsonl");
    this.#maxBytes = maxBytes;
    this.#keep = keep;
    this.#fsync = fsync;
    this.name = name ?? `jsonl:${this.#path}`;
  }

  /** Appends the envelopes; when it settles, they are with the system. */
  async export(batch: Batch): Promise<void> {
    const most = this.#maxBytes;
    if (most === undefined) return this.#append(batch.envelopes);
    let lines: Uint8Array[] = [];
    let size = await filesOfHost().size(this.#path);
    for (const envelope of batch.envelopes) {
      if (size > 0 && size + envelope.length + 1 > most) {
        await this.#append(lines);
        await this.#rotate();
        lines = [];
        size = 0;
      }
      lines.push(envelope);
      size += envelope.length + 1;
    }
    await this.#append(lines);
  }

  async #append(envelopes: readonly Uint8Array[]): Promise<void> {
    if (envelopes.length === 0) return;
    const options = { isAlone: this.#maxBytes !== undefined, fsync: this.#fsync };
    await filesOfHost().append(this.#path, joined(envelopes, "", "\n", ""), options);
  }

  async #rotate(): Promise<void> {
    const files = filesOfHost();
    if (this.#keep === 0) await files.remove(this.#path);
    for (let number = this.#keep; number > 0; number--) {
      await files.move(number === 1 ? this.#path : `${this.#path}.${number - 1}`, `${this.#path}.${number}`);
    }
  }
}

/** @throws `TracewireError` `unavailable` where there are no files. */
export function filesOfHost(): Files {
  if (platform.files === undefined) {
    throw new TracewireError("unavailable", "there are no files here: use an HttpExporter, or an exporter of your own");
  }
  return platform.files;
}
