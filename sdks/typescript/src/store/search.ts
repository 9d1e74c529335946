/**
 * Searching in memory: the same answers as those of the store of a directory, from events in any order.
 *
 * @module
 */
import { TracewireError } from "../errors.ts";
import type { WireEvent } from "../exporters/base.ts";
import { ALIASES } from "../protocols/aliases.generated.ts";
import type { Conditions, Found } from "../recording/query.ts";
import { type Body, isMap, nanosOf } from "../recording/steps.ts";
import { type Arrived, type Fixed, FoundRow, rowsOf } from "./rows.ts";

const DEFAULT_LIMIT = 50;
const LOOKED_INTO = ["name", "status_message", "input", "output", "data", "message"];
const MARKS: ReadonlySet<string> = /* @__PURE__ */ new Set(["$ref", "$erased", "$withheld"]);
const SAME = [
  ["kind", "kind"],
  ["status", "status"],
  ["session_id", "sessionId"],
  ["correlation_id", "correlationId"],
  ["service", "service"],
] as const;

/** @internal Attributes that a short name says are there, or not, besides those that it sets. */
export const SAYS: Readonly<Record<string, { readonly has?: string; readonly lacks?: string }>> = {
  "mcp.tool.completed": { lacks: "error.type" },
  "mcp.tool.error": { has: "error.type" },
  "a2a.task.delegated": { has: "a2a.message.reference_task_ids" },
};

/** Rows of a page, newest first. @param stored - in the order of their arrival. */
export function search(stored: readonly Arrived[], query: Conditions): Found {
  const before = query.cursor === undefined ? undefined : placeOf(query.cursor);
  const { agent_id: agent, limit = DEFAULT_LIMIT } = query;
  const rows: FoundRow[] = [];
  for (const [traceId, events] of byTrace(stored)) {
    if (traceId !== undefined) rows.push(...rowsOf(events, agent));
    else if (agent === undefined) rows.push(...events.map((one) => new FoundRow(one, false)));
  }
  const fitting = rows.filter((row) => (before === undefined || compare(row, before) < 0) && fits(row, query));
  fitting.sort((one, other) => compare(other, one));
  const page = fitting.slice(0, limit);
  const last = page.at(-1);
  const next = fitting.length > limit && last !== undefined ? cursorOf(last) : null;
  return { rows: page.map(shown), next };
}

/** Events by their trace, each by time, producer and number. */
export function byTrace(stored: readonly Arrived[]): Map<string | undefined, Arrived[]> {
  const traces = new Map<string | undefined, Arrived[]>();
  for (const one of stored) {
    const traceId = traceOf(one.event);
    const known = traces.get(traceId);
    if (known === undefined) traces.set(traceId, [one]);
    else known.push(one);
  }
  for (const [traceId, events] of traces) if (traceId !== undefined) sortByTime(events);
  return traces;
}

function sortByTime(events: Arrived[]): void {
  const keys = new Map(events.map((one) => [one, nanosOf((one.event as unknown as Fixed).time)]));
  const order = (one: bigint | string | number, other: typeof one) => (one < other ? -1 : one > other ? 1 : 0);
  const seq = ({ event }: Arrived) => (event as unknown as Fixed).seq ?? 0;
  events.sort((one, other) => {
    const byTime = order(keys.get(one) as bigint, keys.get(other) as bigint);
    return byTime || order(one.producer, other.producer) || order(seq(one), seq(other));
  });
}

/** The trace that an event belongs to; feedback may name it as its target only. */
function traceOf(event: WireEvent): string | undefined {
  const { type, trace_id: traceId, body } = event as unknown as Fixed;
  if (traceId !== undefined || type !== "feedback") return traceId;
  const target = isMap(body) ? body["target"] : undefined;
  const found = isMap(target) ? target["trace_id"] : undefined;
  return typeof found === "string" ? found : undefined;
}

interface RowPlace {
  readonly nanos: bigint;
  readonly arrival: number;
}

function compare(one: RowPlace, other: RowPlace): number {
  if (one.nanos !== other.nanos) return one.nanos < other.nanos ? -1 : 1;
  return one.arrival - other.arrival;
}

function fits(row: FoundRow, query: Conditions): boolean {
  if (SAME.some(([name, member]) => query[name] !== undefined && row[member] !== query[name])) return false;
  const { event_type: type, start_time: start, end_time: end, attributes = {}, text = "" } = query;
  if (row.type === "loss" && type !== "loss") return false;
  if ((start !== undefined && row.nanos < start) || (end !== undefined && row.nanos >= end)) return false;
  for (const [name, value] of Object.entries(attributes)) {
    if (!Object.hasOwn(row.attributes, name) || !isSame(row.attributes[name], value)) return false;
  }
  if (type !== undefined && !isEvent(row, type)) return false;
  const wanted = text.toLowerCase();
  return wanted === "" || saidBy(row.body).some((said) => isIn(wanted, said));
}

function saidBy(body: Body): unknown[] {
  const said = LOOKED_INTO.filter((name) => name in body).map((name) => body[name]);
  // Of an exception what it says, and not the source lines of its stack.
  const { exception } = body as { exception?: unknown };
  if (isMap(exception)) said.push(...[exception["type"], exception["message"]].filter((it) => typeof it === "string"));
  return said;
}

/** Whether the row is of a type of the wire, of a protocol's event, of a short name for one, or of one's own event. */
function isEvent(row: FoundRow, wanted: string): boolean {
  if (row.types.has(wanted)) return true;
  const [event, sets] = (Object.hasOwn(ALIASES, wanted) ? ALIASES[wanted] : undefined) ?? [undefined, {}];
  const { has, lacks } = (Object.hasOwn(SAYS, wanted) ? SAYS[wanted] : undefined) ?? {};
  const { attributes } = row;
  const saysSo =
    Object.entries(sets).every(([name, value]) => attributes[name] === value) &&
    (has === undefined || Object.hasOwn(attributes, has)) &&
    (lacks === undefined || !Object.hasOwn(attributes, lacks));
  if (row.type === "event") {
    const name = row.body["name"];
    return name === wanted || (event !== undefined && name === event && saysSo);
  }
  // A call that has a step of its own carries its protocol's attributes there, and no events besides.
  const [, protocol, what] = /^(mcp|a2a)\.(request|response)$/.exec(event ?? wanted) ?? [];
  if (row.type !== "span" || protocol === undefined) return false;
  const isThere = what === "request" || row.endTime !== undefined;
  return isThere && Object.hasOwn(attributes, `${protocol}.method.name`) && saysSo;
}

function isSame(one: unknown, other: unknown): boolean {
  if (Array.isArray(one) && Array.isArray(other)) {
    return one.length === other.length && one.every((item, index) => isSame(item, other[index]));
  }
  if (!isMap(one) || !isMap(other)) return one === other;
  const names = Object.keys(one);
  return (
    names.length === Object.keys(other).length &&
    names.every((name) => Object.hasOwn(other, name) && isSame(one[name], other[name]))
  );
}

function isIn(text: string, value: unknown): boolean {
  if (typeof value === "string") return value.toLowerCase().includes(text);
  if (Array.isArray(value)) return value.some((item) => isIn(text, item));
  if (isMap(value)) {
    const entries = Object.entries(value);
    if (entries.length === 1 && MARKS.has(entries[0]?.[0] ?? "")) return false;
    return entries.some(([name, item]) => name.toLowerCase().includes(text) || isIn(text, item));
  }
  return value !== null && value !== undefined && JSON.stringify(value).includes(text);
}

/** A row as the store of a directory shows it; members that say nothing are left out. */
function shown(row: FoundRow): { [member: string]: unknown } {
  const {
    name,
    attributes: _,
    input,
    output,
    session_id: _s,
    correlation_id: _c,
    ...body
  } = row.body as Body & {
    [N in "name" | "attributes" | "input" | "output" | "session_id" | "correlation_id"]?: unknown;
  };
  const all = {
    attributes: Object.keys(row.attributes).length > 0 ? row.attributes : undefined,
    body: Object.keys(body).length > 0 ? body : undefined,
    correlation_id: row.correlationId,
    duration_nanos: row.durationNanos,
    end_time: row.endTime,
    input,
    kind: row.kind,
    name: typeof name === "string" ? name : undefined,
    output,
    parent_id: row.parentId,
    producer: row.producer,
    service: row.service,
    session_id: row.sessionId,
    span_id: row.spanId,
    status: row.status,
    time: row.time,
    trace_id: row.traceId,
    type: row.type,
  };
  return Object.fromEntries(Object.entries(all).filter(([, value]) => value !== undefined));
}

function cursorOf({ nanos, arrival }: RowPlace): string {
  return `1${BigInt.asUintN(64, nanos).toString(16).padStart(16, "0")}${arrival.toString(16)}`;
}

function placeOf(cursor: string): RowPlace {
  const [, nanos, arrival] = /^1([0-9a-f]{16})([0-9a-f]{1,13})$/.exec(cursor) ?? [];
  if (nanos === undefined || arrival === undefined) {
    const message = "the query cannot be used: cursor: the `next` of an earlier page is expected as it came";
    throw new TracewireError("query_invalid", message);
  }
  return { nanos: BigInt.asIntN(64, BigInt(`0x${nanos}`)), arrival: Number.parseInt(arrival, 16) };
}
