/**
 * What is said of values without a form, and of errors: names of types and bounded texts. Nothing here throws, whatever
 * the host's own getters do.
 *
 * @module
 */

/** Units of a text that is asked for; the walker bounds the bytes. */
const TEXT_UNITS = 512;
/** What a name is where none can be read. */
const NAMELESS = "Object";

/** The name of an object's class, whatever the object itself says it is. */
export function typeName(value: object): string {
  try {
    return constructorName(Object.getPrototypeOf(value)) || NAMELESS;
  } catch {
    return NAMELESS;
  }
}

function constructorName(prototype: object | null): string {
  const made: unknown = prototype?.constructor;
  const name: unknown = typeof made === "function" ? made.name : undefined;
  return typeof name === "string" ? name : "";
}

/** What an object's own `toString` says; `undefined` where it has none of its own. */
export function descriptionOf(value: object): string | undefined {
  try {
    const text: unknown = String(value);
    return typeof text !== "string" || text.startsWith("[object ") ? undefined : text.slice(0, TEXT_UNITS);
  } catch {
    return undefined;
  }
}

/**
 * What an error is called: by the name that it or its class gives itself, else by that of its class.
 *
 * `class Refused extends Error {}` does not change the `name` that it inherits, and is a `Refused` all the same.
 */
export function errorType(error: object): string {
  try {
    const prototype = Object.getPrototypeOf(error) as object | null;
    const isOwn = Object.hasOwn(error, "name") || (prototype !== null && Object.hasOwn(prototype, "name"));
    const name: unknown = (error as { name?: unknown }).name;
    const given = typeof name === "string" ? name : "";
    return (isOwn ? given || constructorName(prototype) : constructorName(prototype) || given) || "Error";
  } catch {
    return "Error";
  }
}

/** What an error says. */
export function errorMessage(error: object): string {
  try {
    const message: unknown = (error as { message?: unknown }).message;
    return typeof message === "string" ? message : message === undefined ? "" : String(message);
  } catch {
    return "";
  }
}
