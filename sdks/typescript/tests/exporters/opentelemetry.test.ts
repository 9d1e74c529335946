/** Steps as spans of OpenTelemetry's own SDK, in the program's own provider. */
import { SpanKind, SpanStatusCode, trace } from "@opentelemetry/api";
import { resourceFromAttributes } from "@opentelemetry/resources";
import { InMemorySpanExporter, SimpleSpanProcessor, type SpanProcessor } from "@opentelemetry/sdk-trace-base";
import { NodeTracerProvider } from "@opentelemetry/sdk-trace-node";
import { expect, onTestFinished, test } from "vitest";
import { EnvelopeBatch, RetryLater, Undeliverable } from "../../src/exporters/base.ts";
import { OpenTelemetryExporter } from "../../src/exporters/opentelemetry.ts";
import { VERSION } from "../../src/version.ts";
import { clientIn } from "../recording/reading.ts";

const TRACE = "0af7651916cd43dd8448eb211c80319c";
const id = (span: number) => span.toString(16).padStart(16, "0");

function provider(...more: SpanProcessor[]): { made: NodeTracerProvider; memory: InMemorySpanExporter } {
  const memory = new InMemorySpanExporter();
  const resource = resourceFromAttributes({ "service.name": "app" });
  const made = new NodeTracerProvider({ resource, spanProcessors: [new SimpleSpanProcessor(memory), ...more] });
  onTestFinished(() => made.shutdown());
  return { made, memory };
}

function batch(...events: object[]): EnvelopeBatch {
  const envelope = { producer: "p-1", resource: { "service.name": "recorded" }, events };
  return new EnvelopeBatch("p-1", [new TextEncoder().encode(JSON.stringify(envelope))]);
}

function event(seq: number, type: string, span: number, more: object = {}): object {
  const time = `2026-01-01T00:00:0${seq}.000000000Z`;
  return { seq, type, time, trace_id: TRACE, span_id: id(span), ...more };
}

function start(seq: number, span: number, name: string, kind: string, parent = 0, body: object = {}): object {
  const above = parent === 0 ? {} : { parent_id: id(parent) };
  return event(seq, "span.start", span, { kind, ...above, body: { name, ...body } });
}

function end(seq: number, span: number, status = "ok", duration_nanos = 1_500_000, body: object = {}): object {
  return event(seq, "span.end", span, { status, duration_nanos, body });
}

test("steps become spans of the provider, with their ids and times", async () => {
  const { made, memory } = provider();
  const exporter = new OpenTelemetryExporter(made);
  const root = { session_id: "s", tags: ["a", "b"], input: "question", trace_state: "x=y,z=1" };
  const model = { "gen_ai.request.model": "m", deep: { a: [1] }, big: { $int: String(2n ** 70n) }, mixed: [1, "a"] };
  await exporter.export(
    batch(
      start(1, 1, "answer", "agent", 0, root),
      start(2, 2, "chat", "llm", 1, { attributes: model, links: [{ trace_id: TRACE, span_id: id(9) }] }),
      event(3, "span.event", 2, { body: { name: "retry", attributes: { n: 1 } } }),
      event(4, "span.update", 2, { body: { attributes: { later: true, gone: null } } }),
      event(5, "log", 2, { body: { level: "info", message: "hello", logger: "app" } }),
    ),
  );
  expect(memory.getFinishedSpans()).toEqual([]);
  const again = batch(
    end(6, 2, "ok", 1_500_000, { usage: { input_tokens: 5, output_tokens: 7 }, output: "answer" }),
    event(7, "event", 3, { parent_id: id(1), body: { name: "mcp.notification", data: { a: 1 } } }),
    end(8, 1, "error", 2_000_000_000, { exception: { type: "RangeError", message: "no" } }),
  );
  await exporter.export(again);
  await exporter.export(again);
  const [chat, point, answer, ...others] = memory.getFinishedSpans();
  expect(others).toEqual([]);
  expect([chat?.name, point?.name, answer?.name]).toEqual(["chat", "mcp.notification", "answer"]);
  expect(chat?.spanContext()).toMatchObject({ traceId: TRACE, spanId: id(2), traceFlags: 1 });
  expect([chat?.parentSpanContext?.spanId, answer?.parentSpanContext]).toEqual([id(1), undefined]);
  expect([answer?.startTime, answer?.duration, answer?.endTime]).toEqual([
    [1767225601, 0],
    [2, 0],
    [1767225603, 0],
  ]);
  expect([chat?.endTime, point?.duration]).toEqual([
    [1767225602, 1_500_000],
    [0, 0],
  ]);
  expect(chat?.attributes).toEqual({
    "tracewire.kind": "llm",
    "gen_ai.operation.name": "chat",
    "gen_ai.request.model": "m",
    deep: '{"a":[1]}',
    big: String(2n ** 70n),
    mixed: '[1,"a"]',
    later: true,
    "tracewire.output": "answer",
    "gen_ai.usage.input_tokens": 5,
    "gen_ai.usage.output_tokens": 7,
  });
  expect(answer?.attributes).toEqual({
    "tracewire.kind": "agent",
    "gen_ai.operation.name": "invoke_agent",
    "gen_ai.agent.name": "answer",
    "tracewire.input": "question",
    "gen_ai.conversation.id": "s",
    "tracewire.tags": ["a", "b"],
    "error.type": "RangeError",
  });
  expect([chat?.kind, answer?.kind]).toEqual([SpanKind.CLIENT, SpanKind.INTERNAL]);
  expect([chat?.status, answer?.status]).toEqual([
    { code: SpanStatusCode.OK },
    { code: SpanStatusCode.ERROR, message: "no" },
  ]);
  expect(chat?.events.map(({ name, attributes }) => [name, attributes])).toEqual([
    ["retry", { n: 1 }],
    ["log", { "log.level": "info", "log.logger": "app", "log.message": "hello" }],
  ]);
  expect(chat?.links.map((link) => link.context.spanId)).toEqual([id(9)]);
  expect(answer?.events.map((one) => [one.name, one.attributes?.["exception.type"]])).toEqual([
    ["exception", "RangeError"],
  ]);
  const state = answer?.spanContext().traceState;
  expect([state?.get("x"), state?.set("n", "2").unset("z").serialize(), state?.serialize()]).toEqual([
    "y",
    "n=2,x=y",
    "x=y,z=1",
  ]);
  expect(answer?.resource.attributes["service.name"]).toBe("app");
  expect(answer?.instrumentationScope).toEqual({ name: "tracewire", version: VERSION });
});

test("a processor by itself gets what the recording says of the program", async () => {
  const memory = new InMemorySpanExporter();
  const exporter = new OpenTelemetryExporter({ provider: new SimpleSpanProcessor(memory), name: "mine" });
  expect(exporter.name).toBe("mine");
  await exporter.export(batch(end(9, 5, "timeout", 1_000_000_000)));
  const [span] = memory.getFinishedSpans();
  expect(span?.resource.attributes["service.name"]).toBe("recorded");
  expect([span?.name, span?.duration, span?.attributes["tracewire.status"]]).toEqual(["unknown", [1, 0], "timeout"]);
});

test("a processor that throws is counted", async () => {
  const bad = {
    onStart: () => undefined,
    onEnd: () => {
      throw new Error("bad");
    },
    forceFlush: async () => undefined,
    shutdown: async () => undefined,
  };
  const { made, memory } = provider(bad);
  const refused = new OpenTelemetryExporter(made).export(
    batch(start(1, 1, "a", "tool"), end(2, 1), start(3, 2, "b", "tool"), end(4, 2)),
  );
  await expect(refused).rejects.toMatchObject({ reason: "opentelemetry_processor", events: 2 });
  await expect(refused).rejects.toBeInstanceOf(Undeliverable);
  expect(memory.getFinishedSpans()).toHaveLength(2);
});

test("until a provider is registered everything waits, and none is registered here", async () => {
  onTestFinished(() => trace.disable());
  const exporter = new OpenTelemetryExporter(trace.getTracerProvider());
  const one = batch(start(1, 1, "a", "tool"), end(2, 1));
  await expect(exporter.export(one)).rejects.toMatchObject({ code: "no_tracer_provider" });
  await expect(exporter.export(one)).rejects.toBeInstanceOf(RetryLater);
  const { made, memory } = provider();
  trace.setGlobalTracerProvider(made);
  await exporter.export(one);
  expect(memory.getFinishedSpans().map((span) => span.name)).toEqual(["a"]);
});

test("what is recorded reaches the provider when a run has ended", async () => {
  const { made, memory } = provider();
  const { client } = clientIn({ mode: "inline", exporters: [new OpenTelemetryExporter(made)] });
  const ids = client.span("answer", { kind: "agent" }, (run) => {
    const inner = run.span("search", { kind: "tool" }, (step) => step.spanId);
    return [inner, run.spanId];
  });
  expect(await client.flush()).toMatchObject({ sent: 4, pending: 0, errors: {} });
  expect(memory.getFinishedSpans().map((span) => span.spanContext().spanId)).toEqual(ids);
});
