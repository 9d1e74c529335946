/**
 * What wrappers, sessions, streams, points and the protocols' helpers ask of a client. `Client` is one.
 *
 * @module
 */
import type { SpanContext } from "./context.ts";
import type { SpanOptions } from "./fields.ts";
import type { Span } from "./span.ts";

/** Where a point belongs, and what it is about. */
export interface Where {
  /** What kind of step it is about. */
  readonly kind?: string | undefined;
  /** Absent: the current place. `null`: nowhere. */
  readonly parent?: unknown;
  /** Decides the trace where there is no parent. */
  readonly correlationId?: string | undefined;
}

/** A type of step: `Span`, or one of its own. */
export type Make<S extends Span> = new (...given: ConstructorParameters<typeof Span>) => S;

/** The types of what is recorded at once. */
export type PointType = "event" | "log" | "metric" | "feedback";

/** What records. */
export interface Seat {
  /** Counts something that went wrong, says it once for each code, and throws it in strict mode. */
  problem(code: string, message: string): void;
  /** Begins a step that is not current. */
  startSpan(name: string, options?: SpanOptions): Span;
  /** Begins a step of a type of its own. */
  begin<S extends Span>(make: Make<S>, name: string, options?: SpanOptions): S;
  /** Runs work inside a step, which ends when it settles. */
  span<T>(name: string, options: SpanOptions, work: (span: Span) => T): T;
  /** Records a point; its members have the names of the wire, and those that are undefined or null are left out. */
  point(type: PointType, where: Where, members: Readonly<Record<string, unknown>>): SpanContext | undefined;
  /** Milliseconds of a clock that only goes forward. */
  monotonicMillis(): number;
  /** Writes the current step's `traceparent` into an object. */
  inject<C extends object>(carrier: C): C;
  /** Delivers what the mode delivers. */
  flush(timeoutMillis?: number): Promise<unknown>;
}

/** Who records is asked at each use, so that `init()` may come after functions are wrapped. */
export type Whose = () => Seat;
