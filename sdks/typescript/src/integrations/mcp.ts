/**
 * The Model Context Protocol by its official packages: `import { wrap } from "tracewire/mcp"`.
 *
 * @module
 */

import type { Client } from "../recording/client.ts";
import { isFunction, member, replace } from "./reading.ts";
import { guarded, recorderOf } from "./recorder.ts";
import { observeTransport } from "./transports/connection.ts";
import { isTransport } from "./transports/messages.ts";

/** Options of {@link wrap}. */
export interface McpOptions {
  /** The recorder; the default one if there is none. */
  readonly client?: Client;
}

const OBSERVED = Symbol.for("tracewire.observed");

/**
 * Records each request between a client and a server of the Model Context Protocol as a step, on whichever side this
 * is, and passes the trace on: a call of a tool and the tool's execution in the other process are one tree.
 *
 * The context crosses in the `_meta` of each request, as MCP's own convention has it; servers and clients in any
 * language take it up. What a server's handler begins is below the request that it serves. Calls of tools are steps
 * of kind `tool`, reads of resources `retrieval`, sampling `llm`, other requests `step`; the handshake and pings are
 * none, and lists only inside of a step.
 *
 * @param peer - a `Client`, `Server` or `McpServer` of the official packages, connected or not; or a transport
 * @param options - the recorder
 * @returns the same object
 *
 * @example
 * ```ts
 * const client = wrap(new Client({ name: "agent", version: "1.0.0" }));
 * await client.connect(new StdioClientTransport({ command: "python", args: ["server.py"] }));
 * await client.callTool({ name: "search", arguments: { query: "otters" } });
 * ```
 */
export function wrap<P extends object>(peer: P, options: McpOptions = {}): P {
  const recorder = () => recorderOf(options.client);
  if (isTransport(peer)) {
    observeTransport(peer, recorder);
    return peer;
  }
  // An McpServer stands in front of a Server.
  const inner = member(peer, "server");
  const protocol = isFunction(member(inner, "connect")) ? (inner as object) : peer;
  const connect = member(protocol, "connect");
  if (!isFunction(connect)) {
    recorder().problem("cannot_wrap", "wrap() takes a Client, a Server or an McpServer of the official MCP packages");
    return peer;
  }
  if (member(connect, OBSERVED) === true) return peer;
  const observed = function (this: unknown, ...given: unknown[]): unknown {
    const [transport] = given;
    if (isTransport(transport)) guarded(recorder(), () => observeTransport(transport, recorder));
    return connect.apply(this, given);
  };
  replace(observed, OBSERVED, true);
  replace(protocol, "connect", observed);
  const transport = member(protocol, "transport");
  if (isTransport(transport)) guarded(recorder(), () => observeTransport(transport, recorder));
  return peer;
}
