import { readdirSync, readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { type Batch, EnvelopeBatch, type WireEvent } from "../../src/exporters/base.ts";
import { ALIASES } from "../../src/protocols/aliases.generated.ts";
import type { Query, TraceId } from "../../src/recording/query.ts";
import { SAYS } from "../../src/store/search.ts";
import { MemoryStore, Store, type StoredEvent } from "../../src/store/store.ts";
import { clientIn } from "../recording/reading.ts";

type Members = Record<string, unknown>;
const id = (span: number, digits = 16) => span.toString(16).padStart(digits, "0");

function event(type: string, millis: number, trace = 0, span = 0, more: Members = {}): Members {
  const time = `2026-01-01T00:00:00.${String(millis).padStart(3, "0")}000000Z`;
  return { type, time, ...more, ...(trace && { trace_id: id(trace, 32) }), ...(span && { span_id: id(span) }) };
}

function start(millis: number, trace: number, span: number, parent: number, kind: string, body: Members): Members {
  return event("span.start", millis, trace, span, { kind, body, ...(parent && { parent_id: id(parent) }) });
}

function end(millis: number, trace: number, span: number, status: string, body: Members = {}): Members {
  return event("span.end", millis, trace, span, { status, duration_nanos: 5_000_000, body });
}

function batch(producer: string, ...events: Members[]): EnvelopeBatch {
  const numbered = events.map((one, index) => ({ ...one, seq: index + 1 }));
  const resource = { "service.name": `service-${producer.slice(0, 4)}` };
  return new EnvelopeBatch(producer, [
    new TextEncoder().encode(JSON.stringify({ producer, resource, events: numbered })),
  ]);
}

const LONG = "Why do OTTERS hold hands? ".repeat(20);

/** A run of the planner that calls a model and a tool, one of the seller, and a log line that belongs to nothing. */
function twoRuns(): MemoryStore {
  const memory = new MemoryStore();
  const planner = { name: "plan", session_id: "chat", attributes: { "gen_ai.agent.name": "planner" }, input: "go" };
  const call = { name: "search", attributes: { "mcp.method.name": "tools/call", n: 1 }, input: { query: "kelp" } };
  const said = { name: "answer", input: [{ role: "user", content: LONG }], usage: { input_tokens: 3 } };
  const model = { attributes: { "gen_ai.request.model": "m-1" }, usage: { output_tokens: 4 } };
  memory.add(
    batch(
      "aaaa000000000001-1",
      start(10, 1, 1, 0, "agent", planner),
      start(20, 1, 2, 1, "llm", said),
      event("span.update", 25, 1, 2, { body: model }),
      start(30, 1, 3, 1, "tool", call),
      event("log", 35, 1, 3, { body: { message: "looking it up", level: "info" } }),
      end(40, 1, 3, "error", { status_message: "429 too many requests", attributes: { "error.type": "429" } }),
      end(50, 1, 2, "ok", { output: "they drift", usage: { output_tokens: 9 } }),
      end(60, 1, 1, "ok", { output: "done" }),
      event("log", 65, 0, 0, { body: { message: "alone", attributes: { n: 1 } } }),
    ),
  );
  const seller = { "gen_ai.agent.id": "a-7", "gen_ai.agent.name": "seller" };
  const sent = { name: "mcp.request", attributes: { "mcp.method.name": "tools/call" } };
  memory.add(
    batch(
      "bbbb000000000001-1",
      start(5, 2, 11, 0, "workflow", { name: "sell", correlation_id: "order-17", attributes: seller }),
      event("event", 22, 2, 12, { parent_id: id(11), body: sent }),
      event("metric", 45, 2, 11, { body: { name: "price", value: 2 } }),
      event("event", 70, 2, 13, { body: { name: "shop.closed", data: { till: 429 } } }),
      event("loss", 75, 0, 0, { body: { reason: "quota", count: 3 } }),
    ),
  );
  return memory;
}

function found(store: Store, query: Query = {}): string[] {
  return [...store.query(query)].map((row) => `${row.type} ${row.name ?? row.body["message"] ?? "-"}`);
}

test("steps and points, newest first", () => {
  const store = twoRuns();
  expect(found(store)).toEqual([
    "event shop.closed",
    "log alone",
    "metric price",
    "log looking it up",
    "span search",
    "event mcp.request",
    "span answer",
    "span plan",
    "span sell",
  ]);
  expect(store.query({ kind: "llm" }).rows).toEqual([
    {
      attributes: { "gen_ai.request.model": "m-1" },
      body: { usage: { input_tokens: 3, output_tokens: 9 } },
      durationNanos: 5_000_000,
      endTime: "2026-01-01T00:00:00.050000000Z",
      input: [{ role: "user", content: LONG }],
      kind: "llm",
      name: "answer",
      output: "they drift",
      parentId: "0000000000000001",
      producer: "aaaa000000000001-1",
      service: "service-aaaa",
      sessionId: "chat",
      spanId: "0000000000000002",
      status: "ok",
      time: "2026-01-01T00:00:00.020000000Z",
      traceId: "00000000000000000000000000000001",
      type: "span",
    },
  ]);
});

test.each([1, 2, 4, 9, 10])("pages of %i", (limit) => {
  const store = twoRuns();
  const paged: unknown[] = [];
  let cursor: string | undefined;
  do {
    const page = store.query({ limit, cursor });
    paged.push(...page);
    cursor = page.next;
  } while (cursor !== undefined);
  expect(paged).toEqual(store.query().rows);
});

const CONDITIONS: [Query, string[]][] = [
  [{ agentId: "planner" }, ["log looking it up", "span search", "span answer", "span plan"]],
  [{ agentId: "planner", kind: "tool" }, ["span search"]],
  [{ agentId: "a-7" }, ["metric price", "event mcp.request", "span sell"]],
  [{ agentId: "seller" }, []],
  [{ eventType: "log" }, ["log alone", "log looking it up"]],
  [{ eventType: "event" }, ["event shop.closed", "event mcp.request"]],
  [{ eventType: "span.end" }, ["span search", "span answer", "span plan"]],
  [{ eventType: "span.update" }, ["span answer"]],
  [{ eventType: "loss" }, ["loss -"]],
  [{ eventType: "shop.closed" }, ["event shop.closed"]],
  [{ eventType: "mcp.request" }, ["span search", "event mcp.request"]],
  [{ eventType: "mcp.tool.called" }, ["span search", "event mcp.request"]],
  [{ eventType: "mcp.tool.error" }, ["span search"]],
  [{ eventType: "mcp.tool.completed" }, []],
  [{ eventType: "a2a.request" }, []],
  [{ text: "otters" }, ["span answer"]],
  [{ text: "KELP" }, ["span search"]],
  [{ text: "query" }, ["span search"]],
  [{ text: "429" }, ["event shop.closed", "span search"]],
  [{ text: "Alone" }, ["log alone"]],
  [{ text: "planner" }, []],
  [{ attributes: { n: 1 } }, ["log alone", "span search"]],
  [{ attributes: { n: 1, "error.type": "429" } }, ["span search"]],
  [{ attributes: { n: "1" } }, []],
  [{ attributes: { n: true } }, []],
  [{ sessionId: "chat", eventType: "log" }, ["log looking it up"]],
  [{ correlationId: "order-17", eventType: "metric" }, ["metric price"]],
  [{ service: "service-aaaa", eventType: "log" }, ["log alone", "log looking it up"]],
  [{ status: "ok" }, ["span answer", "span plan"]],
  [{ startTime: "2026-01-01T00:00:00.065Z" }, ["event shop.closed", "log alone"]],
  [{ startTime: 1767225600045000000n, endTime: "2026-01-01T01:00:00.065+01:00" }, ["metric price"]],
  [{ startTime: new Date("2026-01-01T00:00:00.070Z") }, ["event shop.closed"]],
  [{ endTime: "2026-01-01T00:00:00.010Z" }, ["span sell"]],
];

test.each(CONDITIONS)("conditions %#", (query, expected) => {
  expect(found(twoRuns(), query)).toEqual(expected);
});

test.each([
  [{ kind: 1 }, "kind: text is expected"],
  [{ cursor: "2" }, "cursor: the `next`"],
  [{ knd: "llm" }, "knd: there are agentId, eventType"],
] as [Query, string][])("what cannot be searched for %#", (query, message) => {
  expect(() => twoRuns().query(query)).toThrow(message);
});

test("traces by every id", () => {
  const store = twoRuns();
  const trace = store.getTrace({ traceId: id(1, 32) });
  expect(trace?.tree()).toBe("agent plan\n  llm answer\n  tool search error");
  expect(trace?.failed()[0]?.logs[0]?.["message"]).toBe("looking it up");
  for (const ids of [{ spanId: id(12) }, { correlationId: "order-17" }, { parentId: id(11) }]) {
    const tree = store.getTrace(ids)?.tree();
    expect(tree).toBe("workflow sell (in flight)\n  event mcp.request\nevent shop.closed");
  }
  expect(store.getTrace({ sessionId: "chat" })?.traceId).toBe(id(1, 32));
  expect(store.getTrace({ sessionId: "nobody" })).toBeUndefined();
  for (const wrong of [{}, { traceId: "a", spanId: "b" }]) {
    expect(() => store.getTrace(wrong as TraceId)).toThrow("one id is expected");
  }
});

test("a batch that comes twice is one", () => {
  const store = twoRuns();
  const before = store.size;
  store.add(batch("aaaa000000000001-1", start(10, 1, 1, 0, "agent", { name: "plan" })));
  expect(store.size).toBe(before);
  store.clear();
  expect(found(store)).toEqual([]);
});

test("it answers as the store of the directory does", async () => {
  const memory = new MemoryStore();
  const { client } = clientIn({ service: "otters", mode: "inline", exporters: [memory.exporter()] });
  client.span("answer", { kind: "agent", correlationId: "order-17", sessionId: "s-1" }, (run) => {
    run.span("search", { kind: "tool", input: { query: "x".repeat(300), big: 2n ** 60n } }, () => {
      client.point("log", {}, { message: "looking", level: "info" });
    });
  });
  await client.flush();
  expect(memory.query().rows).toEqual(client.query().rows);
  expect(memory.query().rows).toHaveLength(3);
  expect(memory.getTrace({ sessionId: "s-1" })?.tree()).toBe(client.getTrace({ sessionId: "s-1" })?.tree());
});

test("a store of one's own", async () => {
  class Listed extends Store {
    readonly lines: StoredEvent[] = [];

    override add(given: Batch): void {
      this.lines.push(...given.events().map((one: WireEvent) => ({ producer: given.producer, event: one })));
    }

    override stored(): Iterable<StoredEvent> {
      return this.lines;
    }
  }
  const own = new Listed();
  const { client } = clientIn({ mode: "inline", exporters: [own.exporter("mine")] });
  client.span("root", { sessionId: "s" }, (root) => root.span("below", { kind: "tool" }, () => undefined));
  expect((await client.flush()).exporters["mine"]?.sent).toBe(4);
  expect(found(own, { sessionId: "s" })).toEqual(["span below", "span root"]);
  expect(own.getTrace({ sessionId: "s" })?.tree()).toBe("step root\n  tool below");
});

test("the short names say what the registry says", () => {
  const folder = new URL("../../../../spec/registry/events/", import.meta.url);
  const said: Record<string, { has?: string; lacks?: string }> = {};
  for (const page of readdirSync(folder).filter((name) => name.endsWith(".yaml"))) {
    const [, aliases = ""] = readFileSync(new URL(page, folder), "utf8").split("\naliases:");
    for (const entry of aliases.split("- name: ").slice(1)) {
      const [, has] = /requires: \[([^\]]*)\]/.exec(entry) ?? [];
      const [, lacks] = /absent: \[([^\]]*)\]/.exec(entry) ?? [];
      const name = entry.split(/\s/)[0] ?? "";
      expect(ALIASES[name]).toBeDefined();
      if (has || lacks) said[name] = { ...(has && { has }), ...(lacks && { lacks }) };
    }
  }
  expect(said).toEqual(SAYS);
});
