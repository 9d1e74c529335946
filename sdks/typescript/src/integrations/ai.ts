/**
 * Vercel's `ai` by its telemetry: `import { telemetry } from "tracewire/ai"` from version 7, `tracer` for versions 5
 * and 6.
 *
 * @module
 */
import type { Client } from "../recording/client.ts";
import type { Span } from "../recording/span.ts";
import { beginning, ending } from "./frameworks/ai-facts.ts";
import { Lifecycle } from "./frameworks/ai-lifecycle.ts";
import { isFunction, member, text } from "./reading.ts";
import { guarded, recorderOf } from "./recorder.ts";

/** Options of {@link telemetry}. */
export interface AiOptions {
  /** The recorder; the default one if there is none. */
  readonly client?: Client;
}

/** Options of {@link tracer}. */
export interface AiTracerOptions extends AiOptions {
  /**
   * The `abortSignal` of the call, where a stream may be aborted that nobody reads any more: `ai` tells a tracer nothing
   * of that. What is open when it aborts ends then.
   */
  readonly signal?: AbortSignal | undefined;
}

/** A tracer as `ai` asks for one; OpenTelemetry's interface, as far as it is used. */
export interface AiTracer {
  startSpan(name: string, options?: AiSpanOptions): AiSpan;
  startActiveSpan<F extends (span: AiSpan) => unknown>(name: string, work: F): ReturnType<F>;
  startActiveSpan<F extends (span: AiSpan) => unknown>(name: string, options: AiSpanOptions, work: F): ReturnType<F>;
  startActiveSpan<F extends (span: AiSpan) => unknown>(
    name: string,
    options: AiSpanOptions,
    context: unknown,
    work: F,
  ): ReturnType<F>;
}

/** How a span begins. */
export interface AiSpanOptions {
  readonly attributes?: { readonly [name: string]: unknown };
}

/**
 * Records operations of `ai`, from version 7: runs of `generateText`, `streamText` and the others as agents, each
 * request to a model below them with messages, tools, tokens and the time to the first chunk, and each execution of a
 * tool. What a tool's own code records is below the tool.
 *
 * @returns an integration for `registerTelemetry`, or for one call's `telemetry: { integrations }`
 *
 * @example
 * ```ts
 * registerTelemetry(telemetry());
 * const { text } = await generateText({ model, prompt: "What is an otter?", telemetry: { functionId: "ask" } });
 * ```
 */
export function telemetry(options: AiOptions = {}): Lifecycle {
  return new Lifecycle(() => recorderOf(options.client));
}

/**
 * For versions 5 and 6: a tracer that records what `ai` tells of its operations: runs of `generateText`, `streamText`
 * and the others as agents, each request to a model below them with messages, tools, tokens and the time to the first
 * chunk, and each execution of a tool. What a tool's own code records is below the tool.
 *
 * `sessionId`, `userId` and `tags` of the telemetry's `metadata` become those of the run; its `functionId` is the
 * run's name.
 *
 * @example
 * ```ts
 * const { text } = await generateText({
 *   model: openai("gpt-5-mini"),
 *   prompt: "What is an otter?",
 *   experimental_telemetry: { isEnabled: true, functionId: "ask", tracer: tracer() },
 * });
 * ```
 */
export function tracer(options: AiTracerOptions = {}): AiTracer {
  const start = (name: string, given?: AiSpanOptions): AiSpan => {
    const recorder = recorderOf(options.client);
    const step = guarded(recorder, () => {
      const found = beginning(name, given?.attributes ?? {});
      return recorder.startSpan(found.name, found.options);
    });
    const span = new AiSpan(recorder, step, given?.attributes);
    if (options.signal !== undefined) guarded(recorder, () => endWith(options.signal as AbortSignal, span));
    return span;
  };
  return {
    startSpan: start,
    startActiveSpan(name: string, ...rest: unknown[]): never {
      const work = rest.at(-1);
      const span = start(name, rest.length > 1 ? (rest[0] as AiSpanOptions) : undefined);
      if (!isFunction(work)) return undefined as never;
      return span.run(() => work(span)) as never;
    },
  };
}

export type { Lifecycle };

/** Ends what `ai` forgets to end, such as a stream that was given up. */
const forgotten =
  typeof FinalizationRegistry === "undefined"
    ? undefined
    : /* @__PURE__ */ new FinalizationRegistry<Span>((step) => {
        if (!step.ended) step.setStatus("cancelled", "given up").end();
      });

/** The span that a step is the step of, for those that begin below it. */
const spans = /* @__PURE__ */ new WeakMap<Span, WeakRef<AiSpan>>();

/** Ends a span when a signal aborts. */
function endWith(signal: AbortSignal, span: AiSpan): void {
  if (typeof WeakRef === "undefined" || signal.aborted) return;
  const held = new WeakRef(span);
  const abort = () => held.deref()?.cut(signal.reason);
  signal.addEventListener("abort", abort, { once: true });
  span.whenOver(() => signal.removeEventListener("abort", abort));
}

/** A span as `ai` asks for one: a step that learns its facts until it ends. */
export class AiSpan {
  readonly #recorder: Client;
  readonly #step: Span | undefined;
  readonly #attributes: Record<string, unknown>;
  readonly #above: AiSpan | undefined;
  /** Those below that are open. */
  readonly #open = new Set<AiSpan>();
  #error: Error | undefined;
  /** Why it was cut off, if it was. */
  #cut: { readonly status: "cancelled" | "timeout"; readonly message: string } | undefined;
  #whenOver: (() => void) | undefined;

  /** @internal */
  constructor(recorder: Client, step: Span | undefined, attributes: { readonly [name: string]: unknown } | undefined) {
    this.#recorder = recorder;
    this.#step = step;
    this.#attributes = { ...attributes };
    if (step === undefined) return;
    forgotten?.register(this, step);
    if (typeof WeakRef === "undefined") return;
    const above = recorder.currentSpan();
    this.#above = above === undefined ? undefined : spans.get(above)?.deref();
    if (this.#above !== undefined) this.#above.#open.add(this);
    spans.set(step, new WeakRef(this));
  }

  /** @internal Something to do when it has ended. */
  whenOver(work: () => void): void {
    this.#whenOver = work;
  }

  /** @internal Ends it, and all below it, before it has come to an end of its own. */
  cut(reason: unknown): void {
    const isTimeout = member(reason, "name") === "TimeoutError";
    this.#cut ??= {
      status: isTimeout ? "timeout" : "cancelled",
      message: text(member(reason, "message")) ?? "aborted",
    };
    this.end();
  }

  /** @internal Runs something inside the step. */
  run<T>(work: () => T): T {
    return this.#step === undefined ? work() : this.#step.run(work);
  }

  spanContext(): { traceId: string; spanId: string; traceFlags: number } {
    return {
      traceId: this.#step?.traceId ?? "0".repeat(32),
      spanId: this.#step?.spanId ?? "0".repeat(16),
      traceFlags: 1,
    };
  }

  setAttribute(key: string, value: unknown): this {
    this.#attributes[key] = value;
    return this;
  }

  setAttributes(attributes: { readonly [name: string]: unknown }): this {
    Object.assign(this.#attributes, attributes);
    return this;
  }

  addEvent(name: string, attributes?: unknown): this {
    // The first chunk's time comes as an attribute as well; that of the last one is the step's end.
    if (name !== "ai.stream.firstChunk" && name !== "ai.stream.finish") {
      const facts = typeof attributes === "object" && attributes !== null ? { ...attributes } : undefined;
      guarded(this.#recorder, () => this.#step?.event(name, facts));
    }
    return this;
  }

  addLink(): this {
    return this;
  }

  addLinks(): this {
    return this;
  }

  updateName(name: string): this {
    guarded(this.#recorder, () => this.#step?.update({ name }));
    return this;
  }

  recordException(exception: unknown): void {
    if (exception instanceof Error) {
      this.#error = exception;
      return;
    }
    const error = new Error(text(member(exception, "message")) ?? String(exception));
    const [name, stack] = [text(member(exception, "name")), text(member(exception, "stack"))];
    if (name !== undefined) error.name = name;
    if (stack !== undefined) error.stack = stack;
    this.#error = error;
  }

  setStatus(status: { readonly code: number; readonly message?: string }): this {
    // 2 is OpenTelemetry's ERROR.
    if (status.code === 2) this.#error ??= new Error(status.message ?? "");
    return this;
  }

  isRecording(): boolean {
    return this.#step?.ended === false;
  }

  end(): void {
    const step = this.#step;
    if (step === undefined || step.ended) return;
    // A stream that is aborted ends the run, and says nothing of the request that was cut off.
    for (const one of this.#open) {
      if (this.#error === undefined) this.#cut ??= { status: "cancelled", message: "aborted" };
      one.#cut ??= this.#cut;
      one.#error ??= this.#error;
      one.end();
    }
    if (this.#above !== undefined) this.#above.#open.delete(this);
    guarded(this.#recorder, () => {
      const { output, attributes, usage, firstChunkNanos } = ending(this.#attributes);
      step.set(attributes);
      if (usage !== undefined) step.usage(usage);
      if (firstChunkNanos !== undefined) step.endField("time_to_first_chunk_nanos", firstChunkNanos);
      if (output !== undefined) step.offerOutput(output);
    });
    if (this.#error !== undefined) step.fail(this.#error);
    else if (this.#cut !== undefined) step.setStatus(this.#cut.status, this.#cut.message).end();
    else step.end();
    this.#whenOver?.();
  }
}
