/**
 * What is recorded at once: events, log lines, metrics, feedback.
 *
 * @module
 */
import type { SpanContext } from "./context.ts";
import type { Attributes, Kind, Parent } from "./fields.ts";
import { guarded, optionalText } from "./guard.ts";
import { type HistogramSamples, membersOfMetric } from "./metrics.ts";
import { shown } from "./problems.ts";
import type { Seat } from "./seat.ts";
import { type FeedbackTarget, targetOf } from "./targets.ts";

/** The id of a recorded event. It can be the `parent` of what the event causes. */
export class EventId {
  /** Trace and id of the event. */
  readonly context: SpanContext;

  constructor(context: SpanContext) {
    this.context = context;
  }

  /** The id itself, 16 hex digits. */
  get id(): string {
    return this.context.spanId;
  }

  /** The trace, 32 hex digits. */
  get traceId(): string {
    return this.context.traceId;
  }

  /** The id itself, 16 hex digits. */
  toString(): string {
    return this.id;
  }

  /** The id itself, 16 hex digits. */
  toJSON(): string {
    return this.id;
  }
}

/** What an event can say besides its name and attributes. */
export interface PointFields {
  /** What was carried. */
  readonly data?: unknown;
  /** What kind of step it is about, from the registry of span kinds. */
  readonly kind?: Kind | undefined;
  /** What it belongs to instead of the current step; an event's id, for one. `null` is nothing. */
  readonly parent?: Parent | EventId | undefined;
  /** The application's own id of the trace, where there is no step to belong to. */
  readonly correlationId?: string | undefined;
  /** The conversation that it belongs to. */
  readonly sessionId?: string | undefined;
}

/**
 * Records at once something that happened, with a place of its own in the tree.
 *
 * @param name - what happened.
 * @param attributes - facts about it.
 * @param fields - what was carried, and where it belongs.
 * @returns the event's id, which can be the `parent` of what it causes.
 */
export function recordEvent(
  seat: Seat,
  name: string,
  attributes?: Attributes | null,
  fields: PointFields = {},
): EventId | undefined {
  return guarded(seat, "event", () => {
    const members = {
      name: optionalText(name),
      attributes,
      session_id: optionalText(fields.sessionId),
      data: fields.data,
    };
    const where = {
      kind: optionalText(fields.kind),
      correlationId: optionalText(fields.correlationId),
      ...parentOf(fields),
    };
    const context = seat.point("event", where, members);
    return context && new EventId(context);
  });
}

/** The member alone, where it is there: its absence means the current step. */
function parentOf(fields: { readonly parent?: unknown }): { parent?: unknown } {
  return fields.parent === undefined ? {} : { parent: fields.parent };
}

/** How severe a log line is. */
export type Level = "trace" | "debug" | "info" | "warning" | "error" | "fatal";

/** The same by any name that is usual, or by a number as pino and bunyan have them (30 is info). */
export type LogLevel = Level | "warn" | "critical" | (string & Record<never, never>) | number;

const LEVELS: Readonly<Record<string, Level>> = {
  critical: "fatal",
  debug: "debug",
  error: "error",
  exception: "error",
  fatal: "fatal",
  info: "info",
  log: "info",
  notice: "info",
  trace: "trace",
  verbose: "debug",
  warn: "warning",
  warning: "warning",
};

/** Numbers as pino and bunyan have them. */
const LEVEL_NUMBERS: readonly (readonly [least: number, level: Level])[] = [
  [60, "fatal"],
  [50, "error"],
  [40, "warning"],
  [30, "info"],
  [20, "debug"],
];

/** A severity of the specification: of its name, of another name for it, or of a logger's number. */
export function levelOf(level: unknown): Level | undefined {
  if (typeof level === "string") {
    const name = level.toLowerCase();
    return Object.hasOwn(LEVELS, name) ? LEVELS[name] : undefined;
  }
  if (typeof level !== "number" || Number.isNaN(level)) return undefined;
  return LEVEL_NUMBERS.find(([least]) => level >= least)?.[1] ?? "trace";
}

/** What a log line can say besides its message, level and attributes. */
export interface LogFields {
  /** Who logs. */
  readonly logger?: string | undefined;
  /** What it belongs to instead of the current step. */
  readonly parent?: Parent | EventId | undefined;
}

/**
 * Records a log line with the current step.
 *
 * @param message - the line.
 * @param level - `trace`, `debug`, `info`, `warning`, `error`, `fatal`, or a number as pino and bunyan have them (30 is info).
 * @param attributes - facts about it.
 */
export function recordLog(
  seat: Seat,
  message: string,
  level: LogLevel = "info",
  attributes?: Attributes | null,
  fields: LogFields = {},
): void {
  guarded(seat, "log", () => {
    const known = levelOf(level);
    if (known === undefined) seat.problem("invalid_level", `not a level: ${shown(level)}; info is recorded`);
    const members = { message, level: known ?? "info", logger: optionalText(fields.logger), attributes };
    seat.point("log", parentOf(fields), members);
  });
}

/** What measures. */
export type Instrument = "counter" | "gauge" | "histogram";

/** A number; of a histogram a number, several, or what was counted elsewhere. */
export type MetricValue = number | bigint | Iterable<number> | HistogramSamples;

/** What a sample can say besides its name and value. */
export interface MetricFields {
  /** UCUM, such as `ms` or `{token}`. */
  readonly unit?: string | undefined;
  /** What the sample is about. */
  readonly attributes?: Attributes | undefined;
  /** `delta`, the default, where the value is what came since the last sample; or `cumulative`. */
  readonly temporality?: "delta" | "cumulative" | undefined;
  /** Upper bounds of a histogram's buckets but the last. */
  readonly buckets?: Iterable<number> | undefined;
  /** What it belongs to instead of the current step. */
  readonly parent?: Parent | EventId | undefined;
}

/**
 * Records a sample of a counter, a gauge or a histogram.
 *
 * @param name - what is measured.
 * @param value - a number; of a histogram a number, several, or what was counted elsewhere.
 * @param instrument - `counter`, `gauge` (the default) or `histogram`.
 */
export function recordMetric(
  seat: Seat,
  name: string,
  value: MetricValue,
  instrument: Instrument = "gauge",
  fields: MetricFields = {},
): void {
  guarded(seat, "metric", () => {
    const { unit, attributes, temporality, buckets } = fields;
    const measured = membersOfMetric(seat, value, instrument, temporality, buckets);
    if (measured === undefined) return;
    const members = { name: optionalText(name), unit: optionalText(unit), attributes, ...measured };
    seat.point("metric", parentOf(fields), members);
  });
}

/** What somebody thinks of a trace, a step or a session. */
export interface Feedback {
  /** The judgement: a number, a boolean or a label. */
  readonly value?: unknown;
  /** The same, for a number. */
  readonly score?: number | undefined;
  /** What it is about; the current step by default, `null` is nothing. */
  readonly target?: FeedbackTarget | undefined;
  /** A session that it is about. */
  readonly sessionId?: string | undefined;
  /** What is judged, such as `helpful`. */
  readonly name?: string | undefined;
  /** Who judges; `user` by default. */
  readonly source?: "user" | "human" | "model" | "code" | undefined;
  /** In words. */
  readonly comment?: string | undefined;
  /** The id of the feedback that this one replaces. */
  readonly supersedes?: string | undefined;
  /** An id of one's own. */
  readonly feedbackId?: string | undefined;
}

/**
 * Records feedback.
 *
 * @returns the feedback's id, for the `supersedes` of a later one.
 */
export function recordFeedback(seat: Seat, feedback: Feedback): string {
  let id: string | undefined;
  guarded(seat, "feedback", () => {
    id = optionalText(feedback.feedbackId);
    id ??= randomId();
    const { target, sessionId, comment } = feedback;
    const members = {
      feedback_id: id,
      name: optionalText(feedback.name),
      value: feedback.value ?? feedback.score,
      source: optionalText(feedback.source ?? "user"),
      target: targetOf(seat, target, optionalText(sessionId)),
      supersedes: optionalText(feedback.supersedes),
      comment: optionalText(comment),
    };
    if ((members.value ?? members.comment) === undefined) {
      seat.problem("invalid_feedback", "feedback needs a value, a score or a comment");
    }
    seat.point("feedback", {}, members);
  });
  return id ?? randomId();
}

function randomId(): string {
  const bytes = crypto.getRandomValues(new Uint8Array(8));
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
}
