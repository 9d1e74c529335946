import type { Json, Loop, TraceNode } from "../src/api/types.ts";
import { addMoney, addTokens } from "./sums.ts";

// What a made-up run does again and again, found as the server finds it (`core/insight/src/loops`): rounds of several
// steps below one parent, and single steps below one agent.

const LEAST = 3;
const LONGEST = 16;

type Group = { under: number; period: number; steps: number[] };

/** The loops of a run, in order of time; `parent` is −1 at the top. */
export function loopsOf(nodes: readonly TraceNode[], parent: readonly number[]): Loop[] {
  const spans = nodes.flatMap((node, at) => (node.form === "span" ? [at] : []));
  spans.sort((a, b) => ((nodes[a]?.start ?? "") < (nodes[b]?.start ?? "") ? -1 : 1));
  const said = (at: number, what: "input" | "output"): string | undefined => {
    const value: Json | undefined = nodes[at]?.body?.[what];
    return value === undefined || value === null ? undefined : JSON.stringify(value);
  };
  const key = (at: number, input: string | undefined) => JSON.stringify([nodes[at]?.kind, nodes[at]?.name, input]);
  const isModel = (at: number) => nodes[at]?.kind === "llm";
  const tells = (at: number) => said(at, "input") !== undefined && !isModel(at);

  const groups: Group[] = [];
  const children = new Map<number, number[]>();
  for (const at of spans) {
    const under = parent[at] ?? -1;
    children.set(under, [...(children.get(under) ?? []), at]);
  }
  for (const [under, steps] of children) {
    const line: (string | undefined)[] = steps.map((at) => key(at, isModel(at) ? undefined : said(at, "input")));
    for (let period = 2; period <= Math.min(LONGEST, Math.floor(steps.length / LEAST)); period++) {
      for (const [start, end] of stretches(line, period, (at) => tells(steps[at] ?? 0))) {
        groups.push({ under, period, steps: steps.slice(start, end) });
      }
    }
  }
  const taken = new Set(groups.flatMap(({ steps }) => steps));
  const alike = new Map<string, Group>();
  for (const at of spans.filter((one) => !taken.has(one) && said(one, "input") !== undefined)) {
    let under = parent[at] ?? -1;
    while (under >= 0 && nodes[under]?.kind !== "agent") {
      under = parent[under] ?? -1;
    }
    const name = `${under} ${key(at, said(at, "input"))}`;
    const group = alike.get(name) ?? { under, period: 1, steps: [] };
    group.steps.push(at);
    alike.set(name, group);
  }
  groups.push(...[...alike.values()].filter(({ steps }) => steps.length >= LEAST));

  // What lies below a step that repeats is part of that, and no loop of its own.
  const repeating = new Map(
    groups.flatMap((group) => group.steps.slice(group.period).map((at) => [at, group] as const)),
  );
  const above: (Group | undefined)[] = [];
  nodes.forEach((_, at) => {
    const up = parent[at] ?? -1;
    above[at] = above[up] ?? repeating.get(up);
  });
  return groups
    .map((group) => ({ ...group, steps: group.steps.filter((at) => (above[at] ?? group) === group) }))
    .filter(({ period, steps }) => steps.length >= LEAST * period)
    .sort((a, b) => spans.indexOf(a.steps[0] ?? 0) - spans.indexOf(b.steps[0] ?? 0))
    .map(({ under, period, steps }): Loop => {
      const again: Loop["again"] = {
        cost: null,
        cost_computed: false,
        duration_nanos: 0,
        failed: 0,
        steps: steps.length - period,
        unpriced: 0,
        usage: null,
      };
      for (const at of steps.slice(period)) {
        const node = nodes[at] as TraceNode;
        again.failed += node.failed ? 1 : 0;
        if (above[at] === undefined) {
          again.duration_nanos += node.duration_nanos ?? 0;
          again.cost = addMoney(again.cost, node.cost_total) ?? null;
          again.usage = addTokens(again.usage, node.usage_total) ?? null;
          again.unpriced += nodes.filter((one, below) => one.usage && !one.cost && isWithin(parent, below, at)).length;
        }
      }
      again.cost_computed = again.cost !== null;
      const told = steps.slice(0, period).flatMap((at, place) => (period === 1 || tells(at) ? [place] : []));
      return {
        again,
        round: steps.slice(0, period).map((at) => ({ kind: nodes[at]?.kind ?? null, name: nodes[at]?.name ?? null })),
        same_output: told.every((place) => {
          const first = said(steps[place] ?? 0, "output");
          return (
            first !== undefined && steps.every((at, index) => index % period !== place || said(at, "output") === first)
          );
        }),
        steps: steps.map((at) => nodes[at]?.span_id ?? null),
        times: steps.length / period,
        under: nodes[under]?.span_id ?? null,
      };
    });
}

/** Where a line repeats itself after `period` places, whole rounds only. They are taken out of the line. */
function stretches(
  line: (string | undefined)[],
  period: number,
  tells: (at: number) => boolean,
): [start: number, end: number][] {
  const found: [number, number][] = [];
  for (let start = 0; start + period < line.length; ) {
    let same = 0;
    while (line[start + same] !== undefined && line[start + same] === line[start + same + period]) {
      same++;
    }
    const round = line.slice(start, start + period);
    const isRound = new Set(round).size > 1 && round.some((_, place) => tells(start + place));
    if (same < (LEAST - 1) * period || !isRound) {
      start += same + 1;
      continue;
    }
    const end = start + (Math.floor(same / period) + 1) * period;
    line.fill(undefined, start, end);
    found.push([start, end]);
    start = end;
  }
  return found;
}

function isWithin(parent: readonly number[], at: number, root: number): boolean {
  for (let up = at; up >= 0; up = parent[up] ?? -1) {
    if (up === root) {
      return true;
    }
  }
  return false;
}
