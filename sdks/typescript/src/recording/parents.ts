/**
 * What a program gives as a parent.
 *
 * @module
 */
import type { SpanContext } from "./context.ts";
import type { Span } from "./span.ts";
import { contextOf } from "./writing.ts";

/** What a program gives as a parent, as a step or a context; `undefined` for what is none. */
export function stepOf(parent: unknown): Span | SpanContext | undefined {
  return isStep(parent) ? parent : contextOf(parent);
}

/** By its members: a process may hold two copies of the package. */
function isStep(parent: unknown): parent is Span {
  try {
    return (parent as { _isStep?: unknown } | null | undefined)?._isStep === true;
  } catch {
    return false;
  }
}
