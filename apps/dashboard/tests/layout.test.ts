import { expect, test } from "vitest";
import type { TraceDocument, TraceNode } from "../src/api/types.ts";
import { ancestors, layOut, readFolds, rowsOf, selfParts, ticks, writeFolds } from "../src/logic/layout.ts";
import { asKnown, happenedAt, moments, placeOf } from "../src/logic/replay.ts";

const ORIGIN = Date.parse("2026-11-21T04:30:00Z");

/** Each line: depth, form or kind, name, from, to in milliseconds; `…` for what has no end yet. */
function trace(text: string): TraceDocument {
  const nodes = text
    .trim()
    .split("\n")
    .map((line): TraceNode => {
      const [depth, kind, name, from, to] = line.trim().split(/\s+/) as [string, string, string, string, string];
      const open = to === "…";
      const time = (millis: string) => new Date(ORIGIN + Number(millis)).toISOString().replace("Z", "000000Z");
      const form = kind === "log" || kind === "event" ? kind : "span";
      return {
        depth: Number(depth),
        form,
        name,
        producer: "p",
        state: open ? "in_flight" : "ended",
        start: time(from),
        end: time(open ? from : to),
        self_nanos: 0,
        critical_nanos: name.startsWith("c") ? 1 : 0,
        slow: false,
        failed: name.startsWith("x"),
        ...(form === "span" ? { kind, span_id: name } : {}),
        ...(open || form !== "span"
          ? {}
          : {
              duration_nanos: (Number(to) - Number(from)) * 1e6,
              status: "ok" as const,
              body: { input: 1, output: 2 },
            }),
      };
    });
  const counts = {
    abandoned: 0,
    events: 0,
    failed: 0,
    in_flight: 0,
    logs: 0,
    missing_parents: 0,
    spans: 0,
    unknown: 0,
  };
  return {
    trace_id: "t",
    start: "2026-11-21T04:30:00.000000000Z",
    end: "",
    duration_nanos: 0,
    counts,
    losses: [],
    processes: [],
    nodes,
  };
}

const AGENT = trace(`
  0 agent cA 0 100
  1 llm cB 5 40
  1 tool cC 40 90
  2 event e 41 41
  2 http cD 45 80
  1 log l 91 91
  1 tool xE 50 70
`);

const SHOW = { folded: new Set<number>(), logs: true, events: true, critical: false };
const names = (document: TraceDocument, show: Partial<typeof SHOW> & { at?: number }) => {
  const layout = layOut(document);
  return rowsOf(layout, { ...SHOW, ...show })
    .map((index) => layout.nodes[index]?.name)
    .join(" ");
};

test("nodes stand at their offsets, below their parents", () => {
  const layout = layOut(AGENT);
  expect([...layout.start].map((nanos) => nanos / 1e6)).toEqual([0, 5, 40, 41, 45, 91, 50]);
  expect([...layout.parent]).toEqual([-1, 0, 0, 2, 2, 0, 0]);
  expect([...layout.below]).toEqual([7, 2, 5, 4, 5, 6, 7]);
  expect([...layout.children]).toEqual([3, 0, 1, 0, 0, 0, 0]);
  expect(layout.extent).toBe(100e6);
  expect(ancestors(layout, 4)).toEqual([0, 2]);
});

test("folding, logs, events and the critical path choose the rows", () => {
  expect(names(AGENT, {})).toBe("cA cB cC e cD l xE");
  expect(names(AGENT, { folded: new Set([2]) })).toBe("cA cB cC l xE");
  expect(names(AGENT, { folded: new Set([0]) })).toBe("cA");
  expect(names(AGENT, { logs: false, events: false })).toBe("cA cB cC cD xE");
  expect(names(AGENT, { critical: true, logs: false, events: false })).toBe("cA cB cC cD");
});

test("a parent is kept for what is critical below it", () => {
  expect(names(trace("0 agent a 0 9\n1 step b 0 9\n2 tool cX 0 9\n1 step d 0 1"), { critical: true })).toBe("a b cX");
});

test("what is in flight reaches until now", () => {
  const open = trace("0 agent a 0 …\n1 tool b 10 20");
  expect(layOut(open, 50e6).end[0]).toBe(50e6);
  expect(layOut(open, 50e6).end[1]).toBe(20e6);
  expect(layOut(open).extent).toBe(20e6);
});

test("own time is what no child covers, also where children overlap or leave their parent", () => {
  const layout = layOut(trace("0 agent a 0 100\n1 tool b 10 30\n1 tool c 20 50\n1 tool d 90 140"));
  expect(selfParts(layout, 0).map((part) => part.map((nanos) => nanos / 1e6))).toEqual([
    [0, 10],
    [50, 90],
  ]);
});

test("a short child inside the time of a longer one does not end it", () => {
  const layout = layOut(trace("0 agent a 0 100\n1 tool b 10 60\n1 tool c 20 30"));
  expect(selfParts(layout, 0).map((part) => part.map((nanos) => nanos / 1e6))).toEqual([
    [0, 10],
    [60, 100],
  ]);
});

test("an empty trace, a depth that skips a level, an end before its start", () => {
  expect(rowsOf(layOut({ ...AGENT, nodes: [] }), SHOW)).toEqual([]);
  expect(names(trace("0 agent a 0 9\n3 tool b 1 2\n1 tool c 2 3"), {})).toBe("a b c");
  const skewed = layOut(trace("0 agent a 50 20"));
  expect([skewed.start[0], skewed.end[0]]).toEqual([50e6, 50e6]);
});

test("ten thousand spans are laid out and folded in a blink", () => {
  const lines = Array.from(
    { length: 10_000 },
    (_, index) => `${index === 0 ? 0 : 1 + (index % 7)} tool n${index} ${index} ${index + 5}`,
  );
  const layout = layOut(trace(lines.join("\n")));
  expect(rowsOf(layout, SHOW)).toHaveLength(10_000);
  expect(rowsOf(layout, { ...SHOW, folded: new Set([0]) })).toEqual([0]);
});

test("ticks are round and never more than asked for", () => {
  expect(ticks(0, 100e6, 5).map((tick) => tick / 1e6)).toEqual([0, 20, 40, 60, 80, 100]);
  expect(ticks(3e6, 8e6, 6).map((tick) => tick / 1e6)).toEqual([3, 4, 5, 6, 7, 8]);
  expect(ticks(0, 180e9, 6).map((tick) => tick / 1e9)).toEqual([0, 30, 60, 90, 120, 150, 180]);
  expect(ticks(5, 5, 6)).toEqual([]);
});

test("a replay steps through every beginning and end, once", () => {
  const all = moments(layOut(AGENT));
  expect(all.map((nanos) => nanos / 1e6)).toEqual([0, 5, 40, 41, 45, 50, 70, 80, 90, 91, 100]);
  expect(placeOf(all, -1)).toBe(-1);
  expect(placeOf(all, 0)).toBe(0);
  expect(placeOf(all, 44e6)).toBe(3);
  expect(placeOf(all, 1e12)).toBe(10);
  expect(happenedAt(layOut(AGENT), 40e6)).toEqual({ began: [2], ended: [1] });
});

test("at a time only what had begun is there, and nothing is known of how it ends", () => {
  expect(names(AGENT, { at: 40e6 })).toBe("cA cB cC");
  const layout = layOut(AGENT);
  const node = layout.nodes[4] as TraceNode;
  const known = asKnown(node, layout.end[4] ?? 0, 60e6);
  expect(known.state).toBe("in_flight");
  expect(known).not.toHaveProperty("duration_nanos");
  expect(known.body).toEqual({ input: 1 });
  expect(asKnown(node, layout.end[4] ?? 0, 80e6)).toBe(node);
  expect(asKnown(layout.nodes[6] as TraceNode, layout.end[6] ?? 0, 60e6).failed).toBe(false);
});

test("folds are a text, as short as it gets, and read back", () => {
  const all = new Set(["a", "b", "c", "d"]);
  for (const [folded, text] of [
    [[], undefined],
    [["a"], "a"],
    [["a", "b", "c", "d"], "all"],
    [["a", "c", "d"], "a.c.d"],
    [["x"], "x"],
  ] as const) {
    expect(writeFolds(new Set(folded), all)).toBe(text);
    expect([...readFolds(text, all)].sort()).toEqual([...folded].sort());
  }
  const many = new Set(Array.from({ length: 5_000 }, (_, at) => at.toString(16).padStart(16, "0")));
  expect(writeFolds(many, many)).toBe("all");
  const [first = "", ...rest] = many;
  expect(writeFolds(new Set(rest), many)).toBe(`all.-${first}`);
  expect(readFolds(`all.-${first}`, many)).toEqual(new Set(rest));
  // Half of them is more than an address should say.
  expect(writeFolds(new Set([...many].slice(0, 2_500)), many)).toBeUndefined();
});
