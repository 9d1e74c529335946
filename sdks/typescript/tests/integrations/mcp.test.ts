import { Client } from "@modelcontextprotocol/sdk/client/index.js";
import { InMemoryTransport } from "@modelcontextprotocol/sdk/inMemory.js";
import { McpServer } from "@modelcontextprotocol/sdk/server/mcp.js";
import { CreateMessageRequestSchema } from "@modelcontextprotocol/sdk/types.js";
import { beforeEach, describe, expect, test } from "vitest";
import { z } from "zod";
import { wrap } from "../../src/integrations/mcp.ts";
import { Gate } from "../endpoint/answers.ts";
import { type Recorded, Recording } from "./recorded.ts";

let recorded: Recording;
let gate: Gate;
let started: Gate;

beforeEach(() => {
  recorded = new Recording();
  gate = new Gate();
  started = new Gate();
});

function makeServer(): McpServer {
  const server = new McpServer({ name: "library", version: "1.0.0" });
  server.registerTool(
    "search",
    { description: "Find pages", inputSchema: { query: z.string() }, outputSchema: { pages: z.array(z.string()) } },
    async ({ query }) => {
      recorded.client.startSpan("look up", { kind: "step" }).end();
      return { content: [{ type: "text", text: query }], structuredContent: { pages: [query.toUpperCase()] } };
    },
  );
  server.registerTool("broken", { inputSchema: { a: z.number() } }, () => {
    throw new Error("no luck");
  });
  server.registerTool("meta", {}, (extra) => ({ content: [{ type: "text", text: JSON.stringify(extra._meta) }] }));
  server.registerTool("slow", {}, async () => {
    started.open();
    await gate.opened;
    return { content: [{ type: "text", text: "late" }] };
  });
  server.registerTool("ask", {}, async () => {
    const answer = await server.server.createMessage({
      messages: [{ role: "user", content: { type: "text", text: "Which otter?" } }],
      maxTokens: 10,
    });
    return { content: [{ type: "text", text: JSON.stringify(answer.content) }] };
  });
  server.registerResource("page", "library://otter", {}, (uri) => ({
    contents: [{ uri: uri.href, text: "Lutra lutra" }],
  }));
  server.registerPrompt("greet", { argsSchema: { name: z.string() } }, ({ name }) => ({
    messages: [{ role: "user", content: { type: "text", text: `Hello ${name}` } }],
  }));
  return server;
}

async function connected(options: { client?: boolean; server?: boolean } = {}) {
  const [near, far] = InMemoryTransport.createLinkedPair();
  const server = makeServer();
  const client = new Client({ name: "agent", version: "1.0.0" }, { capabilities: { sampling: {} } });
  client.setRequestHandler(CreateMessageRequestSchema, () => ({
    model: "m-1",
    role: "assistant" as const,
    content: { type: "text" as const, text: "Lutra" },
  }));
  if (options.server !== false)
    expect(wrap(wrap(server, { client: recorded.client }), { client: recorded.client })).toBe(server);
  if (options.client !== false)
    expect(wrap(wrap(client, { client: recorded.client }), { client: recorded.client })).toBe(client);
  await server.connect(far);
  await client.connect(near);
  expect(client.transport).toBe(near);
  return { client, server, near, far };
}

const named = (name: string) => recorded.steps.filter((step) => step.name === name);
const only = (name: string) => {
  expect(named(name)).toHaveLength(1);
  return named(name)[0] as Recorded;
};

describe("a tool", () => {
  test("is a step on both sides, one below the other, and what it does is below both", async () => {
    const { client } = await connected();
    const agent = recorded.client.startSpan("agent", { kind: "agent" });
    const result = await agent.run(() => client.callTool({ name: "search", arguments: { query: "otter" } }));
    expect(result.structuredContent).toEqual({ pages: ["OTTER"] });
    const [call, served] = [only("tools/call search"), only("search")];
    expect(call.parentId).toBe(agent.spanId);
    expect(served.parentId).toBe(call.spanId);
    expect(only("look up").parentId).toBe(served.spanId);
    for (const [step, direction] of [
      [call, "sent"],
      [served, "received"],
    ] as const) {
      expect(step).toMatchObject({
        kind: "tool",
        status: "ok",
        input: { query: "otter" },
        output: { pages: ["OTTER"] },
      });
      expect(step.attributes).toEqual({
        "gen_ai.operation.name": "execute_tool",
        "gen_ai.tool.name": "search",
        "mcp.method.name": "tools/call",
        "mcp.protocol.version": "2025-11-25",
        "jsonrpc.request.id": "1",
        "tracewire.protocol.direction": direction,
      });
    }
  });

  test("called at the same time as others keeps its own place", async () => {
    const { client } = await connected();
    const parents = ["a", "b", "c"].map((name) => recorded.client.startSpan(name, { kind: "agent" }));
    await Promise.all(
      parents.map((parent, index) =>
        parent.run(() => client.callTool({ name: "search", arguments: { query: `q${index}` } })),
      ),
    );
    expect(named("tools/call search").map((step) => step.parentId)).toEqual(parents.map((parent) => parent.spanId));
    expect(named("search").map((step) => step.parentId)).toEqual(named("tools/call search").map((step) => step.spanId));
    expect(named("look up").map((step) => step.parentId)).toEqual(named("search").map((step) => step.spanId));
  });

  test("that fails is an error in the result, on both sides; one that is not there as well", async () => {
    const { client } = await connected();
    const result = await client.callTool({ name: "broken", arguments: { a: 1 } });
    expect(result.isError).toBe(true);
    for (const name of ["tools/call broken", "broken"]) {
      expect(only(name)).toMatchObject({ status: "error", message: "no luck" });
      expect(only(name).attributes["error.type"]).toBe("tool_error");
    }
    expect((await client.callTool({ name: "nowhere" })).isError).toBe(true);
    expect(only("tools/call nowhere").status).toBe("error");
  });

  test("carries its context in the request, and leaves what the caller gave as it was", async () => {
    const { client } = await connected({ server: false });
    const params = Object.freeze({ name: "meta", arguments: Object.freeze({}), _meta: Object.freeze({ mine: 1 }) });
    const result = await client.callTool(params);
    const call = only("tools/call meta");
    const [said] = result.content as { text: string }[];
    expect(JSON.parse(said?.text ?? "")).toEqual({
      mine: 1,
      traceparent: `00-${call.traceId}-${call.spanId}-01`,
    });
  });

  test("belongs to whoever asked for it, in whatever language", async () => {
    const { client } = await connected({ client: false });
    const traceparent = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01";
    await client.callTool({ name: "search", arguments: { query: "otter" }, _meta: { traceparent } });
    expect(only("search")).toMatchObject({
      traceId: "0af7651916cd43dd8448eb211c80319c",
      parentId: "b7ad6b7169203331",
    });
    expect(only("look up").parentId).toBe(only("search").spanId);
  });

  test("whose server is not ours, and whose client is not", async () => {
    const one = await connected({ server: false });
    await one.client.callTool({ name: "search", arguments: { query: "otter" } });
    const other = await connected({ client: false });
    await other.client.callTool({ name: "search", arguments: { query: "otter" } });
    expect(recorded.steps.map((step) => step.name)).toEqual(["tools/call search", "look up", "search", "look up"]);
    expect(recorded.steps[2]?.parentId).toBeUndefined();
  });
});

test("resources and prompts are steps, the handshake and pings are none", async () => {
  const { client } = await connected({ server: false });
  await client.ping();
  await client.listTools();
  expect(recorded.steps).toEqual([]);
  const agent = recorded.client.startSpan("agent", { kind: "agent" });
  await agent.run(() => client.listTools());
  await client.readResource({ uri: "library://otter" });
  await client.getPrompt({ name: "greet", arguments: { name: "otter" } });
  const steps = recorded.steps.slice(1);
  expect(steps.map((step) => [step.name, step.kind, step.status])).toEqual([
    ["tools/list", "step", "ok"],
    ["resources/read library://otter", "retrieval", "ok"],
    ["prompts/get greet", "step", "ok"],
  ]);
  expect(steps[1]?.output).toEqual({ contents: [{ uri: "library://otter", text: "Lutra lutra" }] });
  expect(steps[1]?.attributes["mcp.resource.uri"]).toBe("library://otter");
  expect(steps[2]?.attributes["gen_ai.prompt.name"]).toBe("greet");
});

test("what a server asks of its client is below the tool that asks", async () => {
  const { client } = await connected();
  await client.callTool({ name: "ask" });
  const [sent, received] = named("sampling/createMessage");
  expect(sent).toMatchObject({ kind: "llm", status: "ok", parentId: only("ask").spanId });
  expect(received).toMatchObject({ kind: "llm", status: "ok", parentId: sent?.spanId });
  expect(sent?.output).toMatchObject({ model: "m-1", content: { text: "Lutra" } });
});

describe("what goes wrong", () => {
  test("a refusal of the protocol has its code, and reaches the caller as it was", async () => {
    const { client } = await connected();
    const error = await client.readResource({ uri: "library://nowhere" }).catch((thrown: unknown) => thrown);
    expect(error).toMatchObject({ code: -32602 });
    for (const step of named("resources/read library://nowhere")) {
      expect(step.status).toBe("error");
      expect(step.attributes["error.type"]).toBe("-32602");
    }
    expect(named("resources/read library://nowhere")).toHaveLength(2);
  });

  test("a call that the caller gives up is cancelled on both sides", async () => {
    const { client } = await connected();
    const abort = new AbortController();
    const call = client.callTool({ name: "slow" }, undefined, { signal: abort.signal });
    const settled = call.catch((thrown: unknown) => thrown);
    await started.opened;
    abort.abort("enough");
    expect(await settled).toBeInstanceOf(Error);
    gate.open();
    expect(only("tools/call slow").status).toBe("cancelled");
    expect(only("slow").status).toBe("cancelled");
  });

  test("a call that takes too long is a timeout", async () => {
    const { client } = await connected();
    await expect(client.callTool({ name: "slow" }, undefined, { timeout: 1 })).rejects.toThrow("timed out");
    gate.open();
    expect(only("tools/call slow").status).toBe("timeout");
  });

  test("a connection that closes ends what is open", async () => {
    const { client } = await connected();
    const settled = client.callTool({ name: "slow" }).catch((thrown: unknown) => thrown);
    await started.opened;
    await client.close();
    expect(await settled).toBeInstanceOf(Error);
    gate.open();
    expect(only("tools/call slow").status).toBe("error");
    expect(only("slow").status).toBe("cancelled");
  });

  test("what is no peer is given back, and counted", async () => {
    const thing = { name: "thing" };
    expect(wrap(thing, { client: recorded.client })).toBe(thing);
    expect(await recorded.problems()).toEqual({ cannot_wrap: 1 });
  });
});

test("a peer that is connected already is recorded from then on", async () => {
  const { client } = await connected({ client: false, server: false });
  wrap(client, { client: recorded.client });
  await client.callTool({ name: "search", arguments: { query: "otter" } });
  expect(only("tools/call search").status).toBe("ok");
});
