/** Tools of MCP servers and clients as steps, by what the SDK of MCP hands over. */
import { expect, test } from "vitest";
import type { Client } from "../../src/recording/client.ts";
import { recorded } from "../wrapping/recorded.ts";

interface Asked {
  readonly name: string;
  readonly arguments?: { [name: string]: unknown } | undefined;
  readonly _meta?: { [name: string]: unknown } | undefined;
}

/** A client and a server that hand over what those of the SDK do. */
function connected(client: Client): { callTool(asked: Asked, schema?: unknown, options?: object): Promise<Result> } {
  const helper = client.mcp.observeTool(function helper(query: string) {
    return query.toUpperCase();
  });
  const tools: { [name: string]: (args: never, extra: object) => Promise<Result> } = {
    search: client.mcp.observeTool("search", async ({ query }: { query: string }, _extra: object) => {
      await null;
      return { content: [{ type: "text", text: helper(query) }], structuredContent: { found: [query] } };
    }),
    broken: client.mcp.observeTool({ name: "broken" }, async () => {
      throw new Error("no luck");
    }),
  };
  return {
    transport: { protocolVersion: "2025-11-25" },
    async callTool({ name, arguments: args, _meta }) {
      const tool = tools[name];
      if (tool === undefined) throw Object.assign(new Error("unknown tool"), { code: -32602 });
      // What comes over a pipe belongs to no step of this process.
      return client.attach(undefined, async () => {
        try {
          return await tool(args as never, { signal: new AbortController().signal, _meta, requestId: 1 });
        } catch (error) {
          return { isError: true, content: [{ type: "text", text: (error as Error).message }] };
        }
      });
    },
  } as { callTool(asked: Asked): Promise<Result> };
}

interface Result {
  readonly content: readonly { readonly type: string; readonly text: string }[];
  readonly structuredContent?: unknown;
  readonly isError?: boolean;
}

test("one trace across client and server", async () => {
  const { client, step, steps } = recorded();
  const peer = connected(client);
  const asked = { name: "search", arguments: { query: "otters" }, _meta: { mine: 1 } };
  const result = await client.agent("agent", () => client.mcp.callTool(peer, asked))();
  expect(result.structuredContent).toEqual({ found: ["otters"] });
  expect(asked).toEqual({ name: "search", arguments: { query: "otters" }, _meta: { mine: 1 } });
  const [call, served] = [step("tools/call search"), step("search")];
  expect(call.parentId).toBe(step("agent").id);
  expect(served.parentId).toBe(call.id);
  expect(step("helper").parentId).toBe(served.id);
  expect(new Set(steps().map((one) => one.traceId)).size).toBe(1);
  expect(call.body).toMatchObject({ input: { query: "otters" }, output: { found: ["otters"] } });
  expect(call.body.attributes).toEqual({
    "gen_ai.operation.name": "execute_tool",
    "gen_ai.tool.name": "search",
    "mcp.method.name": "tools/call",
    "mcp.protocol.version": "2025-11-25",
  });
  expect(served.body.input).toEqual({ query: "otters" });
  expect(served.body.attributes["mcp.method.name"]).toBe("tools/call");
});

test("a tool that fails", async () => {
  const { client, step } = recorded();
  expect((await client.mcp.callTool(connected(client), { name: "broken" })).isError).toBe(true);
  expect(step("tools/call broken")).toMatchObject({
    status: "error",
    body: { status_message: "no luck", attributes: { "error.type": "tool_error" } },
  });
  expect(step("broken")).toMatchObject({ status: "error", body: { exception: { message: "no luck" } } });
});

test("a call that throws is seen as it was", async () => {
  const { client, step } = recorded();
  await expect(client.mcp.callTool(connected(client), { name: "unknown" })).rejects.toThrow("unknown tool");
  expect(step("tools/call unknown").body.attributes["error.type"]).toBe("-32602");
});

test("what else a call takes is passed on", async () => {
  const { client } = recorded();
  const given: unknown[] = [];
  const peer = {
    async callTool(asked: Asked, schema: string, options: { timeout: number }): Promise<string> {
      given.push(asked._meta, schema, options);
      return "result";
    },
  };
  const result: string = await client.mcp.callTool(peer, { name: "x" }, "schema", { timeout: 3 });
  expect(result).toBe("result");
  expect(given).toEqual([{ traceparent: expect.stringMatching(/^00-/) }, "schema", { timeout: 3 }]);
});

test("an observed tool by other names", async () => {
  const { client, step } = recorded();
  const options = { agentId: "researcher", correlationId: "order-17", captureParams: false };
  const search = client.mcp.observeTool(options, function search(query: string) {
    return query;
  });
  const later = client.mcp.observeTool({ name: "later", captureResult: false }, async (query: string) => query);
  search("x");
  await later("y");
  expect(step("search").body).toEqual({
    name: "search",
    correlation_id: "order-17",
    output: "x",
    attributes: {
      "gen_ai.agent.id": "researcher",
      "gen_ai.operation.name": "execute_tool",
      "gen_ai.tool.name": "search",
      "mcp.method.name": "tools/call",
    },
  });
  expect([step("later").body.input, "output" in step("later").body]).toEqual(["y", false]);
});

test("a tool execution", () => {
  const { client, steps } = recorded();
  const { mcp } = client;
  const params = { q: 1 };
  mcp.toolExecution({ agentId: "researcher", toolName: "search", params, correlationId: "order-17" }, (execution) =>
    execution.setResult([1]),
  );
  {
    using execution = mcp.toolExecution({ toolName: "fails" });
    execution.setError("TIMEOUT", "too slow");
  }
  expect(() =>
    mcp.toolExecution({ toolName: "throws" }, () => {
      throw new RangeError("x");
    }),
  ).toThrow("x");
  const [done, failed, thrown] = steps();
  expect(done).toMatchObject({ kind: "tool", body: { name: "search", input: { q: 1 }, output: [1] } });
  expect(done?.body).toMatchObject({ correlation_id: "order-17", attributes: { "gen_ai.agent.id": "researcher" } });
  expect(failed).toMatchObject({
    status: "error",
    body: { status_message: "too slow", attributes: { "error.type": "TIMEOUT" } },
  });
  expect(thrown).toMatchObject({ status: "error", body: { exception: { type: "RangeError" } } });
});
