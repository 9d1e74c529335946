/** Guards in other people's libraries: what is stopped never reaches the server, and whoever called gets the error. */

import { createOpenAI } from "@ai-sdk/openai";
import Anthropic from "@anthropic-ai/sdk";
import { tool as toolOfLangChain } from "@langchain/core/tools";
import { createReactAgent } from "@langchain/langgraph/prebuilt";
import { ChatOpenAI } from "@langchain/openai";
import { Client } from "@modelcontextprotocol/sdk/client/index.js";
import { InMemoryTransport } from "@modelcontextprotocol/sdk/inMemory.js";
import { McpServer } from "@modelcontextprotocol/sdk/server/mcp.js";
import { generateText, stepCountIs, tool } from "ai";
import { generateText as generateTextNext, isStepCount, tool as toolNext } from "ai-next";
import { createOpenAI as createOpenAINext } from "ai-sdk-openai-next";
import OpenAI from "openai";
import { afterAll, beforeAll, beforeEach, expect, test } from "vitest";
import { z } from "zod";
import { telemetry, tracer } from "../../src/integrations/ai.ts";
import { wrap as wrapAnthropic } from "../../src/integrations/anthropic.ts";
import { CallbackHandler } from "../../src/integrations/langchain.ts";
import { wrap as wrapMcp } from "../../src/integrations/mcp.ts";
import { wrap } from "../../src/integrations/openai.ts";
import type { Guards } from "../../src/recording/guards.ts";
import { completion, completionStream } from "../endpoint/chat.ts";
import { Endpoint } from "../endpoint/server.ts";
import { Recording } from "./recorded.ts";

const STOPPED = expect.objectContaining({ code: "budget_exceeded" });
const CALLS = [{ id: "call_1", name: "search", arguments: '{"query":"otters"}' }];
const MESSAGES = [{ role: "user" as const, content: "What is an otter?" }];

let endpoint: Endpoint;

beforeAll(async () => {
  endpoint = await Endpoint.start();
});
afterAll(() => endpoint.close());
beforeEach(() => endpoint.reset());

const recording = (guards: Guards = { budget: { steps: 1 } }) => new Recording({ guards });
const openaiOf = (recorded: Recording) =>
  wrap(new OpenAI({ apiKey: "sk-test", baseURL: `${endpoint.url}/v1`, maxRetries: 0 }), { client: recorded.client });

test("OpenAI: completions, streams and responses are rejected before anything is sent", async () => {
  const recorded = recording();
  const openai = openaiOf(recorded);
  await recorded.client.span("run", async () => {
    endpoint.answers(completion({ text: "A mammal." }));
    const answer = await openai.chat.completions.create({ model: "gpt-5-mini", messages: MESSAGES });
    expect(answer.choices[0]?.message.content).toBe("A mammal.");
    const asked = openai.chat.completions.create({ model: "gpt-5-mini", messages: MESSAGES });
    await expect(asked).rejects.toEqual(STOPPED);
    const stream = openai.chat.completions.create({ model: "gpt-5-mini", messages: MESSAGES, stream: true });
    await expect(stream).rejects.toEqual(STOPPED);
    await expect(openai.responses.create({ model: "gpt-5-mini", input: "otter" })).rejects.toEqual(STOPPED);
    await expect(openai.embeddings.create({ model: "text-embedding-3-small", input: "otter" })).rejects.toEqual(
      STOPPED,
    );
    const runner = openai.chat.completions.stream({ model: "gpt-5-mini", messages: MESSAGES });
    await expect(runner.finalContent()).rejects.toThrow("step budget of run");
  });
  expect(endpoint.requests).toHaveLength(1);
  expect(recorded.steps.map((step) => [step.kind, step.status])).toEqual([
    ["step", "ok"],
    ["llm", "ok"],
  ]);
  expect(await recorded.problems()).toEqual({});
});

test("OpenAI: what a stream used is settled when it has been read", async () => {
  const recorded = recording({ budget: { tokens: 100_000 } });
  const openai = openaiOf(recorded);
  endpoint.answers(completionStream({ text: "A mammal." }));
  await recorded.client.span("run", { sessionId: "chat-7" }, async () => {
    const stream = await openai.chat.completions.create({
      model: "gpt-5-mini",
      messages: MESSAGES,
      max_completion_tokens: 500,
      stream: true,
      stream_options: { include_usage: true },
    });
    expect(Number(recorded.client.guards.status("chat-7")?.tokens.reserved)).toBeGreaterThan(500);
    for await (const _ of stream);
  });
  expect(recorded.client.guards.status("chat-7")?.tokens).toEqual({ used: "1280", reserved: "0", limit: "100000" });
});

test("Anthropic: messages and streams", async () => {
  const recorded = recording({ budget: { tokens: 10 } });
  const anthropic = wrapAnthropic(new Anthropic({ apiKey: "sk-test", baseURL: endpoint.url, maxRetries: 0 }), {
    client: recorded.client,
  });
  const asked = { model: "claude-haiku-4-5", max_tokens: 100, messages: MESSAGES };
  await expect(anthropic.messages.create(asked)).rejects.toEqual(STOPPED);
  await expect(anthropic.messages.create({ ...asked, stream: true })).rejects.toEqual(STOPPED);
  await expect(anthropic.messages.stream(asked).finalText()).rejects.toThrow("token budget of the process");
  expect(endpoint.requests).toHaveLength(0);
});

test("LangChain: the graph ends with the error", async () => {
  const recorded = recording({ budget: { steps: 2 } });
  let found = 0;
  const search = toolOfLangChain(({ query }: { query: string }) => `${query} ${++found}`, {
    name: "search",
    description: "Finds things",
    schema: z.object({ query: z.string() }),
  });
  const model = new ChatOpenAI({
    model: "gpt-5-mini",
    apiKey: "sk-test",
    maxRetries: 0,
    configuration: { baseURL: `${endpoint.url}/v1` },
  });
  endpoint.answers(completion({ calls: CALLS }), completion({ calls: CALLS }));
  const agent = createReactAgent({ llm: model, tools: [search] });
  const asked = agent.invoke({ messages: MESSAGES }, { callbacks: [new CallbackHandler({ client: recorded.client })] });
  await expect(asked).rejects.toEqual(STOPPED);
  expect([endpoint.requests.length, found]).toEqual([1, 1]);
});

test("ai, versions 5 and 6", async () => {
  const recorded = recording({ budget: { steps: 2 } });
  const openai = createOpenAI({ apiKey: "sk-test", baseURL: `${endpoint.url}/v1` });
  const search = tool({ inputSchema: z.object({ query: z.string() }), execute: ({ query }) => [query] });
  const given = {
    model: openai.chat("gpt-5-mini"),
    prompt: "What is an otter?",
    tools: { search },
    maxRetries: 0,
    experimental_telemetry: { isEnabled: true, tracer: tracer({ client: recorded.client }) },
  };
  endpoint.answers(completion({ calls: CALLS }));
  await expect(generateText({ ...given, stopWhen: stepCountIs(9) })).rejects.toEqual(STOPPED);
  expect(endpoint.requests).toHaveLength(1);
});

test("ai, version 7", async () => {
  const recorded = recording({ budget: { steps: 2 } });
  const openai = createOpenAINext({ apiKey: "sk-test", baseURL: `${endpoint.url}/v1` });
  const search = toolNext({ inputSchema: z.object({ query: z.string() }), execute: ({ query }) => [query] });
  endpoint.answers(completion({ calls: CALLS }));
  const asked = generateTextNext({
    model: openai.chat("gpt-5-mini"),
    prompt: "What is an otter?",
    tools: { search },
    maxRetries: 0,
    stopWhen: isStepCount(9),
    telemetry: { integrations: [telemetry({ client: recorded.client })] },
  });
  await expect(asked).rejects.toEqual(STOPPED);
  expect(endpoint.requests).toHaveLength(1);
});

test("MCP: a tool's call is rejected before the server hears of it", async () => {
  const recorded = recording();
  const server = new McpServer({ name: "library", version: "1.0.0" });
  let served = 0;
  server.registerTool("search", {}, () => {
    served++;
    return { content: [{ type: "text", text: "otter" }] };
  });
  const client = wrapMcp(new Client({ name: "agent", version: "1.0.0" }), { client: recorded.client });
  const [here, there] = InMemoryTransport.createLinkedPair();
  await Promise.all([client.connect(here), server.connect(there)]);
  await recorded.client.span("run", async () => {
    await client.callTool({ name: "search" });
    await expect(client.callTool({ name: "search" })).rejects.toEqual(STOPPED);
    await expect(recorded.client.mcp.callTool(client, { name: "search" })).rejects.toEqual(STOPPED);
  });
  expect(served).toBe(1);
});
