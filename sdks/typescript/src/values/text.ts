/**
 * Texts as UTF-8. JavaScript's texts are UTF-16 that may be ill-formed: each half of a pair that stands alone becomes
 * U+FFFD (TW-VAL-010), which both ways of writing here do by themselves.
 *
 * @module
 */

type Utf8Write = (this: Uint8Array, text: string, offset: number, length: number) => number;

interface BufferLike {
  readonly prototype: { readonly utf8Write?: Utf8Write };
  byteLength(text: string, encoding: "utf8"): number;
}

/** How this environment does it best. */
interface Ways {
  /** Writes as many whole characters as fit into `room` bytes from `at` on; gives how many bytes those are. */
  write(bytes: Uint8Array, text: string, at: number, room: number): number;
  /** Bytes of a text in UTF-8. */
  length(text: string): number;
}

function find(): Ways {
  // By its name as a text, so that no bundler brings a Buffer of its own along.
  const host = (globalThis as unknown as Record<string, BufferLike | undefined>)["Buffer"];
  const utf8Write = host?.prototype?.utf8Write;
  if (host !== undefined && typeof utf8Write === "function") {
    return {
      write: (bytes, text, at, room) => utf8Write.call(bytes, text, at, room),
      length: (text) => host.byteLength(text, "utf8"),
    };
  }
  const encoder = new TextEncoder();
  return {
    write: (bytes, text, at, room) => encoder.encodeInto(text, bytes.subarray(at, at + room)).written,
    length: (text) => measure(text, Number.POSITIVE_INFINITY).bytes,
  };
}

export const { write: writeUtf8, length: utf8Length }: Ways = /* @__PURE__ */ find();

/** The longest prefix of whole characters within `room` bytes of UTF-8. */
export function prefix(text: string, room: number): string {
  const { units } = measure(text, room);
  return units === text.length ? text : text.slice(0, units);
}

/** How many units from the beginning are whole characters of at most `room` bytes, and how many bytes those are. */
function measure(text: string, room: number): { units: number; bytes: number } {
  let bytes = 0;
  let units = 0;
  while (units < text.length) {
    const unit = text.charCodeAt(units);
    let size = unit < 0x80 ? 1 : unit < 0x800 ? 2 : 3;
    let width = 1;
    if (unit >= 0xd800 && unit < 0xdc00 && isLow(text.charCodeAt(units + 1))) {
      size = 4;
      width = 2;
    }
    if (bytes + size > room) {
      break;
    }
    bytes += size;
    units += width;
  }
  return { units, bytes };
}

function isLow(unit: number): boolean {
  return unit >= 0xdc00 && unit < 0xe000;
}

/** Whether half of a surrogate pair stands alone somewhere. */
export function isIllFormed(text: string): boolean {
  const { isWellFormed } = text as { isWellFormed?: () => boolean };
  return isWellFormed === undefined ? /[\ud800-\udfff]/u.test(text) : !isWellFormed.call(text);
}

/**
 * A pattern with properties of Unicode, for every place where it matches. As a literal it would be looked through when
 * the package is loaded, and each property costs there what thousands of other characters do.
 */
export function unicodePattern(source: string): RegExp {
  return new RegExp(source, "gu");
}
