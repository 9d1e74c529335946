/**
 * Values and recordings in every format of the wire: JSON, JSON Lines, TOON, CSV, protobuf.
 *
 * | format | takes | is |
 * |---|---|---|
 * | `json` | any value | canonical (RFC 8785): equal values have equal bytes |
 * | `jsonl` | the items of a list, one in each line | each line canonical JSON |
 * | `toon` | any value | TOON 4.4, for language models to read |
 * | `csv` | a list of objects | RFC 4180; missing, `null`, `""` and `"1"` stay apart |
 * | `proto` | any value | protobuf, `tracewire.v1`: envelopes and events have typed fields |
 *
 * What goes in is any JavaScript value; what that becomes is the table of the specification, section 1. What comes out
 * are plain values. A tag of the wire becomes one where writing that again gives the same tag: `bigint`, `number` (NaN
 * and the infinities), `Uint8Array`, `Date`. Any other tag stays a {@link Tag}. Nothing is lost without a word: what
 * has no form throws a {@link FormatError}.
 *
 * ```text
 * value ─▶ WholeWalker ─▶ CBOR ─▶ native half ─▶ text or bytes
 * value ◀─ fromWire ◀─ JSON ◀─ native half ◀── text or bytes
 * ```
 *
 * @module
 */
import { platform } from "#platform";
import { refusing } from "../errors.ts";
import { bytesOf, textOf } from "./data.ts";
import {
  type Data,
  type Delimiter,
  type Format,
  keepsTags,
  nativeOptions,
  type ReadOptions,
  type TagOptions,
  type TextFormat,
  type WriteOptions,
} from "./options.ts";
import { fromWire } from "./tags.ts";
import { withCbor } from "./whole.ts";

export { Tag } from "../values/tag.ts";
export {
  type Data,
  type Delimiter,
  FORMATS,
  type Format,
  type ReadOptions,
  type TextFormat,
  type WriteOptions,
} from "./options.ts";

/** Options of {@link encode}. */
export interface EncodeOptions extends WriteOptions, TagOptions {
  /** Write a mark in the place of what has no form, as a recording does, instead of throwing. */
  lenient?: boolean | undefined;
}

/** Options of {@link decode}. */
export interface DecodeOptions extends ReadOptions, TagOptions {}

/** Options of {@link convert}: those of what is written, and, with `from`, of what is read. */
export interface ConvertOptions extends WriteOptions {
  /** Read with what writers of TOON get wrong mended, as in {@link DecodeOptions}. */
  lenient?: boolean | undefined;
  fromDelimiter?: Delimiter | undefined;
  fromIndent?: number | undefined;
}

/**
 * Writes a value: a text, or bytes for `proto`.
 *
 * JSON has its keys in canonical order; TOON and CSV keep the value's own. CSV lines end with CR LF.
 *
 * @param value - any value; for CSV a list of objects.
 * @param format - one of {@link FORMATS}.
 * @throws {@link FormatError} for what has no form, with its `path`; `csv_shape` for what is no table.
 *
 * @example
 * ```ts
 * encode({ rows: [{ id: 1, name: "plan" }, { id: 2, name: "act" }] }, "toon");
 * // rows[2]{id,name}:
 * //   1,plan
 * //   2,act
 * ```
 */
export function encode(value: unknown, format?: TextFormat, options?: EncodeOptions): string;
export function encode(value: unknown, format: "proto", options?: EncodeOptions): Uint8Array;
export function encode(value: unknown, format?: Format, options?: EncodeOptions): string | Uint8Array;
export function encode(value: unknown, format: Format = "json", options: EncodeOptions = {}): string | Uint8Array {
  const { lenient = false, tags, ...writing } = options;
  const keeps = keepsTags(tags);
  const given = nativeOptions(format, writing);
  return withCbor(value, keeps, lenient, (cbor) =>
    written(
      format,
      refusing(() => platform.native().encode(cbor, format, given, keeps)),
    ),
  );
}

function written(format: Format, bytes: Uint8Array): string | Uint8Array {
  return format === "proto" ? bytes : textOf(bytes);
}

/**
 * Reads a value.
 *
 * @param data - text, or bytes: of a text in UTF-8.
 * @param format - one of {@link FORMATS}. JSON Lines and CSV give a list.
 * @throws {@link FormatError} for what the format does not allow, with its `line`, and `offset` where known.
 *
 * @example
 * ```ts
 * decode('{"when":{"$time":"2026-11-21T04:30:00.000000000Z"}}'); // { when: Date }
 * ```
 */
export function decode(data: Data, format: Format = "json", options: DecodeOptions = {}): unknown {
  const { tags, ...reading } = options;
  const keeps = keepsTags(tags);
  const given = nativeOptions(format, format === "toon" ? { ...reading, delimiter: undefined } : reading);
  const bytes = bytesOf(data);
  const value: unknown = JSON.parse(textOf(refusing(() => platform.native().decode(bytes, format, given))));
  return keeps ? value : fromWire(value);
}

/**
 * Writes in one format what is read from another, without JavaScript values in between.
 *
 * @param data - text, or bytes in UTF-8.
 * @throws {@link FormatError} as {@link decode} and {@link encode}.
 *
 * @example
 * ```ts
 * convert("id,name\r\n1,plan\r\n", "csv", "json"); // '[{"id":1,"name":"plan"}]'
 * ```
 */
export function convert(data: Data, from: Format, to: TextFormat, options?: ConvertOptions): string;
export function convert(data: Data, from: Format, to: "proto", options?: ConvertOptions): Uint8Array;
export function convert(data: Data, from: Format, to: Format, options?: ConvertOptions): string | Uint8Array;
export function convert(data: Data, from: Format, to: Format, options: ConvertOptions = {}): string | Uint8Array {
  const { fromDelimiter, fromIndent, lenient, ...writing } = options;
  const delimiter = from === "toon" ? undefined : fromDelimiter;
  const reading = nativeOptions(from, { delimiter, indent: fromIndent, lenient });
  const target = nativeOptions(to, writing);
  const bytes = bytesOf(data);
  return written(
    to,
    refusing(() => platform.native().convert(bytes, from, reading, to, target)),
  );
}
