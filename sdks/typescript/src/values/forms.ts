/**
 * The forms of JavaScript's objects: the column "JavaScript, TypeScript" of the specification's table (TW-VAL).
 *
 * What an object is, is asked of the object's storage and not of what it says about itself, so that values of other
 * realms (frames, `vm`, test runners) have their form and a false `Symbol.toStringTag` gains nothing. What runs the
 * host's code (getters, iterators, `toJSON`, traps of a proxy) may throw.
 *
 * @module
 */
import { descriptionOf, errorMessage, errorType, typeName } from "./describe.ts";
import { Tag } from "./tag.ts";
import type { Walker } from "./walker.ts";

/** What `$time` can say: the years 0000 to 9999. */
const FIRST_MILLIS = -62_167_219_200_000;
const LAST_MILLIS = 253_402_300_799_999;
/** Longest list that a host can have; a proxy may claim more. */
const LONGEST = 2 ** 53 - 1;

/** V8 answers this from the loop's own knowledge of the object; `Object.hasOwn` is a call for each member. */
const hasOwn = Object.prototype.hasOwnProperty;

/** Stands for a member or element whose getter threw. */
const UNREADABLE: unique symbol = /* @__PURE__ */ Symbol("unreadable");

/** Objects whose `toJSON` is being written: one that gives itself again is a cycle. */
const asked: object[] = [];

/** Writes an object with exactly one item, whatever becomes of it. */
export function writeObject(out: Walker, value: object): void {
  const at = out.length;
  const level = out.level;
  const keyLevel = out.keyLevel;
  const owes = out.owesValue;
  try {
    if (Array.isArray(value)) {
      writeArray(out, value);
      return;
    }
    const prototype: unknown = Object.getPrototypeOf(value);
    if (prototype === Object.prototype || prototype === null) {
      writeMembers(out, value);
    } else {
      writeSpecial(out, value, prototype as object);
    }
  } catch {
    // A proxy that was revoked, a trap that throws, a stack that ends.
    out.rewind(at, level, keyLevel, owes);
    out.unreadable();
  }
}

/** Whether a member with this value is left out, as `JSON.stringify` does; anywhere else it is null. */
function isNothing(value: unknown): boolean {
  const type = typeof value;
  return type === "undefined" || type === "function" || type === "symbol";
}

function writeItem(out: Walker, value: unknown): void {
  out.value(value !== UNREADABLE && isNothing(value) ? null : value);
}

/** Writes the own enumerable members of an object as a map. */
export function writeMembers(out: Walker, value: object): void {
  const at = out.length;
  const level = out.level;
  const keyLevel = out.keyLevel;
  const owes = out.owesValue;
  if (!out.beginMap(value)) {
    return;
  }
  const members = value as Record<string, unknown>;
  let missing = 0;
  for (const name in members) {
    if (!hasOwn.call(members, name)) {
      continue;
    }
    let member: unknown;
    try {
      member = members[name];
    } catch {
      member = UNREADABLE;
    }
    if (member !== UNREADABLE && isNothing(member)) {
      if (name === "toJSON" && typeof member === "function") {
        out.rewind(at, level, keyLevel, owes);
        writeJson(out, value, member);
        return;
      }
    } else if (out.hasBudget) {
      out.key(name);
      out.value(member);
    } else {
      missing++;
    }
  }
  out.endMap(missing);
}

function writeArray(out: Walker, value: readonly unknown[]): void {
  if (!out.beginList(value)) {
    return;
  }
  let index = 0;
  // The length is asked for each time: the walk itself can change it.
  while (index < value.length) {
    if (!out.hasBudget) {
      break;
    }
    let item: unknown;
    try {
      item = value[index];
    } catch {
      item = UNREADABLE;
    }
    writeItem(out, item);
    index++;
  }
  out.endList(Math.max(0, Math.min(LONGEST, value.length) - index) || 0);
}

/** Writes a function or a symbol that stands alone. */
export function writeCallable(out: Walker, value: unknown): void {
  if (value === UNREADABLE) {
    out.unreadable();
    return;
  }
  let text: string | undefined;
  try {
    const name: unknown = typeof value === "symbol" ? value.description : (value as { name?: unknown }).name;
    text = typeof name === "string" && name !== "" ? name.slice(0, 512) : undefined;
  } catch {
    text = undefined;
  }
  out.unserializable(typeof value, text);
}

/** Writes an object that is neither an array nor plain. */
function writeSpecial(out: Walker, value: object, prototype: object): void {
  if (ArrayBuffer.isView(value)) {
    writeView(out, value);
  } else if (value instanceof Tag) {
    out.wire(value);
  } else if (!writeKnown(out, value, brandOf(value))) {
    writeOther(out, value, prototype);
  }
}

/** What an object is called by its storage, or by what its class says; no more than a hint. */
function brandOf(value: object): string {
  try {
    const brand = Object.prototype.toString.call(value).slice(8, -1);
    if (brand !== "Object") {
      return brand;
    }
  } catch {
    // A `Symbol.toStringTag` that throws says nothing.
  }
  return "";
}

/** Writes a value of a type with a form of its own; false where it is none. */
function writeKnown(out: Walker, value: object, brand: string): boolean {
  if (value instanceof Error || brand === "Error" || brand === "DOMException") {
    writeError(out, value);
    return true;
  }
  const at = out.length;
  const level = out.level;
  try {
    if (value instanceof Date || brand === "Date") {
      writeDate(out, Date.prototype.getTime.call(value));
    } else if (value instanceof Map || brand === "Map") {
      writeMap(out, value as Map<unknown, unknown>, Map.prototype.entries.call(value as Map<unknown, unknown>));
    } else if (value instanceof Set || brand === "Set") {
      writeSet(out, value as Set<unknown>, Set.prototype.values.call(value as Set<unknown>));
    } else if (brand === "ArrayBuffer" || brand === "SharedArrayBuffer") {
      out.binary(new Uint8Array(value as ArrayBuffer));
    } else if (brand === "URL") {
      out.text(String((value as URL).href));
    } else if (value instanceof Number || brand === "Number") {
      out.value(Number.prototype.valueOf.call(value));
    } else if (value instanceof String || brand === "String") {
      out.value(String.prototype.valueOf.call(value));
    } else if (value instanceof Boolean || brand === "Boolean") {
      out.value(Boolean.prototype.valueOf.call(value));
    } else if (brand === "BigInt") {
      out.value(BigInt.prototype.valueOf.call(value));
    } else {
      return false;
    }
    return true;
  } catch (error) {
    // It only says that it is one: its storage is another's.
    if (out.length === at && out.level === level) {
      return false;
    }
    throw error;
  }
}

/** Writes what says itself what it is as data, what can be gone through, and the mark of all else. */
function writeOther(out: Walker, value: object, prototype: object): void {
  const { toJSON, [Symbol.iterator]: iterate } = value as { toJSON?: unknown; [Symbol.iterator]?: unknown };
  if (typeof toJSON === "function") {
    writeJson(out, value, toJSON);
  } else if (Object.getPrototypeOf(prototype) === null) {
    // Plain, of another realm or with a prototype of its own making.
    writeMembers(out, value);
  } else if (typeof iterate !== "function" || !writeIterable(out, value, iterate)) {
    out.unserializable(typeName(value), descriptionOf(value));
  }
}

/** Writes what an object's `toJSON` gives; that one is not asked for its own. */
function writeJson(out: Walker, value: object, toJSON: unknown): void {
  if (asked.includes(value)) {
    out.unserializable("cycle");
    return;
  }
  asked.push(value);
  try {
    let given: unknown;
    try {
      given = (toJSON as (key: string) => unknown).call(value, "");
    } catch {
      out.unserializable(typeName(value));
      return;
    }
    if (given === value) {
      out.unserializable(typeName(value), descriptionOf(value));
    } else {
      writeItem(out, given);
    }
  } finally {
    asked.pop();
  }
}

function writeError(out: Walker, error: object): void {
  if (out.beginMap(error)) {
    out.key("type");
    out.text(errorType(error));
    out.key("message");
    out.text(errorMessage(error));
    out.endMap(0);
  }
}

/** With milliseconds as JavaScript has them; the rest of the nine digits are zeros. */
function writeDate(out: Walker, millis: number): void {
  if (millis >= FIRST_MILLIS && millis <= LAST_MILLIS) {
    out.time(`${Date.prototype.toISOString.call(new Date(millis)).slice(0, -1)}000000Z`);
  } else {
    out.unserializable(
      "Date",
      Number.isNaN(millis) ? "Invalid Date" : Date.prototype.toISOString.call(new Date(millis)),
    );
  }
}

/** Bytes as bytes, wider elements as a list of numbers. */
function writeView(out: Walker, view: ArrayBufferView): void {
  if (view instanceof Uint8Array || view instanceof Uint8ClampedArray || view instanceof DataView) {
    out.binary(new Uint8Array(view.buffer, view.byteOffset, view.byteLength));
    return;
  }
  const brand = brandOf(view);
  if (brand === "Uint8Array" || brand === "Uint8ClampedArray" || brand === "DataView") {
    out.binary(new Uint8Array(view.buffer, view.byteOffset, view.byteLength));
    return;
  }
  const elements = view as unknown as ArrayLike<number | bigint>;
  if (!out.beginList(null)) {
    return;
  }
  let index = 0;
  for (; index < elements.length && out.hasBudget; index++) {
    out.value(elements[index]);
  }
  out.endList(elements.length - index);
}

function writeMap(out: Walker, map: Map<unknown, unknown>, entries: Iterable<[unknown, unknown]>): void {
  if (!out.beginMap(map)) {
    return;
  }
  let written = 0;
  let missing = 0;
  for (const [key, item] of entries) {
    if (!out.hasBudget) {
      missing = Math.max(1, sizeOf(map) - written);
      break;
    }
    if (typeof key === "string") {
      out.key(key);
    } else if (out.beginKey()) {
      out.value(key);
      out.endKey();
    }
    writeItem(out, item);
    written++;
  }
  out.endMap(missing);
}

function writeSet(out: Walker, set: Set<unknown>, members: Iterable<unknown>): void {
  if (out.beginSet(set)) {
    writeAll(out, set, members[Symbol.iterator]());
  }
}

/** Writes what an object gives one after the other; false where going through it would take it from the host. */
function writeIterable(out: Walker, value: object, iterate: unknown): boolean {
  let iterator: Iterator<unknown>;
  try {
    iterator = (iterate as () => Iterator<unknown>).call(value);
  } catch {
    return false;
  }
  if ((iterator as unknown) === value || typeof iterator?.next !== "function") {
    return false;
  }
  if (out.beginList(value)) {
    writeAll(out, value, iterator);
  }
  return true;
}

/** What the host says about its size is used for one thing only: how much is missing. */
function writeAll(out: Walker, value: object, iterator: Iterator<unknown>): void {
  let written = 0;
  let missing = 0;
  for (let step = advance(iterator); step?.done !== true; step = advance(iterator)) {
    if (step === undefined) {
      missing = Math.max(0, sizeOf(value) - written);
      break;
    }
    if (!out.hasBudget) {
      missing = Math.max(1, sizeOf(value) - written);
      leave(iterator);
      break;
    }
    writeItem(out, step.value);
    written++;
  }
  out.endList(missing);
}

/** The next step of the host's iterator; `undefined` where it throws. */
function advance(iterator: Iterator<unknown>): IteratorResult<unknown> | undefined {
  try {
    return iterator.next();
  } catch {
    return undefined;
  }
}

function leave(iterator: Iterator<unknown>): void {
  try {
    iterator.return?.();
  } catch {
    // It was told.
  }
}

function sizeOf(value: object): number {
  try {
    const { size, length } = value as { size?: unknown; length?: unknown };
    const claimed = typeof size === "number" ? size : typeof length === "number" ? length : 0;
    return claimed > 0 && claimed <= LONGEST ? Math.floor(claimed) : 0;
  } catch {
    return 0;
  }
}
