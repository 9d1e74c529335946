/**
 * Values between the wire's JSON and JavaScript: tags become what they stand for where writing that again gives the
 * same tag, and stay a {@link Tag} everywhere else, so that nothing is lost on the way there and back.
 *
 * @module
 */
import { Tag } from "../values/tag.ts";

type Members = Record<string, unknown>;

/** Beyond this JavaScript's number is not the wire's Int. */
const LARGEST = 0x1f_ffff_ffff_ffffn;
/** Longest text that is taken for an integer, in digits: reading one takes time that grows with its square. */
const MOST_DIGITS = 1 << 16;

/**
 * Makes JavaScript's values of the wire's, in place.
 *
 * @param value - what `JSON.parse` gave of canonical JSON in wire form.
 */
export function fromWire(value: unknown): unknown {
  if (typeof value !== "object" || value === null) {
    return value;
  }
  if (Array.isArray(value)) {
    for (let index = 0; index < value.length; index++) {
      const item: unknown = value[index];
      if (typeof item === "object" && item !== null) {
        value[index] = fromWire(item);
      }
    }
    return value;
  }
  return fromMembers(value as Members);
}

function fromMembers(members: Members): unknown {
  let hasDollar = false;
  let hasTag = false;
  for (const key in members) {
    if (key.charCodeAt(0) === 0x24) {
      hasDollar = true;
      hasTag ||= key.charCodeAt(1) !== 0x24;
    }
  }
  if (hasTag) {
    return meaningOf(members) ?? new Tag(convert(members, false));
  }
  return convert(members, hasDollar);
}

/** With each member converted; with the user's keys as the user wrote them if asked. */
function convert(members: Members, unescapes: boolean): Members {
  if (!unescapes) {
    for (const key in members) {
      const member = members[key];
      if (typeof member === "object" && member !== null) {
        set(members, key, fromWire(member));
      }
    }
    return members;
  }
  const converted: Members = {};
  for (const key in members) {
    set(converted, key.startsWith("$$") ? key.slice(1) : key, fromWire(members[key]));
  }
  return converted;
}

function set(members: Members, key: string, value: unknown): void {
  if (key === "__proto__") {
    Object.defineProperty(members, key, { value, enumerable: true, writable: true, configurable: true });
  } else {
    members[key] = value;
  }
}

/** What a tag with one text stands for; `undefined` where no JavaScript value says the same. */
function meaningOf(members: Members): unknown {
  const names = Object.keys(members);
  const name = names[0] ?? "";
  const text = members[name];
  if (names.length !== 1 || typeof text !== "string") {
    return undefined;
  }
  switch (name) {
    case "$int":
      return integer(text);
    case "$float":
      return text === "NaN" || text === "Infinity" || text === "-Infinity" ? Number(text) : undefined;
    case "$bytes":
      return base64(text);
    case "$time":
      return moment(text);
    default:
      return undefined;
  }
}

function integer(text: string): bigint | undefined {
  if (text.length > MOST_DIGITS || !/^-?[1-9][0-9]*$/.test(text)) {
    return undefined;
  }
  const value = BigInt(text);
  return value > LARGEST || value < -LARGEST ? value : undefined;
}

function base64(text: string): Uint8Array | undefined {
  try {
    const units = atob(text);
    // Spaces, missing padding and stray bits are read too, and would not come back.
    return btoa(units) === text ? Uint8Array.from(units, (unit) => unit.charCodeAt(0)) : undefined;
  } catch {
    return undefined;
  }
}

/** A moment in the form of TW-TIME-001, of whole milliseconds: JavaScript's clocks have no finer ones. */
function moment(text: string): Date | undefined {
  if (!/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}000000Z$/.test(text)) {
    return undefined;
  }
  const short = `${text.slice(0, 23)}Z`;
  const date = new Date(short);
  return !Number.isNaN(date.getTime()) && date.toISOString() === short ? date : undefined;
}
