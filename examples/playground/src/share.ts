/**
 * A recording in the page's own address: behind `#`, which no server ever sees.
 *
 * `#sample=killed`, or `#format=jsonl&data=…` with the bytes compressed (raw deflate) in base64url.
 *
 * @module
 */
import { FORMATS, type Format } from "./engine/engine.ts";

/** Longer addresses are cut or refused by too many programs that pass them on. */
export const LONGEST = 48_000;
/** What an address may unpack to; one that unpacks to more was made to hurt. */
const LARGEST = 32_000_000;

export type Shared = { readonly sample: string } | { readonly format: Format; readonly bytes: Uint8Array };

/** The fragment for these bytes, or `undefined` where it would be too long. */
export async function fragmentOf(bytes: Uint8Array, format: Format): Promise<string | undefined> {
  const packed = await piped(bytes, new CompressionStream("deflate-raw"), LARGEST);
  const data = base64url(packed);
  return data.length > LONGEST ? undefined : `#format=${format}&data=${data}`;
}

/** What a fragment holds. Throws what explains itself where it is damaged. */
export async function shared(fragment: string): Promise<Shared | undefined> {
  const parameters = new URLSearchParams(fragment.replace(/^#/, ""));
  const sample = parameters.get("sample");
  if (sample !== null) return { sample };
  const data = parameters.get("data");
  if (data === null) return undefined;
  const format = FORMATS.find((name) => name === parameters.get("format"));
  if (format === undefined) throw new Error("The address names no format that this page knows.");
  try {
    return { format, bytes: await piped(fromBase64url(data), new DecompressionStream("deflate-raw"), LARGEST) };
  } catch {
    throw new Error("The recording in the address is damaged: part of the address may be missing.");
  }
}

async function piped(
  bytes: Uint8Array,
  through: CompressionStream | DecompressionStream,
  most: number,
): Promise<Uint8Array> {
  const reader = new Blob([bytes as Uint8Array<ArrayBuffer>]).stream().pipeThrough(through).getReader();
  const parts: Uint8Array[] = [];
  let length = 0;
  for (let part = await reader.read(); !part.done; part = await reader.read()) {
    length += part.value.length;
    if (length > most) throw new Error("too large");
    parts.push(part.value);
  }
  const whole = new Uint8Array(length);
  let at = 0;
  for (const part of parts) {
    whole.set(part, at);
    at += part.length;
  }
  return whole;
}

function base64url(bytes: Uint8Array): string {
  let text = "";
  for (let at = 0; at < bytes.length; at += 8192) text += String.fromCharCode(...bytes.subarray(at, at + 8192));
  return btoa(text).replaceAll("+", "-").replaceAll("/", "_").replace(/=+$/, "");
}

function fromBase64url(text: string): Uint8Array {
  const plain = atob(text.replaceAll("-", "+").replaceAll("_", "/"));
  return Uint8Array.from(plain, (character) => character.charCodeAt(0));
}
