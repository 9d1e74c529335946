/**
 * Events that are given as one object.
 *
 * @module
 */
import { platform } from "#platform";
import { ALIASES } from "../protocols/aliases.generated.ts";
import type { Attributes } from "./fields.ts";
import { guarded } from "./guard.ts";
import { currentContext, currentPlace } from "./place.ts";
import { type EventId, recordEvent } from "./points.ts";
import { shown } from "./problems.ts";
import type { Seat } from "./seat.ts";

/** An event as the Agentic Observability Protocol has it. Names in camelCase are understood too. */
export interface EventDictionary {
  /** The event's name; short names such as `mcp.tool.called` become the registry's events. */
  readonly event_type?: string;
  readonly agent_id?: string;
  readonly attributes?: Attributes;
  readonly data?: unknown;
  /** What went wrong: its `code` becomes `error.type`. */
  readonly error?: unknown;
  readonly correlation_id?: string;
  /** What it belongs to: an event's id, a step or a context. */
  readonly parent_id?: unknown;
  readonly trace_id?: string;
  readonly span_id?: string;
  readonly parent_span_id?: string;
  readonly session_id?: string;
  readonly user_id?: string;
  readonly kind?: string;
  /** Other members are kept: plain values as attributes, the rest in the event's data. */
  readonly [member: string]: unknown;
}

const CAMEL: Readonly<Record<string, string>> = {
  agentId: "agent_id",
  correlationId: "correlation_id",
  eventType: "event_type",
  parentId: "parent_id",
  parentSpanId: "parent_span_id",
  sessionId: "session_id",
  spanId: "span_id",
  traceId: "trace_id",
  userId: "user_id",
};

/** Members of data that are attributes. */
const OF_DATA = [
  ["tool_name", "toolName", "gen_ai.tool.name"],
  ["task_id", "taskId", "a2a.task.id"],
  ["payment_id", "paymentId", "tracewire.ap2.payment.id"],
] as const;

/**
 * Records an event given as one object.
 *
 * @param event - what happened, by the names that other tools have for it.
 * @returns the event's id, for the `parent_id` of others.
 */
export function recordDictionary(seat: Seat, event: EventDictionary): EventId | undefined {
  return guarded(seat, "logEvent", () => record(seat, event));
}

function record(seat: Seat, event: EventDictionary): EventId | undefined {
  const rest = new Map<string, unknown>();
  const given: Record<string, unknown> = {};
  try {
    for (const [key, value] of entriesOf(event)) {
      if (value !== undefined && value !== null) rest.set(Object.hasOwn(CAMEL, key) ? (CAMEL[key] ?? key) : key, value);
    }
    if (rest.has("attributes")) Object.assign(given, Object.fromEntries(entriesOf(rest.get("attributes"))));
  } catch {
    // Whatever an object of the host throws while it is read.
    seat.problem("invalid_event", `an event is an object with attributes in an object, not ${shown(event)}`);
    return undefined;
  }
  rest.delete("attributes");
  const parent = parentOf(rest);
  let name = ["event_type", "name", "type"].map((key) => takeText(rest, key, true)).find((text) => text !== undefined);
  if (name === undefined) {
    seat.problem("invalid_event", "an event has no event_type; it is recorded as 'event'");
    name = "event";
  }
  const [correlationId, sessionId, kind] = ["correlation_id", "session_id", "kind"].map((key) => takeText(rest, key));
  let data = rest.get("data");
  rest.delete("data");
  let facts = factsOf(rest, data);
  if (Object.hasOwn(ALIASES, name)) {
    const [of, sets, fails] = ALIASES[name] ?? [name, {}, false];
    name = of;
    facts = { ...sets, ...facts };
    if (fails) facts["error.type"] ??= "_OTHER";
  }
  Object.assign(facts, given);
  for (const [key, value] of rest) {
    const isPlain = value !== null && typeof value !== "object" && typeof value !== "function";
    if (!isPlain && data === undefined) data = { [key]: value };
    else if (!isPlain && isPlainObject(data) && !Object.hasOwn(data, key)) data = { [key]: value, ...data };
    else facts[key] ??= value;
  }
  return recordEvent(seat, name, facts, { data, kind, correlationId, sessionId, ...parent });
}

function entriesOf(given: unknown): Iterable<[string, unknown]> {
  if (given instanceof Map) return [...given].map(([key, value]) => [String(key), value]);
  if (typeof given !== "object" || given === null || Array.isArray(given)) throw new TypeError("not an object");
  return Object.entries(given);
}

function isPlainObject(value: unknown): value is Record<string, unknown> {
  if (typeof value !== "object" || value === null || Array.isArray(value)) return false;
  const made: unknown = Object.getPrototypeOf(value);
  return made === null || made === Object.prototype || Object.getPrototypeOf(made) === null;
}

/** Takes a member out; with `keepsOthers` only where it is a text. */
function takeText(rest: Map<string, unknown>, key: string, keepsOthers = false): string | undefined {
  const value = rest.get(key);
  const isText = typeof value === "string" && (keepsOthers || value !== "");
  if (isText || !keepsOthers) rest.delete(key);
  return isText ? value : undefined;
}

/** The attributes that members are, taken out of them. */
function factsOf(rest: Map<string, unknown>, data: unknown): Record<string, unknown> {
  const facts: Record<string, unknown> = {};
  for (const [key, attribute] of [
    ["agent_id", "gen_ai.agent.id"],
    ["user_id", "user.id"],
  ] as const) {
    const text = takeText(rest, key);
    if (text !== undefined) facts[attribute] = text;
  }
  const error = rest.get("error");
  if (isPlainObject(error) && error["code"] !== undefined && error["code"] !== null) {
    facts["error.type"] = String(error["code"]);
  }
  if (isPlainObject(data)) {
    for (const [snake, camel, attribute] of OF_DATA) {
      const text = data[snake] ?? data[camel];
      if (typeof text === "string") facts[attribute] = text;
    }
  }
  return facts;
}

/** What the object says that the event belongs to; ids that say nothing valid stay in it. */
function parentOf(rest: Map<string, unknown>): { parent?: EventId | string } {
  const parent = rest.get("parent_id");
  if (typeof parent === "object" && parent !== null) {
    rest.delete("parent_id");
    return { parent: parent as EventId };
  }
  for (const key of ["parent_id", "parent_span_id", "span_id"]) {
    const spanId = rest.get(key);
    if (typeof spanId !== "string" || !isId(spanId, 16)) continue;
    const traceId = rest.get("trace_id") ?? traceIdHere(rest.get("correlation_id"));
    if (typeof traceId !== "string" || !isId(traceId, 32)) continue;
    rest.delete(key);
    rest.delete("trace_id");
    return { parent: `00-${traceId}-${spanId}-01` };
  }
  return {};
}

function isId(text: string, digits: number): boolean {
  return text.length === digits && /^[0-9a-f]+$/.test(text) && !/^0+$/.test(text);
}

/** The trace that an id without one belongs to: the current one, or that of the correlation id. */
function traceIdHere(given: unknown): string | undefined {
  const here = currentContext();
  if (here) return here.traceId;
  const place = currentPlace();
  const correlationId = (place._isStep ? undefined : place._correlationId) ?? given;
  if (typeof correlationId !== "string" || correlationId === "") return undefined;
  const bytes = platform.native().traceIdOf(correlationId);
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
}
