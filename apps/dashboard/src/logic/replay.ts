import type { TraceNode } from "../api/types.ts";
import type { Layout } from "./layout.ts";

/** The moments at which something became known: each beginning and each end, once, in order. */
export function moments(layout: Layout): number[] {
  const all = new Set<number>();
  layout.nodes.forEach((node, index) => {
    all.add(layout.start[index] ?? 0);
    if (node.form === "span" && node.state === "ended") {
      all.add(layout.end[index] ?? 0);
    }
  });
  return [...all].sort((a, b) => a - b);
}

/** The place of the last moment at or before `at`; −1 before the first. */
export function placeOf(all: readonly number[], at: number): number {
  let low = 0;
  let high = all.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((all[middle] as number) <= at) {
      low = middle + 1;
    } else {
      high = middle;
    }
  }
  return low - 1;
}

/** A node as it was known at a time: what had not ended was in flight, and nothing was known of how it would end. */
export function asKnown(node: TraceNode, end: number, at: number | undefined): TraceNode {
  if (at === undefined || end <= at || node.form !== "span") {
    return node;
  }
  const { status, failure, duration_nanos, usage, usage_total, cost, cost_total, exceptions, body, ...rest } = node;
  const { output: _, status_message: __, ...known } = body ?? {};
  return { ...rest, state: "in_flight", failed: false, slow: false, ...(body ? { body: known } : {}) };
}

/** The indexes of what began or ended exactly at a moment. */
export function happenedAt(layout: Layout, at: number): { began: number[]; ended: number[] } {
  const began: number[] = [];
  const ended: number[] = [];
  layout.nodes.forEach((node, index) => {
    if (layout.start[index] === at) {
      began.push(index);
    } else if (layout.end[index] === at && node.form === "span" && node.state === "ended") {
      ended.push(index);
    }
  });
  return { began, ended };
}
