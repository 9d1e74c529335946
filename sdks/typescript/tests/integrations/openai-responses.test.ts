import OpenAI from "openai";
import { afterAll, beforeAll, beforeEach, expect, test } from "vitest";
import { wrap } from "../../src/integrations/openai.ts";
import { broken } from "../endpoint/answers.ts";
import { backgroundResponse, failedResponse, RESPONSE_USAGE, response, responseStream } from "../endpoint/responses.ts";
import { Endpoint } from "../endpoint/server.ts";
import { type Recorded, Recording } from "./recorded.ts";

const MODEL = "gpt-5-mini";
const INPUT = [{ role: "user" as const, content: "What is an otter?" }];
const CALLS = [{ id: "call_1", name: "search", arguments: '{"query":"otters of Ghent"}' }];

let endpoint: Endpoint;
let recorded: Recording;
let openai: OpenAI;

beforeAll(async () => {
  endpoint = await Endpoint.start();
});
afterAll(() => endpoint.close());
beforeEach(() => {
  endpoint.reset();
  recorded = new Recording();
  openai = wrap(new OpenAI({ apiKey: "sk-test", baseURL: `${endpoint.url}/v1` }), { client: recorded.client });
});

function only() {
  expect(recorded.steps).toHaveLength(1);
  return recorded.steps[0] as Recorded;
}

const USED = {
  input_tokens: 300,
  output_tokens: 50,
  cache_read_input_tokens: 256,
  reasoning_output_tokens: 32,
  raw: RESPONSE_USAGE,
};

test("a response is a step with its items, reasoning and tools among them", async () => {
  endpoint.answers(response({ text: "A mammal.", calls: CALLS }));
  const answer = await openai.responses.create({
    model: MODEL,
    input: INPUT,
    instructions: "Be brief.",
    max_output_tokens: 100,
    reasoning: { effort: "low" },
    previous_response_id: "resp_0",
  });
  expect(answer.output_text).toBe("A mammal.");
  const step = only();
  expect(step).toMatchObject({ name: `chat ${MODEL}`, kind: "llm", status: "ok", usage: USED });
  expect(step.input).toEqual({ messages: INPUT, instructions: "Be brief.", reasoning: { effort: "low" } });
  expect(step.output).toMatchObject([
    { type: "reasoning" },
    { type: "function_call", name: "search", arguments: CALLS[0]?.arguments },
    { type: "message", role: "assistant", content: [{ type: "output_text", text: "A mammal." }] },
  ]);
  expect(step.attributes).toMatchObject({
    "gen_ai.request.max_tokens": 100,
    "gen_ai.request.reasoning.level": "low",
    "gen_ai.request.previous_response.id": "resp_0",
    "gen_ai.response.id": "resp_1",
    "gen_ai.response.finish_reasons": ["completed"],
  });
});

test("a response whose body the caller reads has its status, and its promise the class that it had", async () => {
  endpoint.answers(response({ text: "A mammal." }));
  const raw = await openai.responses.create({ model: MODEL, input: INPUT }).asResponse();
  expect(await raw.json()).toMatchObject({ id: "resp_1" });
  expect(only().status).toBe("ok");
  expect(only().attributes["http.response.status_code"]).toBe(200);
});

test("a text as input stays a text", async () => {
  endpoint.answers(response({ text: "A mammal." }));
  await openai.responses.create({ model: MODEL, input: "What is an otter?" });
  expect(only().input).toEqual({ input: "What is an otter?" });
});

test("a response that failed is an error, though the client throws none", async () => {
  endpoint.answers(failedResponse());
  expect((await openai.responses.create({ model: MODEL, input: INPUT })).status).toBe("failed");
  expect(only()).toMatchObject({ status: "error", message: "The model had an error" });
  expect(only().attributes["error.type"]).toBe("server_error");
});

test("a response in the background is one step for each time that it is asked for, its tokens counted once", async () => {
  endpoint.answers(
    backgroundResponse("queued"),
    backgroundResponse("in_progress"),
    response({ text: "A mammal." }),
    response({ text: "A mammal." }),
  );
  const begun = await openai.responses.create({ model: MODEL, input: INPUT, background: true });
  expect(begun.status).toBe("queued");
  expect((await openai.responses.retrieve(begun.id)).status).toBe("in_progress");
  const promise = openai.responses.retrieve(begun.id, { include: ["reasoning.encrypted_content"] });
  expect((await promise.withResponse()).data.output_text).toBe("A mammal.");
  await openai.responses.retrieve(begun.id);
  const [created, waiting, done, again] = recorded.steps as [Recorded, Recorded, Recorded, Recorded];
  expect(created).toMatchObject({
    name: `chat ${MODEL}`,
    status: "ok",
    output: { status: "queued" },
    usage: undefined,
  });
  expect(created.attributes["gen_ai.response.finish_reasons"]).toBeUndefined();
  expect(waiting).toMatchObject({ name: "fetch_response", kind: "llm", output: { status: "in_progress" } });
  expect(waiting.input).toEqual({ response_id: "resp_1" });
  expect(done.input).toEqual({ response_id: "resp_1", include: ["reasoning.encrypted_content"] });
  expect(done).toMatchObject({ status: "ok", usage: USED, output: [{ type: "reasoning" }, { type: "message" }] });
  expect(done.attributes["gen_ai.response.finish_reasons"]).toEqual(["completed"]);
  expect(again).toMatchObject({ status: "ok", usage: undefined });
  for (const later of [waiting, done, again]) {
    expect(later.links).toEqual([{ trace_id: created.traceId, span_id: created.spanId }]);
  }
});

test("a response in the background is read as a stream, and stopped", async () => {
  endpoint.answers(responseStream({ text: "An otter." }), responseStream({ text: "An otter." }));
  for await (const event of await openai.responses.create({
    model: MODEL,
    input: INPUT,
    background: true,
    stream: true,
  })) {
    if (event.type === "response.output_text.delta") break;
  }
  const helper = openai.responses.stream({ response_id: "resp_1", starting_after: 4 });
  expect((await helper.finalResponse()).output_text).toBe("An otter.");
  endpoint.answers(backgroundResponse("cancelled"));
  expect((await openai.responses.cancel("resp_1")).status).toBe("cancelled");
  const [created, read, stopped] = recorded.steps as [Recorded, Recorded, Recorded];
  expect(created).toMatchObject({ status: "cancelled", message: "closed before its end" });
  expect(read).toMatchObject({ name: "fetch_response", status: "ok", hasFirstChunk: true, usage: USED });
  expect(read.input).toMatchObject({ response_id: "resp_1" });
  expect(stopped).toMatchObject({ name: "cancel_response", kind: "step", status: "ok" });
  expect(stopped.attributes["gen_ai.response.finish_reasons"]).toEqual(["cancelled"]);
  expect([read.links, stopped.links]).toEqual(
    [1, 2].map(() => [{ trace_id: created.traceId, span_id: created.spanId }]),
  );
});

test("a stream is recorded delta by delta, and as it ends", async () => {
  endpoint.answers(responseStream({ text: "An otter.", calls: CALLS }));
  const types = new Set<string>();
  for await (const event of await openai.responses.create({ model: MODEL, input: INPUT, stream: true })) {
    types.add(event.type);
  }
  expect(types).toContain("response.completed");
  const step = only();
  expect(step).toMatchObject({ status: "ok", hasFirstChunk: true, usage: USED });
  expect(step.chunks.filter((chunk) => typeof chunk === "string")).toEqual(["An", " otter."]);
  expect(step.chunks).toContainEqual({ type: "response.function_call_arguments.delta", delta: '{"quer' });
  expect(step.output).toMatchObject([{ type: "reasoning" }, { type: "function_call" }, { type: "message" }]);
});

test("the library's helper, and endings that are none", async () => {
  endpoint.answers(
    responseStream({ text: "An otter." }),
    responseStream({ text: "An otter" }, "incomplete"),
    responseStream({ text: "An otter" }, "failed"),
  );
  const helper = openai.responses.stream({ model: MODEL, input: INPUT });
  expect((await helper.finalResponse()).output_text).toBe("An otter.");
  for (const _ of [1, 2]) {
    for await (const event of await openai.responses.create({ model: MODEL, input: INPUT, stream: true })) void event;
  }
  expect(recorded.steps.map((step) => step.status)).toEqual(["ok", "ok", "error"]);
  expect(recorded.steps[1]?.attributes["gen_ai.response.finish_reasons"]).toEqual(["max_output_tokens"]);
  expect(recorded.steps[2]?.attributes["error.type"]).toBe("server_error");
});

test("a stream that breaks off keeps what had come", async () => {
  endpoint.answers(broken(responseStream({ text: "An otter." }), 9));
  await expect(async () => {
    for await (const _ of await openai.responses.create({ model: MODEL, input: INPUT, stream: true }));
  }).rejects.toThrow();
  expect(only()).toMatchObject({ status: "error" });
  expect(only().output).toMatchObject([{ type: "reasoning" }, { content: [{ text: "An" }] }]);
});
