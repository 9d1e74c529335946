/**
 * What comes out of an observed call is followed to its end, and given to the caller as it is.
 *
 * ```text
 * value               ─▶ the output, the step ends
 * promise             ─▶ another promise that settles as it does: who does not handle a rejection hears of it as ever
 * thenable            ─▶ itself; its `then` tells the step too. Nobody calls `then` but the caller: a query may run by that
 * iterator, generator ─▶ itself; its `next`, `return` and `throw` run inside the step, and tell it
 * async iterable      ─▶ itself; the first iterator that it gives is followed
 * ```
 *
 * Objects of the host stay the same objects: methods are put over their own, so that private fields, `instanceof` and
 * identity are what they were. Where an object takes no properties, the step ends when it is given out.
 *
 * @module
 */
import type { Course } from "./course.ts";
import { shared } from "./place.ts";

type Method = (...given: unknown[]) => unknown;

/** Objects that are followed, and by which call. */
const followed = new WeakMap<object, Course>();

/**
 * Takes an object for a call, if it can be followed.
 *
 * A call that gives what a call inside of it gave follows it too, around that one. Given out again later, as a cached object is,
 * it stays with those who have it.
 */
function take(course: Course, object: object): boolean {
  const inner = followed.get(object);
  if ((inner !== undefined && inner.order < course.order) || !Object.isExtensible(object)) return false;
  followed.set(object, course);
  // A generator whose body never ran is nothing.
  if (course.hasBegun) course.endsWith(object);
  return true;
}

/** Follows what came out, and gives what the caller gets. Never throws. */
export function follow<T>(course: Course, value: T): T {
  if ((typeof value !== "object" && typeof value !== "function") || value === null) {
    course.done(value);
    return value;
  }
  try {
    const then = (value as { then?: unknown }).then;
    if (typeof then === "function") return followThenable(course, value, then as Method);
    if (typeof value === "object" && !isHalfSeen(value)) {
      if (isIterator(value)) return followIterator(course, value) ? value : over(course, value);
      if (Symbol.asyncIterator in value) return followIterable(course, value) ? value : over(course, value);
    }
  } catch {
    // Whatever a proxy of the host throws while it is looked at.
    return over(course, value);
  }
  course.done(value);
  return value;
}

/** A stream that cannot be followed: the call is over, and what it gave must not be read by anybody but the caller. */
function over<T>(course: Course, value: T): T {
  course.done();
  return value;
}

/** Streams that are read in other ways too: who reads them is not seen. */
function isHalfSeen(value: object): boolean {
  return "getReader" in value || "pipe" in value;
}

function isIterator(value: object): boolean {
  if (!("next" in value) || typeof value.next !== "function") return false;
  return Symbol.iterator in value || Symbol.asyncIterator in value;
}

function followThenable<T extends object>(course: Course, thenable: T, then: Method): T {
  const settle = {
    came: (value: unknown): unknown => (course.isOpen ? follow(course, value) : value),
    failed: (error: unknown): void => course.failed(error),
  };
  if (thenable instanceof Promise && thenable.constructor === Promise && !Object.hasOwn(thenable, "then")) {
    return thenable.then(settle.came, (error: unknown) => {
      settle.failed(error);
      throw error;
    }) as unknown as T;
  }
  if (!take(course, thenable)) return over(course, thenable);
  replace(thenable, "then", function (this: unknown, ...given) {
    // What the caller goes on with runs where the caller is, not inside the step.
    const { storage } = shared();
    const here = storage.get();
    const back = <R>(work: () => R): R => storage.run(here, work);
    const [fulfilled, rejected, ...more] = given;
    const onValue = (value: unknown): unknown => {
      const seen = settle.came(value);
      return typeof fulfilled === "function" ? back(() => fulfilled(seen)) : seen;
    };
    const onError = (error: unknown): unknown => {
      settle.failed(error);
      if (typeof rejected === "function") return back(() => rejected(error));
      throw error;
    };
    if (!course.isOpen) return Reflect.apply(then, this, given);
    return course.run(() => Reflect.apply(then, this, [onValue, onError, ...more]));
  });
  return thenable;
}

/** The iterators that an object gives: the first one is followed. */
function followIterable(course: Course, iterable: object): boolean {
  if (!take(course, iterable)) return false;
  course.streams();
  const make = Reflect.get(iterable, Symbol.asyncIterator) as Method;
  let isTaken = false;
  replace(iterable, Symbol.asyncIterator, function (this: unknown, ...given) {
    if (isTaken) return Reflect.apply(make, this, given);
    isTaken = true;
    const iterator = part(course, make, this, given);
    if (typeof iterator === "object" && iterator !== null && followIterator(course, iterator)) return iterator;
    course.done();
    return iterator;
  });
  return true;
}

/**
 * Follows an iterator, sync or async.
 *
 * @returns whether it can be followed.
 */
export function followIterator(course: Course, iterator: object): boolean {
  if (!take(course, iterator)) return false;
  for (const name of ["next", "return", "throw"] as const) {
    const method: unknown = Reflect.get(iterator, name);
    if (typeof method !== "function") continue;
    replace(iterator, name, function (this: unknown, ...given) {
      if (!course.isOpen) return Reflect.apply(method, this, given);
      if (!course.hasBegun) {
        if (name === "return") course.closed();
        else {
          course.streams();
          course.endsWith(iterator);
        }
      }
      const result = course.isOpen ? part(course, method as Method, this, given) : Reflect.apply(method, this, given);
      return whenIn(
        result,
        (found) => came(course, name, found),
        (error) => course.failed(error),
      );
    });
  }
  return true;
}

/** Runs one part of the body inside the step. */
function part(course: Course, method: Method, self: unknown, given: unknown[]): unknown {
  course.streams();
  try {
    return course.run(() => Reflect.apply(method, self, given));
  } catch (error) {
    course.failed(error);
    throw error;
  }
}

/** Tells of a result at once, or when it is there; gives it on. */
function whenIn(result: unknown, tell: (found: unknown) => void, failed: (error: unknown) => void): unknown {
  const then: unknown = Object(result).then;
  if (typeof then !== "function") {
    tell(result);
    return result;
  }
  return Reflect.apply(then, result, [
    (found: unknown) => {
      tell(found);
      return found;
    },
    (error: unknown) => {
      failed(error);
      throw error;
    },
  ]);
}

/** What one part gave: a chunk, or the end. */
function came(course: Course, by: "next" | "return" | "throw", result: unknown): void {
  let isDone: unknown;
  let item: unknown;
  try {
    ({ done: isDone, value: item } = Object(result) as { done?: unknown; value?: unknown });
  } catch {
    // Whatever a getter of the host throws; its caller will hear of it.
    return;
  }
  if (!isDone) course.chunk(item);
  else if (by === "return") course.closed();
  else course.done();
}

/** Puts a method over an object's own, without showing it to who lists properties. */
function replace(object: object, name: PropertyKey, method: (this: unknown, ...given: unknown[]) => unknown): void {
  Object.defineProperty(object, name, { value: method, writable: true, configurable: true, enumerable: false });
}
