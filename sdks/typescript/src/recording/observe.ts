/**
 * `observe(fn, options)`: a call of the function is a step of any kind.
 *
 * @module
 */
import { shown } from "./problems.ts";
import type { Whose } from "./seat.ts";
import { type AnyFunction, isClass, nameOf, type ObserveOptions, observeFunction } from "./wrap.ts";

/**
 * Makes each call of a function a step. What it returns keeps its type; the function keeps `this`, name, length and properties.
 *
 * Understood is what a function gives: a value, a promise or another thenable, an iterator or generator, an async one, or an
 * object that is async iterable. The step ends when that has come to its end.
 *
 * @param whose - who records; asked at each call.
 * @param original - the function. A class is refused: decorate it, or observe the function that makes it.
 */
export function observeWith<F extends AnyFunction>(whose: Whose, original: F, options: ObserveOptions = {}): F {
  if (typeof original !== "function") {
    whose().problem("cannot_observe", `${shown(original)} is not a function; it stays as it is`);
    return original;
  }
  if (isClass(original)) {
    const name = nameOf(original, undefined);
    const remedy = `decorate it (@agent class ${name} …), or observe a function that makes it`;
    whose().problem("cannot_observe", `${name} is a class, which observe() leaves as it is; ${remedy}`);
    return original;
  }
  return observeFunction(whose, original, { ...options, name: nameOf(original, options.name) });
}
