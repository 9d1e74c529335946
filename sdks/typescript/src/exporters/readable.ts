/**
 * Spans as the OpenTelemetry SDK for JavaScript hands them on, for the processors of the program's own
 * `TracerProvider`. The types are structural: nothing of that SDK is imported.
 *
 * @module
 */
import { type Body, isMap } from "../recording/steps.ts";
import type { EndedSpan } from "./spans.ts";

/** Seconds and nanoseconds. */
export type HrTime = readonly [seconds: number, nanos: number];

/** `tracestate`, as OpenTelemetry's API has it. */
export interface TraceStateLike {
  get(key: string): string | undefined;
  set(key: string, value: string): TraceStateLike;
  unset(key: string): TraceStateLike;
  serialize(): string;
}

/** The ids of a span. */
export interface SpanContextLike {
  readonly traceId: string;
  readonly spanId: string;
  readonly traceFlags: number;
  readonly isRemote?: boolean | undefined;
  readonly traceState?: TraceStateLike | undefined;
}

/** A `ReadableSpan` of `@opentelemetry/sdk-trace-base`. */
export interface ReadableSpanLike {
  readonly name: string;
  readonly kind: number;
  readonly spanContext: () => SpanContextLike;
  readonly parentSpanContext?: SpanContextLike | undefined;
  readonly startTime: HrTime;
  readonly endTime: HrTime;
  readonly duration: HrTime;
  readonly status: { readonly code: number; readonly message?: string | undefined };
  readonly attributes: object;
  readonly links: readonly object[];
  readonly events: readonly object[];
  readonly ended: boolean;
  readonly resource: object;
  readonly instrumentationScope: { readonly name: string; readonly version?: string | undefined };
}

/** A `SpanProcessor` of `@opentelemetry/sdk-trace-base`. */
export interface SpanProcessorLike {
  onEnd(span: ReadableSpanLike): void;
}

/** A `TracerProvider` of `@opentelemetry/sdk-trace-base` or `-node`, or what `trace.getTracerProvider()` gives. */
export interface TracerProviderLike {
  getTracer(name: string): unknown;
}

/** Where spans go, and whose they are. */
export interface SpanTarget {
  readonly processor: SpanProcessorLike;
  /** The provider's; absent where it is not known. */
  readonly resource: object | undefined;
}

const INTERNAL = 0;
const CLIENT = 2;
const STATUS = { unset: 0, ok: 1, error: 2 } as const;
const NANOS = 1_000_000_000n;

/** What takes spans: a processor as it is, or all those of a provider; `undefined` while the provider has none. */
export function targetOf(given: TracerProviderLike | SpanProcessorLike): SpanTarget | undefined {
  if (isProcessor(given)) return { processor: given, resource: undefined };
  const found = given as TracerProviderLike & Members;
  // What the API has for everybody stands for the one that the program registers, perhaps later.
  const provider: Members = typeof found.getDelegate === "function" ? (found.getDelegate() as Members) : found;
  // No provider has a public way to its processors: version 2 keeps them here, version 1 has a function.
  const processor = provider._activeSpanProcessor ?? provider.getActiveSpanProcessor?.();
  if (!isProcessor(processor)) return undefined;
  return { processor, resource: provider._resource ?? provider.resource };
}

interface Members {
  getDelegate?(): unknown;
  getActiveSpanProcessor?(): unknown;
  readonly _activeSpanProcessor?: unknown;
  readonly _resource?: object;
  readonly resource?: object;
}

/** Whether a value takes spans that have ended. */
export function isProcessor(value: unknown): value is SpanProcessorLike {
  return typeof (value as { onEnd?: unknown } | null | undefined)?.onEnd === "function";
}

/** Whether a value has tracers. */
export function isProvider(value: unknown): value is TracerProviderLike {
  return typeof (value as { getTracer?: unknown } | null | undefined)?.getTracer === "function";
}

/** A step that has ended as the SDK's processors and exporters take it, of version 1 and 2. */
export function readableSpan(span: EndedSpan, resource: object): ReadableSpanLike {
  const context = contextOf(span, span.spanId);
  const parent = span.parentId === undefined ? undefined : contextOf(span, span.parentId);
  return {
    name: span.name,
    kind: span.isClient ? CLIENT : INTERNAL,
    spanContext: () => context,
    ...(parent === undefined ? {} : { parentSpanContext: parent, parentSpanId: parent.spanId }),
    startTime: hrTime(span.start),
    endTime: hrTime(span.end),
    duration: hrTime(span.end - span.start),
    status: { code: STATUS[span.status], ...(span.message === undefined ? {} : { message: span.message }) },
    attributes: flat(span.attributes),
    links: span.links.map(({ traceId, spanId, attributes }) => {
      return { context: { traceId, spanId, traceFlags: span.flags }, attributes: flat(attributes) };
    }),
    events: span.moments.map(({ time, name, attributes }) => {
      return { time: hrTime(time), name, attributes: flat(attributes), droppedAttributesCount: 0 };
    }),
    ended: true,
    resource,
    instrumentationScope: span.scope,
    ...{ instrumentationLibrary: span.scope, droppedAttributesCount: 0, droppedEventsCount: 0, droppedLinksCount: 0 },
  };
}

function contextOf({ traceId, flags, traceState }: EndedSpan, spanId: string): SpanContextLike {
  const ids = { traceId, spanId, traceFlags: flags, isRemote: false };
  return traceState === undefined ? ids : { ...ids, traceState: TraceState.of(traceState) };
}

function hrTime(nanos: bigint): HrTime {
  return [Number(nanos / NANOS), Number(nanos % NANOS)];
}

/** Attributes as OpenTelemetry has them: plain values and lists of one plain type; all else is JSON. */
function flat(values: Body): Body {
  return Object.fromEntries(Object.entries(values).map(([key, value]) => [key, plain(value)]));
}

function plain(value: unknown): unknown {
  if (isPlain(value)) return value;
  if (Array.isArray(value) && value.every((item) => isPlain(item) && typeof item === typeof value[0])) return value;
  // Beyond what a number of JavaScript holds.
  if (isMap(value) && Object.keys(value).length === 1 && typeof value["$int"] === "string") return value["$int"];
  return JSON.stringify(value);
}

function isPlain(value: unknown): boolean {
  return typeof value === "string" || typeof value === "boolean" || typeof value === "number";
}

/** `tracestate`, which never changes: `set` and `unset` give another one. */
class TraceState implements TraceStateLike {
  readonly #entries: ReadonlyMap<string, string>;

  private constructor(entries: Iterable<readonly [string, string]>) {
    this.#entries = new Map(entries);
  }

  static of(header: string): TraceState {
    const parts = header.split(",").map((part) => part.trim());
    const entries = parts.filter((part) => part.indexOf("=") > 0);
    return new TraceState(entries.map((part) => [part.slice(0, part.indexOf("=")), part.slice(part.indexOf("=") + 1)]));
  }

  get(key: string): string | undefined {
    return this.#entries.get(key);
  }

  set(key: string, value: string): TraceState {
    // The newest stands first.
    return new TraceState([[key, value], ...[...this.#entries].filter(([name]) => name !== key)]);
  }

  unset(key: string): TraceState {
    return new TraceState([...this.#entries].filter(([name]) => name !== key));
  }

  serialize(): string {
    return [...this.#entries].map(([key, value]) => `${key}=${value}`).join(",");
  }
}
