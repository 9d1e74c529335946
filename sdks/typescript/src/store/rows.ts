/**
 * The events of a trace become the rows that a search finds: a step's start, updates and end are one row. The same as
 * what the store of a directory answers, from events in memory.
 *
 * @module
 */
import type { WireEvent } from "../exporters/base.ts";
import { type Body, isMap, merge, nanosOf } from "../recording/steps.ts";

/** One event, and when it came. */
export interface Arrived {
  /** Counts from 1. */
  readonly arrival: number;
  readonly producer: string;
  /** `service.name` of the producer. */
  readonly service: string | undefined;
  readonly event: WireEvent;
}

/** The members of an event that every one has in the same place. */
export interface Fixed {
  readonly type: string;
  readonly time: string;
  readonly seq?: number;
  readonly trace_id?: string;
  readonly span_id?: string;
  readonly parent_id?: string;
  readonly kind?: string;
  readonly status?: string;
  readonly duration_nanos?: number;
  readonly body?: unknown;
}

const STEP_TYPES: ReadonlySet<string> = /* @__PURE__ */ new Set([
  "span.start",
  "span.update",
  "span.event",
  "span.end",
]);

/** A row on its way. */
export class FoundRow {
  /** What rows are sorted by. */
  nanos: bigint;
  arrival: number;
  producer: string;
  service: string | undefined;
  readonly type: string;
  /** Of all events that are in it. */
  readonly types = new Set<string>();
  time: string;
  traceId: string | undefined;
  spanId: string | undefined;
  parentId: string | undefined = undefined;
  kind: string | undefined = undefined;
  status: string | undefined = undefined;
  endTime: string | undefined = undefined;
  durationNanos: number | undefined = undefined;
  sessionId: string | undefined = undefined;
  correlationId: string | undefined = undefined;
  body: Body = {};
  /** The first step above it that is below nothing. */
  root: FoundRow | undefined = undefined;

  /** @param isStep - whether more events of the same step follow, this one included. */
  constructor({ arrival, producer, service, event: given }: Arrived, isStep: boolean) {
    const event = given as unknown as Fixed;
    this.nanos = nanosOf(event.time);
    this.arrival = arrival;
    this.producer = producer;
    this.service = service;
    this.type = isStep ? "span" : event.type;
    this.time = event.time;
    this.traceId = event.trace_id;
    this.spanId = event.span_id;
    if (isStep) return;
    this.types.add(event.type);
    this.body = { ...bodyOf(event) };
    const target = event.type === "feedback" ? this.body["target"] : undefined;
    const about: Body = isMap(target) ? target : {};
    this.traceId ??= textIn(about, "trace_id");
    this.spanId ??= textIn(about, "span_id");
    this.parentId = event.parent_id;
    this.kind = event.kind;
    this.status = event.status;
    this.durationNanos = event.duration_nanos;
    this.sessionId =
      textIn(this.body, "session_id") ?? (this.traceId === undefined ? textIn(about, "session_id") : undefined);
    this.correlationId = textIn(this.body, "correlation_id");
  }

  /** Takes one event of the step; they come by time, producer and number. */
  take({ arrival, producer, service, event: given }: Arrived): void {
    const event = given as unknown as Fixed;
    const isFirst = !this.types.has(event.type);
    this.types.add(event.type);
    const body = bodyOf(event);
    if (event.type === "span.start" && isFirst) {
      this.nanos = nanosOf(event.time);
      Object.assign(this, { arrival, producer, service, time: event.time });
      this.parentId = event.parent_id;
      this.kind = event.kind;
      // What came before the start was said later.
      const said = this.body;
      this.body = {};
      merge(this.body, body);
      merge(this.body, said);
    } else if (event.type === "span.end" && isFirst) {
      this.status = event.status ?? "unset";
      this.endTime = event.time;
      this.durationNanos = event.duration_nanos;
      merge(this.body, body);
    } else if (event.type === "span.update") {
      merge(this.body, body);
    } else if (event.type === "span.event" && "exception" in body) {
      // What went wrong is often said when it happens, and not again at the end.
      this.body["exception"] ??= body["exception"];
    }
  }

  /** Whether it stands in the tree itself, and does not only belong to something there. */
  get hasPlace(): boolean {
    return this.type === "span" || this.type === "event";
  }

  get attributes(): Body {
    const { attributes } = this.body as { attributes?: unknown };
    return isMap(attributes) ? attributes : {};
  }

  /** The agent that it says it is. */
  get agent(): string | undefined {
    return textIn(this.attributes, "gen_ai.agent.id") || textIn(this.attributes, "gen_ai.agent.name") || undefined;
  }

  /** Has from the row above what it does not say itself: its run, its session, its correlation id. */
  settle(above: FoundRow | undefined): void {
    this.root = above === undefined ? (this.hasPlace ? this : undefined) : above.root;
    this.sessionId ??= textIn(this.body, "session_id") ?? above?.sessionId;
    this.correlationId ??= textIn(this.body, "correlation_id") ?? above?.correlationId;
  }
}

/**
 * The rows of one trace, or only those of an agent's runs and whatever says itself that it is this agent's.
 *
 * @param events - by time, producer and number.
 */
export function rowsOf(events: readonly Arrived[], agent: string | undefined): FoundRow[] {
  const rows: FoundRow[] = [];
  const steps = new Map<string, FoundRow>();
  for (const one of events) {
    const { type, span_id: spanId } = one.event as unknown as Fixed;
    if (!STEP_TYPES.has(type) || spanId === undefined) {
      rows.push(new FoundRow(one, false));
      continue;
    }
    let row = steps.get(spanId);
    if (row === undefined) {
      row = new FoundRow(one, true);
      steps.set(spanId, row);
      rows.push(row);
    }
    row.take(one);
  }
  handDown(rows, steps);
  return agent === undefined ? rows : ofAgent(rows, agent);
}

function ofAgent(rows: readonly FoundRow[], agent: string): FoundRow[] {
  const runs = new Set<FoundRow>();
  for (const row of rows) {
    const says = row.type === "span" && (row.root === row || row.kind === "agent");
    if (says && row.root !== undefined && row.agent === agent) runs.add(row.root);
  }
  return rows.filter((row) => {
    return row.agent === agent || (row.root === undefined ? runs.size > 0 : runs.has(row.root));
  });
}

function handDown(rows: readonly FoundRow[], steps: ReadonlyMap<string, FoundRow>): void {
  const points = new Map(rows.filter((row) => row.type === "event").map((row) => [row.spanId, row]));
  const settled = new Set<FoundRow>();
  for (const row of rows) {
    // Upward to what is settled already, then downward again; a circle is cut where it closes.
    const way: [FoundRow, FoundRow | undefined][] = [];
    const seen = new Set<FoundRow>();
    let at: FoundRow | undefined = row;
    while (at !== undefined && !settled.has(at) && !seen.has(at)) {
      seen.add(at);
      const wanted: string | undefined = at.hasPlace ? at.parentId : (at.spanId ?? at.parentId);
      let above: FoundRow | undefined = wanted === undefined ? undefined : (steps.get(wanted) ?? points.get(wanted));
      if (above === at) above = undefined;
      way.push([at, above]);
      at = above;
    }
    for (const [one, above] of way.reverse()) {
      one.settle(above !== undefined && settled.has(above) ? above : undefined);
      settled.add(one);
    }
  }
  // Rows whose parents were not recorded here belong to the only session that the trace has.
  for (const name of ["sessionId", "correlationId"] as const) {
    const said = new Set(rows.map((row) => row[name]).filter((value) => value !== undefined));
    const [only] = said;
    if (said.size === 1 && only !== undefined) for (const row of rows) row[name] = only;
  }
}

function bodyOf({ body }: Fixed): Body {
  return isMap(body) && !("$erased" in body) && !("$withheld" in body) ? body : {};
}

function textIn(members: Body, name: string): string | undefined {
  const value = members[name];
  return typeof value === "string" ? value : undefined;
}
