import Anthropic from "@anthropic-ai/sdk";
import { APIPromise } from "@anthropic-ai/sdk/api-promise";
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { wrap } from "../../src/integrations/anthropic.ts";
import { broken, Gate, withPart } from "../endpoint/answers.ts";
import { anthropicBadRequest, anthropicRateLimit } from "../endpoint/errors.ts";
import { MESSAGE_USAGE, message, messageEvents, messageStream } from "../endpoint/messages.ts";
import { Endpoint } from "../endpoint/server.ts";
import { type Recorded, Recording } from "./recorded.ts";

const MODEL = "claude-sonnet-4-6";
const MESSAGES = [{ role: "user" as const, content: "What is an otter?" }];
const TOOLS = [
  { name: "search", input_schema: { type: "object" as const, properties: { query: { type: "string" } } } },
];
const CALLS = [{ id: "toolu_1", name: "search", input: { query: "otters of Ghent" } }];
const ASKED = { model: MODEL, max_tokens: 512, messages: MESSAGES };

let endpoint: Endpoint;
let recorded: Recording;
let anthropic: Anthropic;

beforeAll(async () => {
  endpoint = await Endpoint.start();
});
afterAll(() => endpoint.close());
beforeEach(() => {
  endpoint.reset();
  recorded = new Recording();
  anthropic = wrap(new Anthropic({ apiKey: "sk-test", baseURL: endpoint.url, maxRetries: 1 }), {
    client: recorded.client,
  });
});

function only() {
  expect(recorded.steps).toHaveLength(1);
  return recorded.steps[0] as Recorded;
}

const USED = {
  input_tokens: 1300,
  output_tokens: 60,
  cache_read_input_tokens: 1000,
  cache_write_input_tokens: 200,
  raw: MESSAGE_USAGE,
};

describe("a message", () => {
  test("is a step; its input counts what the cache gave and took", async () => {
    endpoint.answers(message({ thinking: "Hm.", text: "A mammal.", calls: CALLS }));
    const answer = await anthropic.messages.create({
      ...ASKED,
      system: "Be brief.",
      tools: TOOLS,
      ...({ temperature: 0.2, top_k: 4 } as object),
      stop_sequences: ["END"],
      tool_choice: { type: "auto" },
    });
    expect(answer.stop_reason).toBe("tool_use");
    const step = only();
    expect(step).toMatchObject({ name: `chat ${MODEL}`, kind: "llm", status: "ok", tools: TOOLS, usage: USED });
    expect(step.input).toEqual({ messages: MESSAGES, system: "Be brief.", tool_choice: { type: "auto" } });
    expect(step.output).toEqual({
      role: "assistant",
      content: [
        { type: "thinking", thinking: "Hm.", signature: "c2lnbmVk" },
        { type: "text", text: "A mammal." },
        { type: "tool_use", ...CALLS[0] },
      ],
    });
    expect(step.attributes).toEqual({
      "gen_ai.operation.name": "chat",
      "gen_ai.provider.name": "anthropic",
      "gen_ai.request.model": MODEL,
      "gen_ai.request.max_tokens": 512,
      "gen_ai.request.temperature": 0.2,
      "gen_ai.request.top_k": 4,
      "gen_ai.request.stop_sequences": ["END"],
      "server.address": "127.0.0.1",
      "server.port": Number(new URL(endpoint.url).port),
      "gen_ai.response.id": "msg_1",
      "gen_ai.response.model": MODEL,
      "gen_ai.response.finish_reasons": ["tool_use"],
    });
  });

  test("is a promise of the library's class; beta messages are the same", async () => {
    endpoint.answers(message({ text: "One" }), message({ text: "Two" }), message({ text: "Three" }));
    const promise = anthropic.messages.create(ASKED);
    expect(promise).toBeInstanceOf(APIPromise);
    expect((await promise.withResponse()).response.status).toBe(200);
    expect((await anthropic.messages.create(ASKED).asResponse()).status).toBe(200);
    await anthropic.beta.messages.create(ASKED);
    expect(recorded.steps.map((step) => step.status)).toEqual(["ok", "ok", "ok"]);
  });

  test("is not counted where tokens are only counted", async () => {
    endpoint.answers(message({ text: "One" }));
    await anthropic.messages.countTokens({ model: MODEL, messages: MESSAGES });
    expect(recorded.steps).toEqual([]);
  });
});

describe("a stream", () => {
  const said = { thinking: "An animal then.", text: "An otter is a mammal.", calls: CALLS };
  const blocks = [
    { type: "thinking", thinking: said.thinking, signature: "c2lnbmVk" },
    { type: "text", text: said.text },
    { type: "tool_use", ...CALLS[0] },
  ];

  test("is recorded piece by piece, and put together", async () => {
    endpoint.answers(messageStream(said));
    let last: unknown;
    for await (const event of await anthropic.messages.create({ ...ASKED, stream: true })) last = event.type;
    expect(last).toBe("message_stop");
    const step = only();
    expect(step).toMatchObject({ status: "ok", hasFirstChunk: true });
    expect(step.usage).toEqual(USED);
    expect(step.output).toEqual({ role: "assistant", content: blocks });
    expect(step.chunks).toContain(" otter");
    expect(step.chunks).toContainEqual({ thinking: " animal" });
    expect(step.chunks).toContainEqual({ partial_json: '{"quer' });
    expect(step.attributes["gen_ai.response.finish_reasons"]).toEqual(["tool_use"]);
  });

  test("of the library's helper, which fills the objects that it got, is the same", async () => {
    endpoint.answers(messageStream(said), messageStream({ text: "An otter." }));
    const final = await anthropic.messages.stream(ASKED).finalMessage();
    expect(final.content).toEqual(blocks);
    expect(only().output).toEqual({ role: "assistant", content: blocks });
    await anthropic.beta.messages.stream(ASKED).finalMessage();
    expect(recorded.steps[1]?.output).toEqual({ role: "assistant", content: [{ type: "text", text: "An otter." }] });
  });

  test("that the caller leaves is cancelled; behind its last piece it is complete", async () => {
    endpoint.answers(withPart(messageStream({ text: "An otter" }), 4, new Gate()), messageStream({ text: "An otter" }));
    for await (const event of await anthropic.messages.create({ ...ASKED, stream: true })) {
      if (event.type === "content_block_delta") break;
    }
    expect(only()).toMatchObject({ status: "cancelled", output: { content: [{ type: "text", text: "An" }] } });
    for await (const event of await anthropic.messages.create({ ...ASKED, stream: true })) {
      if (event.type === "message_delta") break;
    }
    expect(recorded.steps[1]?.status).toBe("ok");
  });

  test("that the helper aborts is cancelled", async () => {
    endpoint.answers(withPart(messageStream({ text: "An otter" }), 4, new Gate()));
    const helper = anthropic.messages.stream(ASKED);
    helper.on("text", () => helper.abort());
    await expect(helper.finalMessage()).rejects.toBeInstanceOf(Anthropic.APIUserAbortError);
    expect(only()).toMatchObject({ status: "cancelled", chunks: ["An"] });
  });

  test("that fails or breaks off is an error, the same one for the caller", async () => {
    endpoint.answers(messageStream({ text: "An otter" }, "error"), broken(messageStream({ text: "An otter" }), 4));
    for (const type of ["overloaded_error", undefined]) {
      const stream = await anthropic.messages.create({ ...ASKED, stream: true });
      const error = await (async () => {
        for await (const _ of stream);
      })().catch((thrown: unknown) => thrown);
      const step = recorded.steps.at(-1);
      expect(step?.exception?.message).toBe((error as Error).message);
      expect(step).toMatchObject({ status: "error", output: { content: [{ type: "text" }] } });
      if (type !== undefined) expect(step?.attributes["error.type"]).toBe(type);
    }
  });
});

test("a stream keeps what its end does not know, citations, and searches of the provider's own", async () => {
  const citation = { type: "web_search_result_location", url: "https://otters.example/", cited_text: "An otter" };
  const search = { type: "server_tool_use", id: "srvtoolu_1", name: "web_search" };
  endpoint.answers(
    messageEvents(
      [
        { type: "content_block_start", index: 0, content_block: { ...search, input: {} } },
        {
          type: "content_block_delta",
          index: 0,
          delta: { type: "input_json_delta", partial_json: '{"query":"otters"}' },
        },
        { type: "content_block_stop", index: 0 },
        { type: "content_block_start", index: 1, content_block: { type: "text", text: "", citations: [] } },
        { type: "content_block_delta", index: 1, delta: { type: "citations_delta", citation } },
        { type: "content_block_delta", index: 1, delta: { type: "text_delta", text: "An otter" } },
        { type: "content_block_stop", index: 1 },
      ],
      {
        output_tokens: 60,
        input_tokens: null,
        cache_read_input_tokens: null,
        server_tool_use: { web_search_requests: 1 },
      },
    ),
  );
  const final = await anthropic.messages.stream(ASKED).finalMessage();
  expect(final.content[1]).toMatchObject({ text: "An otter", citations: [citation] });
  const step = only();
  expect(step.usage).toMatchObject({
    input_tokens: 1300,
    output_tokens: 60,
    cache_read_input_tokens: 1000,
    details: { web_search_requests: 1 },
  });
  expect(step.output).toEqual({
    role: "assistant",
    content: [
      { ...search, input: { query: "otters" } },
      { type: "text", text: "An otter", citations: [citation] },
    ],
  });
  expect(step.chunks[0]).toEqual({ ...search, input: {} });
});

test("parsed messages, subclasses and batches", async () => {
  class Mine extends Anthropic {}
  const mine = wrap(new Mine({ apiKey: "sk-test", baseURL: endpoint.url }), { client: recorded.client });
  expect(mine).toBeInstanceOf(Mine);
  endpoint.answers(message({ text: '{"legs":4}' }), message({ text: "One" }));
  const format = {
    type: "json_schema" as const,
    schema: { type: "object", properties: {}, additionalProperties: false },
  };
  const parsed = await mine.messages.parse({ ...ASKED, output_config: { format } });
  expect(parsed.content[0]).toMatchObject({ text: '{"legs":4}' });
  await mine.messages.batches.create({ requests: [] });
  expect(only()).toMatchObject({ status: "ok", output: { content: [{ text: '{"legs":4}' }] } });
});

test("clients for other clouds are known by their address, or behind a gateway by what they were made with", async () => {
  class OnAmazon extends Anthropic {
    readonly awsRegion = "us-east-1";
  }
  class OnGoogle extends Anthropic {
    readonly region = "us-east5";
    readonly projectId = null;
  }
  endpoint.answers(message({ text: "One" }), message({ text: "Two" }));
  const options = { apiKey: "sk-test", baseURL: endpoint.url };
  for (const client of [new OnAmazon(options), new OnGoogle(options)]) {
    await wrap(client, { client: recorded.client }).messages.create(ASKED);
  }
  const providers = recorded.steps.map((step) => step.attributes["gen_ai.provider.name"]);
  expect(providers).toEqual(["aws.bedrock", "gcp.vertex_ai"]);
});

test("refusals and retries", async () => {
  endpoint.answers(anthropicBadRequest(), anthropicRateLimit(), message({ text: "A mammal." }));
  const error = await anthropic.messages.create(ASKED).catch((thrown: unknown) => thrown);
  expect(error).toBeInstanceOf(Anthropic.BadRequestError);
  expect(only().exception?.message).toBe((error as Error).message);
  expect(only().attributes).toMatchObject({
    "error.type": "invalid_request_error",
    "http.response.status_code": 400,
  });
  await anthropic.messages.create(ASKED);
  expect(recorded.steps[1]).toMatchObject({ status: "ok", events: ["retry"] });
});
