import { describe, expect, test } from "vitest";
import { documentOf } from "../dev/known.ts";
import { IDS, special } from "../dev/special.ts";
import type { Loop } from "../src/api/types.ts";
import { byWeight, loopId, namesOf, roundsOf, tookAgain } from "../src/logic/loops.ts";

/** A loop of steps with these ids, so many to a round. */
function loop(steps: (string | null)[], period = 1, again: Partial<Loop["again"]> = {}): Loop {
  return {
    again: {
      cost: null,
      cost_computed: false,
      duration_nanos: 1e9,
      failed: 0,
      steps: steps.length - period,
      unpriced: 0,
      usage: null,
      ...again,
    },
    round: Array.from({ length: period }, (_, at) => ({ kind: "tool", name: `step ${at + 1}` })),
    same_output: true,
    steps,
    times: steps.length / period,
    under: null,
  };
}

describe("loops", () => {
  test("what cost most comes first, then what took longest, then what has most steps", () => {
    const all = [
      loop(["a", "b", "c"], 1, { duration_nanos: 9e9 }),
      loop(["d", "e", "f"], 1, { cost: { USD: "0.9" }, duration_nanos: 1 }),
      loop(["g", "h", "i"], 1, { cost: { USD: "0.02", EUR: "12" }, duration_nanos: 1 }),
      loop(["j", "k", "l", "m"], 1, { duration_nanos: 9e9 }),
      loop(["n", "o", "p"], 1, { cost: { USD: "0" }, duration_nanos: 1 }),
    ];
    expect(byWeight(all).map(loopId)).toEqual(["g", "d", "n", "j", "a"]);
    expect(all.map(loopId)).toEqual(["a", "d", "g", "j", "n"]);
  });

  test("its first step names it; one without an id names nothing", () => {
    expect(loopId(loop([null, "b", "c"]))).toBe("b");
    expect(loopId(loop([null, null, null]))).toBeUndefined();
  });

  test("each step has its round, in the order of the trace; what is not there has none", () => {
    const places = new Map([
      ["a", 1],
      ["b", 2],
      ["c", 7],
      ["e", 4],
      ["f", 5],
    ]);
    const found = roundsOf(loop(["a", "b", "c", null, "e", "f"], 2), places);
    expect([...found]).toEqual([
      [1, 1],
      [2, 1],
      [4, 3],
      [5, 3],
      [7, 2],
    ]);
    expect(roundsOf(undefined, places).size).toBe(0);
  });

  test("a round is told by four names at most, and by kinds where there are none", () => {
    expect(namesOf(loop(["a", "b", "c", "d", "e", "f"], 2))).toEqual({ names: ["step 1", "step 2"], more: false });
    const long = loop(Array.from("abcdefghijklmno"), 5);
    expect(namesOf(long)).toEqual({ names: ["step 1", "step 2", "step 3", "step 4"], more: true });
    const nameless = {
      ...long,
      round: [
        { kind: "http", name: null },
        { kind: null, name: null },
      ],
    };
    expect(namesOf(nameless).names).toEqual(["http", "step"]);
  });

  test.each([
    [{ cost: { USD: "0.12" } }, "$0.1200 and 1.00 s"],
    [{ cost: { USD: "0.12" }, unpriced: 2 }, "$0.1200 + ? and 1.00 s"],
    [{ usage: { input_tokens: 5_000, output_tokens: 250 } }, "5.0k → 250 tokens and 1.00 s"],
    [{}, "1.00 s"],
  ])("what came after the first: %o is %s", (again, words) => {
    expect(tookAgain(loop(["a", "b", "c"], 1, again)).replaceAll("\u202f", " ")).toBe(words);
  });
});

test("the made-up run that goes round does so as the server would tell it", () => {
  const now = Date.parse("2026-11-21T04:30:00Z");
  const made = special(now).find(({ id }) => id === IDS.loops);
  if (made === undefined) {
    throw new Error("there is no such run");
  }
  const { loops, nodes } = documentOf(made, now);
  const nameOf = (id: string | null) => nodes.find(({ span_id }) => span_id === id)?.name;
  expect(loops?.map(({ under, ...one }) => ({ ...one, steps: one.steps.map(nameOf), under: nameOf(under) }))).toEqual([
    {
      again: {
        cost: { USD: "0.02574" },
        cost_computed: true,
        duration_nanos: 4_492_525_275,
        failed: 0,
        steps: 12,
        unpriced: 0,
        usage: {
          cache_read_input_tokens: 27_900,
          cache_write_input_tokens: 0,
          input_tokens: 33_300,
          output_tokens: 78,
          reasoning_output_tokens: 0,
        },
      },
      round: [
        { kind: "llm", name: "think" },
        { kind: "tool", name: "search" },
      ],
      same_output: true,
      steps: Array.from({ length: 7 }, () => ["think", "search"]).flat(),
      times: 7,
      under: "fact-finder",
    },
    {
      again: {
        cost: null,
        cost_computed: false,
        duration_nanos: 1_162_286_704,
        failed: 3,
        steps: 3,
        unpriced: 0,
        usage: null,
      },
      round: [{ kind: "tool", name: "fetch_page" }],
      same_output: false,
      steps: ["fetch_page", "fetch_page", "fetch_page", "fetch_page"],
      times: 4,
      under: "fact-finder",
    },
    {
      again: {
        cost: null,
        cost_computed: false,
        duration_nanos: 181_126_946,
        failed: 0,
        steps: 2,
        unpriced: 0,
        usage: null,
      },
      round: [{ kind: "tool", name: "status" }],
      same_output: false,
      steps: ["status", "status", "status"],
      times: 3,
      under: "checker",
    },
  ]);
});
