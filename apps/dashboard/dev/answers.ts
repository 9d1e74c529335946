import type {
  Comparison,
  CostExplained,
  Facet,
  Group,
  NodeRef,
  TraceDocument,
  TraceNode,
  TraceRow,
  TraceSums,
} from "../src/api/types.ts";
import { priceLines, providerOf } from "./build.ts";
import { Gather, keyOf, type Store } from "./store.ts";

const MINUTE = 60_000;
/** Groups of which each has a course of its own. */
const MOST_COURSES = 50;
const STEPS: Record<string, number> = { "60s": MINUTE, "5m": 5 * MINUTE, "1h": 60 * MINUTE, "1d": 1440 * MINUTE };

type Parameters = URLSearchParams;

function range(query: Parameters, now: number): [number, number] {
  const since = Date.parse(query.get("since") ?? "");
  const until = Date.parse(query.get("until") ?? "");
  return [Number.isNaN(since) ? now - 86_400_000 : since, Number.isNaN(until) ? now : until];
}

/** A page of a list. */
export function page<T>(all: T[], query: Parameters): { items: T[]; next: string | null } {
  const limit = Number(query.get("limit") ?? 50);
  const from = Number(query.get("cursor") ?? 0);
  return { items: all.slice(from, from + limit), next: from + limit < all.length ? String(from + limit) : null };
}

/** `/v1/traces`. */
export function traces(store: Store, query: Parameters, now: number): { items: TraceRow[]; next: string | null } {
  const [since, until] = query.has("since") || query.has("until") ? range(query, now) : [0, now];
  const rows = store.begun(now).filter((made) => made.start >= since && made.start <= until);
  const wanted = rows
    .map((made) => store.get(made, now))
    .filter(({ row, document }) => {
      const is = (name: string, value: unknown) => !query.has(name) || query.get(name) === value;
      const has = (name: string, values: string[] | null | undefined) =>
        !query.has(name) || (values ?? []).includes(query.get(name) ?? "");
      const q = query.get("q")?.toLowerCase();
      return (
        is("service", row.service) &&
        is("session", row.session_id) &&
        is("status", row.status) &&
        is("kind", row.kind) &&
        is("name", row.name) &&
        has("model", row.models) &&
        has("agent", row.agents) &&
        (query.get("failed") !== "true" || row.errors > 0) &&
        (query.get("open") !== "true" || row.state === "in_flight") &&
        (q === undefined || JSON.stringify(document.nodes.slice(0, 60)).toLowerCase().includes(q))
      );
    });
  return page(
    wanted.map(({ row }) => row),
    query,
  );
}

/** `/v1/search`. */
export function search(store: Store, query: Parameters, now: number) {
  const q = (query.get("q") ?? "").toLowerCase();
  const found = [];
  for (const made of store.begun(now).slice(0, 200)) {
    for (const node of store.get(made, now).document.nodes.slice(0, 200)) {
      const is = (name: string, value: unknown) => !query.has(name) || query.get(name) === value;
      if (
        q !== "" &&
        is("kind", node.kind) &&
        is("status", node.status) &&
        is("service", made.service) &&
        is("agent", made.agent) &&
        JSON.stringify([node.name, node.body]).toLowerCase().includes(q)
      ) {
        const { input, output } = node.body ?? {};
        found.push({
          type: node.form === "span" ? "span" : node.form,
          time: node.start,
          trace_id: made.id,
          span_id: node.span_id,
          kind: node.kind,
          name: node.name,
          status: node.status,
          duration_nanos: node.duration_nanos,
          service: made.service,
          input: input ?? null,
          output: output ?? null,
        });
      }
    }
  }
  return page(found, query);
}

/** `/v1/facets`: of steps, or of traces as `traces` filters them. */
export function facets(store: Store, query: Parameters, now: number, crowd = 0) {
  const ofTraces = query.get("of") === "traces";
  const [since, until] = ofTraces && !query.has("since") ? [0, now] : range(query, now);
  const names = ["agents", "kinds", "models", "names", "services", ofTraces ? "statuses" : "providers"];
  const all = new Map(names.map((name) => [name, new Map<string, number>()]));
  const add = (name: string, value: string | null | undefined) => {
    const values = all.get(name);
    if (value && values !== undefined) {
      values.set(value, (values.get(value) ?? 0) + 1);
    }
  };
  if (ofTraces) {
    for (const made of store.begun(now).filter((one) => one.start >= since && one.start <= until)) {
      const { row } = store.get(made, now);
      add("services", row.service);
      add("kinds", row.kind);
      add("names", row.name);
      add("statuses", row.status);
      for (const model of row.models ?? []) {
        add("models", model);
      }
      for (const agent of row.agents ?? []) {
        add("agents", agent);
      }
    }
  } else {
    for (const { made, node } of store.spans(since, until, now)) {
      for (const name of names) {
        add(name, keyOf(name.slice(0, -1), made, node));
      }
    }
  }
  // A company's services: more than any list shows.
  for (let place = 1; place <= crowd; place++) {
    all.get("services")?.set(`service-${place}`, 1);
  }
  const limit = Number(query.get("limit") ?? 50);
  const list = (map: Map<string, number>): Facet[] =>
    [...map].map(([value, count]) => ({ value, count })).sort((a, b) => b.count - a.count);
  return {
    ...Object.fromEntries([...all].map(([name, map]) => [name, list(map).slice(0, limit)])),
    more: [...all.values()].some((map) => map.size > limit),
  };
}

/** `/v1/analytics/series`. */
export function series(store: Store, query: Parameters, now: number) {
  const [since, until] = range(query, now);
  const step = STEPS[query.get("step") ?? "5m"] ?? 5 * MINUTE;
  const by = query.get("by");
  const groups = new Map<string | null, Map<number, Gather>>();
  for (const { made, node, at } of store.spans(since, until, now)) {
    if (
      (query.has("kind") && node.kind !== query.get("kind")) ||
      (query.has("service") && made.service !== query.get("service"))
    ) {
      continue;
    }
    const key = by === null ? null : keyOf(by, made, node);
    if (by !== null && key === null) {
      continue;
    }
    const points = groups.get(key) ?? new Map<number, Gather>();
    groups.set(key, points);
    const start = Math.floor(at / step) * step;
    const gather = points.get(start) ?? new Gather();
    points.set(start, gather);
    gather.add(node);
  }
  const steps = (points: Map<number, Gather>) => [...points.values()].reduce((sum, one) => sum + one.spans, 0);
  const bySteps = [...groups].sort(([, a], [, b]) => steps(b) - steps(a));
  return {
    step_nanos: step * 1e6,
    more: groups.size > MOST_COURSES,
    groups: bySteps.slice(0, MOST_COURSES).map(([key, points]) => ({
      key,
      points: [...points]
        .sort(([a], [b]) => a - b)
        .map(([start, gather]) => gather.point(new Date(start).toISOString())),
    })),
  };
}

/** `/v1/analytics/groups`. */
export function groups(store: Store, query: Parameters, now: number) {
  const [since, until] = range(query, now);
  const by = query.get("by") ?? "kind";
  const all = new Map<string | null, Gather>();
  for (const { made, node } of store.spans(since, until, now)) {
    const key = keyOf(by, made, node);
    if (
      (query.has("kind") && node.kind !== query.get("kind")) ||
      (["tool", "model", "provider"].includes(by) && key === null) ||
      (query.has("service") && made.service !== query.get("service"))
    ) {
      continue;
    }
    const gather = all.get(key) ?? new Gather();
    all.set(key, gather);
    gather.add(node);
  }
  const limit = Number(query.get("limit") ?? 50);
  const dollars = ({ cost }: Group) => (query.get("sort") === "cost" ? Number(cost?.["USD"] ?? 0) : 0);
  const items = [...all]
    .map(([key, gather]) => gather.group(key))
    .sort((a, b) => dollars(b) - dollars(a) || b.spans - a.spans);
  return { items: items.slice(0, limit), more: items.length > limit };
}

/** `/v1/analytics/overview`. */
export function overview(store: Store, query: Parameters, now: number) {
  const [since, until] = range(query, now);
  const of = (from: number, to: number) => {
    const gather = new Gather();
    const ids = new Set<string>();
    for (const { made, node } of store.spans(from, to, now)) {
      if (!query.has("service") || made.service === query.get("service")) {
        gather.add(node);
        ids.add(made.id);
      }
    }
    const { key: _, ...totals } = gather.group(null);
    return { totals, traces: ids.size, failed_traces: 0, open_traces: 0, events: totals.spans * 2 };
  };
  const here = of(since, until);
  const before = of(since - (until - since), since);
  return {
    since: new Date(since).toISOString(),
    until: new Date(until).toISOString(),
    ...here,
    event_rate: here.events / Math.max(1, (until - since) / 1000),
    previous: { ...before.totals, traces: before.traces },
  };
}

/** `/v1/analytics/stages`. */
export function stages(store: Store, query: Parameters, now: number) {
  const [since, until] = range(query, now);
  const all = new Map<string, { kind: string | null; name: string | null; self_nanos: number; spans: number }>();
  let whole = 0;
  for (const { node } of store.spans(since, until, now)) {
    const key = `${node.kind} ${node.name}`;
    const stage = all.get(key) ?? { kind: node.kind ?? null, name: node.name ?? null, self_nanos: 0, spans: 0 };
    all.set(key, stage);
    stage.self_nanos += node.self_nanos;
    stage.spans++;
    whole += node.self_nanos;
  }
  return {
    items: [...all.values()]
      .map((stage) => ({ ...stage, share: stage.self_nanos / Math.max(1, whole) }))
      .sort((a, b) => b.share - a.share)
      .slice(0, 14),
  };
}

/** `/v1/traces/{id}/spans/{span}/cost`. */
export function cost(node: TraceNode): CostExplained {
  const model = String(node.attributes?.["gen_ai.response.model"] ?? node.attributes?.["gen_ai.request.model"] ?? "");
  const prices = priceLines(model);
  const base = { span_id: node.span_id ?? "", at: node.start, lines: [] };
  if (!node.usage) {
    return { ...base, state: "unpriced", reason: "The step reports no tokens." };
  }
  if (prices === undefined) {
    return {
      ...base,
      state: "unpriced",
      model,
      provider: providerOf(model),
      reason: `No price is known for ${model}.`,
    };
  }
  const cached = node.usage.cache_read_input_tokens ?? 0;
  const line = (what: string, count: number, per: number) => ({
    what,
    count,
    price: String(per),
    per: 1_000_000,
    amount: ((count * per) / 1e6).toFixed(9).replace(/\.?0+$/, ""),
  });
  return {
    ...base,
    state: "priced",
    model,
    provider: providerOf(model),
    version: "genai-prices 0.2.3",
    currency: "USD",
    total: node.cost?.["USD"] ?? "0",
    lines: [
      line("input", node.usage.input_tokens - cached, prices[0]),
      line("cached input", cached, prices[1]),
      line("output", node.usage.output_tokens, prices[2]),
    ].filter((one) => one.count > 0),
  };
}

/** What a trace that is compared has in all. */
function sumsOf({ trace_id, start, duration_nanos, cost, usage, counts, loops, nodes }: TraceDocument): TraceSums {
  const ofKind = (kind: string) => nodes.filter((node) => node.form === "span" && node.kind === kind).length;
  return {
    trace_id,
    name: nodes[0]?.name ?? null,
    start,
    duration_nanos,
    spans: counts.spans,
    errors: counts.failed,
    repeated: (loops ?? []).reduce((sum, { again }) => sum + again.steps, 0),
    model_calls: ofKind("llm"),
    tool_calls: ofKind("tool"),
    input_tokens: usage?.input_tokens ?? 0,
    output_tokens: usage?.output_tokens ?? 0,
    cost: cost ?? {},
  };
}

/** `/v1/compare`: aligned by name and kind, in order. */
export function compare(a: TraceDocument, b: TraceDocument): Comparison {
  const left = a.nodes.filter((node) => node.form === "span");
  const right = b.nodes.filter((node) => node.form === "span");
  const same = (x?: TraceNode, y?: TraceNode) =>
    x !== undefined && y !== undefined && x.name === y.name && x.kind === y.kind && x.depth === y.depth;
  const ref = ({ span_id, kind, name, state, status, failed, duration_nanos }: TraceNode): NodeRef => ({
    span_id: span_id ?? null,
    kind: kind ?? null,
    name: name ?? null,
    state,
    status: status ?? null,
    failed,
    duration_nanos: duration_nanos ?? null,
  });
  const rows: Comparison["rows"] = [];
  const alone = (change: "added" | "removed", node: TraceNode) =>
    rows.push({
      depth: node.depth,
      a: null,
      b: null,
      [change === "added" ? "b" : "a"]: ref(node),
      change,
      differences: [],
    });
  let at = 0;
  for (const node of left) {
    const place = right.findIndex((other, index) => index >= at && same(node, other));
    if (place < 0 || place > at + 6) {
      alone("removed", node);
      continue;
    }
    for (; at < place; at++) {
      alone("added", right[at] as TraceNode);
    }
    const other = right[at++] as TraceNode;
    const differences: Comparison["rows"][number]["differences"] = [];
    for (const [what, x, y] of [
      ["status", node.status, other.status],
      ["output", node.body?.["output"], other.body?.["output"]],
      ["output_tokens", node.usage?.output_tokens, other.usage?.output_tokens],
      ["cost", node.cost, other.cost],
      ["duration", node.duration_nanos, other.duration_nanos],
    ] as const) {
      if (JSON.stringify(x) !== JSON.stringify(y)) {
        differences.push({ what, a: x ?? null, b: y ?? null });
      }
    }
    rows.push({
      depth: node.depth,
      a: ref(node),
      b: ref(other),
      change: differences.some((one) => one.what !== "duration") ? "changed" : "same",
      differences,
    });
  }
  for (; at < right.length; at++) {
    alone("added", right[at] as TraceNode);
  }
  return { a: sumsOf(a), b: sumsOf(b), rows, same: rows.every((row) => row.change === "same") };
}
