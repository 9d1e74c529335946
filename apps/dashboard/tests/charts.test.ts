import { expect, test } from "vitest";
import type { Point, Series } from "../src/api/types.ts";
import { columnsFor, largest, mainCurrency } from "../src/logic/charts.ts";
import { keepOwn, ownJudgement, targetOf } from "../src/logic/own.ts";
import { flat, replaced, summary } from "../src/logic/verdicts.ts";

function point(start: string, more: Partial<Point> = {}): Point {
  return {
    start,
    spans: 1,
    errors: 0,
    ended: 1,
    duration_sum_nanos: 1,
    input_tokens: 0,
    output_tokens: 0,
    cache_read_input_tokens: 0,
    reasoning_output_tokens: 0,
    unpriced: 0,
    ...more,
  };
}

const FROM = Date.parse("2026-11-21T04:00:00Z");

test("steps in which nothing happened are zero, but have no latency", () => {
  const points = [point("2026-11-21T04:05:00Z", { spans: 3, p95_nanos: 7 })];
  const at = (what: "spans" | "p95") => columnsFor(points, what, FROM, FROM + 15 * 60_000, 300_000);
  expect(at("spans")).toEqual({ times: [FROM / 1000, FROM / 1000 + 300, FROM / 1000 + 600], values: [0, 3, 0] });
  expect(at("p95").values).toEqual([null, 7, null]);
});

test("the largest groups, and how many are left out; currencies are never added", () => {
  const group = (key: string, usd: string) => ({
    key,
    points: [point("2026-11-21T04:05:00Z", { cost: { USD: usd, EUR: "999" } })],
  });
  const series: Series = {
    step_nanos: 1,
    more: false,
    groups: [group("a", "0.1"), group("b", "0.3"), group("c", "0.2")],
  };
  expect(largest(series, "cost", 2, "USD").groups.map((one) => one.key)).toEqual(["b", "c"]);
  expect(largest(series, "cost", 2, "USD").left).toBe(1);
  expect(mainCurrency(undefined)).toBe("USD");
});

test("verdicts are summed by name and by what kind of value they are", () => {
  expect(
    summary([
      { name: "helpful", value: true },
      { name: "helpful", value: false },
      { name: "helpful", value: true },
      { name: "tone", value: "kind" },
      { name: "score", value: 0.5 },
      { name: "score", value: 1 },
    ]),
  ).toEqual([
    { name: "helpful", count: 3, good: 2 / 3 },
    { name: "score", count: 2, mean: 0.75 },
    { name: "tone", count: 1, most: "kind" },
  ]);
});

test("a judgement is replaced by the one that names it", () => {
  const all = [{ feedback_id: "b", body: { supersedes: "a" } }, { feedback_id: "a" }, { feedback_id: "c" }].map(flat);
  expect([...replaced(all)]).toEqual(["a"]);
});

test("what was judged here is remembered, the newest of each step, and a broken memory is none", () => {
  const kept = new Map<string, string>();
  const storage = {
    getItem: (name: string) => kept.get(name) ?? null,
    setItem: (name: string, value: string) => void kept.set(name, value),
  };
  expect(ownJudgement(storage, targetOf("t1", "s1"))).toBeUndefined();
  keepOwn(storage, targetOf("t1", "s1"), "a");
  keepOwn(storage, targetOf("t1", undefined), "b");
  keepOwn(storage, targetOf("t1", "s1"), "c");
  expect([ownJudgement(storage, "t1/s1"), ownJudgement(storage, "t1")]).toEqual(["c", "b"]);
  for (let at = 0; at < 600; at++) {
    keepOwn(storage, `t${at}/s`, "x");
  }
  expect(ownJudgement(storage, "t1/s1")).toBeUndefined();
  kept.set("tracewire.judged", "{");
  expect(ownJudgement(storage, "t5/s")).toBeUndefined();
});
