/**
 * Numbers over what was recorded: how often, how long, what it cost, when. They are those that `tracewire stats` prints.
 *
 * @module
 */
import { TracewireError } from "../errors.ts";
import { typeName } from "./problems.ts";
import { ask, camelCase, type Moment, messageOf, momentOf, textOfConditions, traceIn } from "./query.ts";
import { nanosOf } from "./steps.ts";
import type { Trace } from "./trace.ts";

/** Which steps are counted; what is given must all hold. */
export interface Selection {
  /** Of this time or later. Times are counted in whole minutes up to six hours, in whole hours beyond. */
  readonly startTime?: Moment | undefined;
  /** Before this time. */
  readonly endTime?: Moment | undefined;
  /** Recorded by this `service.name`. */
  readonly service?: string | undefined;
  readonly kind?: string | undefined;
  /** Of tools, the tool's. */
  readonly name?: string | undefined;
  /** Calls of this model. */
  readonly model?: string | undefined;
  /** Calls of models of this provider. */
  readonly provider?: string | undefined;
  /** Of this agent, what it called included. */
  readonly agent?: string | undefined;
}

/** What the steps of a group have in common. */
export type GroupBy = "kind" | "name" | "tool" | "model" | "provider" | "agent" | "service" | "session" | "hour";

/** Which percentile of the durations is said besides the usual ones. */
export interface Percentile {
  /** 0 to 100; it is said as `percentileNanos`. */
  readonly percent?: number | undefined;
}

/** What {@link Analytics.groups} may be told. */
export interface GroupOptions extends Percentile {
  /** At most this many groups: 100 by default, 10,000 at most. */
  readonly limit?: number | undefined;
}

/** What {@link Analytics.points} may be told. */
export interface PointOptions extends Percentile {
  /** Length of a point; made whole minutes, or whole hours beyond six hours. */
  readonly stepNanos?: number | undefined;
}

/** Sums over steps. Durations are absent where nothing ended. */
export interface Totals {
  /** Steps that began. */
  readonly spans: number;
  /** Those of them that ended. */
  readonly ended: number;
  /** Those that failed. */
  readonly errors: number;
  /** Failed ones as a share of those that began, 0 to 1. */
  readonly errorRate: number;
  /** What was recorded, events of every type: beginnings and ends, log lines, metrics, …. */
  readonly events: number;
  /** Durations of what ended, together. */
  readonly durationSumNanos: number;
  /** The same without the time that steps below took. */
  readonly selfNanos: number;
  readonly meanNanos?: number;
  readonly p50Nanos?: number;
  readonly p90Nanos?: number;
  readonly p95Nanos?: number;
  readonly p99Nanos?: number;
  readonly maxNanos?: number;
  /** The percentile that was asked for. */
  readonly percentileNanos?: number;
  /** Median time to the first chunk of a streamed answer. */
  readonly firstChunkP50Nanos?: number;
  readonly firstChunkP95Nanos?: number;
  /** Tokens that went into models, those from caches included. */
  readonly inputTokens: number;
  /** Tokens that came out, reasoning included. */
  readonly outputTokens: number;
  readonly cacheReadInputTokens: number;
  readonly cacheWriteInputTokens: number;
  readonly reasoningOutputTokens: number;
  /** By currency, as decimal text. */
  readonly cost: { readonly [currency: string]: string };
  /** Model calls of which no cost is known; they are in no sum. */
  readonly unpriced: number;
}

/** Sums over steps that have something in common. */
export interface Group extends Totals {
  /** What they have in common; the hour of the day in UTC as `00` to `23`. Absent for steps of which nobody said it. */
  readonly key?: string;
}

/** Sums over a piece of time. */
export interface Point extends Totals {
  /** Its begin, RFC 3339. */
  readonly start: string;
}

interface Numbers {
  readonly since: string | null;
  readonly until: string;
  readonly step_nanos: number;
  readonly totals: Members;
  readonly groups: readonly Members[];
  readonly points: readonly (Members & { readonly start: string })[];
}

interface Members {
  readonly [member: string]: unknown;
}

const MEMBERS: Readonly<Record<keyof Selection, string>> = {
  startTime: "start_time",
  endTime: "end_time",
  service: "service",
  kind: "kind",
  name: "name",
  model: "model",
  provider: "provider",
  agent: "agent",
};
const MOST_GROUPS = 10_000;

/**
 * Counts what was recorded in a directory, by this process and by others. Before each question, what all processes of the
 * directory have recorded is swept into the store, so what happened just now is counted too.
 *
 * @example
 * ```ts
 * const tools = new Analytics({ kind: "tool" });
 * tools.countByTool(); // Map { "search" => 7, "read" => 2 }
 * tools.percentileDurationNanos(95);
 * for (const group of new Analytics().groups("model")) console.log(group.key, group.spans, group.cost["USD"]);
 * ```
 */
export class Analytics {
  readonly #directory: string | undefined;
  readonly #selection: Members;

  /**
   * @param selection - which steps.
   * @param directory - the nearest `.tracewire` by default.
   * @throws `TracewireError` `query_invalid` for what cannot be counted by.
   */
  constructor(selection: Selection = {}, directory?: string) {
    this.#directory = directory;
    this.#selection = given(selection);
    checked(this.#selection);
  }

  /** One that counts less: what is given here takes the place of what was given before. */
  where(selection: Selection): Analytics {
    return new Analytics({ ...this.#selection, ...given(selection) }, this.#directory);
  }

  /** One trace put together from its events, whatever was chosen; `undefined` where there is none. */
  reconstructTrace(traceId: string): Trace | undefined {
    return traceIn(this.#directory, { traceId });
  }

  /** The trace that a step, or a point event, belongs to. */
  reconstructTraceFromEvent(spanId: string): Trace | undefined {
    return traceIn(this.#directory, { spanId });
  }

  /** Everything in one sum. */
  totals({ percent }: Percentile = {}): Totals {
    return readable(this.#count({ percent }).totals) as unknown as Totals;
  }

  /** In groups, those of most time first; hours of the day in their order. */
  groups(by: GroupBy, { limit, percent }: GroupOptions = {}): Group[] {
    return this.#count({ by, limit, percent }).groups.map((group) => readable(group) as unknown as Group);
  }

  /** The course over time; a time in which nothing happened has no point. */
  points({ stepNanos, percent }: PointOptions = {}): Point[] {
    const { points } = this.#count({ step_nanos: stepNanos, percent });
    return points.map((point) => readable(point) as unknown as Point);
  }

  /** How often each tool was called; the tool that took most time first. */
  countByTool(): Map<string, number> {
    return new Map(this.#tools().flatMap(({ key, spans }) => (key === undefined ? [] : [[key, spans]])));
  }

  /** How long each tool took on average; tools of which no call has ended are not in it. */
  avgDurationNanosByTool(): Map<string, number> {
    const mean = ({ key, meanNanos }: Group): [string, number][] =>
      key === undefined || meanNanos === undefined ? [] : [[key, meanNanos]];
    return new Map(this.#tools().flatMap(mean));
  }

  /** How long `percent` of the steps took at most, to within 1 %; `undefined` where nothing ended. */
  percentileDurationNanos(percent: number): number | undefined {
    return this.totals({ percent }).percentileNanos;
  }

  /** How many events there were, by the begin (RFC 3339) of each piece of time. */
  eventsOverTime(options: PointOptions = {}): [start: string, events: number][] {
    return this.points(options).map(({ start, events }) => [start, events]);
  }

  /**
   * Events per second between the times that were given; without them, between the first piece of time and the last one.
   */
  eventRate(): number {
    const { since, until, step_nanos, totals, points } = this.#count({});
    const [first, last] = [points[0]?.start, points.at(-1)?.start];
    if (first === undefined || last === undefined) return 0;
    const end = nanosOf(last) + BigInt(step_nanos);
    const whole = since === null && end < nanosOf(until) ? end : nanosOf(until);
    return (Number(totals["events"]) * 1e9) / Number(whole - nanosOf(since ?? first));
  }

  #tools(): Group[] {
    return this.where({ kind: "tool" }).groups("tool", { limit: MOST_GROUPS });
  }

  #count(asked: Members & Percentile): Numbers {
    const { percent } = asked;
    if (percent !== undefined && !(percent >= 0 && percent <= 100)) {
      throw new TracewireError(
        "query_invalid",
        `the query cannot be used: percent: 0 to 100 is expected, not ${percent}`,
      );
    }
    const query = textOfConditions({ ...checked(this.#selection), ...given(asked) });
    return ask(this.#directory, (store) => store.numbers(query)) as Numbers;
  }
}

/** Without members that say nothing. */
function given(members: object): Members {
  return Object.fromEntries(Object.entries(members).filter(([, value]) => value !== undefined && value !== null));
}

function checked(selection: Members): Members {
  const wanted: { [member: string]: unknown } = {};
  for (const [name, value] of Object.entries(selection)) {
    const member = Object.hasOwn(MEMBERS, name) ? MEMBERS[name as keyof Selection] : undefined;
    try {
      if (member === undefined) throw new RangeError(`there are ${Object.keys(MEMBERS).join(", ")}`);
      if (member.endsWith("_time")) wanted[member] = momentOf(value);
      else if (typeof value === "string") wanted[member] = value;
      else throw new RangeError(`text is expected, not a ${typeName(value)}`);
    } catch (error) {
      throw new TracewireError("query_invalid", `the query cannot be used: ${name}: ${messageOf(error)}`);
    }
  }
  return wanted;
}

/** As TypeScript names it; what is null is not there. */
function readable(members: Members): Members {
  return Object.fromEntries(Object.entries(given(members)).map(([name, value]) => [camelCase(name), value]));
}
