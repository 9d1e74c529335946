import type { TraceNode } from "../api/types.ts";
import type { Layout } from "./layout.ts";

/** Who took part in a trace: an agent, a model, a tool, with all its calls together. */
export type Actor = {
  id: string;
  kind: string;
  name: string;
  calls: number;
  failed: number;
  open: number;
  nanos: number;
  tokens: number;
  /** Its first call, to go to. */
  first: number;
};

/** Who called whom, how often. */
export type Call = { id: string; from: string; to: string; calls: number; failed: number };

/** Kinds that act; what lies between them is passed through. */
const ACTORS = new Set([
  "agent",
  "llm",
  "tool",
  "retrieval",
  "guardrail",
  "handoff",
  "embedding",
  "rerank",
  "memory",
  "evaluator",
  "workflow",
  "payment",
]);

/** The most that a picture holds. */
const MOST = 80;

function nameOf(node: TraceNode): string {
  const attribute = (name: string) => {
    const value = node.attributes?.[name];
    return typeof value === "string" ? value : undefined;
  };
  if (node.kind === "llm") {
    return attribute("gen_ai.response.model") ?? attribute("gen_ai.request.model") ?? node.name ?? "model";
  }
  if (node.kind === "tool") {
    return attribute("gen_ai.tool.name") ?? node.name ?? "tool";
  }
  return (node.kind === "agent" ? attribute("gen_ai.agent.name") : undefined) ?? node.name ?? node.kind ?? "step";
}

/** Folds a trace into who called whom. */
export function actorsOf(layout: Layout): { actors: Actor[]; calls: Call[]; left: number } {
  const actors = new Map<string, Actor>();
  const calls = new Map<string, Call>();
  const acting: string[] = [];
  layout.nodes.forEach((node, index) => {
    const above = acting[layout.parent[index] ?? -1] ?? "";
    const isRoot = node.form === "span" && (layout.parent[index] ?? -1) < 0;
    if (node.form !== "span" || (!isRoot && !ACTORS.has(node.kind ?? ""))) {
      acting[index] = above;
      return;
    }
    const name = nameOf(node);
    const id = `${node.kind} ${name}`;
    acting[index] = id;
    const actor = actors.get(id) ?? {
      id,
      kind: node.kind ?? "step",
      name,
      calls: 0,
      failed: 0,
      open: 0,
      nanos: 0,
      tokens: 0,
      first: index,
    };
    actor.calls++;
    actor.failed += node.failed ? 1 : 0;
    actor.open += node.state === "ended" ? 0 : 1;
    actor.nanos += (layout.end[index] ?? 0) - (layout.start[index] ?? 0);
    actor.tokens += (node.usage?.input_tokens ?? 0) + (node.usage?.output_tokens ?? 0);
    actors.set(id, actor);
    if (above !== "" && above !== id) {
      const key = `${above} → ${id}`;
      const edge = calls.get(key) ?? { id: key, from: above, to: id, calls: 0, failed: 0 };
      edge.calls++;
      edge.failed += node.failed ? 1 : 0;
      calls.set(key, edge);
    }
  });
  const kept = [...actors.values()].sort((a, b) => b.calls - a.calls).slice(0, MOST);
  const ids = new Set(kept.map((actor) => actor.id));
  kept.sort((a, b) => a.first - b.first);
  return {
    actors: kept,
    calls: [...calls.values()].filter((call) => ids.has(call.from) && ids.has(call.to)),
    left: actors.size - kept.length,
  };
}
