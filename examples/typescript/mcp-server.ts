/**
 * An MCP server and its client with the official package: two processes, one trace, a tool that fails.
 *
 * Run it:  npm install tracewire @modelcontextprotocol/sdk zod && npx tsx mcp-server.ts
 * (the server is this file too: npx tsx mcp-server.ts serve)
 */
import { Client } from "@modelcontextprotocol/sdk/client/index.js";
import { StdioClientTransport } from "@modelcontextprotocol/sdk/client/stdio.js";
import { McpServer } from "@modelcontextprotocol/sdk/server/mcp.js";
import { StdioServerTransport } from "@modelcontextprotocol/sdk/server/stdio.js";
import { getTrace, init, injectEnvironment, session, step } from "tracewire";
import { wrap } from "tracewire/mcp";
import { z } from "zod";

async function serve(): Promise<void> {
  const server = wrap(new McpServer({ name: "weather", version: "1.0.0" }));
  const station = step({ name: "station", parameters: ["city"] }, (city: string) => {
    if (city === "Atlantis") throw new RangeError("no station there");
    return `${city}: dry`;
  });
  server.registerTool(
    "forecast",
    { description: "Says how the weather will be", inputSchema: { city: z.string() } },
    ({ city }) => ({ content: [{ type: "text", text: station(city) }] }),
  );
  await server.connect(new StdioServerTransport());
}

async function ask(): Promise<void> {
  const client = wrap(new Client({ name: "traveller", version: "1.0.0" }));
  const [script = "mcp-server.ts"] = process.argv.slice(1);
  const args = [...process.execArgv, script, "serve"];
  await client.connect(new StdioClientTransport({ command: process.execPath, args, env: injectEnvironment() }));
  const run = await session({ agentId: "traveller", sessionId: "weekend" }, async (run) => {
    for (const city of ["Ghent", "Atlantis"]) {
      const result = await client.callTool({ name: "forecast", arguments: { city } });
      const [said] = result.content as { text: string }[];
      console.log(city, result.isError ? "failed:" : "said:", said?.text);
    }
    return run;
  });
  await client.close();
  console.log(getTrace({ traceId: run.traceId })?.tree());
}

const isServer = process.argv.includes("serve");
init({ service: isServer ? "weather" : "traveller" });
await (isServer ? serve() : ask());
