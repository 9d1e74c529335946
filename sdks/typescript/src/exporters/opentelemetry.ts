/**
 * Steps as OpenTelemetry spans: to the program's own `TracerProvider`, or by OTLP/HTTP in JSON to whoever takes that.
 *
 * @module
 */
import { Step } from "../recording/steps.ts";
import { type Batch, type Exporter, RetryLater, Undeliverable, type WireEvent } from "./base.ts";
import { documentOf } from "./otlp.ts";
import { isWorthAnotherTry, Post, type PostOptions } from "./post.ts";
import {
  isProcessor,
  isProvider,
  readableSpan,
  type SpanProcessorLike,
  type TracerProviderLike,
  targetOf,
} from "./readable.ts";
import { type EndedSpan, endedSpan } from "./spans.ts";

/** Options of {@link OpenTelemetryExporter}. */
export interface OpenTelemetryOptions extends PostOptions {
  readonly name?: string;
  /** Where to send; `http://localhost:4318/v1/traces` by default. */
  readonly url?: string;
  /** Whose processors get the spans, or a processor: then nothing is sent from here. */
  readonly provider?: TracerProviderLike | SpanProcessorLike | undefined;
}

/** Where spans go: an address, a provider or a processor. */
export type OpenTelemetryTarget = string | TracerProviderLike | SpanProcessorLike;

/** Hands spans of a batch over. */
type Deliver = (batch: Batch, spans: readonly EndedSpan[]) => Promise<void> | void;

const MOST_OPEN = 10_000;

/**
 * Hands on each step that has ended as a span, with its ids and times, and with attributes under the names of the
 * conventions for generative AI. Point events become spans without a length. Log lines and what happens inside a step
 * become events of its span.
 *
 * With a `TracerProvider` spans go to its processors, and no provider is set and nothing global is touched. With an
 * address they are sent there by OTLP/HTTP, and no library of OpenTelemetry's is needed.
 *
 * @example
 * ```ts
 * init({ mode: "background", exporters: [new OpenTelemetryExporter(provider)] });
 * init({ mode: "background", exporters: [new OpenTelemetryExporter("https://otel.example.com/v1/traces")] });
 * ```
 */
export class OpenTelemetryExporter implements Exporter {
  readonly name: string;
  readonly usesEvents = true;
  readonly #deliver: Deliver;
  readonly #open = new Map<string, Step>();
  readonly #last = new Map<string, number>();

  /**
   * @param target - a `TracerProvider`, a `SpanProcessor`, or where to send. What `trace.getTracerProvider()` gives
   *   stands for the provider that the program registers: until there is one, everything waits in the journal.
   * @throws `TypeError` for an address that is not one of http or https.
   */
  constructor(
    target?: OpenTelemetryTarget | OpenTelemetryOptions,
    options: OpenTelemetryOptions = isTarget(target) ? {} : (target ?? {}),
  ) {
    const given = isTarget(target) ? target : (options.provider ?? options.url);
    this.#deliver = typeof given === "object" ? handing(given) : sending(given, options);
    this.name = options.name ?? "opentelemetry";
  }

  /** Hands over the steps that the batch ends, and keeps the others. */
  async export(batch: Batch): Promise<void> {
    const last = this.#last.get(batch.producer) ?? 0;
    // A batch may come twice, and until it is delivered nothing of it counts.
    const fresh = batch.events().filter((event) => seqOf(event) > last);
    const changed = new Map<string, Step>();
    const ended: Step[] = [];
    for (const event of fresh) {
      const step = this.#take(event, changed);
      if (step !== undefined) ended.push(step);
    }
    let refused: unknown;
    try {
      await this.#deliver(batch, ended.map(endedSpan));
    } catch (error) {
      // Tried again later: as if it had never been here. Dropped: what has begun in it goes on.
      if (!(error instanceof Undeliverable)) throw error;
      refused = error;
    }
    const final = fresh.at(-1);
    if (final !== undefined) this.#last.set(batch.producer, seqOf(final));
    for (const [key, step] of changed) {
      if (ended.includes(step)) this.#open.delete(key);
      else this.#open.set(key, step);
    }
    if (refused !== undefined) throw refused;
    this.#bound();
  }

  /** Adds an event to its step; gives the step when it is complete. */
  #take(event: WireEvent, changed: Map<string, Step>): Step | undefined {
    const { type, trace_id: traceId, span_id: spanId, time } = event as { [name: string]: string | undefined };
    if (typeof traceId !== "string" || typeof spanId !== "string") return undefined;
    if (type === "event") {
      const point = new Step();
      point.add({ ...event, type: "span.start" });
      point.end = time;
      return point;
    }
    const key = `${traceId} ${spanId}`;
    let step = changed.get(key);
    if (step === undefined) {
      const open = this.#open.get(key);
      if (type === "log" && open === undefined) return undefined;
      step = copyOf(open);
      changed.set(key, step);
    }
    if (type === "log") step.events.push(event);
    else if (type?.startsWith("span.")) step.add(event);
    return type === "span.end" ? step : undefined;
  }

  /** A step that never ends must not cost memory for ever. */
  #bound(): void {
    let lost = 0;
    for (const key of this.#open.keys()) {
      if (this.#open.size <= MOST_OPEN) break;
      this.#open.delete(key);
      lost++;
    }
    for (const producer of this.#last.keys()) {
      if (this.#last.size <= MOST_OPEN) break;
      this.#last.delete(producer);
    }
    if (lost > 0) {
      throw new Undeliverable(
        "opentelemetry_open_spans",
        `more than ${MOST_OPEN} steps are open; the oldest are left out`,
        lost,
      );
    }
  }
}

function isTarget(given: OpenTelemetryTarget | OpenTelemetryOptions | undefined): given is OpenTelemetryTarget {
  return typeof given === "string" || isProcessor(given) || isProvider(given);
}

/** To the processors of a provider. */
function handing(given: TracerProviderLike | SpanProcessorLike): Deliver {
  return (batch, spans) => {
    const target = targetOf(given);
    if (target === undefined) {
      throw new RetryLater(
        "no_tracer_provider",
        "the program has registered no TracerProvider of OpenTelemetry's SDK yet",
      );
    }
    const resource = target.resource ?? { attributes: batch.documents()[0]?.["resource"] ?? {} };
    const refused: unknown[] = [];
    for (const span of spans) {
      try {
        target.processor.onEnd(readableSpan(span, resource));
      } catch (error) {
        refused.push(error);
      }
    }
    if (refused.length > 0) {
      const message = `a span processor threw: ${String(refused[0])}`;
      throw new Undeliverable("opentelemetry_processor", message, refused.length);
    }
  };
}

/** By OTLP/HTTP. */
function sending(url: string | undefined, options: OpenTelemetryOptions): Deliver {
  const post = new Post(url ?? "http://localhost:4318/v1/traces", "application/json", options);
  return async (batch, spans) => {
    if (spans.length === 0) return;
    const body = JSON.stringify(documentOf(batch.documents()[0]?.["resource"], spans));
    const { status, text, afterMillis } = await post.send(new TextEncoder().encode(body), batch.signal);
    if (status >= 200 && status < 300) return;
    const message = `${post.shown} answers ${status}${text === "" ? "" : `: ${text}`}`;
    if (isWorthAnotherTry(status)) throw new RetryLater(`http_${status}`, message, afterMillis);
    throw new Undeliverable(`http_${status}`, message);
  };
}

function seqOf(event: WireEvent): number {
  const { seq } = event as { seq?: unknown };
  return typeof seq === "number" ? seq : 0;
}

function copyOf(step: Step | undefined): Step {
  const copy = new Step();
  if (step !== undefined) Object.assign(copy, step, { body: { ...step.body }, events: [...step.events] });
  return copy;
}
