/** A real MCP client and server in one process: the helpers fit what the SDK hands over. */
import { Client as McpClient } from "@modelcontextprotocol/sdk/client/index.js";
import { InMemoryTransport } from "@modelcontextprotocol/sdk/inMemory.js";
import { McpServer } from "@modelcontextprotocol/sdk/server/mcp.js";
import { expect, test } from "vitest";
import { z } from "zod";
import { recorded } from "../wrapping/recorded.ts";

test("one trace across a client and a server of the SDK", async () => {
  const { client, step } = recorded();
  const server = new McpServer({ name: "test", version: "1" });
  const inputSchema = { query: z.string() };
  server.registerTool(
    "search",
    { inputSchema },
    client.mcp.observeTool("search", async ({ query }: { query: string }) => ({
      content: [{ type: "text" as const, text: query.toUpperCase() }],
    })),
  );
  server.registerTool(
    "empty",
    {},
    client.mcp.observeTool("empty", async () => ({ content: [], isError: true })),
  );
  const peer = new McpClient({ name: "test", version: "1" });
  const [here, there] = InMemoryTransport.createLinkedPair();
  await Promise.all([server.connect(there), peer.connect(here)]);
  await client.span("agent", async () => {
    const result = await client.mcp.callTool(peer, { name: "search", arguments: { query: "otters" } });
    expect(result.content).toEqual([{ type: "text", text: "OTTERS" }]);
    await client.mcp.callTool(peer, { name: "empty" }, undefined, { timeout: 5000 });
  });
  await peer.close();
  const call = step("tools/call search");
  expect(call.parentId).toBe(step("agent").id);
  expect(step("search")).toMatchObject({ parentId: call.id, status: "ok", body: { input: { query: "otters" } } });
  expect(step("empty").parentId).toBe(step("tools/call empty").id);
  expect("input" in step("empty").body).toBe(false);
  expect(step("tools/call empty").status).toBe("error");
});
