import type { IconName } from "../design/Icon.tsx";

/** What families of kinds look like. */
const FAMILIES: Record<string, { family: string; icon: IconName }> = {
  agent: { family: "agent", icon: "agent" },
  handoff: { family: "agent", icon: "handoff" },
  llm: { family: "model", icon: "llm" },
  tool: { family: "tool", icon: "tool" },
  retrieval: { family: "data-kind", icon: "retrieval" },
  embedding: { family: "data-kind", icon: "memory" },
  rerank: { family: "data-kind", icon: "filter" },
  memory: { family: "data-kind", icon: "memory" },
  database: { family: "data-kind", icon: "database" },
  cache: { family: "data-kind", icon: "database" },
  file_io: { family: "data-kind", icon: "file" },
  guardrail: { family: "flow", icon: "guardrail" },
  chain: { family: "flow", icon: "link" },
  step: { family: "flow", icon: "step" },
  plan: { family: "flow", icon: "plan" },
  workflow: { family: "agent", icon: "flow" },
  evaluator: { family: "flow", icon: "gauge" },
  task: { family: "flow", icon: "plan" },
  http: { family: "wire", icon: "http" },
  stream: { family: "wire", icon: "stream" },
  payment: { family: "money", icon: "money" },
};

const PLAIN = { family: "flow", icon: "step" } as const;

/** The look of a kind; kinds that nobody knows look like steps. */
export function lookOf(kind: string | null | undefined): { family: string; icon: IconName } {
  return Object.hasOwn(FAMILIES, kind ?? "") ? (FAMILIES[kind ?? ""] ?? PLAIN) : PLAIN;
}

/** The CSS variable of a kind's colour. */
export function colourOf(kind: string | null | undefined): string {
  const { family } = lookOf(kind);
  return `var(--kind-${family === "data-kind" ? "data" : family})`;
}
