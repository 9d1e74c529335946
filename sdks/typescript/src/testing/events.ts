import { type Body, merge } from "../recording/steps.ts";
import type { Kept } from "./kept.ts";

/** One event as readers see it, in the specification's JSON form. */
export interface TestEvent {
  readonly seq: number;
  readonly type: string;
  readonly time: string;
  readonly trace_id?: string;
  readonly span_id?: string;
  readonly parent_id?: string;
  readonly kind?: string;
  readonly status?: string;
  readonly duration_nanos?: number;
  readonly body?: Readonly<Record<string, unknown>>;
}

/** One step: what its start, updates and end say. */
export interface TestSpan {
  readonly trace_id: string;
  readonly span_id: string;
  readonly parent_id?: string;
  readonly kind: string;
  readonly name: string;
  readonly status?: string;
  readonly duration_nanos?: number;
  /** What happened inside, in order. */
  readonly events: readonly Readonly<Record<string, unknown>>[];
  readonly attributes?: Readonly<Record<string, unknown>>;
  readonly [member: string]: unknown;
}

const PLACE = ["trace_id", "span_id", "parent_id", "kind"] as const;

/** What was recorded so far, in order of time. */
export function eventsOf(kept: Kept): TestEvent[] {
  return kept.events();
}

/** The steps of events. */
export function spansOf(events: readonly TestEvent[]): TestSpan[] {
  const spans = new Map<string, Body & { events: unknown[] }>();
  for (const event of events) {
    const body: Body = event.body ?? {};
    const id = event.span_id ?? "";
    const span = spans.get(id);
    if (event.type === "span.start") {
      const place = Object.fromEntries(PLACE.filter((name) => name in event).map((name) => [name, event[name]]));
      spans.set(id, { ...place, ...body, events: [] });
    } else if (span !== undefined && event.type === "span.event") {
      span.events.push(body);
    } else if (span !== undefined && (event.type === "span.update" || event.type === "span.end")) {
      merge(span, body);
      if (event.status !== undefined) span["status"] = event.status;
      if (event.duration_nanos !== undefined) span["duration_nanos"] = event.duration_nanos;
    }
  }
  return [...spans.values()] as unknown as TestSpan[];
}
