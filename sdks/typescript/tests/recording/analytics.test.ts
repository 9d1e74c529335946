import { execFileSync } from "node:child_process";
import { expect, test } from "vitest";
import { TracewireError } from "../../src/errors.ts";
import { Analytics, type Group, type Selection } from "../../src/recording/analytics.ts";
import { camelCase } from "../../src/recording/query.ts";
import { clientIn, folder } from "./reading.ts";

function recorded() {
  const found = clientIn({ service: "library" });
  found.client.span("answer", { kind: "agent", attributes: { "gen_ai.agent.name": "researcher" } }, (run) => {
    for (let turn = 0; turn < 3; turn++) run.span("search", { kind: "tool" }, () => {});
    run.span("chat", { kind: "llm", attributes: { "gen_ai.request.model": "gpt-5-mini" } }, (call) => {
      call.usage({ inputTokens: 1000, outputTokens: 200 });
      call.cost("0.0125");
    });
    try {
      run.span("read", { kind: "tool" }, () => {
        throw new RangeError("no such page");
      });
    } catch {
      // Goes on.
    }
    run.startSpan("write", { kind: "tool" });
  });
  return found;
}

test("tools are counted", () => {
  const { dir } = recorded();
  const analytics = new Analytics({}, dir);
  expect(new Map([...analytics.countByTool()].sort())).toEqual(
    new Map([
      ["read", 1],
      ["search", 3],
      ["write", 1],
    ]),
  );
  const durations = analytics.avgDurationNanosByTool();
  expect([...durations.keys()].sort()).toEqual(["read", "search"]);
  const searching = analytics.where({ name: "search" });
  expect(searching.totals()).toMatchObject({ spans: 3, ended: 3, errors: 0, errorRate: 0, unpriced: 0, cost: {} });
  const { percentileNanos = 0, maxNanos = 0 } = searching.totals({ percent: 100 });
  expect(percentileNanos).toBe(maxNanos);
  expect(searching.percentileDurationNanos(100)).toBe(maxNanos);
  expect(searching.totals().percentileNanos).toBeUndefined();
  expect(analytics.where({ kind: "nothing" }).percentileDurationNanos(50)).toBeUndefined();
});

test("groups say tokens and costs", () => {
  const { dir } = recorded();
  const analytics = new Analytics({ agent: "researcher" }, dir);
  expect(analytics.groups("model")).toMatchObject([
    { key: "gpt-5-mini", spans: 1, inputTokens: 1000, outputTokens: 200, cost: { USD: "0.0125" }, unpriced: 0 },
  ]);
  expect(
    analytics
      .groups("kind")
      .map((group) => group.key)
      .sort(),
  ).toEqual(["agent", "llm", "tool"]);
  expect(analytics.groups("kind", { limit: 1 })).toHaveLength(1);
  expect(new Analytics({ service: "nobody" }, dir).groups("kind")).toEqual([]);
});

test("a cost that nobody reported is counted by the price list", () => {
  const { dir, client } = clientIn({ service: "library" });
  client.span("chat", { kind: "llm", attributes: { "gen_ai.request.model": "gpt-4.1" } }, (call) => {
    call.usage({ inputTokens: 1000, outputTokens: 200 });
  });
  expect(new Analytics({}, dir).totals()).toMatchObject({ cost: { USD: "0.0036" }, unpriced: 0 });
});

test("the course over time", () => {
  const { dir } = recorded();
  const analytics = new Analytics({ startTime: new Date(Date.now() - 60_000) }, dir);
  const points = analytics.points();
  const spans = points.reduce((sum, point) => sum + point.spans, 0);
  expect(spans).toBe(7);
  expect(analytics.eventsOverTime()).toEqual(points.map(({ start, events }) => [start, events]));
  expect(analytics.eventRate()).toBeGreaterThan(0);
  expect(new Analytics({ kind: "nothing" }, dir).eventRate()).toBe(0);
  const hour = new Analytics({}, dir);
  const events = hour.totals().events;
  expect(hour.eventRate()).toBeGreaterThanOrEqual(events / 7200);
});

test("traces are put together", () => {
  const { dir, client } = recorded();
  const analytics = new Analytics({}, dir);
  const [row] = client.query({ kind: "llm" }).rows;
  const trace = analytics.reconstructTrace(row?.traceId ?? "");
  expect(trace?.roots[0]?.name).toBe("answer");
  expect(analytics.reconstructTraceFromEvent(row?.spanId ?? "")?.traceId).toBe(trace?.traceId);
  expect(analytics.reconstructTrace("f".repeat(32))).toBeUndefined();
});

test("the command line says the same", () => {
  const { dir } = recorded();
  const since = "2026-01-01T00:00:00Z";
  const said = JSON.parse(
    execFileSync("tracewire", ["stats", "--dir", dir, "--by", "name", "--json", "--since", since], {
      encoding: "utf8",
    }),
  );
  const groups: Group[] = new Analytics({ startTime: since, endTime: said.until }, dir).groups("name");
  const expected = said.groups.map((group: Record<string, unknown>) => {
    const known = Object.entries(group).filter(([, value]) => value !== null);
    return Object.fromEntries(known.map(([name, value]) => [camelCase(name), value]));
  });
  expect(groups).toHaveLength(5);
  expect(groups).toEqual(expected);
});

test("what cannot be counted is named", () => {
  const dir = folder();
  const all = new Analytics({}, dir);
  for (const [ask, member] of [
    [() => new Analytics({ kind: 7 } as unknown as Selection), "kind"],
    [() => new Analytics({ colour: "red" } as Selection), "colour"],
    [() => new Analytics({ startTime: "yesterday" }), "startTime"],
    [() => all.groups("colour" as "kind"), "by"],
    [() => all.groups("kind", { limit: 0 }), "limit"],
    [() => all.points({ stepNanos: -1 }), "step_nanos"],
    [() => all.percentileDurationNanos(101), "percent"],
    [() => all.percentileDurationNanos(Number.NaN), "percent"],
    [() => new Analytics({ startTime: 2n, endTime: 1n }, dir).totals(), "start_time"],
  ] as const) {
    try {
      ask();
      expect.unreachable(member);
    } catch (error) {
      expect(error).toBeInstanceOf(TracewireError);
      expect(error).toMatchObject({ code: "query_invalid", message: expect.stringContaining(member) });
    }
  }
});
