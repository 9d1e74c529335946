/**
 * Options of the formats. One that does not belong to the format is a mistake, not a wish.
 *
 * @module
 */

/** The formats that there are. */
export const FORMATS = ["json", "jsonl", "toon", "csv", "proto"] as const;

/** A format by its name. */
export type Format = (typeof FORMATS)[number];
/** Those that are texts. */
export type TextFormat = Exclude<Format, "proto">;
/** What stands between the cells of TOON and CSV, by name or as it is. */
export type Delimiter = "comma" | "tab" | "pipe" | "," | "\t" | "|";
/** What is read: text, or bytes (of a text in UTF-8). */
export type Data = string | Uint8Array | ArrayBuffer;

/** How a value is written. */
export interface WriteOptions {
  /** What separates the cells of TOON and CSV: `comma` by default. */
  delimiter?: Delimiter | undefined;
  /** Spaces for each level, of TOON (2 by default) and JSON (by default one line without any): 1 to 64. */
  indent?: number | undefined;
  /** Put a `'` before texts of CSV that a spreadsheet would take for a formula. Lossy: no reader takes it away. */
  formulaSafe?: boolean | undefined;
  /**
   * Make lists of objects uniform before they are written, for they are short as tables. `fill` gives each object all
   * keys, null where there was none; `group` makes of a list with objects of several shapes an object of lists. Both
   * change the value, and nothing restores it.
   */
  uniform?: "group" | "fill" | undefined;
}

/** How a value is read. */
export interface ReadOptions {
  /**
   * Mend what a writer of TOON gets wrong most: counts, repeated keys (the last value wins), odd indentation, blank
   * lines, depths that are jumped. The other formats have nothing to mend.
   */
  lenient?: boolean | undefined;
  /** What separates the cells of CSV; TOON says it itself. */
  delimiter?: Delimiter | undefined;
  /** Spaces for each level of TOON: 2 by default. */
  indent?: number | undefined;
}

/** How tags and JavaScript's own types meet. */
export interface TagOptions {
  /**
   * `javascript` (the default): tags are what they stand for, and a key that begins with `$` is the program's own.
   * `keep`: the value is, or stays, in the wire's form, where an object with a key that begins with `$` is a tag.
   */
  tags?: "javascript" | "keep" | undefined;
}

const DELIMITERS: Readonly<Record<string, string>> = {
  comma: ",",
  tab: "\t",
  pipe: "|",
  ",": ",",
  "\t": "\t",
  "|": "|",
};
const TAKES: Readonly<Record<string, readonly Format[]>> = {
  delimiter: ["toon", "csv"],
  formulaSafe: ["csv"],
  indent: ["json", "toon"],
  uniform: ["json", "jsonl", "toon", "csv"],
};
const MOST_SPACES = 64;

/**
 * Options as the native half takes them, as JSON; an empty text where there are none.
 *
 * @throws `TypeError` for an option that does not belong to the format, or a value that is none of its.
 */
export function nativeOptions(format: Format, given: WriteOptions & ReadOptions): string {
  const { delimiter, indent, formulaSafe, uniform, lenient } = given;
  const own = { delimiter, indent, formulaSafe: formulaSafe || undefined, uniform };
  for (const [name, value] of Object.entries(own)) {
    const takes = TAKES[name] ?? [];
    if (value !== undefined && FORMATS.includes(format) && !takes.includes(format)) {
      throw new TypeError(`${name} is an option of ${takes.join(", ")}, not of ${format}`);
    }
  }
  if (delimiter !== undefined && DELIMITERS[delimiter] === undefined) {
    throw new TypeError(`delimiter must be comma, tab or pipe: ${JSON.stringify(delimiter)}`);
  }
  if (indent !== undefined && !(Number.isInteger(indent) && indent >= 1 && indent <= MOST_SPACES)) {
    throw new TypeError(`indent must be a number of spaces from 1 to ${MOST_SPACES}: ${indent}`);
  }
  if (uniform !== undefined && uniform !== "group" && uniform !== "fill") {
    throw new TypeError(`uniform must be group or fill: ${JSON.stringify(uniform)}`);
  }
  const options = {
    delimiter: delimiter && DELIMITERS[delimiter],
    indent,
    formula_safe: formulaSafe || undefined,
    uniform,
    lenient: lenient || undefined,
  };
  const text = JSON.stringify(options);
  return text === "{}" ? "" : text;
}

/** @throws `TypeError` for what is neither. */
export function keepsTags(tags: TagOptions["tags"]): boolean {
  if (tags !== undefined && tags !== "javascript" && tags !== "keep") {
    throw new TypeError(`tags must be javascript or keep: ${JSON.stringify(tags)}`);
  }
  return tags === "keep";
}
