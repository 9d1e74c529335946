/**
 * The course of one observed call: its step from its beginning, through what comes out of it, to its end.
 *
 * @module
 */
import { Chunks } from "./chunks.ts";
import { guarded, inNobodysName } from "./guard.ts";
import type { Seat } from "./seat.ts";
import type { Span } from "./span.ts";

/** Chunks of these types cannot be filled anew by who yielded them. */
const IMMUTABLE = new Set(["string", "number", "bigint", "boolean", "undefined", "symbol"]);

/** Ends the step of a stream that nobody holds any more. Made with the first stream. */
let abandoned: FinalizationRegistry<Course> | undefined;

let calls = 0;

/** One observed call. */
export class Course {
  /** Calls inside of this one have a higher number. */
  readonly order: number = ++calls;
  readonly #seat: Seat;
  readonly #capturesOutput: boolean;
  #args: readonly unknown[];
  #begin: (() => Span) | undefined;
  #step: Span | undefined;
  #chunks: Chunks | undefined;
  #isOver = false;
  #isWatched = false;

  /**
   * @param begin - begins the step: now, or when a generator's body first runs.
   * @param args - what the function was called with; an `AbortSignal` among them tells why it ended.
   */
  constructor(seat: Seat, begin: () => Span, capturesOutput: boolean, args: readonly unknown[]) {
    this.#seat = seat;
    this.#begin = begin;
    this.#capturesOutput = capturesOutput;
    this.#args = args;
  }

  /** The step, begun by the first who asks. */
  get step(): Span {
    const begin = this.#begin;
    if (begin !== undefined) {
      this.#begin = undefined;
      try {
        this.#step = begin();
      } catch (error) {
        // There is none: a guard stopped the call.
        this.#isOver = true;
        throw error;
      }
    }
    return this.#step as Span;
  }

  /** Whether the step has begun. */
  get hasBegun(): boolean {
    return this.#begin === undefined;
  }

  /** Whether the step can still say something. */
  get isOpen(): boolean {
    return !this.#isOver;
  }

  /**
   * Has the step end as cancelled when nobody can read on any more. What was given to the call is let go of: it may hold the
   * stream, which would never be collected then.
   */
  endsWith(stream: object): void {
    if (typeof FinalizationRegistry === "undefined") return;
    if (!this.#isWatched) this.#args = guarded(this.#seat, "signal", () => signalsIn(this.#args)) ?? [];
    this.#isWatched = true;
    abandoned ??= new FinalizationRegistry((course) => inNobodysName(() => course.closed("abandoned before its end")));
    abandoned.register(stream, this);
  }

  /** Runs a part of the work inside the step. */
  run<T>(work: () => T): T {
    return this.step.run(work);
  }

  /** Takes what a stream yields. */
  chunk(item: unknown): void {
    if (this.#isOver) return;
    const chunks = this.#stream();
    if (!this.#capturesOutput) {
      chunks.arrived();
      return;
    }
    chunks.add("stream.chunks", item);
    // It can be filled anew, so it is written while it is what was yielded.
    if (item !== null && !IMMUTABLE.has(typeof item)) chunks.flush(chunks.arrived());
  }

  /** Its chunks are counted from now on. */
  streams(): void {
    this.#stream();
  }

  /** It came to its end; `undefined` is no output. */
  done(output?: unknown): void {
    if (!this.#over()) return;
    if (output !== undefined && this.#capturesOutput) this.step.offerOutput(output);
    this.step.end();
  }

  /** It threw, or its promise was rejected. */
  failed(error: unknown): void {
    if (!this.#over()) return;
    const status = guarded(this.#seat, "signal", () => statusOfSignal(this.#args, error));
    if (status === undefined) {
      this.step.fail(error);
      return;
    }
    this.step.setStatus(status);
    this.step.end();
  }

  /** Whoever reads the stream did not want the rest of it. */
  closed(message = "closed before its end"): void {
    if (this.#begin !== undefined) {
      // A generator that never ran is nothing.
      this.#begin = undefined;
      this.#isOver = true;
      return;
    }
    if (!this.#over()) return;
    this.step.setStatus("cancelled");
    this.step.endField("status_message", message);
    this.step.end();
  }

  #stream(): Chunks {
    const step = this.step;
    this.#chunks ??= new Chunks(
      step,
      () => this.#seat.monotonicMillis(),
      (name, chunks) => step.event(name, undefined, { chunks }),
    );
    return this.#chunks;
  }

  #over(): boolean {
    if (this.#isOver) return false;
    this.#isOver = true;
    this.#chunks?.end();
    return true;
  }
}

/** What an `AbortSignal` among the arguments says of an error; `undefined` where the error is not its doing. */
function statusOfSignal(args: readonly unknown[], error: unknown): "cancelled" | "timeout" | undefined {
  for (const argument of args) {
    const signal = argument instanceof WeakRef ? (argument as WeakRef<Signal>).deref() : signalOf(argument);
    if (signal?.aborted !== true) continue;
    const reason: unknown = signal.reason;
    const {
      name,
      cause,
      constructor: made,
    } = Object(error) as { name?: unknown; cause?: unknown; constructor: unknown };
    const called = `${String(name)} ${typeof made === "function" ? made.name : ""}`;
    if (error !== reason && cause !== reason && !/abort/i.test(called)) continue;
    return (Object(reason) as { name?: unknown }).name === "TimeoutError" ? "timeout" : "cancelled";
  }
  return undefined;
}

/** As much of an `AbortSignal` as is asked. */
interface Signal {
  readonly aborted: unknown;
  readonly reason: unknown;
}

/** The signals among arguments, held so that they keep nothing alive. */
function signalsIn(args: readonly unknown[]): WeakRef<Signal>[] {
  return args.map(signalOf).flatMap((signal) => (signal === undefined ? [] : [new WeakRef(signal)]));
}

function signalOf(argument: unknown): Signal | undefined {
  if (typeof argument !== "object" || argument === null) return undefined;
  const given = "signal" in argument ? argument.signal : argument;
  const isSignal = typeof given === "object" && given !== null && "aborted" in given && "reason" in given;
  return isSignal ? given : undefined;
}
