import { expect, test } from "vitest";
import { TracewireError } from "../../src/errors.ts";
import type { Query, TraceId } from "../../src/recording/query.ts";
import { nanosOf } from "../../src/recording/steps.ts";
import { clientIn } from "./reading.ts";

function recorded() {
  const found = clientIn({ service: "otters" });
  found.client.span("answer", { kind: "agent", correlationId: "order-17", sessionId: "s-1" }, (run) => {
    run.span("search", { kind: "tool", input: { query: "otters" }, attributes: { n: 1 } }, (tool) => {
      tool.event("retry", { attempt: 2 });
      found.client.point("log", {}, { message: "looking", level: "info" });
      tool.setOutput({ big: 2n ** 60n, bytes: new Uint8Array([1, 2]) });
    });
    found.client.point("event", {}, { name: "cart.changed", data: { sku: "17" } });
    try {
      run.span("chat", { kind: "llm" }, () => {
        throw new RangeError("slow down");
      });
    } catch {
      // Goes on.
    }
    run.startSpan("open");
  });
  return found;
}

test("a trace is a tree", () => {
  const { client } = recorded();
  const trace = client.getTrace({ correlationId: "order-17" });
  expect(trace?.tree()).toBe(
    ["agent answer", "  tool search", "  event cart.changed", "  llm chat error", "  step open (in flight)"].join("\n"),
  );
  const [search] = trace?.find({ kind: "tool" }) ?? [];
  expect(search).toMatchObject({
    name: "search",
    input: { query: "otters" },
    output: { big: 2n ** 60n, bytes: new Uint8Array([1, 2]) },
    attributes: { n: 1 },
    events: [{ name: "retry", attributes: { attempt: 2 } }],
    logs: [{ message: "looking", level: "info" }],
  });
  expect(trace?.find("*a*").map((node) => node.name)).toEqual(["answer", "search", "cart.changed", "chat"]);
  expect(trace?.failed().map((node) => node.exception?.["message"])).toEqual(["slow down"]);
  expect(trace?.node(search?.spanId ?? "")?.parent?.name).toBe("answer");
  expect([trace?.size, [...(trace ?? [])].length]).toEqual([5, 5]);
});

test("a trace is found by any of its ids", () => {
  const { client } = recorded();
  const trace = client.getTrace({ sessionId: "s-1" });
  const [root] = trace?.roots ?? [];
  const ids: TraceId[] = [
    { traceId: trace?.traceId },
    { spanId: root?.children[0]?.spanId },
    { parentId: root?.spanId },
  ];
  for (const id of ids) expect(client.getTrace(id)?.traceId).toBe(trace?.traceId);
  expect(client.getTrace({ traceId: `${"0".repeat(31)}1` })).toBeUndefined();
});

test("steps are found by what they are, newest first, a page at a time", () => {
  const { client } = recorded();
  const names = (query: Query) => [...client.query(query)].map((row) => row.name ?? row.type);
  expect(names({ kind: "tool" })).toEqual(["search"]);
  expect(names({ status: "error", text: "SLOW" })).toEqual(["chat"]);
  expect(names({ eventType: "cart.changed" })).toEqual(["cart.changed"]);
  expect(names({ attributes: { n: 1 } })).toEqual(["search"]);
  expect(names({ service: "others" })).toEqual([]);
  const all = names({ sessionId: "s-1" });
  expect(all).toEqual(["open", "chat", "cart.changed", "log", "search", "answer"]);
  const first = client.query({ sessionId: "s-1", limit: 4 });
  expect(names({ sessionId: "s-1", limit: 4, cursor: first.next })).toEqual(all.slice(4));
  const [row] = client.query({ kind: "tool" }).rows;
  expect(row).toMatchObject({
    type: "span",
    status: "ok",
    service: "otters",
    sessionId: "s-1",
    correlationId: "order-17",
    input: { query: "otters" },
    output: { big: 2n ** 60n },
  });
  expect(names({ startTime: row?.time, endTime: nanosOf(row?.time ?? "") + 1n })).toContain("search");
  expect(names({ startTime: new Date(Date.now() + 60_000) })).toEqual([]);
});

test.each<[unknown, RegExp]>([
  [{ limit: 0 }, /limit: 1 to 10000 is expected/],
  [{ kind: 7 }, /kind: text is expected, not a number/],
  [{ colour: "red" }, /colour: there are agentId, /],
  [{ startTime: "yesterday" }, /startTime: not a time of RFC 3339: "yesterday"/],
  [{ cursor: "nonsense" }, /cursor/],
])("a query that cannot be used says why: %j", (query, message) => {
  const { client } = recorded();
  const ask = () => client.query(query as Query);
  expect(ask).toThrow(TracewireError);
  expect(ask).toThrow(message);
  expect(ask).toThrow(expect.objectContaining({ code: "query_invalid" }));
});

test("one id is expected", () => {
  const { client } = recorded();
  for (const id of [{}, { traceId: "a", spanId: "b" }, { name: "c" }, { traceId: 7 }]) {
    expect(() => client.getTrace(id as TraceId)).toThrow(/one id is expected/);
  }
});
