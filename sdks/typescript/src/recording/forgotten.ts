/**
 * Steps that the program forgets: nothing refers to them any more, and they were never ended. They end as `cancelled`.
 *
 * To register every step with the garbage collector would cost more than to record it. Most end soon, so a new step is kept in a short
 * list first, and only what is still open when that is full, or after a second, is registered.
 *
 * @module
 */
import type { Walker } from "../values/walker.ts";
import type { Opened } from "./opened.ts";
import type { Span } from "./span.ts";

/** New steps that are kept alive at most. */
const YOUNG = 256;
const YOUNG_MILLIS = 1000;

/** What is left of a step. It must not lead to it. */
interface Left {
  readonly state: Int32Array;
  readonly opened: Opened;
  readonly above: Span["_above"];
}

let young: Span[] = [];
let timer: ReturnType<typeof setTimeout> | undefined;
let registry: FinalizationRegistry<Left> | undefined;

/** Has a step end when the program forgets it; gives the step. */
export function watched<S extends Span>(span: S): S {
  if (young.push(span) >= YOUNG) registerOpen();
  else if (timer === undefined) later();
  return span;
}

function later(): void {
  try {
    timer = setTimeout(registerOpen, YOUNG_MILLIS);
    // It keeps no process alive.
    (timer as { unref?(): void }).unref?.();
  } catch {
    // Edge runtimes have no timers outside of a request.
    registerOpen();
  }
}

function registerOpen(): void {
  clearTimeout(timer);
  timer = undefined;
  const steps = young;
  young = [];
  for (const span of steps) {
    if (!span._ended && span._state !== undefined) register(span, span._state);
  }
}

function register(span: Span, state: Int32Array): void {
  registry ??= new FinalizationRegistry(endForgotten);
  const all = registry;
  const left: Left = { state, opened: span._opened, above: span._above };
  all.register(span, left, left);
  // Only of the few that were registered the end costs more.
  const end = span._end;
  span._end = function (this: Span): void {
    all.unregister(left);
    end.call(this);
  };
}

function endForgotten({ state, opened, above }: Left): void {
  // Of a journal that is closed readers show what did not end.
  if (opened.isClosed) return;
  opened.pen.end(state, "cancelled", writeForgotten, undefined);
  opened.stepEnded(above);
}

function writeForgotten(walker: Walker): void {
  walker.member("status_message");
  walker.text("the step was dropped without an end");
}
