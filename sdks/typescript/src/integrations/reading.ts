/**
 * Reading values of other libraries: what is not of the form that is asked for is not there.
 *
 * @module
 */

/** Members of an object, none of which is known. */
export type Members = Readonly<Record<string, unknown>>;

/** An object that is no list. */
export function members(value: unknown): Members | undefined {
  return typeof value === "object" && value !== null && !Array.isArray(value) ? (value as Members) : undefined;
}

/** A member of what may be an object. */
export function member(value: unknown, name: PropertyKey): unknown {
  return (typeof value === "object" && value !== null) || typeof value === "function"
    ? (value as Record<PropertyKey, unknown>)[name]
    : undefined;
}

/** A text that is not empty. */
export function text(value: unknown): string | undefined {
  return typeof value === "string" && value !== "" ? value : undefined;
}

/** A finite number. */
export function number(value: unknown): number | undefined {
  return typeof value === "number" && Number.isFinite(value) ? value : undefined;
}

/** A whole number that is not negative. */
export function count(value: unknown): number | undefined {
  return typeof value === "number" && Number.isSafeInteger(value) && value >= 0 ? value : undefined;
}

/** A list; what is none is empty. */
export function list(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : [];
}

/** Whether something can be called. */
export function isFunction(value: unknown): value is (...given: unknown[]) => unknown {
  return typeof value === "function";
}

/** Whether something is a promise, of whatever class. */
export function isThenable(value: unknown): value is PromiseLike<unknown> {
  return isFunction(member(value, "then"));
}

/** The same members without those that are `undefined`. */
export function known(values: Record<string, unknown>): Record<string, unknown> {
  const found: Record<string, unknown> = {};
  for (const name in values) if (values[name] !== undefined) found[name] = values[name];
  return found;
}

/** Sums of counts that are there; `undefined` if none is. */
export function sum(...counts: (number | undefined)[]): number | undefined {
  let total: number | undefined;
  for (const one of counts) if (one !== undefined) total = (total ?? 0) + one;
  return total;
}

/** Gives an object a member that nobody sees who lists its members. */
export function replace(object: object, name: PropertyKey, value: unknown): void {
  Object.defineProperty(object, name, { value, writable: true, configurable: true, enumerable: false });
}
