/**
 * What a client wraps, runs and records with, besides steps themselves: one line for each, its work is in the module that it names.
 *
 * @module
 */
import { A2a } from "../protocols/a2a.ts";
import { Ap2 } from "../protocols/ap2.ts";
import { Mcp } from "../protocols/mcp.ts";
import type { SpanContext } from "./context.ts";
import { type Wrapper, type WrapperName, wrapperOf } from "./decorators.ts";
import { type EventDictionary, recordDictionary } from "./dictionary.ts";
import type { Attributes, SpanOptions } from "./fields.ts";
import { observeWith } from "./observe.ts";
import {
  type EventId,
  type Feedback,
  type Instrument,
  type LogFields,
  type LogLevel,
  type MetricFields,
  type MetricValue,
  type PointFields,
  recordEvent,
  recordFeedback,
  recordLog,
  recordMetric,
} from "./points.ts";
import type { Make, PointType, Where, Whose } from "./seat.ts";
import { type OpenSession, openSession } from "./session.ts";
import type { Span } from "./span.ts";
import { type OpenStream, openStream } from "./stream.ts";
import type { AnyFunction, ObserveOptions } from "./wrap.ts";

/** The methods of a client that are built on its steps and points. With a client's own it is a `Seat`. */
export abstract class Recording {
  readonly #whose: Whose = () => this;
  readonly #wrappers = new Map<WrapperName, Wrapper>();

  /** Makes each call of a function, or of a class's public methods, a run of an agent; see {@link Wrapper}. */
  get agent(): Wrapper {
    return this.#wrapper("agent");
  }

  /** Makes each call of a function, or of a class's public methods, an access to a cache; see {@link Wrapper}. */
  get cache(): Wrapper {
    return this.#wrapper("cache");
  }

  /** Makes each call of a function, or of a class's public methods, a fixed sequence of steps; see {@link Wrapper}. */
  get chain(): Wrapper {
    return this.#wrapper("chain");
  }

  /** Makes each call of a function, or of a class's public methods, an operation on a database; see {@link Wrapper}. */
  get database(): Wrapper {
    return this.#wrapper("database");
  }

  /** Makes each call of a function, or of a class's public methods, a request for vectors; see {@link Wrapper}. */
  get embedding(): Wrapper {
    return this.#wrapper("embedding");
  }

  /** Makes each call of a function, or of a class's public methods, a judgement of a result; see {@link Wrapper}. */
  get evaluator(): Wrapper {
    return this.#wrapper("evaluator");
  }

  /** Makes each call of a function, or of a class's public methods, an access to a file; see {@link Wrapper}. */
  get fileIo(): Wrapper {
    return this.#wrapper("fileIo");
  }

  /** Makes each call of a function, or of a class's public methods, a check against a policy; see {@link Wrapper}. */
  get guardrail(): Wrapper {
    return this.#wrapper("guardrail");
  }

  /** Makes each call of a function, or of a class's public methods, a hand-over to another agent; see {@link Wrapper}. */
  get handoff(): Wrapper {
    return this.#wrapper("handoff");
  }

  /** Makes each call of a function, or of a class's public methods, an HTTP request; see {@link Wrapper}. */
  get http(): Wrapper {
    return this.#wrapper("http");
  }

  /** Makes each call of a function, or of a class's public methods, a request to a model; see {@link Wrapper}. */
  get llm(): Wrapper {
    return this.#wrapper("llm");
  }

  /** Makes each call of a function, or of a class's public methods, an access to an agent's memory; see {@link Wrapper}. */
  get memory(): Wrapper {
    return this.#wrapper("memory");
  }

  /** Makes each call of a function, or of a class's public methods, an operation, with its name as `gen_ai.operation.name`; see {@link Wrapper}. */
  get operation(): Wrapper {
    return this.#wrapper("operation");
  }

  /** Makes each call of a function, or of a class's public methods, the making of a plan; see {@link Wrapper}. */
  get plan(): Wrapper {
    return this.#wrapper("plan");
  }

  /** Makes each call of a function, or of a class's public methods, an ordering of documents; see {@link Wrapper}. */
  get rerank(): Wrapper {
    return this.#wrapper("rerank");
  }

  /** Makes each call of a function, or of a class's public methods, a search for documents; see {@link Wrapper}. */
  get retrieval(): Wrapper {
    return this.#wrapper("retrieval");
  }

  /** Makes each call of a function, or of a class's public methods, a step; see {@link Wrapper}. */
  get step(): Wrapper {
    return this.#wrapper("step");
  }

  /** Makes each call of a function, or of a class's public methods, a unit of work that somebody was given; see {@link Wrapper}. */
  get task(): Wrapper {
    return this.#wrapper("task");
  }

  /** Makes each call of a function, or of a class's public methods, an execution of a tool; see {@link Wrapper}. */
  get tool(): Wrapper {
    return this.#wrapper("tool");
  }

  /** Makes each call of a function, or of a class's public methods, a run whose steps the program fixes; see {@link Wrapper}. */
  get workflow(): Wrapper {
    return this.#wrapper("workflow");
  }

  #wrapper(name: WrapperName): Wrapper {
    let found = this.#wrappers.get(name);
    if (found === undefined) {
      found = wrapperOf(this.#whose, name);
      this.#wrappers.set(name, found);
    }
    return found;
  }

  /** Makes each call of a function a step of any kind; see the function `observe`. */
  observe<F extends AnyFunction>(original: F, options?: ObserveOptions): F {
    return observeWith(this.#whose, original, options);
  }

  /** Opens a run of an agent, or runs a function as one, and flushes at its end; see the function `session`. */
  readonly session: OpenSession = ((...given: unknown[]) => openSession(this, ...given)) as OpenSession;

  /** Opens a step that yields chunks, or runs a function with one; see the function `stream`. */
  readonly stream: OpenStream = ((...given: Parameters<OpenStream>) => openStream(this, ...given)) as OpenStream;

  /** Records at once something that happened; see the function `event`. */
  event(name: string, attributes?: Attributes | null, fields?: PointFields): EventId | undefined {
    return recordEvent(this, name, attributes, fields);
  }

  /** Records an event given as one object; see the function `logEvent`. */
  logEvent(event: EventDictionary): EventId | undefined {
    return recordDictionary(this, event);
  }

  /** Records a log line; see the function `log`. */
  log(message: string, level?: LogLevel, attributes?: Attributes | null, fields?: LogFields): void {
    recordLog(this, message, level, attributes, fields);
  }

  /** Records a sample of a counter, a gauge or a histogram; see the function `metric`. */
  metric(name: string, value: MetricValue, instrument?: Instrument, fields?: MetricFields): void {
    recordMetric(this, name, value, instrument, fields);
  }

  /** Records what somebody thinks of a trace, a step or a session, and gives its id; see the function `feedback`. */
  feedback(feedback: Feedback): string {
    return recordFeedback(this, feedback);
  }

  /** For servers and clients of the Model Context Protocol. */
  get mcp(): Mcp {
    return new Mcp(this.#whose);
  }

  /** For agents that speak the Agent2Agent protocol. */
  get a2a(): A2a {
    return new A2a(this.#whose);
  }

  /** For agents that pay by the Agent Payments Protocol. */
  get ap2(): Ap2 {
    return new Ap2(this.#whose);
  }

  // What a client has to have for that.

  /** @internal */
  abstract problem(code: string, message: string): void;
  /** @internal */
  abstract begin<S extends Span>(make: Make<S>, name: string, options?: SpanOptions): S;
  /** @internal */
  abstract point(type: PointType, where: Where, members: Readonly<Record<string, unknown>>): SpanContext | undefined;
  /** @internal */
  abstract monotonicMillis(): number;
  abstract startSpan(name: string, options?: SpanOptions): Span;
  abstract span<T>(name: string, options: SpanOptions, work: (span: Span) => T): T;
  abstract inject<C extends object>(carrier: C): C;
  abstract flush(timeoutMillis?: number): Promise<unknown>;
}
