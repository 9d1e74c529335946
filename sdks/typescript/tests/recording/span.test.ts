import { expect, test } from "vitest";
import { TracewireError } from "../../src/errors.ts";
import { Client } from "../../src/recording/client.ts";
import type { SpanOptions } from "../../src/recording/fields.ts";
import { clientIn, folder } from "./reading.ts";

test("a step says its name, kind, attributes, input and output", () => {
  const { client, events } = clientIn();
  const answer = client.span("search", { kind: "tool", input: { query: "otters" }, attributes: { a: 1 } }, (step) => {
    step.set("b", true).setOutput(["Lutra lutra"]);
    return 7;
  });
  expect(answer).toBe(7);
  const [start, end] = events();
  expect(start).toMatchObject({
    type: "span.start",
    kind: "tool",
    body: { name: "search", attributes: { a: 1 }, input: { query: "otters" } },
  });
  expect(end).toMatchObject({
    type: "span.end",
    status: "ok",
    body: { attributes: { b: true }, output: ["Lutra lutra"] },
  });
  expect(end?.span_id).toBe(start?.span_id);
  expect(start?.parent_id).toBeUndefined();
});

test("what was not given is not there", () => {
  const { client, events } = clientIn();
  client.startSpan("bare", { attributes: {}, input: undefined }).end();
  const [start, end] = events();
  expect(start?.body).toEqual({ name: "bare" });
  expect(start?.kind).toBe("step");
  expect(end?.body).toEqual({});
});

test("null and undefined are outputs, and null is an input", () => {
  const { client, events } = clientIn();
  client.startSpan("one", { input: null }).setOutput(undefined).end();
  const [start, end] = events();
  expect(start?.body).toEqual({ name: "one", input: null });
  expect(end?.body).toEqual({ output: null });
});

test("the fields of a run have their names on the wire", () => {
  const { client, events } = clientIn();
  const options: SpanOptions = {
    sessionId: "s-1",
    userId: "u-1",
    tags: ["a", "b"],
    environment: "test",
    release: "1.2",
    correlationId: "order-17",
    level: "warning",
    toolDefinitions: [{ name: "search" }],
    prompt: { name: "p", version: "2" },
    datasetItemId: "d",
    experimentRunId: "e",
    scope: { name: "lib" },
  };
  client.startSpan("run", options).end();
  expect(events()[0]?.body).toEqual({
    name: "run",
    session_id: "s-1",
    user_id: "u-1",
    tags: ["a", "b"],
    environment: "test",
    release: "1.2",
    correlation_id: "order-17",
    level: "warning",
    tool_definitions: [{ name: "search" }],
    prompt: { name: "p", version: "2" },
    dataset_item_id: "d",
    experiment_run_id: "e",
    scope: { name: "lib" },
  });
});

test("usage, cost, status and what is said before the end", () => {
  const { client, events } = clientIn();
  const step = client.startSpan("chat", { kind: "llm" });
  step.update({ attributes: { x: 1 }, usage: { inputTokens: 3 }, cost: { total: 0.1 }, timeToFirstChunkNanos: 5 });
  step.event("retry", { attempt: 2 }, { data: { why: "429" } });
  step.usage({ inputTokens: 10, outputTokens: 2 }).usage({ cacheReadInputTokens: 4 });
  step.cost("0.0123", "eur", { input: "0.0100", details: { cache_read_input: 0.001 } });
  step.setStatus("timeout", "too slow");
  step.end();
  const [, update, event, end] = events();
  expect(update?.body).toEqual({
    attributes: { x: 1 },
    usage: { input_tokens: 3 },
    cost: { total: "0.1", currency: "USD", price_source: "user" },
    time_to_first_chunk_nanos: 5,
  });
  expect(event?.body).toEqual({ name: "retry", attributes: { attempt: 2 }, data: { why: "429" } });
  expect(end?.status).toBe("timeout");
  expect(end?.body).toEqual({
    status_message: "too slow",
    usage: { input_tokens: 10, output_tokens: 2, cache_read_input_tokens: 4 },
    cost: {
      total: "0.0123",
      input: "0.0100",
      details: { cache_read_input: "0.001" },
      currency: "EUR",
      price_source: "user",
    },
  });
});

test("an error ends its step and goes on as it was", async () => {
  const { client, events } = clientIn();
  class Refused extends Error {}
  const error = new Refused("no", { cause: new RangeError("why") });
  const { stack } = error;
  expect(() =>
    client.span("sync", () => {
      throw error;
    }),
  ).toThrow(error);
  const promise = client.span("async", async () => {
    throw error;
  });
  await expect(promise).rejects.toBe(error);
  expect(error.stack).toBe(stack);
  for (const end of events().filter((event) => event.type === "span.end")) {
    expect(end.status).toBe("error");
    expect(end.body.exception).toMatchObject({ type: "Refused", message: "no", escaped: true });
    expect(end.body.exception.stacktrace).toMatch(
      /^Refused\n +at .*span\.test\.ts[\s\S]*because of\n\nRangeError\n +at /,
    );
    expect(end.body.exception.stacktrace).not.toContain("why");
  }
});

test("a rejection that nobody handles stays unhandled, with its error", async () => {
  const { client } = clientIn();
  const error = new Error("nobody looks");
  const before = process.listeners("unhandledRejection");
  process.removeAllListeners("unhandledRejection");
  try {
    const seen = new Promise((resolve) => process.once("unhandledRejection", resolve));
    void client.span("lost", async () => {
      throw error;
    });
    expect(await seen).toBe(error);
  } finally {
    for (const listener of before) process.on("unhandledRejection", listener);
  }
});

test.each([
  [new DOMException("stop", "AbortError"), "cancelled"],
  [new DOMException("late", "TimeoutError"), "timeout"],
  [Object.assign(new Error("late"), { code: "ETIMEDOUT" }), "timeout"],
  [new Error("bad"), "error"],
  ["a text", "error"],
  [undefined, "error"],
  [null, "error"],
])("what is thrown decides the status: %s", (thrown, status) => {
  const { client, events } = clientIn();
  let caught: unknown = "nothing";
  try {
    client.span("step", () => {
      throw thrown;
    });
  } catch (error) {
    caught = error;
  }
  expect(caught).toBe(thrown);
  const end = events().at(-1);
  expect(end?.status).toBe(status);
  expect(end?.body.exception !== undefined).toBe(status !== "cancelled");
});

test("using ends a step, and a step ends once", () => {
  const { client, events } = clientIn();
  {
    using step = client.startSpan("scoped");
    step.end();
  }
  expect(events().map((event) => event.type)).toEqual(["span.start", "span.end"]);
});

test("what comes after the end is counted, and lost", async () => {
  const { client, events } = clientIn();
  const step = client.startSpan("done");
  step.end();
  step.set("a", 1).setOutput(2).setStatus("error");
  expect(events()).toHaveLength(2);
  expect((await client.flush()).errors).toMatchObject({ step_ended: 3 });
});

test("wrong use throws in strict mode alone", async () => {
  const { client } = clientIn();
  const { client: strict } = clientIn({ strict: true });
  const wrong = { colour: "red" } as SpanOptions;
  client.startSpan("a", wrong).end();
  expect((await client.flush()).errors).toEqual({ unknown_field: 1 });
  expect(() => strict.startSpan("a", wrong)).toThrow(TracewireError);
  expect(() => strict.startSpan("b", { parent: "nonsense" })).toThrow(
    /not a step, a context or a traceparent: "nonsense"/,
  );
});

test("a client that is switched off records nothing and says nothing", async () => {
  const dir = folder();
  const client = new Client({ dir, disabled: true });
  const step = client.startSpan("nothing");
  expect(step.traceId).toBe("0".repeat(32));
  step.set("a", 1).event("x").end();
  expect(await client.flush()).toEqual({
    written: 0,
    sealed: 0,
    sent: 0,
    pending: 0,
    dropped: {},
    unsampled: 0,
    withheld: 0,
    errors: {},
    exporters: {},
  });
});

test("capture and mask decide what reaches the disk", async () => {
  const inputs = clientIn({ capture: "input" });
  inputs.client.startSpan("a", { input: 1 }).setOutput(2).end();
  expect(inputs.events().map((event) => event.body)).toEqual([{ name: "a", input: 1 }, {}]);
  const fields = clientIn({ capture: { output: false, attributes: false, message: false } });
  fields.client.span("c", { input: 1, attributes: { k: 1 }, kind: "llm" }, (step) => {
    step.event("found", { k: 2 }, { data: 3, chunks: [4] });
    step.update({ output: 5, input: 6 });
    step.usage({ inputTokens: 7 });
    step.setOutput(8);
    fields.client.event("tide", { k: 9 }, { data: 10 });
    fields.client.log("a line", "warning", { k: 11 });
  });
  expect(fields.events().map((event) => event.body)).toEqual([
    { name: "c", input: 1 },
    { name: "found", data: 3, chunks: [4] },
    { input: 6 },
    { name: "tide", data: 10 },
    { level: "warning" },
    { usage: { input_tokens: 7 } },
  ]);
  const seen: string[] = [];
  const masked = clientIn({
    mask: (field, value) => {
      seen.push(field);
      if (field === "output") throw new Error("no");
      return field === "input" ? "***" : value;
    },
  });
  masked.client
    .startSpan("b", { input: "secret", attributes: { k: 1 } })
    .setOutput("secret")
    .end();
  expect(masked.events().map((event) => event.body)).toEqual([
    { name: "b", attributes: { k: 1 }, input: "***" },
    { output: { $redacted: "mask_failed" } },
  ]);
  expect(seen).toEqual(["attributes", "input", "output"]);
  expect((await masked.client.flush()).errors).toEqual({ mask_failed: 1 });
});

test("what records while it is read has records of its own", () => {
  const { client, events } = clientIn();
  const input = {
    before: "xxx",
    get inner() {
      client.startSpan("inner", { input: "y".repeat(100_000) }).end();
      return 7;
    },
    after: true,
  };
  client.startSpan("outer", { input }).setOutput(input).end();
  const found = events();
  const outer = found.find((event) => event.body.name === "outer")?.span_id;
  const whole = { before: "xxx", inner: 7, after: true };
  expect(found.filter((event) => event.span_id === outer).map(({ body }) => body.input ?? body.output)).toEqual([
    whole,
    whole,
  ]);
  const inner = found.filter((event) => event.body.name === "inner");
  expect(inner.map((event) => event.body.input.length)).toEqual([100_000, 100_000]);
});

test("sampling leaves traces out and counts them", async () => {
  const { client, events } = clientIn({ sampling: 0 });
  client.span("root", (step) => step.span("child", () => undefined));
  expect(events()).toEqual([]);
  expect((await client.flush()).unsampled).toBe(4);
});

test("what is recorded after the end of the client is dropped and counted", async () => {
  const { client } = clientIn();
  client.startSpan("a").end();
  await client.close();
  client.startSpan("late").end();
  expect((await client.flush()).dropped).toEqual({ closed: 2 });
});
