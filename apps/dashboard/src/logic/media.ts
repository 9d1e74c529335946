import type { Json } from "../api/types.ts";
import { isMap, textOf } from "./json.ts";

/** What the recorder told of a medium that it took out of a value, and carries elsewhere. */
export type Told = {
  type: string;
  bytes: number;
  width?: number;
  height?: number;
  seconds?: number;
  /** Not all of it was recorded. */
  cut: boolean;
};

/** An image, sound or file that a message carries, an address of one, or what is told of one that is not here. */
export type Media = { declared: string; base64?: string; url?: string; told?: Told };

/** What bytes are, by their first ones. What they were declared as decides nothing. */
export type Kind = "png" | "jpeg" | "gif" | "webp" | "avif" | "wav" | "mp3" | "ogg" | "flac" | "mp4" | "webm" | "pdf";

/** Kinds that a browser can decode into pixels, and that hold no script. */
export const PICTURES: readonly Kind[] = ["png", "jpeg", "gif", "webp", "avif"];

/** Kinds of sound. */
export const SOUNDS: readonly Kind[] = ["wav", "mp3", "ogg", "flac"];

/** Kinds of films, and the types under which a player takes them. */
export const FILMS: Readonly<Partial<Record<Kind, string>>> = { mp4: "video/mp4", webm: "video/webm" };

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

/** What a tag tells of a medium that is not here: it is erased or withheld, lies elsewhere, or was cut. */
export function toldOf(value: Json | undefined): Told | undefined {
  const told = isMap(value) && Object.keys(value).length === 1 ? value["$media"] : undefined;
  if (!isMap(told) || typeof told["type"] !== "string") {
    return undefined;
  }
  const number = (name: string) => (typeof told[name] === "number" ? told[name] : undefined);
  const [width, height, nanos] = [number("width"), number("height"), number("duration_nanos")];
  return {
    type: told["type"],
    bytes: number("bytes") ?? 0,
    cut: told["hash"] === undefined,
    ...(width === undefined || height === undefined ? {} : { width, height }),
    ...(nanos === undefined ? {} : { seconds: nanos / 1e9 }),
  };
}

/** The first tag of a medium in a part, which is a few maps deep in every library's. */
function toldIn(value: Json | undefined, levels: number): Told | undefined {
  const told = toldOf(value);
  if (told !== undefined || levels === 0 || !isMap(value)) {
    return told;
  }
  for (const member of Object.values(value)) {
    const inside = toldIn(member, levels - 1);
    if (inside !== undefined) {
      return inside;
    }
  }
  return undefined;
}

/** What is told of a medium, in a few words. */
export function inWords(told: Told): string {
  const size = told.width === undefined ? "" : ` ${told.width}×${told.height}`;
  const time = told.seconds === undefined ? "" : `, ${Math.round(told.seconds * 10) / 10} s`;
  return `${told.type}${size}${time}`;
}

/** Media in a part of a message, in the forms that model libraries use. */
export function mediaOf(value: Json): Media | undefined {
  if (!isMap(value)) {
    return undefined;
  }
  const told = toldIn(value, 3);
  if (told !== undefined) {
    return { declared: told.type, told };
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
  const inline = value["inline_data"] ?? value["inlineData"];
  if (isMap(inline) && typeof inline["data"] === "string") {
    return { declared: textOf(inline["mime_type"]) ?? textOf(inline["mimeType"]) ?? "", base64: inline["data"] };
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
  ["mp4", 4, "ftyp"],
  ["webm", 0, "\x1a\x45\xdf\xa3"],
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
