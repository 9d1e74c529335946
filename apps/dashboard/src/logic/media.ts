import type { Json } from "../api/types.ts";
import { isMap, textOf } from "./json.ts";

/** An image, sound or file that a message carries, or an address of one. */
export type Media = { declared: string; base64?: string; url?: string };

/** What bytes are, by their first ones. What they were declared as decides nothing. */
export type Kind = "png" | "jpeg" | "gif" | "webp" | "avif" | "wav" | "mp3" | "ogg" | "flac" | "pdf";

/** Kinds that a browser can decode into pixels, and that hold no script. */
export const PICTURES: readonly Kind[] = ["png", "jpeg", "gif", "webp", "avif"];

/** Kinds of sound. */
export const SOUNDS: readonly Kind[] = ["wav", "mp3", "ogg", "flac"];

/** The most that is decoded. */
export const LARGEST = 24 * 1024 * 1024;

const DATA = /^data:([\w.+-]+\/[\w.+-]+)?(?:;[\w=-]+)*;base64,/i;

function fromAddress(url: string): Media {
  const found = DATA.exec(url);
  if (found === null) {
    return { declared: "", url };
  }
  return { declared: found[1] ?? "", base64: url.slice(found[0].length) };
}

/** Media in a part of a message, in the forms that model libraries use. */
export function mediaOf(value: Json): Media | undefined {
  if (!isMap(value)) {
    return undefined;
  }
  const bytes = textOf(value["$bytes"]);
  if (bytes !== undefined && Object.keys(value).length === 1) {
    return { declared: "", base64: bytes };
  }
  const address = isMap(value["image_url"]) ? textOf(value["image_url"]["url"]) : textOf(value["image_url"]);
  if (address !== undefined) {
    return fromAddress(address);
  }
  const audio = value["input_audio"];
  if (isMap(audio) && typeof audio["data"] === "string") {
    return { declared: `audio/${textOf(audio["format"]) ?? ""}`, base64: audio["data"] };
  }
  const source = value["source"];
  if (isMap(source)) {
    return fromSource(source);
  }
  if (value["type"] === "blob" || value["type"] === "image" || value["type"] === "file") {
    const declared = textOf(value["mime_type"]) ?? textOf(value["mimeType"]) ?? textOf(value["mediaType"]) ?? "";
    const data = value["content"] ?? value["data"] ?? value["image"];
    const inner = isMap(data) ? textOf(data["$bytes"]) : textOf(data);
    if (inner !== undefined) {
      return inner.startsWith("data:") ? fromAddress(inner) : { declared, base64: inner };
    }
  }
  if (value["type"] === "uri") {
    const url = textOf(value["uri"]);
    return url === undefined ? undefined : { ...fromAddress(url), declared: textOf(value["mime_type"]) ?? "" };
  }
  return undefined;
}

function fromSource(source: { [key: string]: Json }): Media | undefined {
  const url = textOf(source["url"]);
  if (url !== undefined) {
    return fromAddress(url);
  }
  const data = isMap(source["data"]) ? textOf(source["data"]["$bytes"]) : textOf(source["data"]);
  return data === undefined ? undefined : { declared: textOf(source["media_type"]) ?? "", base64: data };
}

/** Decodes base64, also of the kind for addresses; undefined where it is none or too large. */
export function bytesOf(base64: string): Uint8Array<ArrayBuffer> | undefined {
  const plain = base64.replaceAll("-", "+").replaceAll("_", "/").replace(/\s+/g, "");
  if (plain.length === 0 || plain.length > (LARGEST * 4) / 3 || !/^[A-Za-z0-9+/]*={0,2}$/.test(plain)) {
    return undefined;
  }
  try {
    const text = atob(plain);
    const result = new Uint8Array(text.length);
    for (let at = 0; at < text.length; at++) {
      result[at] = text.charCodeAt(at);
    }
    return result;
  } catch {
    return undefined;
  }
}

const MARKS: [Kind, number, string][] = [
  ["png", 0, "\x89PNG\r\n\x1a\n"],
  ["jpeg", 0, "\xff\xd8\xff"],
  ["gif", 0, "GIF8"],
  ["webp", 8, "WEBP"],
  ["avif", 4, "ftypavif"],
  ["wav", 8, "WAVE"],
  ["mp3", 0, "ID3"],
  ["mp3", 0, "\xff\xfb"],
  ["ogg", 0, "OggS"],
  ["flac", 0, "fLaC"],
  ["pdf", 0, "%PDF-"],
];

/** What bytes are. An SVG is text with script in it and is none of these. */
export function sniff(bytes: Uint8Array): Kind | undefined {
  return MARKS.find(([, at, mark]) =>
    [...mark].every((letter, place) => bytes[at + place] === letter.charCodeAt(0)),
  )?.[0];
}
