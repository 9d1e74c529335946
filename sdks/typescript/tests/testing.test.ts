import { describe, expect, test } from "vitest";
import { envelopes, FormatError, flush, getClient, manual, SpanContext, shutdown, span } from "../src/index.ts";
import { recording, recover, seal } from "../src/testing.ts";

const text = (bytes: Uint8Array | undefined) => Buffer.from(bytes ?? []).toString();

describe("recording", () => {
  test("a clock and ids that are the same in every run", () => {
    using recorded = recording({
      traceIds: ["0af7651916cd43dd8448eb211c80319c"],
      moments: [
        [1_000_000_000n, 7],
        [1_000_000_005n, 12],
      ],
    });
    span("plan", { kind: "plan", input: "otters" }, (step) => step.setOutput([1, 2]));
    recorded.end();
    const started = '{"body":{"input":"otters","name":"plan"},"kind":"plan","seq":1,"span_id":"0000000000000001"';
    expect(text(recorded.envelopes()[0])).toContain(
      `${started},"time":"1970-01-01T00:00:01.000000000Z","trace_id":"0af7651916cd43dd8448eb211c80319c","type":"span.start"}`,
    );
    expect(text(recorded.envelopes()[0])).toContain(
      '"producer":"0000000000000001-1","resource":{"service.name":"test"}',
    );
    expect(recorded.spans()).toEqual([
      {
        trace_id: "0af7651916cd43dd8448eb211c80319c",
        span_id: "0000000000000001",
        kind: "plan",
        name: "plan",
        input: "otters",
        output: [1, 2],
        status: "ok",
        duration_nanos: 5,
        events: [],
      },
    ]);
  });

  test("the client of before is the default one again", () => {
    const before = getClient();
    const recorded = recording();
    expect(getClient()).toBe(recorded.client);
    recorded.end();
    recorded.end();
    expect(getClient()).toBe(before);
    expect(recorded.events()).toEqual([]);
  });

  test("contents stand inline in events, and updates are merged", () => {
    using recorded = recording();
    const long = "x".repeat(300);
    const step = manual.start("llm", { name: "chat", input: long, attributes: { a: 1, b: 1 } });
    step.update({ attributes: { b: 2 }, level: "debug" });
    step.event({ name: "retry" });
    const [open] = recorded.spans();
    expect(open).toMatchObject({
      input: long,
      attributes: { a: 1, b: 2 },
      level: "debug",
      events: [{ name: "retry" }],
    });
    expect(open).not.toHaveProperty("status");
  });

  test("options that cannot be used are refused", () => {
    expect(() => recording({ traceIds: ["x"] })).toThrow(FormatError);
    expect(() => recording({ startNanos: 1.5 })).toThrow("start");
  });

  test("limits are those of the walk and of the seal", () => {
    using recorded = recording({ limits: { depth: 1, nodes: 5, text_bytes: 3, inline_bytes: 2 } });
    manual.log({ message: "abcdef", data: [[1], 2, 3, 4, 5] });
    recorded.end();
    const [event] = recorded.events();
    expect(event?.body).toEqual({
      message: { $cut: "abc", missing_bytes: 3 },
      data: { $cut: [{ $cut: null, missing_depth: 1 }, 2, 3], missing_items: 2 },
    });
  });
});

describe("manual", () => {
  test("every member as it is given", async () => {
    using recorded = recording({ redact: ["password"] });
    const run = manual.start("agent", { name: "answer", correlation_id: "order-17", input: null, level: undefined });
    const call = manual.start("tool", { name: "search", odd: { password: 1 } }, { parent: run });
    const point = manual.event({ name: "mcp.tool.called" }, { kind: "tool", parent: call });
    manual.feedback({ id: "f-1", score: 1 }, { parent: point ?? null });
    manual.metric({ name: "tokens", value: 2n ** 60n });
    expect(run.end("ok")).toBe(true);
    expect(run.end("error")).toBe(false);
    await flush();
    expect(call.end("error", { status_message: "no net" })).toBe(true);
    await shutdown();
    call.update({ late: true });
    recorded.end();
    const [first, second] = recorded.spans();
    const { trace_id: trace } = first ?? {};
    expect(first).toMatchObject({
      kind: "agent",
      name: "answer",
      correlation_id: "order-17",
      input: null,
      status: "ok",
    });
    expect(first).not.toHaveProperty("level");
    expect(second).toMatchObject({
      odd: { password: { $redacted: "key" } },
      trace_id: trace,
      parent_id: first?.span_id,
    });
    const others = recorded.events().filter((event) => !event.type.startsWith("span."));
    expect(others.map((event) => [event.type, event.parent_id, event.trace_id === trace])).toEqual([
      ["event", second?.span_id, true],
      ["feedback", undefined, true],
      ["metric", undefined, false],
    ]);
    expect(recorded.envelopes()).toHaveLength(2);
  });

  test("a step of another process", () => {
    using recorded = recording();
    const header = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01";
    const step = manual.start("tool", { name: "a" }, { parent: SpanContext.fromTraceparent(header, "k=v") ?? null });
    manual.start("tool", { name: "b" }, { parent: step }).end();
    manual.start("tool", { name: "c" }, { parent: header }).end("cancelled");
    step.end();
    const [a, b, c] = recorded.spans();
    expect(a).toMatchObject({ trace_id: header.slice(3, 35), parent_id: "b7ad6b7169203331", trace_state: "k=v" });
    expect(b).toMatchObject({ parent_id: a?.span_id, trace_id: a?.trace_id });
    expect(b).not.toHaveProperty("trace_state");
    expect(c).toMatchObject({ parent_id: "b7ad6b7169203331", status: "cancelled" });
  });

  test("a body that fights back does not throw", () => {
    using recorded = recording();
    const thrower = () => {
      throw new Error("no");
    };
    const body = Object.defineProperty({ name: "a" }, "input", { enumerable: true, get: thrower });
    manual.start("tool", body).end("ok", new Proxy({}, { ownKeys: thrower }));
    manual.log(null as never);
    expect(recorded.spans()).toMatchObject([{ name: "a", status: "ok" }]);
  });

  test("capture and mask are kept", () => {
    const mask = (field: string, value: unknown) => (field === "input" ? "***" : value);
    using recorded = recording({ capture: "input", mask });
    manual.start("tool", { name: "a", input: "secret" }).end("ok", { output: "o", attributes: { x: 1 } });
    const [step] = recorded.spans();
    expect(step).toMatchObject({ input: "***", attributes: { x: 1 } });
    expect(step).not.toHaveProperty("output");
  });

  test("a client of one's own", () => {
    using recorded = recording();
    using other = recording();
    recorded.client.manual.start("tool", { name: "a" }).end();
    expect(recorded.spans()).toMatchObject([{ name: "a" }]);
    expect(other.spans()).toEqual([]);
  });

  test("switched off, nothing is recorded and nothing throws", () => {
    using recorded = recording({ disabled: true });
    const step = manual.start("tool", { name: "a" });
    step.update({});
    expect(step.context).toBeUndefined();
    expect(step.end()).toBe(false);
    expect(manual.event({ name: "e" }, { parent: step })).toBeUndefined();
    recorded.end();
    expect(recorded.events()).toEqual([]);
  });
});

describe("envelopes", () => {
  function envelope(): string {
    const recorded = recording();
    span("chat", { kind: "llm", input: "x".repeat(300) }, () => {});
    recorded.end();
    return text(recorded.envelopes()[0]);
  }

  test("are proved, erased and withheld", () => {
    const whole = envelope();
    expect(envelopes.verify([whole, whole])).toMatchObject({
      isSound: true,
      isComplete: true,
      findings: [],
      codes: [],
    });
    const [hash = ""] = Object.keys(JSON.parse(whole).content);
    const erased = envelopes.erase(whole, { contents: [hash], bodies: [2] });
    expect(JSON.parse(text(erased)).content).toEqual({ [hash]: { $erased: hash } });
    expect(JSON.parse(text(erased)).digest).toBe(JSON.parse(whole).digest);
    const withheld = envelopes.withhold(whole, { events: [1] });
    expect(JSON.parse(text(withheld)).events[0]).toHaveProperty("$withheld");
    expect(envelopes.verify([erased]).isSound).toBe(true);
  });

  test("what contradicts is named", () => {
    const whole = envelope();
    const found = envelopes.verify([whole.replace('"name":"chat"', '"name":"chut"')]);
    expect([found.isSound, found.isComplete, found.codes]).toEqual([false, false, ["digest"]]);
    expect(found.findings[0]).toMatchObject({ code: "digest", producer: "0000000000000001-1", firstSeq: 1 });
    expect(String(found)).toMatch(/^not sound\ndigest: 0000000000000001-1 from 1: /);
  });

  test("what is none is refused", () => {
    expect(() => envelopes.verify(["{}"])).toThrow(FormatError);
    expect(() => envelopes.erase("[]", {})).toThrow(FormatError);
    expect(() => envelopes.erase(envelope(), { contents: ["md5:1"] })).toThrow(FormatError);
  });
});

test("journals by their bytes", () => {
  expect(() => seal("hello")).toThrow(FormatError);
  expect(text(recover("hello"))).toBe("hello");
});
