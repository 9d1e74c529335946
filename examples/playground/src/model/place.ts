/**
 * Where in the input a finding points to, and which event that is.
 *
 * @module
 */
import type { Format } from "../engine/engine.ts";

export interface Place {
  readonly document: number;
  readonly index: number | undefined;
}

/** A key for maps. */
export function placeKey(document: number, index: number | undefined): string {
  return index === undefined ? `${document}` : `${document}/${index}`;
}

/** For JSON Lines: the line (from 1) of each document. Blank lines hold none. */
export function linesOfDocuments(text: string): number[] {
  const lines: number[] = [];
  let line = 1;
  let from = 0;
  while (from <= text.length) {
    const end = text.indexOf("\n", from);
    const to = end < 0 ? text.length : end;
    if (text.slice(from, to).trim() !== "") lines.push(line);
    if (end < 0) break;
    from = end + 1;
    line += 1;
  }
  return lines;
}

/** The place that a finding's pointer, and in JSON Lines its line, names. */
export function placeOf(
  pointer: string,
  line: number | null,
  format: Format,
  lines: readonly number[],
): Place | undefined {
  const parts = pointer.split("/").slice(1);
  if (format === "jsonl") {
    const document = line === null ? -1 : lines.indexOf(line);
    if (document < 0) return undefined;
    return { document, index: parts[0] === "events" ? numberOf(parts[1]) : undefined };
  }
  if (parts[0] === "envelopes") parts.shift();
  const first = numberOf(parts[0]);
  if (first !== undefined) return { document: first, index: parts[1] === "events" ? numberOf(parts[2]) : undefined };
  // One document: an envelope, or a list of events under a name.
  return parts[0] === "events" && numberOf(parts[1]) !== undefined
    ? { document: 0, index: numberOf(parts[1]) }
    : undefined;
}

function numberOf(text: string | undefined): number | undefined {
  return text !== undefined && /^\d{1,9}$/.test(text) ? Number(text) : undefined;
}

/**
 * The line of a document in a text that the validator names no line of: TOON's list of maps has `  - ` before each
 * item, its table
 * one line for each.
 */
export function lineInToon(text: string, document: number): number | undefined {
  const lines = text.split("\n");
  if (/^\[\d+[|\t]?\]\{/.test(lines[0] ?? "")) return document + 2;
  let seen = -1;
  const at = lines.findIndex((line) => /^ {2}- /.test(line) && ++seen === document);
  return at < 0 ? undefined : at + 1;
}

/** For a JSON document: the line on which each map that is a document, or an event of an envelope, begins. */
export function linesInJson(text: string): Map<string, number> {
  const found = new Map<string, number>();
  // Where the scan is: the key in each open map, the index in each open list.
  const path: (string | number)[] = [];
  let key = "";
  let line = 1;
  for (let at = 0; at < text.length; at += 1) {
    const character = text[at];
    if (character === "\n") line += 1;
    else if (character === '"') {
      const from = at + 1;
      for (at = from; at < text.length && text[at] !== '"'; at += 1) if (text[at] === "\\") at += 1;
      if (path.length <= 4) key = text.slice(from, at);
    } else if (character === ":" && path.length > 0) path[path.length - 1] = key;
    else if (character === "," && typeof path.at(-1) === "number") path[path.length - 1] = (path.at(-1) as number) + 1;
    else if (character === "{" || character === "[") {
      const place = path.length <= 4 && character === "{" ? placeOf(`/${path.join("/")}`, null, "json", []) : undefined;
      const isExact = place !== undefined && pathOf(place, path) === path.length;
      if (isExact) found.set(placeKey(place.document, place.index), line);
      path.push(character === "[" ? 0 : "");
    } else if (character === "}" || character === "]") path.pop();
  }
  return found;
}

/** How long the path to such a place is, under `envelopes` or not. */
function pathOf(place: Place, path: readonly (string | number)[]): number {
  const own = path[0] === "envelopes" ? 2 : typeof path[0] === "number" ? 1 : 0;
  return own + (place.index === undefined ? 0 : 2);
}
