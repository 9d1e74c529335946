import { FormatError } from "../errors.ts";
import { isIllFormed } from "../values/text.ts";
import type { Data } from "./options.ts";

const encoder = /* @__PURE__ */ new TextEncoder();
// A byte order mark is a character like any other: what a format makes of it is the format's.
const decoder = /* @__PURE__ */ new TextDecoder("utf-8", { ignoreBOM: true });

/**
 * The bytes of what is to be read.
 *
 * @throws {@link FormatError} `text_surrogate` for a text that UTF-8 cannot hold, `TypeError` for what is neither text
 *   nor bytes.
 */
export function bytesOf(data: Data): Uint8Array {
  if (typeof data === "string") {
    if (isIllFormed(data)) {
      const reason = "the text has half of a surrogate pair, which UTF-8 cannot hold: use toWellFormed()";
      throw new FormatError("text_surrogate", reason);
    }
    return encoder.encode(data);
  }
  if (data instanceof Uint8Array) {
    return data;
  }
  if (ArrayBuffer.isView(data)) {
    const view: ArrayBufferView = data;
    return new Uint8Array(view.buffer, view.byteOffset, view.byteLength);
  }
  if (data instanceof ArrayBuffer || Object.prototype.toString.call(data) === "[object ArrayBuffer]") {
    return new Uint8Array(data);
  }
  throw new TypeError(`text or bytes are expected, not ${data === null ? "null" : typeof data}`);
}

/** The text of bytes that are well-formed UTF-8. */
export function textOf(bytes: Uint8Array): string {
  return decoder.decode(bytes);
}
