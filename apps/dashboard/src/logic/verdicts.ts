import type { Judgement } from "../api/types.ts";
import { isMap, textOf } from "./json.ts";

/** A judgement with what its body says put beside it. */
export function flat(one: Judgement): Judgement {
  const body = one.body ?? {};
  const target = isMap(body["target"]) ? body["target"] : {};
  return {
    ...one,
    feedback_id: one.feedback_id ?? textOf(body["feedback_id"]) ?? null,
    value: one.value ?? body["value"] ?? null,
    source: one.source ?? textOf(body["source"]) ?? null,
    comment: one.comment ?? textOf(body["comment"]) ?? null,
    trace_id: one.trace_id ?? textOf(target["trace_id"]) ?? null,
    span_id: one.span_id ?? textOf(target["span_id"]) ?? null,
    session_id: one.session_id ?? textOf(target["session_id"]) ?? null,
    supersedes: one.supersedes ?? textOf(body["supersedes"]) ?? null,
  };
}

/** Ids of the judgements that a later one replaces. */
export function replaced(all: readonly Judgement[]): Set<string> {
  return new Set(all.map((one) => one.supersedes).filter((id): id is string => typeof id === "string"));
}

/** What all verdicts of one name come to. */
export type Summary = { name: string; count: number; good?: number; mean?: number; most?: string };

/** Sums verdicts by name: the share of yes, the mean of numbers, the label given most; the most frequent name first. */
export function summary(all: readonly Judgement[]): Summary[] {
  const byName = new Map<string, Judgement[]>();
  for (const one of all) {
    const name = one.name ?? "unnamed";
    byName.set(name, [...(byName.get(name) ?? []), one]);
  }
  return [...byName]
    .map(([name, some]) => summed(name, some))
    .sort((a, b) => b.count - a.count || a.name.localeCompare(b.name));
}

function summed(name: string, some: readonly Judgement[]): Summary {
  const values = some.map((one) => one.value);
  const words = values.filter((value) => typeof value === "boolean");
  const numbers = values.filter((value) => typeof value === "number");
  const labels = values.filter((value) => typeof value === "string");
  const result: Summary = { name, count: some.length };
  if (words.length > 0) {
    result.good = words.filter(Boolean).length / words.length;
  }
  if (numbers.length > 0) {
    result.mean = numbers.reduce((sum, value) => sum + value, 0) / numbers.length;
  }
  if (labels.length > 0) {
    const counts = new Map<string, number>();
    for (const label of labels) {
      counts.set(label, (counts.get(label) ?? 0) + 1);
    }
    const [most] = [...counts].sort((a, b) => b[1] - a[1] || a[0].localeCompare(b[0]));
    if (most !== undefined) {
      result.most = most[0];
    }
  }
  return result;
}
