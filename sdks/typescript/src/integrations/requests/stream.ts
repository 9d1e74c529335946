/**
 * A client's stream, observed as its reader pulls it: nothing is read ahead, and its iterator stays the object that
 * it was.
 *
 * @module
 */
import { isFunction, member, replace } from "../reading.ts";
import type { Call } from "./call.ts";

/**
 * Ends the steps of answers that nobody can read any more, where the environment can tell. Keeps nothing of the
 * caller's alive.
 */
const abandoned =
  typeof FinalizationRegistry === "undefined"
    ? undefined
    : /* @__PURE__ */ new FinalizationRegistry<Call>((call) => call.stopped("abandoned by its reader"));

/** Ends a call as abandoned once nobody can reach an object any more. */
export function endWith(object: object, call: Call): void {
  abandoned?.register(object, call, object);
}

/** Takes that back: what comes next has an end of its own. */
export function stillNeeded(object: object): void {
  abandoned?.unregister(object);
}

/**
 * Observes a stream.
 *
 * @returns whether it is one that can be observed
 */
export function observeStream(stream: object, call: Call): boolean {
  const name = isFunction(member(stream, "iterator")) ? "iterator" : Symbol.asyncIterator;
  const iterate = member(stream, name);
  if (!isFunction(iterate)) return false;
  const reading = new Reading(stream, call);
  const observed = function (this: unknown, ...given: unknown[]): unknown {
    const iterator = iterate.apply(this ?? stream, given);
    if (typeof iterator === "object" && iterator !== null) reading.observe(iterator as Iterator);
    return iterator;
  };
  if (name === "iterator") (stream as Record<PropertyKey, unknown>)[name] = observed;
  else Object.defineProperty(stream, name, { value: observed, writable: true, configurable: true });
  endWith(reading, call);
  return true;
}

type Iterator = Record<"next" | "return" | "throw", (...given: unknown[]) => Promise<IteratorResult<unknown>>>;

/**
 * What is read of a stream, by the first iterator that is asked for something. It lives as long as stream and
 * iterator do.
 */
class Reading {
  readonly #call: Call;
  readonly #signal: unknown;
  #reader: object | undefined;

  constructor(stream: object, call: Call) {
    this.#call = call;
    this.#signal = member(member(stream, "controller"), "signal");
  }

  observe(iterator: Iterator): void {
    const { next, return: close, throw: raise } = iterator;
    replace(iterator, "next", (...given: unknown[]) => {
      this.#reader ??= iterator;
      return this.#after(iterator, next.apply(iterator, given));
    });
    if (isFunction(close)) {
      replace(iterator, "return", (...given: unknown[]) => {
        if (this.#isReader(iterator)) this.#call.stopped("closed before its end");
        return close.apply(iterator, given);
      });
    }
    if (isFunction(raise)) {
      replace(iterator, "throw", (...given: unknown[]) => this.#after(iterator, raise.apply(iterator, given)));
    }
  }

  #after(iterator: object, result: Promise<IteratorResult<unknown>>): Promise<IteratorResult<unknown>> {
    return result.then(
      (item) => {
        if (!this.#isReader(iterator)) return item;
        if (item.done !== true) this.#call.item(item.value);
        // A stream that is aborted by its controller ends like one that is complete.
        else if (member(this.#signal, "aborted") === true) this.#call.stopped("aborted");
        else this.#call.finish();
        return item;
      },
      (error: unknown) => {
        if (this.#isReader(iterator)) this.#call.failed(error);
        throw error;
      },
    );
  }

  #isReader(iterator: object): boolean {
    return this.#reader === undefined || this.#reader === iterator;
  }
}
