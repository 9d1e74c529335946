import type { Loop } from "../api/types.ts";
import { duration, money, short } from "./format.ts";

/** Steps of a round that are named. */
const NAMES = 4;

/** The heaviest first, as the command line tells them: what cost most, then what took longest. */
export function byWeight(loops: readonly Loop[]): Loop[] {
  const cost = ({ again }: Loop) => Math.max(-1, ...Object.values(again.cost ?? {}).map(Number));
  return [...loops].sort(
    (a, b) => cost(b) - cost(a) || b.again.duration_nanos - a.again.duration_nanos || b.again.steps - a.again.steps,
  );
}

/** What an address calls a loop: its first step, which stays the first while a trace goes on. No step is in two loops. */
export function loopId(loop: Loop): string | undefined {
  return loop.steps.find((id) => id !== null) ?? undefined;
}

/** By node, in order: in which round of the loop it stands, the first being 1. */
export function roundsOf(loop: Loop | undefined, places: ReadonlyMap<string, number>): Map<number, number> {
  const period = Math.max(1, loop?.round.length ?? 1);
  const found = (loop?.steps ?? []).flatMap((id, at): [number, number][] => {
    const place = places.get(id ?? "");
    return place === undefined ? [] : [[place, Math.floor(at / period) + 1]];
  });
  return new Map(found.sort(([a], [b]) => a - b));
}

/** What a round consists of: `think`, `search`; at most four, and whether there are more. */
export function namesOf(loop: Loop): { names: string[]; more: boolean } {
  const names = loop.round.slice(0, NAMES).map(({ kind, name }) => name ?? kind ?? "step");
  return { names, more: loop.round.length > NAMES };
}

/** What all rounds but the first took: `$0.12 and 8.10 s`; tokens where nothing has a price. */
export function tookAgain({ again }: Loop): string {
  const parts = [duration(again.duration_nanos)];
  if (again.cost !== null) {
    parts.unshift(`${money(again.cost)}${again.unpriced > 0 ? " + ?" : ""}`);
  } else if (again.usage !== null) {
    parts.unshift(`${short(again.usage.input_tokens)} → ${short(again.usage.output_tokens)} tokens`);
  }
  return parts.join(" and ");
}
