/**
 * What the page gets of a tree: rows in the order in which they are drawn, small enough for a hundred thousand of
 * them, and all of
 * one step when it is opened.
 *
 * @module
 */
import type { Finding } from "../engine/engine.ts";
import type { Cost, Usage } from "./figures.ts";
import { glimpse, isMap, type Json, type JsonMap, resolved, textAt } from "./json.ts";
import { placeKey } from "./place.ts";
import type { Recorded, Recording } from "./read.ts";
import { inOrder, type Node, type Trace } from "./tree.ts";

export interface Row {
  readonly parent: number;
  readonly depth: number;
  readonly hasChildren: boolean;
  /** Whether it is the last of its parent's children. */
  readonly isLast: boolean;
  readonly form: Node["form"];
  readonly kind: string;
  readonly name: string;
  readonly state: Node["state"];
  readonly status: string | undefined;
  readonly failed: boolean;
  /** Nanoseconds from the beginning of the trace. */
  readonly start: number;
  readonly length: number;
  readonly isLengthKnown: boolean;
  readonly usage: Usage | undefined;
  readonly cost: Cost | undefined;
  readonly model: string | undefined;
  /** The service, where it is another than the parent's. */
  readonly service: string | undefined;
  readonly failure: string | undefined;
  readonly preview: string;
  readonly findings: number;
}

export interface Summary {
  readonly traceId: string;
  readonly name: string;
  readonly state: "ok" | "error" | "abandoned" | "unknown";
  readonly startNanos: bigint;
  readonly lengthNanos: number;
  readonly steps: number;
  readonly failed: number;
  readonly open: number;
  readonly logs: number;
  readonly metrics: number;
  readonly usage: Usage | undefined;
  readonly cost: Cost | undefined;
  readonly facts: readonly (readonly [string, string])[];
  readonly feedback: readonly string[];
  readonly losses: readonly string[];
  readonly rows: readonly Row[];
}

/** Everything known of one step. */
export interface Detail {
  readonly name: string;
  readonly kind: string;
  readonly facts: readonly (readonly [string, string])[];
  readonly failure: string | undefined;
  readonly oddities: readonly string[];
  readonly usage: Usage | undefined;
  readonly cost: Json | undefined;
  /** Members of the merged body in the order in which people want to see them, contents in place. */
  readonly parts: readonly (readonly [string, Json])[];
  readonly inside: readonly { readonly name: string; readonly at: number; readonly body: Json }[];
  readonly feedback: readonly string[];
  readonly findings: readonly Finding[];
  /** The line of the input at which it begins, where that is known. */
  readonly line: number | undefined;
}

const FIRST = ["input", "output", "exception", "attributes", "data", "tool_definitions"];
const SHOWN_OTHERWISE = new Set([
  "name",
  "usage",
  "cost",
  "session_id",
  "user_id",
  "environment",
  "release",
  "message",
]);

export function summaryOf(trace: Trace, recording: Recording): Summary {
  const nodes = inOrder(trace.roots);
  const numbers = new Map(nodes.map((node, index) => [node, index]));
  const depths: number[] = [];
  const rows = nodes.map((node, index): Row => {
    const parent = node.parent === undefined ? -1 : (numbers.get(node.parent) ?? -1);
    const depth = parent < 0 ? 0 : (depths[parent] ?? 0) + 1;
    depths[index] = depth;
    const siblings = node.parent?.children ?? trace.roots;
    const service = recording.producers.get(node.producer)?.service;
    const above = node.parent === undefined ? undefined : recording.producers.get(node.parent.producer)?.service;
    return {
      parent,
      depth,
      hasChildren: node.children.length > 0,
      isLast: siblings.at(-1) === node,
      form: node.form,
      kind: node.kind,
      name: node.name,
      state: node.state,
      status: node.status,
      failed: node.failed,
      start: Number(node.start - trace.start),
      length: node.duration ?? Number(node.end - node.start),
      isLengthKnown: node.duration !== undefined,
      usage: node.usage,
      cost: node.cost,
      model: textAt(node.body["attributes"], "gen_ai.request.model"),
      service: parent >= 0 && service !== above ? service : undefined,
      failure: node.failed ? node.failure : undefined,
      preview: previewOf(node, recording),
      findings: 0,
    };
  });
  const root = trace.roots.find((node) => node.form === "span") ?? trace.roots[0];
  const spans = nodes.filter((node) => node.form === "span");
  const open = spans.filter((node) => node.state !== "ended");
  return {
    traceId: trace.traceId,
    name: trace.traceId === "" ? "outside of any trace" : root?.name || root?.kind || "a trace",
    state: stateOf(root, open),
    startNanos: trace.start,
    lengthNanos: Number(trace.end - trace.start),
    steps: spans.length,
    failed: spans.filter((node) => node.failed).length,
    open: open.length,
    logs: nodes.filter((node) => node.form === "log").length,
    metrics: trace.metrics,
    usage: trace.usage,
    cost: trace.cost,
    facts: factsOf(trace, nodes, recording),
    feedback: trace.feedback.map(judgement),
    losses: trace.losses,
    rows,
  };
}

function stateOf(root: Node | undefined, open: readonly Node[]): Summary["state"] {
  if (root?.failed === true) return "error";
  if (root !== undefined && root.state !== "ended") return root.state;
  // A root that ended well may leave steps open below it; their number is shown beside it.
  return root === undefined && open.length > 0 ? "unknown" : "ok";
}

function factsOf(trace: Trace, nodes: readonly Node[], recording: Recording): [string, string][] {
  const facts: [string, string][] = [];
  const services = new Set(
    nodes.map((node) => recording.producers.get(node.producer)?.service).filter((name) => name !== undefined),
  );
  if (services.size > 0) facts.push([services.size > 1 ? "services" : "service", [...services].join(", ")]);
  for (const name of ["session_id", "user_id", "environment", "release", "correlation_id"]) {
    const found = nodes.map((node) => textAt(node.body, name)).find((text) => text !== undefined);
    if (found !== undefined) facts.push([name.replace("_id", ""), found]);
  }
  if (trace.traceId !== "") facts.push(["trace", trace.traceId]);
  return facts;
}

function previewOf(node: Node, recording: Recording): string {
  const { contents } = recording;
  if (node.form === "log") return "";
  const [input, output] = [
    glimpse(node.body["input"], contents, 90),
    glimpse(node.body["output"] ?? node.body["data"], contents, 90),
  ];
  return output === "" ? input : input === "" ? `→ ${output}` : `${input}  →  ${output}`;
}

/** What was found on the events of a node. */
export function findingsOf(node: Node, findings: ReadonlyMap<string, readonly Finding[]>): Finding[] {
  if (findings.size === 0 || node.form === "missing") return [];
  return node.events.flatMap(({ document, index }) => findings.get(placeKey(document, index)) ?? []);
}

export function detailOf(
  node: Node,
  trace: Trace,
  recording: Recording,
  findings: ReadonlyMap<string, readonly Finding[]>,
  lineOf: (document: number, index: number | undefined) => number | undefined,
): Detail {
  const whole = (value: Json): Json => resolved(value, recording.contents);
  const names = Object.keys(node.body).filter((name) => !SHOWN_OTHERWISE.has(name) || node.form === "log");
  names.sort((a, b) => rank(a) - rank(b));
  const first = node.events[0] as Recorded;
  const facts: (readonly [string, string | undefined])[] = [
    ["span", node.form === "log" ? undefined : node.spanId],
    ["parent", node.parentId],
    ["producer", first.producer || undefined],
    ["service", recording.producers.get(node.producer)?.service],
    ["session", textAt(node.body, "session_id")],
    ["user", textAt(node.body, "user_id")],
    ["environment", textAt(node.body, "environment")],
    ["release", textAt(node.body, "release")],
  ];
  return {
    name: node.name,
    kind: node.kind,
    facts: facts.filter((fact): fact is readonly [string, string] => fact[1] !== undefined),
    failure: node.failed ? node.failure : undefined,
    oddities: node.oddities,
    usage: node.usage,
    cost: node.body["cost"],
    parts: node.form === "missing" ? [] : names.map((name) => [name, whole(node.body[name] as Json)] as const),
    inside: node.inside.map(({ event, time }) => ({
      name:
        textAt(event["body"], "name") ??
        (isMap(event["body"]) && event["body"]["exception"] !== undefined ? "exception" : "event"),
      at: Number(time - trace.start),
      body: whole(insideOf(event)),
    })),
    feedback: node.feedback.map(judgement),
    findings: findingsOf(node, findings),
    line: lineOf(first.document, first.index),
  };
}

function insideOf(event: JsonMap): Json {
  const body = event["body"];
  if (!isMap(body)) return body ?? null;
  const { name: _, ...others } = body;
  const keys = Object.keys(others);
  return keys.length === 1 ? (others[keys[0] as string] as Json) : others;
}

function rank(name: string): number {
  const at = FIRST.indexOf(name);
  return at < 0 ? FIRST.length : at;
}

function judgement(event: JsonMap): string {
  const body = event["body"];
  const value = isMap(body) ? body["value"] : undefined;
  const comment = textAt(body, "comment");
  const more = comment === undefined ? "" : ` · ${comment}`;
  return `${textAt(body, "name") ?? "feedback"} = ${JSON.stringify(value ?? null)}${more}`;
}
