import type { TraceDocument, TraceNode, TraceRow } from "../src/api/types.ts";
import type { Made } from "./build.ts";
import { loopsOf } from "./loops.ts";
import { addMoney, addTokens } from "./sums.ts";

/** A time with nine digits, so many nanoseconds after a time in milliseconds. */
export function wire(start: number, nanos: number): string {
  const whole = Math.floor(nanos / 1e6);
  const text = new Date(start + whole).toISOString();
  return `${text.slice(0, -1)}${String(Math.floor(nanos - whole * 1e6)).padStart(6, "0")}Z`;
}

/** What is known of a made-up trace at a time, as the server would tell it. */
export function documentOf(made: Made, now: number): TraceDocument {
  const at = (now - made.start) * 1e6;
  const seen = made.nodes.filter((node) => node.from <= Math.min(at, made.dies ?? Number.POSITIVE_INFINITY));
  const dead = made.dies !== undefined && made.dies < at;
  const nodes: TraceNode[] = seen.map((draft) => {
    const { from, to, forever, producer, failed, ...rest } = draft;
    const ended = to <= Math.min(at, made.dies ?? Number.POSITIVE_INFINITY) && forever !== true;
    const end = ended ? to : dead ? (made.dies ?? at) : at;
    const { status, usage, cost, failure, exceptions, body, ...known } = rest;
    const { output: _, status_message: __, ...before } = body ?? {};
    const node: TraceNode = {
      ...known,
      producer: `${producer ?? made.service}-1`.replace(/[^a-z0-9-]/g, "").padEnd(8, "0"),
      state: ended ? "ended" : dead ? "abandoned" : "in_flight",
      start: wire(made.start, from),
      end: wire(made.start, end),
      self_nanos: 0,
      critical_nanos: 0,
      slow: false,
      failed: ended && (failed ?? false),
      body: ended ? (body ?? null) : before,
    };
    if (ended) {
      node.duration_nanos = to - from;
      node.status = status ?? null;
      node.usage = usage ?? null;
      node.cost = cost ?? null;
      node.failure = failure ?? null;
      if (exceptions) {
        node.exceptions = exceptions.map((one) => ({ ...one, time: wire(made.start, to) }));
      }
    } else if (dead) {
      node.last_known = wire(made.start, made.dies ?? at);
    }
    return node;
  });
  measure(seen, nodes, at);
  const spans = nodes.filter((node) => node.form === "span");
  const count = (test: (node: TraceNode) => boolean) => spans.filter(test).length;
  const end = Math.max(
    ...seen.map((node, index) =>
      nodes[index]?.state === "in_flight" ? at : Math.min(node.to, at, made.dies ?? node.to),
    ),
  );
  const services = [made.service, ...(made.nodes.some((node) => node.producer) ? ["library"] : [])];
  const root = nodes[0];
  const open: number[] = [];
  const parent = nodes.map(({ depth }, index) => {
    open.length = depth;
    return open.push(index) < 2 ? -1 : (open.at(-2) ?? -1);
  });
  const loops = loopsOf(nodes, parent);
  return {
    trace_id: made.id,
    start: wire(made.start, 0),
    end: wire(made.start, end),
    duration_nanos: end,
    cost: root?.cost_total ?? null,
    usage: root?.usage_total ?? null,
    counts: {
      abandoned: count((node) => node.state === "abandoned"),
      events: nodes.filter((node) => node.form === "event").length,
      failed: count((node) => node.failed),
      in_flight: count((node) => node.state === "in_flight"),
      logs: nodes.filter((node) => node.form === "log").length,
      missing_parents: 0,
      spans: spans.length,
      unknown: 0,
    },
    losses: dead ? (made.losses ?? []).map((loss) => ({ ...loss, producer: made.service })) : [],
    ...(loops.length === 0 ? {} : { loops }),
    nodes,
    processes: services.map((service, place) => ({
      host: "box-1",
      pid: 4121 + place,
      producers: [`${service}-1`],
      service,
      state: dead ? "dead" : nodes.some((node) => node.state === "in_flight") ? "alive" : "closed",
    })),
  };
}

/** Fills in what is derived: own time, the critical path, sums. */
function measure(drafts: { from: number; to: number; depth: number }[], nodes: TraceNode[], at: number): void {
  const children: number[][] = nodes.map(() => []);
  const stack: number[] = [];
  nodes.forEach((node, index) => {
    stack.length = node.depth;
    const parent = stack.at(-1);
    if (parent !== undefined && node.form === "span") {
      children[parent]?.push(index);
    }
    stack.push(index);
  });
  const from = (index: number) => drafts[index]?.from ?? 0;
  const to = (index: number) => Math.min(drafts[index]?.to ?? 0, at);
  for (let index = nodes.length - 1; index >= 0; index--) {
    const node = nodes[index] as TraceNode;
    let covered = 0;
    let reached = from(index);
    for (const child of [...(children[index] ?? [])].sort((a, b) => from(a) - from(b))) {
      covered += Math.max(0, to(child) - Math.max(reached, from(child)));
      reached = Math.max(reached, to(child));
      node.usage_total = addTokens(node.usage_total, nodes[child]?.usage_total) ?? null;
      node.cost_total = addMoney(node.cost_total, nodes[child]?.cost_total) ?? null;
    }
    node.usage_total ??= node.usage ?? null;
    node.cost_total ??= node.cost ?? null;
    node.self_nanos = Math.max(0, to(index) - from(index) - covered);
  }
  const walk = (index: number, until: number): void => {
    let end = until;
    let own = 0;
    for (const child of [...(children[index] ?? [])].sort((a, b) => to(b) - to(a))) {
      if (to(child) <= end && from(child) < end) {
        own += end - to(child);
        walk(child, to(child));
        end = from(child);
      }
    }
    const node = nodes[index] as TraceNode;
    node.critical_nanos = Math.max(0, own + end - from(index));
  };
  const root = nodes.findIndex((node) => node.form === "span");
  if (root >= 0) {
    walk(root, to(root));
    const whole = to(root) - from(root);
    for (const node of nodes) {
      node.slow = node.critical_nanos > whole * 0.25 && node.kind !== "agent";
    }
  }
}

/** The same in one row of a list. */
export function rowOf(made: Made, document: TraceDocument): TraceRow {
  const root = document.nodes[0] as TraceNode;
  const open = document.counts.in_flight + document.counts.abandoned;
  return {
    trace_id: made.id,
    start: document.start,
    last: document.end,
    head: root.span_id ?? null,
    name: root.name ?? null,
    kind: root.kind ?? null,
    status: root.status ?? null,
    state: root.state,
    duration_nanos: root.state === "ended" ? document.duration_nanos : null,
    session_id: made.session ?? null,
    service: made.service,
    producer: root.producer,
    events: document.nodes.length * 2,
    spans: document.counts.spans,
    open_spans: open,
    errors: document.counts.failed,
    input_tokens: document.usage?.input_tokens ?? 0,
    output_tokens: document.usage?.output_tokens ?? 0,
    cost: document.cost ?? null,
    unpriced: document.nodes.filter((node) => node.usage && !node.cost).length,
    models: made.model === undefined ? [] : [made.model],
    agents: made.agent === undefined ? [] : [made.agent],
  };
}
