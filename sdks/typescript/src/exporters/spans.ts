/**
 * A step as OpenTelemetry sees one: ids and times are kept, names are OpenTelemetry's. How it is written is said
 * elsewhere: `otlp.ts`, `readable.ts`.
 *
 * @module
 */
import { type Body, isMap, nanosOf, type Step } from "../recording/steps.ts";
import { VERSION } from "../version.ts";
import type { WireEvent } from "./base.ts";

/** Who made a span. */
export interface Scope {
  readonly name: string;
  readonly version: string;
}

/** Something at a moment of a span. */
export interface SpanMoment {
  readonly time: bigint;
  readonly name: string;
  /** Values as the wire has them. */
  readonly attributes: Body;
}

/** Another span that one points to. */
export interface SpanLink {
  readonly traceId: string;
  readonly spanId: string;
  readonly attributes: Body;
}

/** A step that has ended, in OpenTelemetry's words. Times are nanoseconds since 1970. */
export interface EndedSpan {
  readonly traceId: string;
  readonly spanId: string;
  readonly parentId: string | undefined;
  readonly traceState: string | undefined;
  readonly flags: number;
  readonly name: string;
  readonly isClient: boolean;
  readonly start: bigint;
  readonly end: bigint;
  /** Values as the wire has them. */
  readonly attributes: Body;
  readonly moments: readonly SpanMoment[];
  readonly links: readonly SpanLink[];
  readonly status: "unset" | "ok" | "error";
  /** Of an error. */
  readonly message: string | undefined;
  readonly scope: Scope;
}

const OPERATIONS: Readonly<Record<string, string>> = {
  agent: "invoke_agent",
  embedding: "embeddings",
  guardrail: "apply_guardrail",
  llm: "chat",
  memory: "search_memory",
  plan: "plan",
  retrieval: "retrieval",
  tool: "execute_tool",
  workflow: "invoke_workflow",
};
const CLIENTS: ReadonlySet<unknown> = /* @__PURE__ */ new Set([
  "cache",
  "database",
  "embedding",
  "http",
  "llm",
  "rerank",
]);
const USAGE: Readonly<Record<string, string>> = {
  input_tokens: "gen_ai.usage.input_tokens",
  output_tokens: "gen_ai.usage.output_tokens",
  cache_read_input_tokens: "gen_ai.usage.cache_read.input_tokens",
  cache_write_input_tokens: "gen_ai.usage.cache_write.input_tokens",
  reasoning_output_tokens: "gen_ai.usage.reasoning.output_tokens",
};
const MEMBERS: Readonly<Record<string, string>> = {
  correlation_id: "tracewire.correlation_id",
  environment: "deployment.environment.name",
  level: "tracewire.level",
  release: "service.version",
  session_id: "gen_ai.conversation.id",
  tags: "tracewire.tags",
  user_id: "user.id",
};
const NAMES: Readonly<Record<string, string>> = { agent: "gen_ai.agent.name", tool: "gen_ai.tool.name" };
const SAMPLED = 1;

/** A step that has ended, in OpenTelemetry's words. */
export function endedSpan(step: Step): EndedSpan {
  const body = step.body as { [name: string]: unknown };
  const { exception, trace_state: traceState, trace_flags: flags, links } = body;
  const end = step.end === undefined ? 0n : nanosOf(step.end);
  const lasted = step.duration_nanos === undefined ? undefined : BigInt(step.duration_nanos);
  const start = step.start === undefined ? end - (lasted ?? 0n) : nanosOf(step.start);
  const moments = step.events.map(momentOf);
  if (isMap(exception)) moments.push({ time: end, name: "exception", attributes: exceptionOf(exception) });
  return {
    traceId: step.trace_id ?? "",
    spanId: step.span_id ?? "",
    parentId: step.parent_id,
    traceState: typeof traceState === "string" ? traceState : undefined,
    flags: typeof flags === "number" ? flags : SAMPLED,
    name: step.name || "unknown",
    isClient: CLIENTS.has(step.kind),
    // What the wall clock says may be nonsense (TW-TIME-002), what the monotonic clock says is not.
    start,
    end: lasted === undefined ? (end > start ? end : start) : start + lasted,
    attributes: attributesOf(step),
    moments,
    links: Array.isArray(links) ? links.filter(isLink).map(linkOf) : [],
    ...statusOf(step, exception),
    scope: scopeOf(step),
  };
}

function scopeOf(step: Step): Scope {
  const { scope } = step.body as { scope?: unknown };
  if (!isMap(scope)) return { name: "tracewire", version: VERSION };
  return { name: String(scope["name"] ?? "tracewire"), version: String(scope["version"] ?? "") };
}

function statusOf(step: Step, exception: unknown): Pick<EndedSpan, "status" | "message"> {
  if (step.status === "ok") return { status: "ok", message: undefined };
  if (step.status !== "error" && step.status !== "timeout" && step.status !== "cancelled")
    return { status: "unset", message: undefined };
  const said = step.body["status_message"] ?? (isMap(exception) ? exception["message"] : undefined);
  return { status: "error", message: String(said || step.status) };
}

function isLink(link: unknown): link is Body {
  return isMap(link) && typeof link["trace_id"] === "string" && typeof link["span_id"] === "string";
}

function linkOf(link: Body): SpanLink {
  return {
    traceId: String(link["trace_id"]),
    spanId: String(link["span_id"]),
    attributes: said(link["attributes"]),
  };
}

function momentOf(event: WireEvent): SpanMoment {
  const { type, time: at } = event as { type?: string; time?: string };
  const body: { [name: string]: unknown } = (event as { body?: Body }).body ?? {};
  const time = at === undefined ? 0n : nanosOf(at);
  const { exception, level, logger, message, name } = body;
  const attributes = said(body["attributes"]);
  if (isMap(exception)) return { time, name: "exception", attributes: { ...exceptionOf(exception), ...attributes } };
  if (type === "log") {
    const own = said({ "log.level": level, "log.logger": logger, "log.message": message });
    return { time, name: "log", attributes: { ...own, ...attributes } };
  }
  const more = said({ "tracewire.chunks": body["chunks"], "tracewire.data": body["data"] });
  return { time, name: String(name ?? "event"), attributes: { ...attributes, ...more } };
}

function exceptionOf(exception: Body): Body {
  const names = ["type", "message", "stacktrace", "escaped"];
  return said(Object.fromEntries(names.map((name) => [`exception.${name}`, exception[name]])));
}

function attributesOf(step: Step): Body {
  const body = step.body as { [name: string]: unknown };
  const { usage, exception, attributes: given } = body;
  const kind = step.kind ?? "event";
  const found: Body = { "tracewire.kind": kind };
  if (OPERATIONS[kind] !== undefined) found["gen_ai.operation.name"] = OPERATIONS[kind];
  const called = NAMES[kind];
  if (called !== undefined && step.name !== "") found[called] = step.name;
  const isTool = kind === "tool";
  found[isTool ? "gen_ai.tool.call.arguments" : "tracewire.input"] = body["input"];
  found[isTool ? "gen_ai.tool.call.result" : "tracewire.output"] = body["output"];
  found["tracewire.data"] = body["data"];
  found["tracewire.cost"] = body["cost"];
  for (const [member, name] of Object.entries(MEMBERS)) found[name] = body[member];
  if (isMap(usage)) for (const [member, name] of Object.entries(USAGE)) found[name] = usage[member];
  if (step.status === "timeout" || step.status === "cancelled") found["tracewire.status"] = step.status;
  if (isMap(exception)) found["error.type"] = exception["type"];
  // What the program says itself goes before what is derived.
  return { ...said(found), ...said(given) };
}

/** Members that say something. */
export function said(values: unknown): Body {
  if (!isMap(values)) return {};
  return Object.fromEntries(Object.entries(values).filter(([, value]) => value !== null && value !== undefined));
}
