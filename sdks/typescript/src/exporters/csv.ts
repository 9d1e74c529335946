/**
 * The exporter that writes a table of events.
 *
 * @module
 */
import { encode } from "../formats/index.ts";
import type { Delimiter } from "../formats/options.ts";
import type { Batch, WireEvent } from "./base.ts";
import { TextExporter, textsOf, unreadable } from "./counting.ts";
import { optionsIn, type Target, type TextStream, targetIn } from "./documents.ts";
import { filesOfHost } from "./files.ts";

/** Options of {@link CsvExporter}. */
export interface CsvOptions {
  readonly name?: string;
  /** The file, made when the first event is there; or a stream. */
  readonly target?: Target;
  /** What separates cells: `comma`, `tab` or `pipe`. */
  readonly delimiter?: Delimiter;
  /** Put a `'` before texts that a spreadsheet would take for a formula. Lossy: no reader takes it away. */
  readonly formulaSafe?: boolean;
}

/** TW-CSV-005. */
const COLUMNS = [
  "producer",
  "seq",
  "type",
  "time",
  "trace_id",
  "span_id",
  "parent_id",
  "kind",
  "status",
  "duration_nanos",
  "nonce",
  "body",
  "other",
] as const;

/**
 * Appends events to a table, one row for each: RFC 4180, with contents in their places. A missing member is an empty
 * cell, and `decode(text, "csv")` gives the rows back. An event that came twice has the same `producer` and `seq`.
 *
 * @example
 * ```ts
 * init({ mode: "background", exporters: [new CsvExporter("events.csv")] });
 * ```
 */
export class CsvExporter extends TextExporter {
  readonly name: string;
  readonly usesEvents = true;
  readonly onlyThisProcess: boolean;
  readonly #stream: TextStream | undefined;
  readonly #path: string;
  readonly #delimiter: Delimiter | undefined;
  readonly #formulaSafe: boolean;
  #hasHeader = false;

  constructor(target?: Target | CsvOptions, options: CsvOptions = optionsIn(target)) {
    super();
    const place = targetIn(target, options) ?? "tracewire.csv";
    this.#stream = typeof place === "string" ? undefined : place;
    this.#path = typeof place === "string" ? filesOfHost().resolve(place) : "";
    this.#delimiter = options.delimiter;
    this.#formulaSafe = options.formulaSafe === true;
    this.onlyThisProcess = this.#stream !== undefined;
    this.name = options.name ?? `csv:${this.#path || "stream"}`;
  }

  /** Appends the rows; when it settles, they are with the system. */
  async export(batch: Batch): Promise<void> {
    if (this.#stream !== undefined) {
      this.#stream.write(this.#text(batch, !this.#hasHeader));
      this.#hasHeader = true;
      return;
    }
    const files = filesOfHost();
    const text = this.#text(batch, (await files.size(this.#path)) === 0);
    await files.append(this.#path, new TextEncoder().encode(text), { isAlone: true, fsync: false });
  }

  protected override texts(batch: Batch): string[] {
    return [this.#text(batch, true)];
  }

  protected override async written(): Promise<string[]> {
    if (this.#stream !== undefined) throw unreadable();
    return textsOf([this.#path]);
  }

  /**
   * Each batch has all columns in one order, whatever its events have: a row before them says so, under names that
   * keep their order when they are sorted, and is cut off again.
   */
  #text(batch: Batch, withHeader: boolean): string {
    const separator = { comma: ",", tab: "\t", pipe: "|", ",": ",", "\t": "\t", "|": "|" }[this.#delimiter ?? ","];
    const header = withHeader ? `${COLUMNS.join(separator)}\r\n` : "";
    const all = Object.fromEntries(COLUMNS.map((_, index) => [nameOf(index), 0]));
    const rows = batch.events().map((event) => rowOf(batch.producer, event));
    const table = encode([all, ...rows], "csv", {
      delimiter: this.#delimiter,
      formulaSafe: this.#formulaSafe,
      tags: "keep",
    });
    return header + table.slice(table.indexOf("\r\n", table.indexOf("\r\n") + 2) + 2);
  }
}

function nameOf(index: number): string {
  return String.fromCharCode(97 + index);
}

/** An event's members by column; what no column names is in `other`. */
function rowOf(producer: string, event: WireEvent): object {
  const row: { [name: string]: unknown } = { [nameOf(0)]: producer };
  const other: { [name: string]: unknown } = {};
  for (const [name, value] of Object.entries(event)) {
    const index = (COLUMNS as readonly string[]).indexOf(name);
    if (index > 0 && name !== "other") row[nameOf(index)] = value;
    else other[name] = value;
  }
  if (Object.keys(other).length > 0) row[nameOf(COLUMNS.length - 1)] = other;
  return row;
}
