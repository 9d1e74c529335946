/**
 * Colours of a line of text, by its format. A line knows nothing of the lines before it, so that any line can be
 * drawn alone.
 *
 * @module
 */
import type { Format } from "../engine/engine.ts";

/** A stretch of text and the class it is drawn with. */
export type Stretch = readonly [text: string, style: "" | "key" | "text" | "number" | "word" | "mark" | "dim"];

/** Longer lines are drawn without colours from here on. */
const LONGEST = 3_000;

const JSON_PARTS =
  /("(?:[^"\\]|\\.)*"?)(\s*:)?|(-?\d[\d.eE+-]*)|(true|false|null)|([{}[\],:]+)|([^"{}[\],:\dtfn-]+|.)/g;
const TOON_LINE = /^(\s*(?:- )?)("(?:[^"\\]|\\.)*"|[^\s"[{:,][^[{:,]*)?((?:\[[^\]]*\])?(?:\{[^}]*\})?)(:)(\s|$)(.*)$/;

export function coloured(line: string, format: Format | "hex"): Stretch[] {
  const head = line.length > LONGEST ? line.slice(0, LONGEST) : line;
  const rest: Stretch[] = line.length > LONGEST ? [[line.slice(LONGEST), ""]] : [];
  if (format === "hex")
    return [
      [head.slice(0, 10), "dim"],
      [head.slice(10, 60), "number"],
      [head.slice(60), "text"],
    ];
  if (format === "csv") return [...cells(head), ...rest];
  if (format === "toon") return [...toon(head), ...rest];
  return [...json(head), ...rest];
}

function json(line: string): Stretch[] {
  const out: Stretch[] = [];
  for (const [whole, text, colon, number, word, mark] of line.matchAll(JSON_PARTS)) {
    if (text !== undefined && colon !== undefined)
      out.push([text, text.startsWith('"$') ? "mark" : "key"], [colon, "dim"]);
    else if (text !== undefined) out.push([text, "text"]);
    else if (number !== undefined) out.push([number, "number"]);
    else if (word !== undefined) out.push([word, "word"]);
    else out.push([whole, mark === undefined ? "" : "dim"]);
  }
  return out;
}

function toon(line: string): Stretch[] {
  const found = TOON_LINE.exec(line);
  if (found === null) return row(line);
  const [, indent = "", key = "", shape = "", colon = "", space = "", value = ""] = found;
  return [[indent, "dim"], [key, "key"], [shape, "mark"], [colon + space, "dim"], ...row(value)];
}

function row(text: string): Stretch[] {
  const out: Stretch[] = [];
  for (const [part] of text.matchAll(/"(?:[^"\\]|\\.)*"|[,|\t]|[^",|\t]+|"/g)) {
    const bare = part.trim();
    const style = /^[,|\t]$/.test(part)
      ? "dim"
      : /^-?\d+(\.\d+)?$/.test(bare)
        ? "number"
        : /^(true|false|null)$/.test(bare)
          ? "word"
          : "text";
    out.push([part, style]);
  }
  return out;
}

function cells(line: string): Stretch[] {
  const out: Stretch[] = [];
  let isOdd = false;
  for (const [part] of line.matchAll(/"(?:[^"]|"")*"?|,|[^,"]+/g)) {
    if (part === ",") isOdd = !isOdd;
    out.push([part, part === "," ? "dim" : isOdd ? "key" : "text"]);
  }
  return out;
}

/** The end of what stands at a column: of the text, number or word of JSON, else of the word. */
export function endOfPart(line: string, from: number): number {
  const found = /^("(?:[^"\\]|\\.)*"|[{[]|[^\s,:{}[\]"]+|.)/.exec(line.slice(from, from + 400));
  return from + (found?.[0].length ?? 1);
}
