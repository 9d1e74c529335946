import type { Json } from "../api/types.ts";
import { oneLine } from "./visible.ts";

/** A map of JSON. */
export type JsonMap = { [key: string]: Json };

/** Whether a value is a map. */
export function isMap(value: Json | undefined): value is JsonMap {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** A text, or undefined. */
export function textOf(value: Json | undefined): string | undefined {
  return typeof value === "string" ? value : undefined;
}

/** What stands in a value's place on the wire: its tag and what the tag says. */
export function tagOf(value: Json): { tag: string; said: Json } | undefined {
  if (!isMap(value)) {
    return undefined;
  }
  const keys = Object.keys(value);
  const [only] = keys;
  if (keys.length !== 1 || only === undefined || !/^\$[a-z_]+$/.test(only)) {
    return undefined;
  }
  return { tag: only, said: value[only] ?? null };
}

const TAGS: Record<string, string> = {
  $ref: "content that is not in this copy",
  $erased: "erased",
  $withheld: "withheld",
  $redacted: "redacted",
  $cut: "cut",
  $unserializable: "not recordable",
};

/** A tag in words, where it stands for something that is not there. */
export function absence(value: Json): string | undefined {
  const tag = tagOf(value);
  const words = tag === undefined ? undefined : TAGS[tag.tag];
  return words;
}

/** A value in one line, for lists. */
export function preview(value: Json | undefined, most = 160): string {
  if (value === undefined || value === null) {
    return "";
  }
  if (typeof value === "string") {
    return oneLine(value, most);
  }
  if (typeof value !== "object") {
    return String(value);
  }
  const gone = absence(value);
  if (gone !== undefined) {
    return `⟨${gone}⟩`;
  }
  const medium = tagOf(value);
  if (medium?.tag === "$media" && isMap(medium.said)) {
    return `⟨${oneLine(String(medium.said["type"]), 40)}⟩`;
  }
  const last = lastWords(value);
  if (last !== undefined) {
    return oneLine(last, most);
  }
  if (isMap(value)) {
    const members = Object.entries(value).slice(0, 6);
    return oneLine(members.map(([name, member]) => `${name}=${scalar(member)}`).join(" "), most);
  }
  return oneLine(`[${value.slice(0, 6).map(scalar).join(", ")}${value.length > 6 ? ", …" : ""}]`, most);
}

function scalar(value: Json): string {
  if (typeof value === "string") {
    return JSON.stringify(value.length > 60 ? `${value.slice(0, 60)}…` : value);
  }
  if (Array.isArray(value)) {
    return `[${value.length}]`;
  }
  return typeof value === "object" && value !== null ? "{…}" : String(value);
}

/** What the last message says, if the value is a conversation. */
function lastWords(value: Json): string | undefined {
  const list = Array.isArray(value)
    ? value
    : isMap(value) && Array.isArray(value["messages"])
      ? value["messages"]
      : [value];
  const last = list.at(-1);
  if (!isMap(last) || typeof last["role"] !== "string") {
    return undefined;
  }
  if (typeof last["content"] === "string") {
    return last["content"];
  }
  const parts = last["content"] ?? last["parts"];
  if (!Array.isArray(parts)) {
    return undefined;
  }
  const text = parts.find(
    (part) => isMap(part) && (typeof part["text"] === "string" || typeof part["content"] === "string"),
  );
  return isMap(text) ? (textOf(text["text"]) ?? textOf(text["content"])) : undefined;
}
