/**
 * Runs of agents.
 *
 * @module
 */
import type { SpanOptions, StartFields } from "./fields.ts";
import { merged, optionalText } from "./guard.ts";
import { currentPlace, NOWHERE } from "./place.ts";
import { isThenable } from "./running.ts";
import type { Seat } from "./seat.ts";
import { Span } from "./span.ts";
import { type OpenStream, openStream } from "./stream.ts";

const FLUSH_MILLIS = 5000;

/** Who runs, for whom, and in which conversation. */
export interface SessionOptions extends StartFields {
  /** Which agent it is: `gen_ai.agent.id`. */
  readonly agentId?: string | undefined;
  /** What the run is called; the agent's id by default. */
  readonly name?: string | undefined;
  readonly input?: SpanOptions["input"];
  readonly attributes?: SpanOptions["attributes"];
  readonly parent?: SpanOptions["parent"];
  /** The longest that the flush at the end may take. */
  readonly flushTimeoutMillis?: number | undefined;
}

/**
 * A run of an agent: made by `session(…)`, flushed when it is left. It is a step.
 *
 * Its steps find it from anywhere: below the current step if that is part of the run, else directly below the run.
 */
export class Session extends Span {
  /** Which agent it is. */
  agentId: string | undefined;
  /** The conversation that the run belongs to. */
  sessionId: string | undefined;
  /** Who the run is for. */
  userId: string | undefined;
  #seat: Seat | undefined;
  #flushMillis = FLUSH_MILLIS;

  /** A step of the agent itself, such as a plan: kind `step`. Without work it has to be ended. */
  agentStep(name: string, options?: SpanOptions): Span;
  agentStep<T>(name: string, work: (step: Span) => T): T;
  agentStep<T>(name: string, options: SpanOptions | undefined, work: (step: Span) => T): T;
  agentStep(name: string, ...given: unknown[]): unknown {
    return this.#step(name, "step", {}, given);
  }

  /** A step that executes a tool: kind `tool`. Without work it has to be ended. */
  toolCall(name: string, options?: SpanOptions): Span;
  toolCall<T>(name: string, work: (step: Span) => T): T;
  toolCall<T>(name: string, options: SpanOptions | undefined, work: (step: Span) => T): T;
  toolCall(name: string, ...given: unknown[]): unknown {
    return this.#step(name, "tool", { "gen_ai.tool.name": name }, given);
  }

  /** A step that asks a model: kind `llm`. Without work it has to be ended. */
  llmCall(name: string, options?: SpanOptions): Span;
  llmCall<T>(name: string, work: (step: Span) => T): T;
  llmCall<T>(name: string, options: SpanOptions | undefined, work: (step: Span) => T): T;
  llmCall(name: string, ...given: unknown[]): unknown {
    return this.#step(name, "llm", {}, given);
  }

  /** A step that yields chunks; see `stream`. Without work it has to be ended. */
  readonly stream: OpenStream = ((name: string, ...given: unknown[]) => {
    const [options, work] = optionsAndWork(given);
    return openStream(this.#seated, name, { ...options, parent: this.#inside(options.parent) }, work as never);
  }) as OpenStream;

  /** Ends the run and delivers what was recorded: `await using run = session(…)`. */
  override async [Symbol.asyncDispose](): Promise<void> {
    this._end();
    await this._flush();
  }

  /** Ends the run; what was recorded is delivered meanwhile. */
  override [Symbol.dispose](): void {
    this._end();
    void this._flush().catch(() => undefined);
  }

  /** For a person: the conversation or agent, and the run's id. */
  override toString(): string {
    return `<tracewire.Session ${this.sessionId ?? this.agentId ?? ""} ${this.spanId}>`;
  }

  /** @internal */
  _sit(seat: Seat, options: SessionOptions): this {
    this.#seat = seat;
    this.agentId = options.agentId;
    this.sessionId = options.sessionId;
    this.userId = options.userId;
    this.#flushMillis = options.flushTimeoutMillis ?? FLUSH_MILLIS;
    return this;
  }

  /** @internal Delivers; in strict mode it is rejected where something was lost. */
  async _flush(): Promise<void> {
    await this.#seat?.flush(this.#flushMillis);
  }

  get #seated(): Seat {
    return this.#seat as Seat;
  }

  #step(name: string, kind: string, facts: Readonly<Record<string, unknown>>, given: unknown[]): unknown {
    const [options, work] = optionsAndWork(given);
    const attributes = merged(this.#seated, facts, options.attributes);
    const of: SpanOptions = { kind, ...options, attributes, parent: this.#inside(options.parent) };
    return typeof work === "function"
      ? this.#seated.span(name, of, work as () => unknown)
      : this.#seated.startSpan(name, of);
  }

  /** The parent of a step of this run: elsewhere there is no current step, or one of another run. */
  #inside(parent: SpanOptions["parent"]): SpanOptions["parent"] {
    if (parent !== undefined) return parent;
    const place = currentPlace();
    if (place._isStep) return place.traceId === this.traceId ? undefined : this;
    // Somebody attached a context on purpose.
    return place === NOWHERE || place._state === undefined ? this : undefined;
  }
}

function optionsAndWork(given: unknown[]): [SpanOptions, unknown] {
  const [first, second] = given;
  return typeof first === "function" ? [{}, first] : [(first ?? {}) as SpanOptions, second];
}

/** Opens a run, or runs work as one. */
export interface OpenSession {
  (options?: SessionOptions | string): Session;
  <T>(work: (run: Session) => T): T;
  <T>(options: SessionOptions | string | undefined, work: (run: Session) => T): T;
}

/**
 * Opens a run of an agent: a step of kind `agent`, a root or below the current step.
 *
 * With `work` it is current inside, ends when `work` settles, and is flushed: a promise settles when that is done. Without, it
 * is for `await using`; its steps find it by its methods.
 *
 * @param given - the agent's id or {@link SessionOptions}, and work.
 */
export function openSession(seat: Seat, ...given: unknown[]): unknown {
  const [first, second] = given;
  const work = (typeof first === "function" ? first : second) as ((run: Session) => unknown) | undefined;
  const options: SessionOptions =
    typeof first === "string" ? { agentId: first } : typeof first === "object" && first !== null ? first : {};
  const { agentId, name, flushTimeoutMillis, attributes, ...fields } = options;
  const facts = merged(seat, agentId === undefined ? {} : { "gen_ai.agent.id": agentId }, attributes);
  const called = optionalText(name) ?? optionalText(agentId) ?? "session";
  const run = seat.begin(Session, called, { kind: "agent", ...fields, attributes: facts })._sit(seat, options);
  if (typeof work !== "function") return run;
  let result: unknown;
  try {
    result = run.run(() => work(run));
  } catch (error) {
    run.fail(error);
    void run._flush().catch(() => undefined);
    throw error;
  }
  if (!isThenable(result)) {
    run[Symbol.dispose]();
    return result;
  }
  return result.then(
    async (value) => {
      run._end();
      await run._flush();
      return value;
    },
    async (error: unknown) => {
      run.fail(error);
      await run._flush().catch(() => undefined);
      throw error;
    },
  );
}
