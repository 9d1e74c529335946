import { embed, generateText, isStepCount, streamText, tool } from "ai-next";
import { createOpenAI } from "ai-sdk-openai-next";
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { z } from "zod";
import { telemetry } from "../../src/integrations/ai.ts";
import { Gate, withPart } from "../endpoint/answers.ts";
import { completion, completionStream } from "../endpoint/chat.ts";
import { openaiBadRequest } from "../endpoint/errors.ts";
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

const model = () => openai.chat("gpt-5-mini");
const told = (more: object = {}) => ({ integrations: [telemetry({ client: recorded.client })], ...more });
const tree = () => recorded.steps.map((step) => [step.kind, step.name, step.status]);

test("a run, its requests, its tools and what they begin are one tree", async () => {
  endpoint.answers(completion({ calls: CALLS }), completion({ text: "A mammal." }));
  const { text } = await recorded.client.span("outer", () =>
    generateText({
      model: model(),
      instructions: "Be brief.",
      prompt: "What is an otter?",
      tools: {
        search: tool({
          inputSchema: z.object({ query: z.string() }),
          execute: ({ query }) => recorded.client.span("look up", () => Promise.resolve([`found ${query}`])),
        }),
      },
      stopWhen: isStepCount(3),
      telemetry: told({ functionId: "ask" }),
    }),
  );
  expect(text).toBe("A mammal.");
  expect(tree()).toEqual([
    ["step", "outer", "ok"],
    ["agent", "ask", "ok"],
    ["llm", "chat gpt-5-mini", "ok"],
    ["tool", "search", "ok"],
    ["step", "look up", "ok"],
    ["llm", "chat gpt-5-mini", "ok"],
  ]);
  const [outer, run, first, search, inner, last] = recorded.steps as Recorded[];
  expect(run?.parentId).toBe(outer?.spanId);
  expect([first?.parentId, search?.parentId, last?.parentId]).toEqual([run?.spanId, run?.spanId, run?.spanId]);
  expect(inner?.parentId).toBe(search?.spanId);
  expect(run).toMatchObject({ output: { role: "assistant", content: "A mammal." } });
  expect(first).toMatchObject({ input: { messages: [{ role: "user" }] }, tools: [{ name: "search" }] });
  expect(first?.output).toMatchObject({ tool_calls: [{ toolName: "search", input: { query: "otters" } }] });
  expect(search).toMatchObject({ input: { query: "otters" }, output: ["found otters"] });
  expect(last?.usage).toMatchObject({
    input_tokens: 1200,
    output_tokens: 80,
    cache_read_input_tokens: 1024,
    reasoning_output_tokens: 64,
  });
  expect(last?.attributes).toMatchObject({
    "gen_ai.provider.name": "openai",
    "gen_ai.request.model": "gpt-5-mini",
    "gen_ai.response.finish_reasons": ["stop"],
  });
  expect(await recorded.problems()).toEqual({});
});

describe("a stream", () => {
  test("is a run that ends with the last word", async () => {
    endpoint.answers(completionStream({ text: "An otter is a mammal." }));
    const result = streamText({ model: model(), prompt: "What?", telemetry: told() });
    let said = "";
    for await (const part of result.textStream) said += part;
    expect(said).toBe("An otter is a mammal.");
    expect(tree()).toEqual([
      ["agent", "ai.streamText", "ok"],
      ["llm", "chat gpt-5-mini", "ok"],
    ]);
    expect(recorded.steps[1]).toMatchObject({ hasFirstChunk: true, output: { content: "An otter is a mammal." } });
  });

  test("that the caller gives up is cancelled", async () => {
    const abort = new AbortController();
    endpoint.answers(withPart(completionStream({ text: "An otter" }), 2, new Gate()));
    const result = streamText({ model: model(), prompt: "What?", abortSignal: abort.signal, telemetry: told() });
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
  });
});

test("failures are errors, the same ones for the caller", async () => {
  endpoint.answers(openaiBadRequest());
  const failed = generateText({ model: model(), prompt: "What?", maxRetries: 0, telemetry: told() });
  await expect(failed).rejects.toThrow("Unsupported value");
  expect(tree()).toEqual([
    ["agent", "ai.generateText", "error"],
    ["llm", "chat gpt-5-mini", "error"],
  ]);
});

test("what is not to be recorded is not", async () => {
  endpoint.answers(completion({ text: "A secret." }));
  await generateText({
    model: model(),
    prompt: "A secret?",
    telemetry: told({ recordInputs: false, recordOutputs: false }),
  });
  expect(JSON.stringify(recorded.steps)).not.toContain("secret");
  expect(tree()).toHaveLength(2);
});

test("embeddings say what they are of", async () => {
  const vectors = { object: "list", data: [{ embedding: [1, 2] }], model: "m", usage: { prompt_tokens: 8 } };
  endpoint.answers({ status: 200, headers: { "content-type": "application/json" }, parts: [JSON.stringify(vectors)] });
  await embed({ model: openai.embedding("text-embedding-3-small"), value: "otter", telemetry: told() });
  expect(recorded.steps.at(-1)).toMatchObject({
    name: "embeddings text-embedding-3-small",
    kind: "embedding",
    status: "ok",
    input: ["otter"],
    usage: { input_tokens: 8 },
  });
});
