/**
 * A step of an agent.
 *
 * @module
 */
import type { Walker } from "../values/walker.ts";
import { costOf, usageOf } from "./amounts.ts";
import { parentIdOf, SpanContext, spanIdOf, traceIdOf } from "./context.ts";
import { statusOf } from "./failure.ts";
import type {
  Amount,
  Attributes,
  CostParts,
  HasContext,
  Link,
  SpanOptions,
  Status,
  UpdateFields,
  Usage,
} from "./fields.ts";
import { watched } from "./forgotten.ts";
import {
  type Ending,
  type EventFields,
  writeCaught,
  writeEnding,
  writeEvent,
  writeLinks,
  writeUpdate,
} from "./members.ts";
import type { Opened } from "./opened.ts";
import { type Current, shared } from "./place.ts";
import { shown, textOf } from "./problems.ts";
import { runInStep } from "./running.ts";
import { hasIds, linkTo, setOwn, writeAttributes, writeContent } from "./writing.ts";

export type { EventFields } from "./members.ts";

const STATUSES: readonly unknown[] = ["ok", "error", "timeout", "cancelled", "unset"];
/** Stands for an output that was not given: `undefined` is one that was. */
const NOTHING: unique symbol = /* @__PURE__ */ Symbol("nothing") as never;

/**
 * A step: made by `span(…)` or `startSpan(…)`, ended once.
 *
 * Its methods never throw (see `init({ strict })`). What `set` and `setOutput` are given is read when the step ends;
 * `update` and `event` write at once, so what they say survives the death of the process.
 *
 * A step of `startSpan` that the program forgets without an end is ended as `cancelled` when the garbage collector finds
 * it, at the earliest after a second. What was set on it is lost with it; where the process ends before, readers show it
 * as abandoned.
 */
export class Span {
  /** @internal */
  readonly _opened: Opened;
  /** @internal Empty for a step of a client that is switched off. */
  _state: Int32Array | undefined = undefined;
  /** @internal What was current when it began; a run has ended when all above it have. */
  _above: Current | undefined;
  /** @internal */
  readonly _name: string;
  /** @internal Only while the start is written. */
  _options: SpanOptions | undefined;
  /** @internal What the guards keep for this call; `undefined` for nothing. */
  _reservation: number | undefined = undefined;
  /** @internal */
  _ended = false;
  private _status: Status = "ok";
  private _output: unknown = NOTHING;
  private _attributes: { [name: string]: unknown } | undefined = undefined;
  private _ending: Ending | undefined = undefined;
  private _context: SpanContext | undefined = undefined;

  /** @internal */
  constructor(opened: Opened, name: string, options: SpanOptions | undefined, above: Current) {
    this._opened = opened;
    this._above = above;
    this._name = name;
    this._options = options;
  }

  /** @internal */
  get _isStep(): true {
    return true;
  }

  /** The ids of the step; `undefined` for a client that is switched off. */
  get context(): SpanContext | undefined {
    if (this._context === undefined && this._state !== undefined) this._context = new SpanContext(this._state);
    return this._context;
  }

  /** The trace, 32 hex digits; zeros for a client that is switched off. */
  get traceId(): string {
    return this._state === undefined ? "0".repeat(32) : traceIdOf(this._state);
  }

  /** The step, 16 hex digits; zeros for a client that is switched off. */
  get spanId(): string {
    return this._state === undefined ? "0".repeat(16) : spanIdOf(this._state);
  }

  /** The step above, 16 hex digits; `undefined` for the root of a run. */
  get parentId(): string | undefined {
    return this._state && parentIdOf(this._state);
  }

  /** What the step is called. */
  get name(): string {
    return this._name;
  }

  /** Whether it has ended. */
  get ended(): boolean {
    return this._ended;
  }

  /**
   * Sets one attribute, or several; they are recorded when the step ends.
   *
   * @param key - the attribute's name, or an object of names and values.
   * @param value - any value.
   */
  set(key: string, value: unknown): this;
  set(attributes: Attributes): this;
  set(key: string | Attributes, value?: unknown): this {
    if (this._ended) return this.#late();
    try {
      if (typeof key !== "object") setOwn(this.#attributes, textOf(key), value);
      else if (this._attributes === undefined) this._attributes = { ...key };
      else for (const name of Object.keys(key)) setOwn(this._attributes, name, key[name]);
    } catch (error) {
      this.#problem("invalid_attributes", `attributes are an object, not ${shown(key)}`, error);
    }
    return this;
  }

  /** Says what came out; it is recorded when the step ends. */
  setOutput(value: unknown): this {
    if (this._ended) return this.#late();
    this._output = value;
    return this;
  }

  /**
   * Says how the step went where no error tells; it is recorded when the step ends.
   *
   * @param status - `ok`, `error`, `timeout`, `cancelled` or `unset`.
   * @param message - why.
   */
  setStatus(status: Status, message?: string): this {
    if (this._ended) return this.#late();
    if (STATUSES.includes(status)) this._status = status;
    else this.#problem("invalid_status", `a status is one of ${STATUSES.join(", ")}, not ${shown(status)}`);
    if (message !== undefined && message !== null) this.#end.message = message;
    return this;
  }

  /**
   * Says that the step failed where nothing is thrown out of it.
   *
   * @param error - what was thrown, or a word for `error.type`.
   * @param message - why, beside a word.
   */
  setError(error: unknown, message?: string): this {
    if (this._ended) return this.#late();
    if (typeof error === "string") return this.set("error.type", error).setStatus("error", message);
    this.#end.error = { thrown: error };
    return this.setStatus(statusOf(error), message);
  }

  /**
   * Says what a model call used; it is recorded when the step ends. Called again, counts are added to those that were
   * said.
   */
  usage(usage: Usage): this {
    if (this._ended) return this.#late();
    const { problems } = this._opened;
    const found = usageOf(usage, problems);
    if (found !== undefined) {
      const ending = this.#end;
      ending.usage = { ...ending.usage, ...found };
    }
    problems.settle();
    return this;
  }

  /**
   * Says what the step cost; it is recorded when the step ends. A cost that is not known is left out, never zero.
   *
   * @param total - the whole amount: decimal text, or a number that counts as the shortest text that stands for it.
   * @param currency - ISO 4217.
   * @param parts - parts of it, and who says so.
   *
   * @example
   * ```ts
   * step.cost("0.0123", "EUR", { input: "0.0100", output: "0.0023" });
   * ```
   */
  cost(total?: Amount, currency = "USD", parts?: CostParts): this {
    if (this._ended) return this.#late();
    const { problems } = this._opened;
    const found = costOf(parts, problems, { total, currency });
    if (found !== undefined) {
      const ending = this.#end;
      ending.cost = { ...ending.cost, ...found };
    }
    problems.settle();
    return this;
  }

  /**
   * Says at once that another step is related to this one without being its parent or child.
   *
   * @param other - a step, its context, its `traceparent`, or its ids.
   * @param attributes - what the relation is.
   */
  link(other: Span | SpanContext | HasContext | Link | string, attributes?: Attributes): this {
    if (this._ended) return this.#late();
    const link = linkTo(other);
    if (!hasIds(link)) {
      this.#problem("invalid_link", `not a step, a context or a traceparent: ${shown(other)}`);
      return this;
    }
    const ending = this.#end;
    // A later list of links replaces an earlier one, so each holds all.
    ending.links = [...(ending.links ?? []), attributes === undefined ? link : { ...link, attributes }];
    if (this._state !== undefined) this._opened.pen.update(this._state, writeLinks, ending.links);
    return this;
  }

  /** Records at once what must be visible before the step ends. Attributes merge key by key; lists replace. */
  update(fields: UpdateFields): this {
    if (this._state === undefined) return this;
    this._opened.pen.update(this._state, writeUpdate, { span: this, fields });
    this._opened.settle();
    return this;
  }

  /**
   * Records at once something that happens inside the step.
   *
   * @param name - what happens.
   * @param attributes - facts about it.
   * @param fields - `data`: what was carried; `chunks`: of a stream, in order.
   */
  event(name: string | undefined, attributes?: Attributes, fields?: EventFields): this {
    if (this._state === undefined) return this;
    this._opened.pen.spanEvent(this._state, writeEvent, { span: this, name, attributes, fields });
    this._opened.settle();
    return this;
  }

  /** Records at once an error that the step deals with itself; its status does not change. */
  recordException(error: unknown, attributes?: Attributes): this {
    if (this._state === undefined) return this;
    this._opened.pen.spanEvent(this._state, writeCaught, { span: this, error, attributes });
    this._opened.settle();
    return this;
  }

  /**
   * Ends the step. Once: later ends change nothing.
   *
   * @param error - what it failed with, if it did.
   */
  end(...error: [error?: unknown]): void {
    if (error.length > 0 && error[0] !== undefined) this.fail(error[0]);
    else this._end();
  }

  /** @internal */
  _end(): void {
    if (this._ended) return;
    this._ended = true;
    const opened = this._opened;
    if (this._state !== undefined) opened.pen.end(this._state, this._status, writeEnd, this);
    if (this._reservation !== undefined) {
      const output = this._output === NOTHING ? undefined : { value: this._output };
      opened.settleGuards(this._reservation, this._status, output, this._ending);
    }
    // Whoever keeps the step, keeps no more than it.
    this._output = NOTHING;
    this._attributes = undefined;
    this._ending = undefined;
    const above = this._above;
    this._above = undefined;
    if (opened.delivery !== undefined) opened.stepEnded(above);
    if (opened.problems.owed !== undefined) opened.settle();
  }

  /** @internal Ends the step as what was thrown says. */
  fail(thrown: unknown): void {
    if (this._ended) return;
    this._status = statusOf(thrown);
    // Whoever stops a step knows why.
    if (this._status !== "cancelled") this.#end.error = { thrown };
    this._end();
  }

  /**
   * Runs a function with this step current: what begins inside belongs to it. The step does not end by it.
   *
   * @example
   * ```ts
   * using step = startSpan("batch");
   * step.run(() => work());
   * ```
   */
  run<T>(work: () => T): T {
    return shared().storage.run(this, work);
  }

  /** Makes a function run with this step current, whenever it is called. */
  bind<A extends unknown[], T, R>(work: (this: T, ...args: A) => R): (this: T, ...args: A) => R {
    const { storage } = shared();
    const place = this;
    return function (this: T, ...args: A): R {
      return storage.run(place, () => work.apply(this, args));
    };
  }

  /**
   * Runs a function as a step below this one, wherever it is called from. See `span`.
   *
   * @example
   * ```ts
   * await step.span("search", { kind: "tool" }, (child) => search(child));
   * ```
   */
  span<T>(name: string, work: (span: Span) => T): T;
  span<T>(name: string, options: SpanOptions | undefined, work: (span: Span) => T): T;
  span<T>(name: string, options: SpanOptions | undefined | ((span: Span) => T), work?: (span: Span) => T): T {
    const opened = this._opened;
    if (typeof options === "function") return runInStep(opened.begin(Span, name, undefined, this), options);
    return runInStep(opened.begin(Span, name, options, this), work as (span: Span) => T);
  }

  /** Begins a step below this one without making it current. See `startSpan`. */
  startSpan(name: string, options?: SpanOptions): Span {
    return watched(this._opened.begin(Span, name, options, this));
  }

  /** Ends the step: `using step = startSpan(…)`. */
  [Symbol.dispose](): void {
    this._end();
  }

  /** Ends the step: `await using step = startSpan(…)`. */
  async [Symbol.asyncDispose](): Promise<void> {
    this._end();
  }

  /** The step's id, for a console. */
  toString(): string {
    return `<tracewire.Span ${this.spanId}>`;
  }

  /** The step's ids. */
  toJSON(): { traceId: string; spanId: string } {
    return { traceId: this.traceId, spanId: this.spanId };
  }

  /** @internal What Node's console shows. */
  [Symbol.for("nodejs.util.inspect.custom")](): string {
    return this.toString();
  }

  get #end(): Ending {
    this._ending ??= {};
    return this._ending;
  }

  get #attributes(): { [name: string]: unknown } {
    this._attributes ??= {};
    return this._attributes;
  }

  #late(): this {
    this.#problem("step_ended", "something was set on a step that had ended, and is lost");
    return this;
  }

  #problem(code: string, message: string, cause?: unknown): void {
    this._opened.problems.note(code, message, cause);
  }

  /** @internal Says what came out unless the program did. */
  offerOutput(value: unknown): void {
    if (!this._ended && this._output === NOTHING) this._output = value;
  }

  /** @internal A member of the end by its name on the wire, unless it is there already. */
  endField(name: string, value: unknown): void {
    if (this._ended) return;
    const ending = this.#end;
    if (name === "status_message") ending.message ??= textOf(value);
    else if (ending.more?.[name] === undefined) ending.more = { ...ending.more, [name]: value };
  }

  /** @internal Writes the members of the end. */
  _writeEnd(walker: Walker): void {
    const { policy } = this._opened;
    if (this._output !== NOTHING) writeContent(walker, "output", this._output, policy);
    if (this._attributes !== undefined) writeAttributes(walker, this._attributes, policy);
    if (this._ending !== undefined) writeEnding(walker, this._ending);
  }
}

const writeEnd = (walker: Walker, span: Span): void => span._writeEnd(walker);
