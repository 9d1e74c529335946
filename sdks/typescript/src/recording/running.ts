/**
 * Runs a function as a step: current inside, ended when the function returns, throws, or its promise settles.
 *
 * @module
 */
import { shared } from "./place.ts";
import type { Span } from "./span.ts";

/**
 * Runs `work` with the step current and ends it as what became of `work`. What is returned or thrown goes on as it was.
 *
 * @param span - a step that has begun.
 */
export function runInStep<T>(span: Span, work: (span: Span) => T): T {
  let result: T;
  try {
    result = shared().storage.runWith(span, work, span);
  } catch (error) {
    span.fail(error);
    throw error;
  }
  if (isThenable(result)) return settled(span, result) as T;
  span._end();
  return result;
}

/** Whether something is a promise, of whatever library. */
export function isThenable(value: unknown): value is PromiseLike<unknown> {
  if (value === null || (typeof value !== "object" && typeof value !== "function")) return false;
  try {
    return typeof (value as { then?: unknown }).then === "function";
  } catch {
    return false;
  }
}

/**
 * Ends the step when the promise settles. The caller gets what is settled after the step has ended; a rejection that
 * nobody handles stays unhandled, with the same error.
 */
function settled<T>(span: Span, promise: PromiseLike<T>): PromiseLike<T> {
  return promise.then(
    (value) => {
      span._end();
      return value;
    },
    (error: unknown) => {
      span.fail(error);
      throw error;
    },
  );
}
