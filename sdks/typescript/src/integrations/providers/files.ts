/**
 * Files, images and sound, as what is worth recording of them: what they are called, what they are and how large.
 *
 * @module
 */
import { count, isFunction, known, type Members, member, text } from "../reading.ts";

/** The same members, files among them as what they are. */
export function withoutFiles(given: Members): Members {
  const found: Record<string, unknown> = {};
  for (const name of Object.keys(given)) {
    const value = given[name];
    found[name] = Array.isArray(value) && value.some((one) => fileOf(one)) ? value.map(orFile) : orFile(value);
  }
  return found;
}

/** How many bytes a text of base64 stands for. */
export function sizeOfBase64(value: unknown): number | undefined {
  const given = text(value);
  if (given === undefined) return undefined;
  const padding = given.endsWith("==") ? 2 : given.endsWith("=") ? 1 : 0;
  return Math.max(0, Math.floor((given.length * 3) / 4) - padding);
}

function orFile(value: unknown): unknown {
  return fileOf(value) ?? value;
}

/** A `File`, a `Blob`, a response, a stream of a file, or bytes; `undefined` for what is none of these. */
function fileOf(value: unknown): Record<string, unknown> | undefined {
  if (typeof value !== "object" || value === null || Array.isArray(value)) return undefined;
  if (ArrayBuffer.isView(value) || value instanceof ArrayBuffer) return { bytes: value.byteLength };
  const isBlob = isFunction(member(value, "arrayBuffer"));
  const isStream = isFunction(member(value, "pipe")) || isFunction(member(value, Symbol.asyncIterator));
  if (!isBlob && !isStream) return undefined;
  return known({
    file: lastOf(text(member(value, "name")) ?? text(member(value, "path")) ?? text(member(value, "url"))),
    mime_type: text(member(value, "type")),
    bytes: count(member(value, "size")),
  });
}

/** Where a file lies is nobody's business. */
function lastOf(path: string | undefined): string | undefined {
  return path?.split(/[?#]/, 1)[0]?.split(/[\\/]/).at(-1);
}
