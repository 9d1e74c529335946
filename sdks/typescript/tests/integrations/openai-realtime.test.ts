import OpenAI from "openai";
import { OpenAIRealtimeWebSocket } from "openai/realtime/websocket";
import { WebSocket } from "undici";
import { afterAll, afterEach, beforeAll, beforeEach, expect, test, vi } from "vitest";
import { wrap } from "../../src/integrations/openai.ts";
import { SocketEndpoint } from "../endpoint/socket.ts";
import { type Recorded, Recording } from "./recorded.ts";

const MODEL = "gpt-realtime";
const USAGE = {
  total_tokens: 150,
  input_tokens: 100,
  output_tokens: 50,
  input_token_details: { text_tokens: 40, audio_tokens: 60, cached_tokens: 64 },
  output_token_details: { text_tokens: 20, audio_tokens: 30 },
};

let endpoint: SocketEndpoint;
let recorded: Recording;
let realtime: OpenAIRealtimeWebSocket;

/** The client insists on TLS, which nobody needs on loopback. */
class LocalWebSocket extends WebSocket {
  constructor(url: string, protocols: string[]) {
    super(url.replace(/^wss:/, "ws:"), protocols);
  }
}

beforeAll(() => vi.stubGlobal("WebSocket", LocalWebSocket));
afterAll(() => void vi.unstubAllGlobals());
beforeEach(async () => {
  endpoint = await SocketEndpoint.start();
  recorded = new Recording();
  const client = new OpenAI({ apiKey: "sk-test", baseURL: `${endpoint.url}/v1` });
  realtime = recorded.client.span("agent", { kind: "agent" }, () =>
    wrap(new OpenAIRealtimeWebSocket({ model: MODEL }, client), { client: recorded.client }),
  );
  await new Promise((resolve) => realtime.socket.addEventListener("open", resolve));
});
afterEach(() => endpoint.close());

const closed = () => new Promise((resolve) => realtime.socket.addEventListener("close", resolve));
const came = (type: "response.done" | "response.created" | "response.output_text.delta") =>
  new Promise((resolve) => realtime.on(type, resolve));

function response(id: string, status: string, more: object = {}): object {
  return {
    object: "realtime.response",
    id,
    conversation_id: "conv_1",
    status,
    status_details: null,
    output: [],
    ...more,
  };
}

test("a session is a step, and each response a step below it with what was said, its pieces and tokens", async () => {
  expect(wrap(realtime, { client: recorded.client })).toBe(realtime);
  expect(realtime).toBeInstanceOf(OpenAIRealtimeWebSocket);
  const item = {
    type: "message" as const,
    role: "user" as const,
    content: [{ type: "input_text" as const, text: "What?" }],
  };
  realtime.send({ type: "input_audio_buffer.append", audio: "AAAA" });
  realtime.send({ type: "conversation.item.create", item });
  realtime.send({ type: "response.create", response: { instructions: "Be brief." } });
  for (const type of ["input_audio_buffer.append", "conversation.item.create", "response.create"]) {
    expect((await endpoint.next()).type).toBe(type);
  }
  const at = { response_id: "resp_1", item_id: "item_2", output_index: 0, content_index: 0 };
  const done = came("response.done");
  const output = [
    { type: "message", role: "assistant", content: [{ type: "output_audio", transcript: "An otter", audio: "AAAA" }] },
  ];
  endpoint.say(
    { type: "session.created", session: { type: "realtime", model: MODEL } },
    { type: "conversation.item.input_audio_transcription.completed", item_id: "item_0", transcript: "Hello" },
    { type: "response.created", response: response("resp_1", "in_progress") },
    { type: "response.output_audio.delta", ...at, delta: "AAAA" },
    { type: "response.output_audio_transcript.delta", ...at, delta: "An" },
    { type: "response.output_audio_transcript.delta", ...at, delta: " otter" },
    { type: "response.done", response: response("resp_1", "completed", { output, usage: USAGE }) },
  );
  await done;
  expect(recorded.steps.map((step) => [step.kind, step.name, step.status])).toEqual([
    ["agent", "agent", "ok"],
    ["stream", `realtime ${MODEL}`, undefined],
    ["llm", `chat ${MODEL}`, "ok"],
  ]);
  const [agent, session, llm] = recorded.steps as [Recorded, Recorded, Recorded];
  expect([session.parentId, llm.parentId]).toEqual([agent.spanId, session.spanId]);
  expect(llm.input).toEqual({
    messages: [item, { type: "message", role: "user", content: [{ type: "input_audio", transcript: "Hello" }] }],
    instructions: "Be brief.",
    sound_bytes: 3,
  });
  expect(llm.chunks).toEqual([{ type: "response.output_audio.delta", bytes: 3 }, "An", " otter"]);
  expect(llm.output).toEqual([
    { type: "message", role: "assistant", content: [{ type: "output_audio", transcript: "An otter", bytes: 3 }] },
  ]);
  expect(llm.usage).toEqual({
    input_tokens: 100,
    output_tokens: 50,
    cache_read_input_tokens: 64,
    details: { text_input_tokens: 40, audio_input_tokens: 60, text_output_tokens: 20, audio_output_tokens: 30 },
    raw: USAGE,
  });
  expect(llm.attributes).toMatchObject({
    "gen_ai.provider.name": "openai",
    "gen_ai.response.id": "resp_1",
    "gen_ai.conversation.id": "conv_1",
    "gen_ai.response.finish_reasons": ["completed"],
  });
  const over = closed();
  realtime.close();
  await over;
  expect(recorded.steps[1]?.status).toBe("ok");
  expect(await recorded.problems()).toEqual({});
});

test("responses that fail, are cancelled, or are cut off by the end of the connection", async () => {
  const failed = { type: "failed", error: { type: "server_error", code: "rate_limit_exceeded", message: "Too many" } };
  const waiting = new Promise<void>((resolve) => {
    let seen = 0;
    realtime.on("response.done", () => {
      seen += 1;
      if (seen === 2) resolve();
    });
  });
  endpoint.say(
    { type: "response.created", response: response("resp_1", "in_progress") },
    { type: "response.done", response: response("resp_1", "failed", { status_details: failed }) },
    { type: "response.created", response: response("resp_2", "in_progress") },
    {
      type: "response.done",
      response: response("resp_2", "cancelled", { status_details: { reason: "turn_detected" } }),
    },
    { type: "response.created", response: response("resp_3", "in_progress") },
    {
      type: "response.output_text.delta",
      response_id: "resp_3",
      item_id: "i",
      output_index: 0,
      content_index: 0,
      delta: "An",
    },
  );
  await Promise.all([waiting, came("response.output_text.delta")]);
  const over = closed();
  endpoint.hangUp(1011, "keepalive ping timeout");
  await over;
  const [, session, ...responses] = recorded.steps;
  expect(responses.map((step) => step.status)).toEqual(["error", "cancelled", "cancelled"]);
  expect(responses[0]).toMatchObject({ message: "Too many", attributes: { "error.type": "rate_limit_exceeded" } });
  expect(responses[2]).toMatchObject({ message: "the session was closed", output: { content: "An" } });
  expect(session).toMatchObject({ status: "error", message: "keepalive ping timeout" });
});

test("an error that nobody listens to stays unhandled, and is an event of the session", async () => {
  const listeners = process.listeners("unhandledRejection");
  process.removeAllListeners("unhandledRejection");
  const reason = new Promise((resolve) => process.once("unhandledRejection", resolve));
  endpoint.say({ type: "error", error: { type: "invalid_request_error", code: "bad", message: "No such item" } });
  expect(String(await reason)).toContain("No such item");
  for (const listener of listeners) process.on("unhandledRejection", listener);
  expect(recorded.steps[1]).toMatchObject({ events: ["error"], status: undefined });
});
