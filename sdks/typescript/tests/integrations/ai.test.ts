import { createOpenAI } from "@ai-sdk/openai";
import { embed, generateObject, generateText, stepCountIs, streamText, tool } from "ai";
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { z } from "zod";
import { tracer } from "../../src/integrations/ai.ts";
import { Gate, withPart } from "../endpoint/answers.ts";
import { completion, completionStream } from "../endpoint/chat.ts";
import { openaiBadRequest } from "../endpoint/errors.ts";
import { response } from "../endpoint/responses.ts";
import { Endpoint } from "../endpoint/server.ts";
import { type Recorded, Recording } from "./recorded.ts";

const CALLS = [{ id: "call_1", name: "search", arguments: '{"query":"otters"}' }];

let endpoint: Endpoint;
let recorded: Recording;
let openai: ReturnType<typeof createOpenAI>;

beforeAll(async () => {
  endpoint = await Endpoint.start();
});
afterAll(() => endpoint.close());
beforeEach(() => {
  endpoint.reset();
  recorded = new Recording();
  openai = createOpenAI({ apiKey: "sk-test", baseURL: `${endpoint.url}/v1` });
});

const telemetry = (more: object = {}) => ({ isEnabled: true, tracer: tracer({ client: recorded.client }), ...more });
const model = () => openai.chat("gpt-5-mini");
const tree = () => recorded.steps.map((step) => [step.kind, step.name, step.status]);

test("a run and its request to a model are one tree, below the step that begins it", async () => {
  endpoint.answers(completion({ text: "A mammal." }));
  const { text } = await recorded.client.span("outer", () =>
    generateText({
      model: model(),
      system: "Be brief.",
      prompt: "What is an otter?",
      maxOutputTokens: 100,
      experimental_telemetry: telemetry({ functionId: "ask", metadata: { sessionId: "chat-7", tenant: "t-1" } }),
    }),
  );
  expect(text).toBe("A mammal.");
  expect(tree()).toEqual([
    ["step", "outer", "ok"],
    ["agent", "ask", "ok"],
    ["llm", "chat gpt-5-mini", "ok"],
  ]);
  const [outer, run, llm] = recorded.steps as [Recorded, Recorded, Recorded];
  expect([run.parentId, llm.parentId]).toEqual([outer.spanId, run.spanId]);
  expect(run.input).toEqual({ system: "Be brief.", prompt: "What is an otter?" });
  expect(run.output).toEqual({ role: "assistant", content: "A mammal." });
  expect(llm.input).toMatchObject({
    messages: [
      { role: "system", content: "Be brief." },
      { role: "user", content: [{ type: "text", text: "What is an otter?" }] },
    ],
  });
  expect(llm.usage).toEqual({
    input_tokens: 1200,
    output_tokens: 80,
    cache_read_input_tokens: 1024,
    reasoning_output_tokens: 64,
  });
  expect(llm.attributes).toMatchObject({
    "gen_ai.operation.name": "chat",
    "gen_ai.provider.name": "openai",
    "gen_ai.request.model": "gpt-5-mini",
    "gen_ai.request.max_tokens": 100,
    "gen_ai.response.id": "chatcmpl-1",
    "gen_ai.response.model": "gpt-5-mini-2025-08-07",
    "gen_ai.response.finish_reasons": ["stop"],
  });
  expect(await recorded.problems()).toEqual({});
});

test("tools are steps, and what they begin is below them", async () => {
  endpoint.answers(completion({ calls: CALLS }), completion({ text: "A mammal." }));
  const { text } = await generateText({
    model: model(),
    prompt: "What is an otter?",
    tools: {
      search: tool({
        description: "Finds things",
        inputSchema: z.object({ query: z.string() }),
        execute: ({ query }) => recorded.client.span("look up", () => Promise.resolve([`found ${query}`])),
      }),
    },
    stopWhen: stepCountIs(3),
    experimental_telemetry: telemetry(),
  });
  expect(text).toBe("A mammal.");
  expect(tree()).toEqual([
    ["agent", "ai.generateText", "ok"],
    ["llm", "chat gpt-5-mini", "ok"],
    ["tool", "search", "ok"],
    ["step", "look up", "ok"],
    ["llm", "chat gpt-5-mini", "ok"],
  ]);
  const [run, llm, search, inner] = recorded.steps as [Recorded, Recorded, Recorded, Recorded];
  expect(search).toMatchObject({ parentId: run.spanId, input: { query: "otters" }, output: ["found otters"] });
  expect(search.attributes).toMatchObject({ "gen_ai.tool.name": "search", "gen_ai.tool.call.id": "call_1" });
  expect(inner.parentId).toBe(search.spanId);
  expect(llm.tools).toMatchObject([{ type: "function", name: "search" }]);
  expect(llm.output).toMatchObject({ tool_calls: [{ toolName: "search", input: { query: "otters" } }] });
});

describe("a stream", () => {
  test("is a run that ends with the last word", async () => {
    endpoint.answers(completionStream({ text: "An otter is a mammal." }));
    const result = streamText({ model: model(), prompt: "What?", experimental_telemetry: telemetry() });
    let said = "";
    for await (const part of result.textStream) said += part;
    expect(said).toBe("An otter is a mammal.");
    expect(tree()).toEqual([
      ["agent", "ai.streamText", "ok"],
      ["llm", "chat gpt-5-mini", "ok"],
    ]);
    const [run, llm] = recorded.steps as [Recorded, Recorded];
    expect(llm).toMatchObject({ parentId: run.spanId, hasFirstChunk: true });
    expect(llm.output).toEqual({ role: "assistant", content: "An otter is a mammal." });
    expect(llm.usage).toMatchObject({ input_tokens: 1200, cache_read_input_tokens: 1024 });
  });

  test("that the caller gives up reaches the caller as it was", async () => {
    const abort = new AbortController();
    endpoint.answers(withPart(completionStream({ text: "An otter" }), 2, new Gate()));
    const result = streamText({
      model: model(),
      prompt: "What?",
      abortSignal: abort.signal,
      onError: () => undefined,
      experimental_telemetry: telemetry(),
    });
    const parts: string[] = [];
    for await (const part of result.fullStream) {
      parts.push(part.type);
      if (part.type === "text-delta") abort.abort();
    }
    expect(parts.at(-1)).toBe("abort");
    expect(tree()).toEqual([
      ["agent", "ai.streamText", "cancelled"],
      ["llm", "chat gpt-5-mini", "cancelled"],
    ]);
    expect(recorded.steps[1]).toMatchObject({ message: "aborted", hasFirstChunk: true });
  });

  test("that is aborted when nobody reads it any more ends by the signal that the tracer was given", async () => {
    for (const reason of [new Error("enough"), new DOMException("too slow", "TimeoutError")]) {
      const abort = new AbortController();
      endpoint.answers(withPart(completionStream({ text: "An otter" }), 2, new Gate()));
      const result = streamText({
        model: model(),
        prompt: "What?",
        abortSignal: abort.signal,
        onError: () => undefined,
        experimental_telemetry: telemetry({ tracer: tracer({ client: recorded.client, signal: abort.signal }) }),
      });
      for await (const part of result.fullStream) if (part.type === "text-delta") break;
      expect(recorded.steps.slice(-2).map((step) => step.status)).toEqual([undefined, undefined]);
      abort.abort(reason);
      const status = reason.name === "TimeoutError" ? "timeout" : "cancelled";
      for (const step of recorded.steps.slice(-2)) expect(step).toMatchObject({ status, message: reason.message });
    }
    expect(await recorded.problems()).toEqual({});
  });

  test("that is aborted in its second turn keeps the first, and what comes later is another run", async () => {
    const abort = new AbortController();
    endpoint.answers(
      completionStream({ calls: CALLS }),
      withPart(completionStream({ text: "An otter" }), 2, new Gate()),
      completionStream({ text: "An otter" }),
    );
    const found = tool({ inputSchema: z.object({ query: z.string() }), execute: () => "found" });
    const run = async (signal: AbortSignal | undefined) => {
      const result = streamText({
        model: model(),
        prompt: "What?",
        ...(signal && { abortSignal: signal }),
        stopWhen: stepCountIs(3),
        tools: { search: found },
        experimental_telemetry: telemetry(),
      });
      for await (const part of result.fullStream) if (part.type === "text-delta" && signal) abort.abort();
    };
    await run(abort.signal);
    await run(undefined);
    expect(tree()).toEqual([
      ["agent", "ai.streamText", "cancelled"],
      ["llm", "chat gpt-5-mini", "ok"],
      ["tool", "search", "ok"],
      ["llm", "chat gpt-5-mini", "cancelled"],
      ["agent", "ai.streamText", "ok"],
      ["llm", "chat gpt-5-mini", "ok"],
    ]);
  });

  test("that is refused is an error, and so is its run", async () => {
    endpoint.answers(openaiBadRequest());
    const result = streamText({
      model: model(),
      prompt: "What?",
      maxRetries: 0,
      onError: () => undefined,
      experimental_telemetry: telemetry(),
    });
    for await (const _ of result.textStream);
    expect(tree()).toEqual([
      ["agent", "ai.streamText", "error"],
      ["llm", "chat gpt-5-mini", "error"],
    ]);
  });
});

test("failures are errors, the same ones for the caller", async () => {
  endpoint.answers(openaiBadRequest());
  const failed = generateText({ model: model(), prompt: "What?", maxRetries: 0, experimental_telemetry: telemetry() });
  await expect(failed).rejects.toThrow("Unsupported value");
  for (const step of recorded.steps) {
    expect(step).toMatchObject({ status: "error", exception: { type: "AI_APICallError" } });
  }
  expect(recorded.steps).toHaveLength(2);
});

test("objects, responses and embeddings", async () => {
  endpoint.answers(completion({ text: '{"legs":4}' }), response({ text: "A mammal." }));
  const { object } = await generateObject({
    model: model(),
    schema: z.object({ legs: z.number() }),
    prompt: "Legs?",
    experimental_telemetry: telemetry(),
  });
  expect(object).toEqual({ legs: 4 });
  await generateText({ model: openai.responses("gpt-5-mini"), prompt: "What?", experimental_telemetry: telemetry() });
  expect(recorded.steps[0]?.output).toEqual({ legs: 4 });
  expect(recorded.steps[3]).toMatchObject({ name: "chat gpt-5-mini", usage: { cache_read_input_tokens: 256 } });
  expect(recorded.steps[3]?.output).toMatchObject({ content: "A mammal." });

  const vectors = { object: "list", data: [{ embedding: [1, 2] }], model: "m", usage: { prompt_tokens: 8 } };
  endpoint.answers({
    status: 200,
    headers: { "content-type": "application/json" },
    parts: [JSON.stringify(vectors)],
  });
  await embed({
    model: openai.embedding("text-embedding-3-small"),
    value: "otter",
    experimental_telemetry: telemetry(),
  });
  expect(recorded.steps.at(-1)).toMatchObject({
    name: "embeddings text-embedding-3-small",
    kind: "embedding",
    status: "ok",
    input: ["otter"],
    usage: { input_tokens: 8 },
  });
});
