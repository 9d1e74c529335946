/**
 * Which format a recording is written in: by its name, else by what it looks like.
 *
 * @module
 */
import type { Format } from "./engine/engine.ts";

const ENDINGS: Readonly<Record<string, Format>> = {
  json: "json",
  jsonl: "jsonl",
  ndjson: "jsonl",
  toon: "toon",
  csv: "csv",
  tsv: "csv",
  binpb: "proto",
  pb: "proto",
};

/** The format that a file's name names. */
export function formatOfName(name: string): Format | undefined {
  return ENDINGS[name.slice(name.lastIndexOf(".") + 1).toLowerCase()];
}

/** The format that the first bytes look like. */
export function formatOfBytes(bytes: Uint8Array): Format {
  const head = bytes.subarray(0, 4096);
  // No text has these; a message of protobuf has them in its first lengths, or in its times at the latest.
  if (head.some((byte) => byte < 9 || (byte > 13 && byte < 32)) || !isText(head)) return "proto";
  const text = new TextDecoder().decode(head).trimStart();
  const first = text.split("\n", 1)[0] ?? "";
  if (/^\[\d+[|\t]?\](\{.*\})?:/.test(first)) return "toon";
  if (first.startsWith("{")) return isOneDocument(text, first) ? "json" : "jsonl";
  if (first.startsWith("[")) return "json";
  if (/^"?[\w.]+"?([,|\t]"?[\w.]+"?){2,}\r?$/.test(first)) return "csv";
  return /^[\w".$-]+(\[\d+[|\t]?\])?(\{.*\})?:/.test(first) ? "toon" : "json";
}

/** One document over many lines, or the list of all envelopes; a map that ends with its line is the first of many. */
function isOneDocument(text: string, first: string): boolean {
  if (/^\{\s*"(envelopes|events)"\s*:\s*\[/.test(text)) return true;
  return text.length > first.length && !isWhole(first);
}

function isWhole(line: string): boolean {
  try {
    JSON.parse(line);
    return true;
  } catch {
    return false;
  }
}

function isText(bytes: Uint8Array): boolean {
  try {
    // The last character may be cut in two.
    new TextDecoder("utf-8", { fatal: true }).decode(bytes, { stream: true });
    return true;
  } catch {
    return false;
  }
}
