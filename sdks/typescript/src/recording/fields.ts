/**
 * What a program may say of a step besides its name: types, and their names on the wire.
 *
 * @module
 */
import type { Open } from "../protocols/protocol.ts";
import type { KnownAttributes, Kind as KnownKind, Status as KnownStatus } from "../protocols/registry.generated.ts";
import type { SpanContext } from "./context.ts";
import type { Span } from "./span.ts";

/** What a step is, from the registry of span kinds; one's own are kept as they are. */
export type Kind = Open<KnownKind>;

/** How a step ended. */
export type Status = KnownStatus;

/** Facts under their names; OpenTelemetry's where it has one. */
export interface Attributes extends KnownAttributes {
  readonly [name: string]: unknown;
}

/** Whatever knows the ids of a step: a session, an event's id. */
export interface HasContext {
  readonly context: SpanContext | undefined;
}

/** What something belongs to: a step, its context, its `traceparent`; `null` begins a new trace. */
export type Parent = Span | SpanContext | HasContext | string | null;

/** A step that this one is related to without being its child. */
export interface Link {
  readonly traceId: string;
  readonly spanId: string;
  readonly attributes?: Attributes;
}

/** A name and a version: of a prompt, or of the library that records. */
export interface Named {
  readonly name?: string;
  readonly version?: string;
}

/** What a run can say when it begins, besides who it is for. */
export interface RunFields {
  /** The application's own id of the trace: services that share it land in one trace without headers. */
  readonly correlationId?: string | undefined;
  readonly datasetItemId?: string | undefined;
  readonly environment?: string | undefined;
  readonly experimentRunId?: string | undefined;
  readonly level?: string | undefined;
  readonly links?: readonly (Link | Span | SpanContext | HasContext | string)[] | undefined;
  readonly media?: readonly Attributes[] | undefined;
  readonly prompt?: Named | undefined;
  readonly release?: string | undefined;
  readonly scope?: Named | undefined;
  readonly toolDefinitions?: unknown;
  readonly traceState?: string | undefined;
}

/** What a step, and above all the root of a run, can say when it begins. */
export interface StartFields extends RunFields {
  readonly sessionId?: string | undefined;
  readonly tags?: readonly string[] | undefined;
  readonly userId?: string | undefined;
}

/** How a step begins. */
export interface SpanOptions extends StartFields {
  /** What it is; `step` by default. */
  readonly kind?: Kind | undefined;
  /** What goes in; `undefined` is none. */
  readonly input?: unknown;
  readonly attributes?: Attributes | undefined;
  /** What it belongs to instead of the current step. */
  readonly parent?: Parent | undefined;
}

/** What a model call used. Input includes what was read from or written to a cache, output includes reasoning. */
export interface Usage {
  readonly inputTokens?: number | undefined;
  readonly outputTokens?: number | undefined;
  readonly cacheReadInputTokens?: number | undefined;
  readonly cacheWriteInputTokens?: number | undefined;
  readonly reasoningOutputTokens?: number | undefined;
  /** Further counts. */
  readonly details?: { readonly [name: string]: number } | undefined;
  /** The provider's own usage object, as it came. */
  readonly raw?: unknown;
}

/**
 * An amount of money: as text it is kept digit by digit, as a number it counts as the shortest text that stands for
 * it.
 */
export type Amount = string | number | bigint;

/** What a cost consists of, and who says so. */
export interface CostParts {
  readonly input?: Amount | undefined;
  readonly output?: Amount | undefined;
  /** Other parts by name, such as `cache_read_input`. */
  readonly details?: { readonly [name: string]: Amount } | undefined;
  /** `provider` where the provider said it, a price list's name, or `user`, the default. */
  readonly priceSource?: string | undefined;
  readonly priceVersion?: string | undefined;
}

/** A cost that is said before the step ends. */
export interface Cost extends CostParts {
  readonly total?: Amount | undefined;
  /** ISO 4217; `USD` by default. */
  readonly currency?: string | undefined;
}

/** What can be made visible before a step ends. */
export interface UpdateFields {
  readonly attributes?: Attributes | undefined;
  readonly cost?: Cost | undefined;
  readonly input?: unknown;
  readonly level?: string | undefined;
  readonly links?: RunFields["links"];
  readonly name?: string | undefined;
  readonly output?: unknown;
  readonly tags?: readonly string[] | undefined;
  readonly timeToFirstChunkNanos?: number | bigint | undefined;
  readonly usage?: Usage | undefined;
}

/** How a member is written: a text, a list of texts, what the mask sees, or any value. */
export type Form = "text" | "texts" | "attributes" | "content" | "links" | "usage" | "cost" | "value" | "passed";

/** Name on the wire and form of what a step can say when it begins. `passed` is written elsewhere. */
export const START_FIELDS: ReadonlyMap<string, readonly [name: string, form: Form]> = /* @__PURE__ */ new Map([
  ["kind", ["kind", "passed"]],
  ["input", ["input", "passed"]],
  ["attributes", ["attributes", "passed"]],
  ["parent", ["parent", "passed"]],
  ["correlationId", ["correlation_id", "passed"]],
  ["datasetItemId", ["dataset_item_id", "text"]],
  ["environment", ["environment", "text"]],
  ["experimentRunId", ["experiment_run_id", "text"]],
  ["level", ["level", "text"]],
  ["links", ["links", "links"]],
  ["media", ["media", "value"]],
  ["prompt", ["prompt", "value"]],
  ["release", ["release", "text"]],
  ["scope", ["scope", "value"]],
  ["sessionId", ["session_id", "text"]],
  ["tags", ["tags", "texts"]],
  ["toolDefinitions", ["tool_definitions", "value"]],
  ["traceState", ["trace_state", "text"]],
  ["userId", ["user_id", "text"]],
]);

/** The same for what can be said before it ends. */
export const UPDATE_FIELDS: ReadonlyMap<string, readonly [name: string, form: Form]> = /* @__PURE__ */ new Map([
  ["attributes", ["attributes", "attributes"]],
  ["cost", ["cost", "cost"]],
  ["input", ["input", "content"]],
  ["level", ["level", "text"]],
  ["links", ["links", "links"]],
  ["name", ["name", "text"]],
  ["output", ["output", "content"]],
  ["tags", ["tags", "texts"]],
  ["timeToFirstChunkNanos", ["time_to_first_chunk_nanos", "value"]],
  ["usage", ["usage", "usage"]],
]);
