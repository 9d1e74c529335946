/**
 * A client: a configured recorder with everything that can be recorded. The package's functions are those of the
 * default one.
 *
 * @module
 */

import { platform } from "#platform";
import { TracewireError } from "../errors.ts";
import { type ClientOptions, Settings } from "./config.ts";
import type { SpanContext } from "./context.ts";
import type { HasContext, SpanOptions } from "./fields.ts";
import { watched } from "./forgotten.ts";
import { GuardsView } from "./guards.ts";
import { Manual } from "./manual.ts";
import { Opened, type Opener } from "./opened.ts";
import { type Current, currentContext, currentPlace, currentSpan, NOWHERE, Place, shared } from "./place.ts";
import { Problems, shown } from "./problems.ts";
import { environmentWith, extract, injectInto } from "./propagation.ts";
import { type Page, type Query, queryIn, type TraceId, traceIn } from "./query.ts";
import type { Pen } from "./record.ts";
import { Recording } from "./recording.ts";
import { EMPTY_COUNTS, type FlushReport, internalErrors, type Stats, statsOf } from "./report.ts";
import { runInStep } from "./running.ts";
import type { Make, PointType, Where } from "./seat.ts";
import { Span } from "./span.ts";
import type { Trace } from "./trace.ts";
import type { Policy } from "./writing.ts";

/** The longest that a recorder which is replaced may go on delivering, in milliseconds. */
const REPLACED_MILLIS = 2000;
const MOST_MILLIS = 2 ** 31 - 1;

/**
 * A recorder of one's own, beside the default one and others: with its own directory, settings and exporters.
 *
 * It has everything with which the package records and reads back, as methods. Which step is current is known to all
 * of them, so a step of one client is the parent of a step of another one inside of it.
 *
 * @example
 * ```ts
 * await using client = new Client({ dir: "audit", service: "payments" });
 * await client.span("pay", { kind: "tool" }, async (step) => step.setOutput("paid"));
 * ```
 */
export class Client extends Recording {
  /** @internal What records; absent until it is needed. */
  _opened: Opened | undefined = undefined;
  readonly #problems = new Problems();
  #directory: string | undefined = undefined;
  /** @internal */
  readonly _opener: Opener | undefined;

  /**
   * @param options - see {@link ClientOptions}; what is left out stands in the environment or in a file, or is the
   *   default.
   * @throws {@link TracewireError} in strict mode, for a configuration that cannot be used.
   */
  constructor(options?: ClientOptions);
  /** @internal With an injected clock and ids; or opened later. */
  constructor(options: ClientOptions, opener: Opener | "later" | undefined);
  constructor(options: ClientOptions = {}, opener?: Opener | "later") {
    super();
    this._opener = opener === "later" ? undefined : opener;
    if (opener !== "later") this._configure(options);
  }

  /** @internal Opens a recorder with these options, and closes the one before. `isLate`: nobody asked for it now. */
  _configure(options: ClientOptions, isLate = false): void {
    const problems = this.#problems;
    // Recording goes on whatever is wrong, so strict mode throws last; until then nothing does.
    problems.isStrict = false;
    const wrong = problems.counts.get("configuration") ?? 0;
    if (options?.wasm !== undefined) platform.useWasm?.(options.wasm);
    const settings = new Settings(options);
    const previous = this._opened;
    this.#directory = settings.values.dir;
    this._opened = new Opened(settings, problems, options?.browser, this._opener);
    previous?.replaced(REPLACED_MILLIS);
    if (settings.problems.length > 0) {
      const before = problems.counts.get("configuration") ?? 0;
      problems.counts.delete("configuration"); // Said again: it is another configuration.
      problems.count("configuration", settings.problems.join("; "), before + settings.problems.length);
    }
    if (settings.refused !== undefined && !isLate) throw new TracewireError("configuration", settings.refused);
    problems.isStrict = settings.values.strict === true;
    if (problems.isStrict && (problems.counts.get("configuration") ?? 0) > wrong) {
      throw new TracewireError(
        "configuration",
        `the configuration cannot be used as it is: ${settings.problems.join("; ")}`,
      );
    }
  }

  /** @internal */
  _open(): Opened {
    if (this._opened === undefined) this._configure({}, true);
    return this._opened as Opened;
  }

  // Steps.

  /**
   * Runs a function as a step: current inside, ended when the function returns, throws, or its promise settles. What
   * is returned or thrown goes on as it was.
   *
   * @param name - what the step is called.
   * @param work - is given the step.
   *
   * @example
   * ```ts
   * const found = await span("search", async (step) => {
   *   const hits = await search(query);
   *   step.setOutput(hits);
   *   return hits;
   * });
   * ```
   */
  span<T>(name: string, work: (span: Span) => T): T;
  /**
   * Runs a function as a step: current inside, ended when the function returns, throws, or its promise settles. What
   * is returned or thrown goes on as it was.
   *
   * @param name - what the step is called.
   * @param options - its kind, input, attributes, parent, …
   * @param work - is given the step.
   *
   * @example
   * ```ts
   * const found = await span("search", { kind: "tool", input: { query } }, async (step) => {
   *   const hits = await search(query);
   *   step.setOutput(hits);
   *   return hits;
   * });
   * ```
   */
  span<T>(name: string, options: SpanOptions | undefined, work: (span: Span) => T): T;
  span<T>(name: string, options: SpanOptions | undefined | ((span: Span) => T), work?: (span: Span) => T): T {
    const opened = this._opened ?? this._open();
    if (typeof options === "function") return runInStep(opened.begin(Span, name, undefined), options);
    return runInStep(opened.begin(Span, name, options), work as (span: Span) => T);
  }

  /**
   * Begins a step without making it current. It ends by `end()`, or by `using`.
   *
   * @param name - what the step is called.
   * @param options - its kind, input, attributes, parent, …
   *
   * @example
   * ```ts
   * using step = startSpan("plan", { kind: "plan", input: question });
   * step.setOutput(plan(question));
   * ```
   */
  startSpan(name: string, options?: SpanOptions): Span {
    return watched((this._opened ?? this._open()).begin(Span, name, options));
  }

  /** @internal Begins a step of a type of its own. */
  begin<S extends Span>(make: Make<S>, name: string, options?: SpanOptions): S {
    return watched((this._opened ?? this._open()).begin(make, name, options));
  }

  /** The step that new ones would belong to, if there is one in this process. */
  currentSpan(): Span | undefined {
    return currentSpan();
  }

  /** The ids that something caused now should have as its parent, in this process or from another one. */
  currentContext(): SpanContext | undefined {
    return currentContext();
  }

  /**
   * Puts everything that begins inside into the trace of an id of your own, in every process that uses this id.
   *
   * @example
   * ```ts
   * await trace("order-17", () => handle(order));
   * ```
   */
  trace<T>(correlationId: string, work: () => T): T {
    if (typeof correlationId === "string" && correlationId !== "") {
      return shared().storage.run(new Place(undefined, undefined, correlationId), work);
    }
    this.problem("invalid_correlation_id", `a correlation id is a text, not ${shown(correlationId)}`);
    return work();
  }

  /** Where budgets stand: `client.guards.status("chat-7")`. */
  get guards(): GuardsView {
    return new GuardsView((sessionId, traceId) => this._open().recorder?.guardStatus?.(sessionId, traceId));
  }

  /** Steps and points by hand: every member as it is given, parents that are named. */
  get manual(): Manual {
    return new Manual(() => this);
  }

  // Across processes.

  /**
   * Writes the current step's `traceparent`, and the `tracestate` that came with its trace, into headers or into the
   * `_meta` of an MCP request, and gives them back.
   *
   * @example
   * ```ts
   * await fetch(url, { headers: inject() });
   * ```
   */
  inject(): Record<string, string>;
  /**
   * Writes the current step's `traceparent`, and the `tracestate` that came with its trace, into headers or into the
   * `_meta` of an MCP request, and gives them back.
   *
   * @param carrier - an object, `Headers` or a `Map`.
   *
   * @example
   * ```ts
   * await fetch(url, { headers: inject(new Headers()) });
   * ```
   */
  inject<C extends object>(carrier: C): C;
  inject(carrier: object = {}): object {
    return injectInto(carrier, this.#problems);
  }

  /** Reads `traceparent` and `tracestate`; see the function `extract`. */
  extract(carrier: unknown): SpanContext | undefined {
    return extract(carrier);
  }

  /**
   * Makes a context current: steps that begin inside belong to it.
   *
   * @param context - a step, a context or a `traceparent`; `undefined` and `null` are none, and begin new traces.
   *
   * @example
   * ```ts
   * attach(extract(request.headers), () => answer(request));
   * ```
   */
  attach<T>(context: Span | SpanContext | HasContext | string | null | undefined, work: () => T): T {
    const place = context === undefined ? NOWHERE : this._open().placeOf(context);
    this.#problems.settle();
    return shared().storage.run(place, work);
  }

  /**
   * Copies an environment (`process.env` by default) with `TRACEPARENT` and `TRACESTATE` for a child process. A child
   * that uses tracewire takes them up by itself.
   *
   * @example
   * ```ts
   * fork("worker.js", { env: injectEnvironment() });
   * ```
   */
  injectEnvironment(environment?: Readonly<Record<string, string | undefined>>): Record<string, string> {
    return environmentWith(environment, this.#problems);
  }

  // Reading back.

  /**
   * Finds steps, events, log lines, metrics and feedback, newest first; what is given must all hold. What is still
   * going on is found too.
   *
   * @param query - see {@link Query}.
   * @throws {@link TracewireError}: `query_invalid` for what cannot be searched for, `store` where the store cannot
   *   be read, `unavailable` where there are no files.
   *
   * @example
   * ```ts
   * for (const row of query({ agentId: "researcher", kind: "tool", status: "error" })) console.log(row.time, row.name);
   * ```
   */
  query(query: Query = {}): Page {
    this._open(); // The configuration says where.
    return queryIn(this.stats().directory ?? this.#directory, query);
  }

  /**
   * Reads one trace: by its id, by a step in it, by a correlation id, or the newest of a session.
   *
   * @param id - exactly one id.
   * @throws {@link TracewireError}: as {@link query}.
   *
   * @example
   * ```ts
   * console.log(getTrace({ correlationId: "order-17" })?.tree());
   * ```
   */
  getTrace(id: TraceId): Trace | undefined {
    this._open();
    return traceIn(this.stats().directory ?? this.#directory, id);
  }

  // The end.

  /**
   * Delivers what the mode delivers, for at most so many milliseconds, and says what became of everything recorded.
   * What was recorded is in the journal already; a local program needs no flush to keep it.
   *
   * @throws {@link TracewireError} in strict mode, when records were dropped.
   */
  async flush(timeoutMillis = 5000): Promise<FlushReport> {
    return this.#report(await this._opened?.flush(this.#millis(timeoutMillis)));
  }

  /** Flushes, lets go of the exporters, and closes the journal. What is recorded later is dropped and counted. */
  async shutdown(timeoutMillis = 5000): Promise<FlushReport> {
    return this.#report(await this._opened?.close(this.#millis(timeoutMillis)));
  }

  /** The same as `shutdown`. */
  close(timeoutMillis = 5000): Promise<FlushReport> {
    return this.shutdown(timeoutMillis);
  }

  /** Shuts down: `await using client = new Client(…)`. */
  async [Symbol.asyncDispose](): Promise<void> {
    await this.shutdown();
  }

  /** Numbers of the recorder, without waiting for anything. */
  stats(): Stats {
    return statsOf(this._opened?.recorder?.stats(), this._opened?.delivery?.pending());
  }

  #report(counts: FlushReport = EMPTY_COUNTS): FlushReport {
    const inside = this._opened?.recorder === undefined ? {} : internalErrors(platform.native());
    const report = { ...counts, errors: { ...this.#problems.report(), ...counts.errors, ...inside } };
    if (this.#problems.isStrict && Object.keys(report.dropped).length > 0) {
      throw new TracewireError("records_dropped", `records were dropped: ${JSON.stringify(report.dropped)}`);
    }
    return report;
  }

  #millis(timeout: unknown): number {
    if (typeof timeout !== "number" || Number.isNaN(timeout)) {
      this.problem("invalid_timeout", `a timeout is a number of milliseconds, not ${shown(timeout)}`);
      return 0;
    }
    return Math.min(Math.max(timeout, 0), MOST_MILLIS);
  }

  // What the rest of the package is built on.

  /** @internal Counts something that went wrong, says it once for each code, and throws it in strict mode. */
  problem(code: string, message: string, cause?: unknown): void {
    this.#problems.note(code, message, cause);
  }

  /** @internal Writes records; absent where nothing is recorded. */
  get pen(): Pen | undefined {
    return this._open().pen;
  }

  /** @internal What of the host's values reaches the disk. */
  get policy(): Policy {
    return this._open().policy;
  }

  /** @internal What new steps belong to. */
  place(): Current {
    return currentPlace();
  }

  /** @internal Milliseconds of a clock that only goes forward. */
  monotonicMillis(): number {
    return performance.now();
  }

  /** @internal Records a point; its members have the names of the wire. */
  point(type: PointType, where: Where, members: Readonly<Record<string, unknown>>): SpanContext | undefined {
    return this._open().point(type, where, members);
  }
}
