/**
 * Reading back what was recorded in a directory, by this process and by others. What is running is in it too: before
 * each search, what all processes of the directory have recorded is swept into the store.
 *
 * @module
 */
import { platform } from "#platform";
import { nativeFailure, TracewireError } from "../errors.ts";
import type { WireEvent } from "../exporters/base.ts";
import { encode } from "../formats/index.ts";
import { fromWire } from "../formats/tags.ts";
import type { NativeStore } from "../native/contract.ts";
import { textOf, typeName } from "./problems.ts";
import { type Body, nanosOf } from "./steps.ts";
import { Trace } from "./trace.ts";

/** A time: RFC 3339, nanoseconds since 1970, or a `Date`. */
export type Moment = string | bigint | Date;

/** What is searched for; what is given must all hold. */
export interface Query {
  /**
   * Of a run whose root, or a step of kind `agent`, has this `gen_ai.agent.id`, or failing that `gen_ai.agent.name`.
   */
  readonly agentId?: string | undefined;
  /** A type of the wire (`log`, `span.end`); or the name of a protocol's event, a short name for one, or one's own. */
  readonly eventType?: string | undefined;
  readonly kind?: string | undefined;
  readonly status?: string | undefined;
  /** Of this time or later. The time of a step is its start. */
  readonly startTime?: Moment | undefined;
  /** Before this time. */
  readonly endTime?: Moment | undefined;
  readonly correlationId?: string | undefined;
  readonly sessionId?: string | undefined;
  /** Recorded by this `service.name`. */
  readonly service?: string | undefined;
  /** With these attributes and values. */
  readonly attributes?: { readonly [name: string]: unknown } | undefined;
  /** With this text in name, status message, input, output, data or a log line's message, whatever the case. */
  readonly text?: string | undefined;
  /** At most this many rows: 50 by default, 10,000 at most. */
  readonly limit?: number | undefined;
  /** `next` of the page before. */
  readonly cursor?: string | undefined;
}

/** Which trace: exactly one of them. */
export interface TraceId {
  readonly traceId?: string | undefined;
  /** A step, or a point event, that is in it. */
  readonly spanId?: string | undefined;
  /** Something in it is below this step, which itself may be of another machine. */
  readonly parentId?: string | undefined;
  readonly correlationId?: string | undefined;
  readonly sessionId?: string | undefined;
}

/** A step, its start, updates and end merged; or a point event, a log line, a metric, feedback. */
export interface Row {
  /** `span` for a step, else the event's type. */
  readonly type: string;
  readonly traceId?: string;
  /** Its own id; of what is no step and no point event, that of the step where it belongs. */
  readonly spanId?: string;
  readonly parentId?: string;
  readonly kind?: string;
  readonly name?: string;
  /** How it ended; absent while it has not. */
  readonly status?: string;
  /** When it began, RFC 3339. */
  readonly time: string;
  readonly endTime?: string;
  readonly durationNanos?: number;
  /** Who recorded it. */
  readonly producer: string;
  readonly service?: string;
  readonly sessionId?: string;
  readonly correlationId?: string;
  readonly attributes: Body;
  readonly input?: unknown;
  readonly output?: unknown;
  /** All else that it says, by the names of the wire. */
  readonly body: Body;
}

/** Rows, newest first. */
export interface Page {
  readonly rows: readonly Row[];
  /** Where the next page begins, for `query({ cursor })`; `undefined` when this is the last one. */
  readonly next: string | undefined;
  /** The rows. */
  [Symbol.iterator](): Iterator<Row>;
}

const MEMBERS: Readonly<Record<keyof Query, string>> = {
  agentId: "agent_id",
  eventType: "event_type",
  kind: "kind",
  status: "status",
  startTime: "start_time",
  endTime: "end_time",
  correlationId: "correlation_id",
  sessionId: "session_id",
  service: "service",
  attributes: "attributes",
  text: "text",
  limit: "limit",
  cursor: "cursor",
};
const IDS: Readonly<Record<keyof TraceId, string>> = {
  traceId: "trace",
  spanId: "span",
  parentId: "parent",
  correlationId: "correlation",
  sessionId: "session",
};
const MOST_ROWS = 10_000;

/**
 * Finds steps, events, log lines, metrics and feedback, newest first.
 *
 * @param directory - `undefined` for the nearest `.tracewire`.
 * @throws `TracewireError`: `query_invalid` for what cannot be searched for, `store` where the store cannot be read,
 *   `unavailable` where there are no files.
 */
export function queryIn(directory: string | undefined, query: Query): Page {
  const wanted = textOfConditions(conditionsOf(query));
  return pageOf(ask(directory, (store) => store.search(wanted)) as Found);
}

/**
 * Reads one trace: the newest that has what is named; `undefined` where there is none.
 *
 * @throws `TracewireError`: `query_invalid` unless exactly one id is given, otherwise as {@link queryIn}.
 */
export function traceIn(directory: string | undefined, id: TraceId): Trace | undefined {
  const [what, value] = idOf(id);
  const events = what === "parent" ? tracesBelow(directory, value) : tracesOf(directory, what, value);
  return events === undefined ? undefined : new Trace(events);
}

/**
 * What an id is of (`trace`, `span`, `parent`, `correlation`, `session`), and the id.
 *
 * @throws `TracewireError` `query_invalid` unless exactly one id is given.
 */
export function idOf(id: TraceId): [what: string, id: string] {
  const given = Object.entries(id ?? {}).filter(([, value]) => value !== undefined && value !== null);
  const [[name, value] = ["", undefined]] = given;
  const what = IDS[name as keyof TraceId];
  if (given.length !== 1 || what === undefined || typeof value !== "string") {
    throw new TracewireError("query_invalid", `one id is expected, as text: ${Object.keys(IDS).join(", ")}`);
  }
  return [what, value];
}

function tracesOf(directory: string | undefined, what: string, id: string): WireEvent[] | undefined {
  const found = ask(directory, (store) => store.traces(what, id)) as { events: { event: WireEvent }[] }[];
  return found[0]?.events.map((entry) => entry.event);
}

/** By the step itself where it was recorded here; else, if it is of another machine, by what is below it. */
function tracesBelow(directory: string | undefined, parentId: string): WireEvent[] | undefined {
  const own = tracesOf(directory, "span", parentId);
  if (own?.some((event) => event["parent_id"] === parentId)) return own;
  let cursor: string | undefined;
  do {
    const page = queryIn(directory, { limit: 1000, cursor });
    const below = page.rows.find((row) => row.parentId === parentId && row.traceId !== undefined);
    if (below?.traceId !== undefined) return tracesOf(directory, "trace", below.traceId);
    cursor = page.next;
  } while (cursor !== undefined);
  return undefined;
}

/** A query by the names of the wire: times are nanoseconds, attributes as they are recorded. */
export interface Conditions {
  readonly agent_id?: string;
  readonly event_type?: string;
  readonly kind?: string;
  readonly status?: string;
  readonly start_time?: bigint;
  readonly end_time?: bigint;
  readonly correlation_id?: string;
  readonly session_id?: string;
  readonly service?: string;
  readonly attributes?: Body;
  readonly text?: string;
  readonly limit?: number;
  readonly cursor?: string;
}

/**
 * What is searched for, checked.
 *
 * @throws `TracewireError` `query_invalid`, naming what cannot be used.
 */
export function conditionsOf(query: Query): Conditions {
  const wanted: { [member: string]: unknown } = {};
  for (const [name, value] of Object.entries(query ?? {})) {
    if (value === undefined || value === null) continue;
    try {
      wanted[memberOf(name)] = wireOf(name as keyof Query, value);
    } catch (error) {
      throw new TracewireError("query_invalid", `the query cannot be used: ${name}: ${messageOf(error)}`);
    }
  }
  return wanted as Conditions;
}

/** As JSON for the native store. */
export function textOfConditions(wanted: object): string {
  // Nanoseconds are beyond what JSON.stringify writes of a bigint: none at all.
  const parts = Object.entries(wanted).map(([name, value]) => {
    return `${JSON.stringify(name)}:${typeof value === "bigint" ? String(value) : JSON.stringify(value)}`;
  });
  return `{${parts.join(",")}}`;
}

function memberOf(name: string): string {
  const member = Object.hasOwn(MEMBERS, name) ? MEMBERS[name as keyof Query] : undefined;
  if (member === undefined) throw new RangeError(`there are ${Object.keys(MEMBERS).join(", ")}`);
  return member;
}

function wireOf(name: keyof Query, value: unknown): unknown {
  switch (name) {
    case "startTime":
    case "endTime":
      return momentOf(value);
    case "attributes":
      return JSON.parse(encode(value));
    case "limit":
      if (!Number.isInteger(value) || (value as number) < 1 || (value as number) > MOST_ROWS) {
        throw new RangeError(`1 to ${MOST_ROWS} is expected; further rows come with the cursor of the page before`);
      }
      return value;
    default:
      if (typeof value !== "string") throw new RangeError(`text is expected, not a ${typeName(value)}`);
      return value;
  }
}

/**
 * A time in nanoseconds since 1970.
 *
 * @throws `RangeError` when it is none.
 */
export function momentOf(value: unknown): bigint {
  if (typeof value === "bigint") return value;
  if (typeof value === "string") return nanosOf(value);
  const millis = value instanceof Date ? value.getTime() : Number.NaN;
  if (Number.isNaN(millis)) throw new RangeError("RFC 3339, nanoseconds as a bigint, or a Date is expected");
  return BigInt(millis) * 1_000_000n;
}

/** What an error says. */
export function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : textOf(error);
}

/** Asks the store of a directory, with everything in it that has been recorded until now. */
export function ask(directory: string | undefined, question: (store: NativeStore) => string): unknown {
  try {
    const { openStore } = platform.native();
    if (openStore === undefined) {
      throw new TracewireError(
        "unavailable",
        "there are no files here: ask the server that this page sends its traces to",
      );
    }
    const store = openStore(directory);
    store.sweep();
    return JSON.parse(question(store));
  } catch (error) {
    if (error instanceof TracewireError) throw error;
    const failure = nativeFailure(error);
    throw new TracewireError(failure?.code ?? "store", failure?.message ?? messageOf(error), { cause: error });
  }
}

/** A page by the names of the wire. */
export interface Found {
  readonly rows: readonly { readonly [member: string]: unknown }[];
  readonly next?: string | null;
}

/** The page that a program gets. */
export function pageOf({ rows, next }: Found): Page {
  const made = rows.map(rowOf);
  return { rows: made, next: next ?? undefined, [Symbol.iterator]: () => made[Symbol.iterator]() };
}

function rowOf(members: { readonly [member: string]: unknown }): Row {
  const row: { [member: string]: unknown } = { attributes: {}, body: {} };
  for (const [name, value] of Object.entries(members)) {
    row[camelCase(name)] = fromWire(value);
  }
  return row as unknown as Row;
}

/** A member's name as TypeScript writes it. */
export function camelCase(name: string): string {
  return name.replace(/_([a-z])/g, (_, letter: string) => letter.toUpperCase());
}
