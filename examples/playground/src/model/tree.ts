/**
 * From events to trees: all events of one span are folded into one node, every other event into its own. The rules
 * are those of
 * `tracewire trace` (`core/insight`): parents by id, children by time, tokens and costs of the lowest reporters.
 *
 * @module
 */

import { type Cost, costOf, plusCost, plusUsage, type Usage, usageOf } from "./figures.ts";
import { isMap, type Json, type JsonMap, textAt } from "./json.ts";
import type { Recorded, Recording } from "./read.ts";

export type NodeForm = "span" | "event" | "log" | "other" | "missing";
/** How far a span came: an open one is abandoned where its producer closed, and unknown where nobody can tell. */
export type NodeState = "ended" | "abandoned" | "unknown";

export interface Node {
  readonly form: NodeForm;
  readonly spanId: string | undefined;
  readonly producer: string;
  readonly events: Recorded[];
  parentId: string | undefined;
  kind: string;
  name: string;
  state: NodeState;
  status: string | undefined;
  failed: boolean;
  start: bigint;
  end: bigint;
  /** By the span's own monotonic clock, in nanoseconds. */
  duration: number | undefined;
  /** The body after all updates. */
  body: Record<string, Json>;
  /** Other things that happened inside. */
  readonly inside: Recorded[];
  chunks: number;
  failure: string | undefined;
  usage: Usage | undefined;
  cost: Cost | undefined;
  /** What it says beyond the events: `no start`, `2 ends`, … */
  readonly oddities: string[];
  readonly feedback: JsonMap[];
  parent: Node | undefined;
  children: Node[];
}

export interface Trace {
  readonly traceId: string;
  readonly roots: readonly Node[];
  readonly start: bigint;
  readonly end: bigint;
  readonly usage: Usage | undefined;
  readonly cost: Cost | undefined;
  /** Judgements of the trace as a whole. */
  readonly feedback: readonly JsonMap[];
  readonly metrics: number;
  /** What was lost, in words. */
  readonly losses: readonly string[];
}

/**
 * All traces of a recording, in the order of their first events; what belongs to none comes last, under an empty
 * id.
 */
export function treesOf(recording: Recording): Trace[] {
  const byTrace = new Map<string, Recorded[]>();
  for (const recorded of recording.events) {
    const trace = (textAt(recorded.event, "trace_id") ?? "").toLowerCase();
    together(byTrace, trace, recorded);
  }
  const traces = [...byTrace].map(([traceId, events]) => treeOf(traceId, events, recording));
  return traces.sort((a, b) => Number(a.traceId === "") - Number(b.traceId === "") || (a.start < b.start ? -1 : 1));
}

function together<T>(lists: Map<string, T[]>, key: string, item: T): void {
  const known = lists.get(key);
  if (known === undefined) lists.set(key, [item]);
  else known.push(item);
}

function treeOf(traceId: string, events: readonly Recorded[], recording: Recording): Trace {
  const sorted = events.map((event, order) => ({ event, order }));
  sorted.sort((a, b) => (a.event.time < b.event.time ? -1 : a.event.time > b.event.time ? 1 : a.order - b.order));
  const spans = new Map<string, Recorded[]>();
  const nodes: Node[] = [];
  const feedback: JsonMap[] = [];
  const losses: string[] = [];
  let metrics = 0;
  for (const { event: recorded } of sorted) {
    const { event } = recorded;
    const type = textAt(event, "type") ?? "";
    const spanId = textAt(event, "span_id")?.toLowerCase();
    if (type.startsWith("span.") && spanId !== undefined) together(spans, spanId, recorded);
    else if (type === "metric") metrics += 1;
    else if (type === "feedback") feedback.push(event);
    else if (type === "loss") losses.push(lossIn(event));
    else nodes.push(pointOf(recorded));
  }
  for (const [spanId, of] of spans) nodes.push(spanOf(spanId, of, recording));
  nodes.sort((a, b) => (a.start < b.start ? -1 : a.start > b.start ? 1 : 0));
  const all = linked(nodes);
  const roots = all.filter((node) => node.parent === undefined);
  const ordered = inOrder(roots);
  for (const node of [...ordered].reverse()) settle(node);
  const whole = feedback.filter((event) => !attach(event, all));
  return {
    traceId,
    roots,
    start: ordered.reduce((least, node) => (node.start < least ? node.start : least), ordered[0]?.start ?? 0n),
    end: ordered.reduce((most, node) => (node.end > most ? node.end : most), ordered[0]?.end ?? 0n),
    usage: roots.reduce<Usage | undefined>((sum, node) => plusUsage(sum, node.usage), undefined),
    cost: roots.reduce<Cost | undefined>((sum, node) => plusCost(sum, node.cost), undefined),
    feedback: whole,
    metrics,
    losses,
  };
}

function lossIn(event: JsonMap): string {
  const body = event["body"];
  const count = isMap(body) ? (body["count"] ?? body["bytes"]) : undefined;
  const what = isMap(body) && body["bytes"] !== undefined ? "bytes" : "records";
  return `${String(count ?? "some")} ${what} lost: ${textAt(body, "reason") ?? "no reason given"}`;
}

function nodeOf(form: NodeForm, recorded: Recorded, spanId: string | undefined): Node {
  return {
    form,
    spanId,
    producer: recorded.producer,
    events: [recorded],
    parentId: textAt(recorded.event, "parent_id")?.toLowerCase(),
    kind: textAt(recorded.event, "kind") ?? "",
    name: "",
    state: "ended",
    status: textAt(recorded.event, "status"),
    failed: false,
    start: recorded.time,
    end: recorded.time,
    duration: undefined,
    body: {},
    inside: [],
    chunks: 0,
    failure: undefined,
    usage: undefined,
    cost: undefined,
    oddities: [],
    feedback: [],
    parent: undefined,
    children: [],
  };
}

/** Lays the members of a body over those before: maps of these names key by key, all others as a whole. */
function layOver(node: Node, event: JsonMap): void {
  const body = event["body"];
  if (!isMap(body)) return;
  for (const [name, value] of Object.entries(body)) {
    const before = node.body[name];
    const merges = name === "attributes" || name === "usage" || name === "cost";
    node.body[name] = merges && isMap(value) && isMap(before) ? { ...before, ...value } : value;
  }
}

function spanOf(spanId: string, events: readonly Recorded[], recording: Recording): Node {
  const of = (type: string): Recorded[] => events.filter((recorded) => recorded.event["type"] === type);
  const [starts, ends] = [of("span.start"), of("span.end")];
  const [start, end] = [starts[0], ends[0]];
  const node = nodeOf("span", start ?? (events[0] as Recorded), spanId);
  node.events.splice(0, 1, ...events);
  if (start === undefined) node.oddities.push("no start");
  else layOver(node, start.event);
  for (const recorded of events) {
    const { event } = recorded;
    node.parentId ??= textAt(event, "parent_id")?.toLowerCase();
    node.kind ||= textAt(event, "kind") ?? "";
    if (event["type"] === "span.update" || recorded === end) layOver(node, event);
    if (event["type"] === "span.event") {
      const chunks = isMap(event["body"]) ? event["body"]["chunks"] : undefined;
      if (Array.isArray(chunks)) node.chunks += chunks.length;
      node.inside.push(recorded);
    }
  }
  if (starts.length > 1) node.oddities.push(`${starts.length} starts`);
  if (ends.length > 1) node.oddities.push(`${ends.length} ends`);
  describe(node);
  if (end === undefined) {
    node.state = recording.producers.get(node.producer)?.close === undefined ? "unknown" : "abandoned";
    node.end = events.at(-1)?.time ?? node.start;
    node.status = undefined;
  } else {
    const said = end.event["duration_nanos"];
    const length = typeof said === "number" && said >= 0 ? said : undefined;
    node.status = textAt(end.event, "status");
    if (start === undefined && length !== undefined) node.start = end.time - BigInt(Math.round(length));
    node.end =
      length === undefined ? (end.time > node.start ? end.time : node.start) : node.start + BigInt(Math.round(length));
    node.duration = length ?? Number(node.end - node.start);
    node.failed = node.status === "error" || node.status === "timeout";
  }
  return node;
}

function pointOf(recorded: Recorded): Node {
  const type = textAt(recorded.event, "type");
  const own = type === "event" ? textAt(recorded.event, "span_id")?.toLowerCase() : undefined;
  const node = nodeOf(type === "event" ? "event" : type === "log" ? "log" : "other", recorded, own);
  // What has no place of its own names the span where it belongs.
  if (type !== "event") node.parentId = textAt(recorded.event, "span_id")?.toLowerCase() ?? node.parentId;
  layOver(node, recorded.event);
  describe(node);
  if (type === "log") {
    node.kind = textAt(node.body, "level") ?? "log";
    node.name = textAt(node.body, "message") ?? "";
  }
  node.failed = node.status === "error" || node.status === "timeout";
  return node;
}

function describe(node: Node): void {
  node.name = textAt(node.body, "name") ?? "";
  node.usage = usageOf(node.body);
  node.cost = costOf(node.body);
  const inside = node.inside.map(({ event }) => (isMap(event["body"]) ? event["body"]["exception"] : undefined));
  const exception = node.body["exception"] ?? inside.findLast((found) => found !== undefined);
  const message = textAt(node.body, "status_message") ?? textAt(exception, "message");
  const type = textAt(exception, "type");
  node.failure = type === undefined ? message : message === undefined ? type : `${type}: ${message}`;
}

/** Gives each node its parent. A parent that is named and not there gets a stand-in; a circle is broken. */
function linked(nodes: readonly Node[]): Node[] {
  const byId = new Map<string, Node>();
  for (const node of nodes) if (node.spanId !== undefined && !byId.has(node.spanId)) byId.set(node.spanId, node);
  const all = [...nodes];
  for (const node of nodes) {
    if (node.parentId === undefined || node.parentId === node.spanId) continue;
    let parent = byId.get(node.parentId);
    if (parent === undefined) {
      parent = nodeOf("missing", node.events[0] as Recorded, node.parentId);
      parent.parentId = undefined;
      parent.kind = "";
      parent.name = node.form === "span" ? "a parent that was never seen" : "a step that was never seen";
      parent.start = node.start;
      byId.set(node.parentId, parent);
      all.push(parent);
    }
    if (isAbove(node, parent)) continue;
    node.parent = parent;
    parent.children.push(node);
  }
  return all;
}

function isAbove(node: Node, other: Node): boolean {
  for (let above: Node | undefined = other; above !== undefined; above = above.parent) if (above === node) return true;
  return false;
}

/** Parents before children, children by time, without recursion: traces may be deep. */
export function inOrder(roots: readonly Node[]): Node[] {
  const out: Node[] = [];
  const waiting = [...roots].reverse();
  for (let node = waiting.pop(); node !== undefined; node = waiting.pop()) {
    out.push(node);
    for (let at = node.children.length - 1; at >= 0; at -= 1) waiting.push(node.children[at] as Node);
  }
  return out;
}

/** What follows from the children, all of which are settled: extents of open spans, tokens and costs. */
function settle(node: Node): void {
  let usage: Usage | undefined;
  let cost: Cost | undefined;
  for (const child of node.children) {
    usage = plusUsage(usage, child.usage);
    cost = plusCost(cost, child.cost);
    if ((node.state !== "ended" || node.form === "missing") && child.end > node.end) node.end = child.end;
    if (node.form === "missing" && child.start < node.start) node.start = child.start;
  }
  // An agent often repeats what its model calls reported: what lies below counts, and its own only where nothing is
  // below.
  node.usage = usage ?? node.usage;
  node.cost = cost ?? node.cost;
}

function attach(feedback: JsonMap, nodes: readonly Node[]): boolean {
  const target = isMap(feedback["body"]) ? feedback["body"]["target"] : undefined;
  const spanId = textAt(target, "span_id") ?? textAt(feedback, "span_id");
  const node = spanId === undefined ? undefined : nodes.find((one) => one.form === "span" && one.spanId === spanId);
  node?.feedback.push(feedback);
  return node !== undefined;
}
