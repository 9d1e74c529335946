import OpenAI, { AzureOpenAI } from "openai";
import { APIPromise } from "openai/api-promise";
import { Stream } from "openai/streaming";
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { wrap } from "../../src/integrations/openai.ts";
import { broken, Gate, withPart } from "../endpoint/answers.ts";
import { CHAT_USAGE, choicesStream, completion, completionStream, deltaStream, embeddings } from "../endpoint/chat.ts";
import { openaiBadRequest, openaiRateLimit } from "../endpoint/errors.ts";
import { Endpoint } from "../endpoint/server.ts";
import { type Recorded, Recording } from "./recorded.ts";

const MODEL = "gpt-5-mini";
const MESSAGES = [
  { role: "system" as const, content: "Be brief." },
  { role: "user" as const, content: "What is an otter?" },
];
const TOOLS = [
  {
    type: "function" as const,
    function: { name: "search", parameters: { type: "object", properties: { query: { type: "string" } } } },
  },
];
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
  openai = wrap(new OpenAI({ apiKey: "sk-test", baseURL: `${endpoint.url}/v1`, maxRetries: 1 }), {
    client: recorded.client,
  });
});

function only() {
  expect(recorded.steps).toHaveLength(1);
  return recorded.steps[0] as Recorded;
}

const USED = {
  input_tokens: 1200,
  output_tokens: 80,
  cache_read_input_tokens: 1024,
  reasoning_output_tokens: 64,
  raw: CHAT_USAGE,
};

describe("a completion", () => {
  test("is a step with its settings, messages, tools, answer and tokens", async () => {
    endpoint.answers(completion({ text: "A mammal." }));
    const answer = await openai.chat.completions.create({
      model: MODEL,
      messages: MESSAGES,
      tools: TOOLS,
      temperature: 0.2,
      max_completion_tokens: 100,
      stop: "END",
      seed: 7,
      response_format: { type: "json_object" },
      reasoning_effort: "low",
      metadata: { run: "1" },
    });
    expect(answer.choices[0]?.message.content).toBe("A mammal.");
    expect(answer._request_id).toBe("req-1");
    const step = only();
    expect(step).toMatchObject({ name: `chat ${MODEL}`, kind: "llm", status: "ok", tools: TOOLS });
    expect(step.input).toEqual({
      messages: MESSAGES,
      response_format: { type: "json_object" },
      metadata: { run: "1" },
    });
    expect(step.output).toMatchObject({ role: "assistant", content: "A mammal." });
    expect(step.usage).toEqual(USED);
    expect(step.attributes).toEqual({
      "gen_ai.operation.name": "chat",
      "gen_ai.provider.name": "openai",
      "gen_ai.request.model": MODEL,
      "gen_ai.request.temperature": 0.2,
      "gen_ai.request.max_tokens": 100,
      "gen_ai.request.stop_sequences": ["END"],
      "gen_ai.request.seed": 7,
      "gen_ai.request.reasoning.level": "low",
      "gen_ai.output.type": "json",
      "server.address": "127.0.0.1",
      "server.port": Number(new URL(endpoint.url).port),
      "gen_ai.response.id": "chatcmpl-1",
      "gen_ai.response.model": "gpt-5-mini-2025-08-07",
      "gen_ai.response.finish_reasons": ["stop"],
      "openai.response.service_tier": "default",
      "openai.response.system_fingerprint": "fp_1",
    });
    expect(step.hasFirstChunk).toBe(false);
  });

  test("with several candidates is a list of messages", async () => {
    endpoint.answers(completion({ text: "One" }, { text: "Two" }));
    await openai.chat.completions.create({ model: MODEL, messages: MESSAGES, n: 2 });
    const step = only();
    expect(step.output).toMatchObject([{ content: "One" }, { content: "Two" }]);
    expect(step.attributes).toMatchObject({
      "gen_ai.request.choice.count": 2,
      "gen_ai.response.finish_reasons": ["stop", "stop"],
    });
  });

  test("keeps the tools that the model calls", async () => {
    endpoint.answers(completion({ calls: CALLS }));
    await openai.chat.completions.create({ model: MODEL, messages: MESSAGES, tools: TOOLS });
    expect(only().output).toMatchObject({ tool_calls: [{ id: "call_1", function: { name: "search" } }] });
    expect(only().attributes["gen_ai.response.finish_reasons"]).toEqual(["tool_calls"]);
  });

  test("is a promise of the library's class with its helpers", async () => {
    endpoint.answers(completion({ text: "One" }), completion({ text: "Two" }), completion({ text: '{"a":1}' }));
    const promise = openai.chat.completions.create({ model: MODEL, messages: MESSAGES });
    expect(promise).toBeInstanceOf(APIPromise);
    const { data, response, request_id } = await promise.withResponse();
    expect([data.choices[0]?.message.content, response.status, request_id]).toEqual(["One", 200, "req-1"]);
    expect(await promise).toBe(data);
    const raw = await openai.chat.completions.create({ model: MODEL, messages: MESSAGES }).asResponse();
    expect(((await raw.json()) as { id: string }).id).toBe("chatcmpl-1");
    const parsed = await openai.chat.completions.parse({ model: MODEL, messages: MESSAGES });
    expect(parsed.choices[0]?.message.parsed).toBeNull();
    expect(recorded.steps.map((step) => step.status)).toEqual(["ok", "ok", "ok"]);
    expect(recorded.steps[1]?.attributes["http.response.status_code"]).toBe(200);
    expect(recorded.steps[1]?.output).toBeUndefined();
    expect(recorded.steps[2]?.output).toMatchObject({ content: '{"a":1}' });
  });

  test("is one step when the client is wrapped twice, and one of a copy of it", async () => {
    endpoint.answers(completion({ text: "One" }), completion({ text: "Two" }));
    expect(wrap(wrap(openai, { client: recorded.client }), { client: recorded.client })).toBe(openai);
    await openai.chat.completions.create({ model: MODEL, messages: MESSAGES });
    await openai.withOptions({ timeout: 5000 }).chat.completions.create({ model: MODEL, messages: MESSAGES });
    expect(recorded.steps).toHaveLength(2);
  });

  test("leaves other requests and other clients alone", async () => {
    const other = new OpenAI({ apiKey: "sk-test", baseURL: `${endpoint.url}/v1` });
    endpoint.answers(completion({ text: "One" }), completion({ text: "Two" }));
    await other.chat.completions.create({ model: MODEL, messages: MESSAGES });
    await openai.chat.completions.update("chatcmpl-1", { metadata: { a: "b" } });
    expect(recorded.steps).toEqual([]);
  });

  test("runs tools by the library's own helper, one step for each turn", async () => {
    endpoint.answers(completion({ calls: CALLS }), completion({ text: "A mammal." }));
    const runner = openai.chat.completions.runTools({
      model: MODEL,
      messages: MESSAGES,
      tools: [
        {
          type: "function",
          function: {
            name: "search",
            description: "Finds things",
            parameters: {},
            parse: JSON.parse,
            function: () => "Lutra lutra",
          },
        },
      ],
    });
    expect(await runner.finalContent()).toBe("A mammal.");
    expect(recorded.steps.map((step) => step.status)).toEqual(["ok", "ok"]);
    const input = recorded.steps[1]?.input as { messages: unknown[] };
    expect(input.messages.at(-1)).toMatchObject({ role: "tool", content: "Lutra lutra" });
  });
});

describe("a fetch of the caller's own", () => {
  const fetching = () =>
    wrap(
      new OpenAI({
        apiKey: "sk-test",
        baseURL: `${endpoint.url}/v1`,
        maxRetries: 1,
        fetch: (url, init) => recorded.client.span("fetch", { kind: "http" }, () => fetch(url, init)),
      }),
      { client: recorded.client },
    );
  const tree = () =>
    recorded.steps.map((step) => [step.name, recorded.steps.find((one) => one.spanId === step.parentId)?.name]);

  test("is below the request that it serves, each attempt of it, and what comes after is not", async () => {
    endpoint.answers(openaiRateLimit(), completion({ text: "A mammal." }));
    await recorded.client.span("agent", async () => {
      const promise = fetching().chat.completions.create({ model: MODEL, messages: MESSAGES });
      expect(promise).toBeInstanceOf(APIPromise);
      const { data, response } = await promise.withResponse();
      expect([data.choices[0]?.message.content, response.status]).toEqual(["A mammal.", 200]);
      recorded.client.span("after", () => undefined);
    });
    expect(tree()).toEqual([
      ["agent", undefined],
      [`chat ${MODEL}`, "agent"],
      ["fetch", `chat ${MODEL}`],
      ["fetch", `chat ${MODEL}`],
      ["after", "agent"],
    ]);
    expect(recorded.steps[1]?.events).toEqual(["retry"]);
  });

  test("is below its own request where several are made at once with the same objects", async () => {
    endpoint.answers(completion({ text: "One" }), completion({ text: "Two" }));
    const asked = { model: MODEL, messages: MESSAGES };
    const options = { timeout: 5000 };
    const client = fetching();
    await Promise.all([
      client.post("/chat/completions", { body: asked, ...options }),
      client.chat.completions.create(asked, options),
    ]);
    const [first, second, ...fetches] = recorded.steps;
    expect(new Set(fetches.map((step) => step.parentId))).toEqual(new Set([first?.spanId, second?.spanId]));
    expect(Reflect.ownKeys(options)).toEqual(["timeout"]);
  });

  test("throws what it throws", async () => {
    const broken = wrap(
      new OpenAI({ apiKey: "sk-test", maxRetries: 0, fetch: () => Promise.reject(new TypeError("no network")) }),
      { client: recorded.client },
    );
    const error = await broken.chat.completions
      .create({ model: MODEL, messages: MESSAGES })
      .asResponse()
      .catch((thrown: unknown) => thrown);
    expect(error).toBeInstanceOf(OpenAI.APIConnectionError);
    expect(only()).toMatchObject({ status: "error", exception: { message: (error as Error).message } });
  });
});

describe("a stream", () => {
  const ask = (more: { usage?: boolean } = {}) =>
    openai.chat.completions.create({
      model: MODEL,
      messages: MESSAGES,
      stream: true,
      ...(more.usage !== false && { stream_options: { include_usage: true } }),
    });

  test("is recorded chunk by chunk, and put together", async () => {
    endpoint.answers(completionStream({ text: "An otter is a mammal." }));
    const stream = await ask();
    expect(stream).toBeInstanceOf(Stream);
    let said = "";
    for await (const chunk of stream) said += chunk.choices[0]?.delta.content ?? "";
    expect(said).toBe("An otter is a mammal.");
    const step = only();
    expect(step.chunks).toEqual(["An", " otter", " is", " a", " mammal."]);
    expect(step).toMatchObject({ status: "ok", hasFirstChunk: true, usage: USED });
    expect(step.output).toMatchObject({ role: "assistant", content: "An otter is a mammal." });
    expect(step.input).toEqual({ messages: MESSAGES, stream_options: { include_usage: true } });
    expect(step.attributes).toMatchObject({
      "gen_ai.request.stream": true,
      "gen_ai.response.finish_reasons": ["stop"],
    });
  });

  test("puts tool calls together", async () => {
    endpoint.answers(completionStream({ calls: CALLS }, { usage: false }));
    for await (const _ of await ask({ usage: false }));
    expect(only().output).toMatchObject({
      tool_calls: [{ id: "call_1", type: "function", function: { name: "search", arguments: CALLS[0]?.arguments } }],
    });
    expect(only().usage).toBeUndefined();
  });

  test("with several candidates keeps them apart, a refusal, and a name that is said with each piece", async () => {
    endpoint.answers(
      choicesStream("An otter", "A sea otter"),
      deltaStream({ role: "assistant", content: null, refusal: "I can't" }, { refusal: " say." }),
      deltaStream(
        { tool_calls: [{ index: 0, id: "call_1", type: "function", function: { name: "search", arguments: '{"a"' } }] },
        { tool_calls: [{ index: 0, id: "call_1", function: { name: "search", arguments: ":1}" } }] },
      ),
      deltaStream({ audio: { id: "audio_1", transcript: "An", data: "AAAA" } }, { audio: { data: "AAA=" } }),
    );
    const two = { model: MODEL, messages: MESSAGES, stream: true as const, n: 2 };
    for await (const _ of await openai.chat.completions.create(two));
    for (const _ of [1, 2, 3]) for await (const __ of await ask());
    const [both, refused, called, said] = recorded.steps;
    expect(both?.output).toMatchObject([{ content: "An otter" }, { content: "A sea otter" }]);
    expect(both?.chunks[1]).toEqual({ index: 1, delta: "A" });
    expect(both?.attributes["gen_ai.response.finish_reasons"]).toEqual(["stop", "stop"]);
    expect(refused?.output).toMatchObject({ refusal: "I can't say." });
    expect(called?.output).toMatchObject({ tool_calls: [{ function: { name: "search", arguments: '{"a":1}' } }] });
    expect(said?.output).toEqual({ audio: { id: "audio_1", transcript: "An", bytes: 5 } });
    expect(said?.chunks[1]).toEqual({ audio: { bytes: 2 } });
  });

  test("is read at the caller's pace: its first chunk is recorded while the rest is not there", async () => {
    const gate = new Gate();
    endpoint.answers(withPart(completionStream({ text: "An otter" }), 2, gate));
    const stream = await ask();
    expect(only().status).toBeUndefined();
    const iterator = stream[Symbol.asyncIterator]();
    await iterator.next();
    await iterator.next();
    expect(only().chunks).toEqual(["An"]);
    expect(only().status).toBeUndefined();
    gate.open();
    while (!(await iterator.next()).done);
    expect(only()).toMatchObject({ status: "ok", chunks: ["An", " otter"] });
  });

  test("says how long its first chunk took, from the request on", async () => {
    let now = 1000;
    recorded.client.monotonicMillis = () => now;
    const gate = new Gate();
    endpoint.answers(withPart(completionStream({ text: "An otter" }), 0, gate));
    const stream = await ask();
    now = 1250;
    gate.open();
    for await (const _ of stream) now += 10;
    expect(only().end?.["time_to_first_chunk_nanos"]).toBe(250_000_000);
  });

  test("that the caller leaves is cancelled, with what had come", async () => {
    const gate = new Gate();
    endpoint.answers(withPart(completionStream({ text: "An otter" }), 2, gate));
    for await (const chunk of await ask()) if (chunk.choices[0]?.delta.content) break;
    expect(only()).toMatchObject({ status: "cancelled", message: "closed before its end", chunks: ["An"] });
    expect(only().output).toMatchObject({ content: "An" });
    await endpoint.requests[0]?.gone;
  });

  test("that the caller leaves behind the last word is complete", async () => {
    endpoint.answers(completionStream({ text: "An otter" }));
    for await (const chunk of await ask()) if (chunk.choices[0]?.finish_reason) break;
    expect(only().status).toBe("ok");
  });

  test("is cancelled by its controller and by the caller's signal", async () => {
    for (const by of ["controller", "signal"]) {
      const abort = new AbortController();
      endpoint.answers(withPart(completionStream({ text: "An otter" }), 2, new Gate()));
      const stream = await openai.chat.completions.create(
        { model: MODEL, messages: MESSAGES, stream: true },
        { signal: abort.signal },
      );
      const said: unknown[] = [];
      for await (const chunk of stream) {
        said.push(chunk);
        if (said.length === 2) (by === "signal" ? abort : stream.controller).abort();
      }
      expect(said).toHaveLength(2);
      expect(recorded.steps.at(-1)).toMatchObject({ status: "cancelled", message: "aborted", chunks: ["An"] });
    }
  });

  test("that breaks off is an error, the same one for the caller", async () => {
    endpoint.answers(broken(completionStream({ text: "An otter" }), 2));
    const stream = await ask();
    const error = await (async () => {
      for await (const _ of stream);
    })().catch((thrown: unknown) => thrown);
    expect(error).toBeInstanceOf(Error);
    expect(only().status).toBe("error");
    expect(only().exception?.message).toBe((error as Error).message);
    expect(only().output).toMatchObject({ content: "An" });
  });

  test("can be split, and turned into a readable stream", async () => {
    endpoint.answers(completionStream({ text: "An otter" }), completionStream({ text: "An otter" }));
    const [left, right] = (await ask()).tee();
    const both = await Promise.all(
      [left, right].map(async (half) => {
        let count = 0;
        for await (const _ of half) count += 1;
        return count;
      }),
    );
    expect(both[0]).toBe(both[1]);
    for await (const _ of (await ask()).toReadableStream() as unknown as AsyncIterable<Uint8Array>);
    expect(recorded.steps.map((step) => step.status)).toEqual(["ok", "ok"]);
  });

  test("read twice throws what it always threw, and stays recorded once", async () => {
    endpoint.answers(completionStream({ text: "An otter" }));
    const stream = await ask();
    for await (const _ of stream);
    await expect(async () => {
      for await (const _ of stream);
    }).rejects.toThrow("consumed stream");
    expect(only().status).toBe("ok");
  });

  test("that somebody else tries to read meanwhile goes on", async () => {
    endpoint.answers(completionStream({ text: "An otter" }));
    const stream = await ask();
    const iterator = stream[Symbol.asyncIterator]();
    await iterator.next();
    await expect(stream[Symbol.asyncIterator]().next()).rejects.toThrow("consumed stream");
    while (!(await iterator.next()).done);
    expect(only()).toMatchObject({ status: "ok", chunks: ["An", " otter"] });
  });

  test("of the library's helper is the same step", async () => {
    endpoint.answers(completionStream({ text: "An otter" }));
    const helper = openai.chat.completions.stream({ model: MODEL, messages: MESSAGES });
    expect(await helper.finalContent()).toBe("An otter");
    expect(only()).toMatchObject({ status: "ok", chunks: ["An", " otter"] });
  });
});

describe("what goes wrong", () => {
  const ask = (signal?: AbortSignal) =>
    openai.chat.completions.create({ model: MODEL, messages: MESSAGES }, signal && { signal });

  test("a refusal is an error with the provider's code, the same one for the caller", async () => {
    endpoint.answers(openaiBadRequest());
    const error = await ask().catch((thrown: unknown) => thrown);
    expect(error).toBeInstanceOf(OpenAI.BadRequestError);
    expect(only().exception?.message).toBe((error as Error).message);
    expect(only().attributes).toMatchObject({ "error.type": "unsupported_value", "http.response.status_code": 400 });
  });

  test("a retry of the client's own is an event of the one step", async () => {
    endpoint.answers(openaiRateLimit(), completion({ text: "A mammal." }));
    await ask();
    expect(only()).toMatchObject({ status: "ok", events: ["retry"] });
    endpoint.answers(openaiRateLimit(), openaiRateLimit());
    await expect(ask()).rejects.toBeInstanceOf(OpenAI.RateLimitError);
    expect(recorded.steps[1]?.attributes).toMatchObject({ "error.type": "rate_limit_exceeded" });
    expect(recorded.steps[1]?.events).toEqual(["retry"]);
  });

  test("a request that the caller gives up is cancelled", async () => {
    const abort = new AbortController();
    endpoint.answers(withPart(completion({ text: "Late" }), 0, new Gate()));
    const answer = ask(abort.signal);
    const settled = answer.catch((thrown: unknown) => thrown);
    abort.abort();
    expect(await settled).toBeInstanceOf(OpenAI.APIUserAbortError);
    expect(only().status).toBe("cancelled");
  });

  test("a request that takes too long is a timeout", async () => {
    endpoint.answers({ ...completion({ text: "Late" }), parts: [new Gate()] });
    const patient = wrap(
      new OpenAI({
        apiKey: "sk-test",
        maxRetries: 0,
        timeout: 1,
        fetch: (_, init) =>
          new Promise((_resolve, reject) => init?.signal?.addEventListener("abort", () => reject(init.signal?.reason))),
      }),
      { client: recorded.client },
    );
    await expect(patient.chat.completions.create({ model: MODEL, messages: MESSAGES })).rejects.toBeInstanceOf(
      OpenAI.APIConnectionTimeoutError,
    );
    expect(only().status).toBe("timeout");
  });

  test("a signal that ends by time is a timeout, before the answer and within a stream", async () => {
    const late = () => {
      const abort = new AbortController();
      return { signal: abort.signal, end: () => abort.abort(new DOMException("too slow", "TimeoutError")) };
    };
    endpoint.answers(withPart(completion({ text: "Late" }), 0, new Gate()));
    const first = late();
    const settled = ask(first.signal).catch((thrown: unknown) => thrown);
    first.end();
    expect(await settled).toBeInstanceOf(OpenAI.APIUserAbortError);
    endpoint.reset();
    endpoint.answers(withPart(completionStream({ text: "An otter" }), 2, new Gate()));
    const second = late();
    const asked = { model: MODEL, messages: MESSAGES, stream: true as const };
    const stream = await openai.chat.completions.create(asked, { signal: second.signal });
    for await (const chunk of stream) if (chunk.choices[0]?.delta.content) second.end();
    expect(recorded.steps.map((step) => step.status)).toEqual(["timeout", "timeout"]);
  });

  test("what the library's own parsing throws reaches the caller; the request was well", async () => {
    endpoint.answers(completion({ text: "no JSON" }));
    const schema = { name: "legs", strict: true, schema: { type: "object" } };
    const format = Object.assign(
      { type: "json_schema" as const, json_schema: schema },
      { $brand: "auto-parseable-response-format", $parseRaw: JSON.parse },
    );
    const asked = openai.chat.completions.parse({ model: MODEL, messages: MESSAGES, response_format: format });
    await expect(asked).rejects.toBeInstanceOf(SyntaxError);
    expect(only()).toMatchObject({ status: "ok", output: { content: "no JSON" } });
  });

  test("a rejection that nobody handles stays unhandled", async () => {
    endpoint.answers(openaiBadRequest());
    const listeners = process.listeners("unhandledRejection");
    process.removeAllListeners("unhandledRejection");
    const reason = new Promise((resolve) => process.once("unhandledRejection", resolve));
    void ask();
    expect(await reason).toBeInstanceOf(OpenAI.BadRequestError);
    for (const listener of listeners) process.on("unhandledRejection", listener);
  });

  test("what is no client, or is frozen, is given back, and counted", async () => {
    const thing = { chat: {} };
    expect(wrap(thing, { client: recorded.client })).toBe(thing);
    const frozen = Object.freeze(new OpenAI({ apiKey: "sk-test", baseURL: `${endpoint.url}/v1` }));
    expect(wrap(frozen, { client: recorded.client })).toBe(frozen);
    expect(await recorded.problems()).toEqual({ cannot_wrap: 2 });
  });
});

test("Azure's client, and a class of one's own with private members, stay what they are", async () => {
  endpoint.answers(completion({ text: "One" }), completion({ text: "Two" }));
  const azure = wrap(
    new AzureOpenAI({ apiKey: "sk-test", endpoint: endpoint.url, apiVersion: "2025-04-01-preview", deployment: "d-1" }),
    { client: recorded.client },
  );
  await azure.chat.completions.create({ model: MODEL, messages: MESSAGES });
  expect(endpoint.requests[0]?.path).toBe("/openai/deployments/d-1/chat/completions?api-version=2025-04-01-preview");
  expect(only().attributes["gen_ai.provider.name"]).toBe("azure.ai.openai");
  class Mine extends OpenAI {
    readonly #mine = "kept";
    mine(): string {
      return this.#mine;
    }
  }
  const mine = wrap(new Mine({ apiKey: "sk-test", baseURL: `${endpoint.url}/v1` }), { client: recorded.client });
  await mine.chat.completions.create({ model: MODEL, messages: MESSAGES });
  expect(mine).toBeInstanceOf(Mine);
  expect(mine.mine()).toBe("kept");
  expect(recorded.steps).toHaveLength(2);
});

test("embeddings say how long their vectors are, and do not hold them", async () => {
  endpoint.answers(
    embeddings([
      [1, 2, 3],
      [4, 5, 6],
    ]),
  );
  const answer = await openai.embeddings.create({ model: "text-embedding-3-small", input: ["otter", "kelp"] });
  expect([...(answer.data[1]?.embedding ?? [])]).toEqual([4, 5, 6]);
  const step = only();
  expect(step).toMatchObject({ name: "embeddings text-embedding-3-small", kind: "embedding", status: "ok" });
  expect(step.input).toEqual({ input: ["otter", "kelp"] });
  expect(step.output).toBeUndefined();
  expect(step.attributes).toMatchObject({ "gen_ai.embeddings.dimension.count": 3 });
  expect(step.usage).toMatchObject({ input_tokens: 8 });
});
