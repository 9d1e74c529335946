/** Events, log lines, metrics and feedback. */
import { expect, test } from "vitest";
import type { EventDictionary } from "../../src/recording/dictionary.ts";
import { recorded } from "./recorded.ts";

const ORDER_17 = "ee11261620ae53d253093d6835ce67eb";

test("events have a place of their own", () => {
  const { client, events } = recorded();
  client.span("run", (run) => {
    const first = client.event("cart.changed", { items: 3 }, { data: { sku: "17" }, kind: "payment" });
    client.event("caused", undefined, { parent: first });
    client.event("nowhere", null, { parent: null, data: null });
    const [one, two, three] = events().filter((event) => event.type === "event");
    expect(one?.body).toEqual({ name: "cart.changed", attributes: { items: 3 }, data: { sku: "17" } });
    expect(one).toMatchObject({ trace_id: run.traceId, parent_id: run.spanId, kind: "payment" });
    expect([first?.id, String(first), first?.traceId, JSON.stringify(first)]).toEqual([
      one?.span_id,
      one?.span_id,
      run.traceId,
      JSON.stringify(one?.span_id),
    ]);
    expect(two).toMatchObject({ trace_id: run.traceId, parent_id: one?.span_id, body: { name: "caused" } });
    expect("parent_id" in (three ?? {})).toBe(false);
  });
});

test("what has no step has the trace of its correlation id", () => {
  const { client, events } = recorded();
  client.event("a", {}, { correlationId: "order-17", sessionId: "s" });
  client.trace("order-17", () => {
    client.event("b");
    client.log("c");
    client.metric("d", 1);
    client.feedback({ value: true });
  });
  const [a, b, ...others] = events();
  expect(a?.body).toEqual({ name: "a", correlation_id: "order-17", session_id: "s" });
  expect(b?.body).toEqual({ name: "b", correlation_id: "order-17" });
  expect(new Set([a, b, ...others].map((event) => event?.trace_id))).toEqual(new Set([ORDER_17]));
  expect(others.map((event) => ["span_id" in event, event.body.correlation_id])).toEqual([
    [false, "order-17"],
    [false, "order-17"],
    [false, "order-17"],
  ]);
});

test.each([
  ["info", "info", {}],
  ["WARN", "warning", {}],
  ["critical", "fatal", {}],
  [20, "debug", {}],
  [50, "error", {}],
  [5, "trace", {}],
  [45, "warning", {}],
  ["loud", "info", { invalid_level: 1 }],
  ["constructor", "info", { invalid_level: 1 }],
  [Number.NaN, "info", { invalid_level: 1 }],
])("the level %s is %s", async (level, known, wrong) => {
  const { client, events, errors } = recorded();
  client.log("retrying", level, { attempt: 2 }, { logger: "app" });
  expect(events()[0]?.body).toEqual({ message: "retrying", level: known, logger: "app", attributes: { attempt: 2 } });
  expect("trace_id" in (events()[0] ?? {})).toBe(false);
  expect(await errors()).toEqual(wrong);
});

test("a log line belongs to its step", () => {
  const { client, events } = recorded();
  const of = client.span("s", (step) => {
    client.log("inside");
    return step;
  });
  client.log("of it", "info", null, { parent: of });
  const lines = events().filter((event) => event.type === "log");
  expect(lines.map((line) => [line.trace_id, line.span_id])).toEqual([
    [of.traceId, of.spanId],
    [of.traceId, of.spanId],
  ]);
});

test("metrics", () => {
  const { client, events } = recorded();
  client.metric("queue", 17);
  client.metric("tokens", 120, "counter", { unit: "{token}", attributes: { model: "m" } });
  client.metric("total", 5.5, "counter", { temporality: "cumulative" });
  client.metric("latency", [12, 100, 340, 900], "histogram", { unit: "ms", buckets: [500, 100] });
  client.metric("one", 3, "histogram");
  client.metric("elsewhere", { count: 2, sum: 3 }, "histogram", { temporality: "cumulative" });
  expect(events().map((event) => event.body)).toEqual([
    { name: "queue", instrument: "gauge", value: 17 },
    {
      name: "tokens",
      instrument: "counter",
      temporality: "delta",
      value: 120,
      unit: "{token}",
      attributes: { model: "m" },
    },
    { name: "total", instrument: "counter", temporality: "cumulative", value: 5.5 },
    {
      name: "latency",
      instrument: "histogram",
      temporality: "delta",
      unit: "ms",
      histogram: { count: 4, sum: 1352, min: 12, max: 900, bounds: [100, 500], counts: [2, 1, 1] },
    },
    { name: "one", instrument: "histogram", temporality: "delta", histogram: { count: 1, sum: 3, min: 3, max: 3 } },
    { name: "elsewhere", instrument: "histogram", temporality: "cumulative", histogram: { count: 2, sum: 3 } },
  ]);
});

test.each([["many"], [undefined], [[1, "x"]], [true], [() => 1]])("%s is no metric", async (value) => {
  const { client, events, errors } = recorded();
  client.metric("m", value as never, "counter");
  client.metric("m", value as never, "histogram", { buckets: [1] });
  expect(events()).toEqual([]);
  expect(await errors()).toEqual({ invalid_metric: 2 });
});

test("wrong instruments and buckets", async () => {
  const { client, events, errors } = recorded();
  client.metric("m", 1, "meter" as never);
  client.metric("m", 1, "counter", { temporality: "x" as never });
  client.metric("m", 1, "histogram", { buckets: [{} as never] });
  expect(events().map((event) => event.body.instrument)).toEqual(["gauge", "counter"]);
  expect(await errors()).toEqual({ invalid_metric: 3 });
});

test("feedback", () => {
  const { client, events } = recorded();
  const [step, first] = client.span("answer", (span) => [
    span,
    client.feedback({ score: 0.5, name: "helpful", comment: "so so", feedbackId: "f1" }),
  ]);
  const second = client.feedback({ value: true, target: step, source: "human", supersedes: first });
  client.feedback({ value: "good", target: step.traceId });
  client.feedback({ value: "good", sessionId: "chat-7" });
  client.feedback({ value: "good", target: { traceId: "1".repeat(32), sessionId: "x" }, source: "model" });
  client.feedback({ value: "good", target: step.context?.traceparent });
  client.feedback({ comment: "words only", target: null });
  const bodies = events()
    .filter((event) => event.type === "feedback")
    .map((event) => event.body);
  const ids = { trace_id: step.traceId, span_id: step.spanId };
  expect(bodies[0]).toEqual({
    feedback_id: "f1",
    name: "helpful",
    value: 0.5,
    source: "user",
    target: ids,
    comment: "so so",
  });
  expect(bodies[1]).toEqual({ feedback_id: second, value: true, source: "human", target: ids, supersedes: "f1" });
  expect(bodies.slice(2).map((body) => body.target)).toEqual([
    { trace_id: step.traceId },
    { session_id: "chat-7" },
    { trace_id: "1".repeat(32), session_id: "x" },
    ids,
    undefined,
  ]);
  expect(second).toMatch(/^[0-9a-f]{16}$/);
});

test("empty feedback and wrong targets are counted", async () => {
  const { client, errors } = recorded();
  client.feedback({});
  client.feedback({ value: 1, target: 3 as never });
  expect(await errors()).toEqual({ invalid_feedback: 1, invalid_parent: 1 });
});

test("an event as one object", () => {
  const { client, events } = recorded();
  const call = client.logEvent({
    event_type: "mcp.tool.called",
    protocol: "mcp",
    agent_id: "researcher",
    correlation_id: "order-17",
    data: { tool_name: "search", params: { q: 1 } },
    metadata: { a: [1] },
    severity: "info",
  });
  client.logEvent({
    eventType: "mcp.tool.error",
    agentId: "researcher",
    parentId: call,
    duration_ms: 12,
    error: { code: "TIMEOUT", message: "too slow" },
    attributes: { mine: 1 },
  });
  const [called, failed] = events();
  expect(called?.trace_id).toBe(ORDER_17);
  expect(called?.body).toEqual({
    name: "mcp.request",
    correlation_id: "order-17",
    attributes: {
      "mcp.method.name": "tools/call",
      "gen_ai.agent.id": "researcher",
      "gen_ai.tool.name": "search",
      protocol: "mcp",
      severity: "info",
    },
    data: { tool_name: "search", params: { q: 1 }, metadata: { a: [1] } },
  });
  expect(failed).toMatchObject({ trace_id: ORDER_17, parent_id: call?.id });
  expect(failed?.body).toEqual({
    name: "mcp.response",
    attributes: {
      "mcp.method.name": "tools/call",
      "gen_ai.agent.id": "researcher",
      "error.type": "TIMEOUT",
      duration_ms: 12,
      mine: 1,
    },
    data: { error: { code: "TIMEOUT", message: "too slow" } },
  });
});

test("ids in objects", () => {
  const { client, events } = recorded();
  client.logEvent({ event_type: "a", trace_id: "1".repeat(32), parent_span_id: "2".repeat(16) });
  client.logEvent({ event_type: "b", correlation_id: "order-17", parent_id: "3".repeat(16) });
  const step = client.span("s", (span) => {
    client.logEvent({ event_type: "c", parent_id: "4".repeat(16), session_id: "x", user_id: "u", kind: "tool" });
    client.logEvent({ event_type: "d", parent_id: "no id", data: [1], more: { x: 1 } });
    return span;
  });
  const [a, b, c, d] = events().filter((event) => event.type === "event");
  expect(a).toMatchObject({ trace_id: "1".repeat(32), parent_id: "2".repeat(16) });
  expect(b).toMatchObject({ trace_id: ORDER_17, parent_id: "3".repeat(16) });
  expect(c).toMatchObject({ trace_id: step.traceId, parent_id: "4".repeat(16), kind: "tool" });
  expect(c?.body).toEqual({ name: "c", session_id: "x", attributes: { "user.id": "u" } });
  expect(d?.parent_id).toBe(step.spanId);
  expect(d?.body).toEqual({ name: "d", data: [1], attributes: { parent_id: "no id", more: { x: 1 } } });
});

function throwing(): object {
  return Object.defineProperty({ event_type: "x" }, "a", {
    enumerable: true,
    get() {
      throw new Error("get");
    },
  });
}

test.each([
  ["null", () => null],
  ["a number", () => 3],
  ["a text", () => "text"],
  ["a list", () => [1]],
  ["attributes that are none", () => ({ attributes: 3 })],
  ["a getter that throws", throwing],
])("%s is no event", async (_name, wrong) => {
  const { client, events, errors } = recorded();
  expect(client.logEvent(wrong() as never)).toBeUndefined();
  expect(events()).toEqual([]);
  expect(await errors()).toEqual({ invalid_event: 1 });
});

test("an event without a type is recorded and counted", async () => {
  const { client, events, errors } = recorded();
  expect(client.logEvent({ agent_id: "a" } satisfies EventDictionary)).toBeDefined();
  expect(events()[0]?.body).toEqual({ name: "event", attributes: { "gen_ai.agent.id": "a" } });
  expect(await errors()).toEqual({ invalid_event: 1 });
});

test.each(["constructor", "__proto__", "toString"])("an event may be called %s", (name) => {
  const { client, events } = recorded();
  client.logEvent({ event_type: name, agent_id: "a" });
  client.event(name);
  expect(events().map((event) => event.body.name)).toEqual([name, name]);
});
