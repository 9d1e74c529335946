/**
 * The `@anthropic-ai/sdk` package and its siblings for other clouds: `import { wrap } from "tracewire/anthropic"`.
 *
 * @module
 */

import type { Client } from "../recording/client.ts";
import { MessageReader } from "./providers/anthropic-messages.ts";
import { asked, modelRequest, SAMPLING, type Setting, serverOf, texts } from "./providers/facts.ts";
import { count, member, members, text } from "./reading.ts";
import { recorderOf } from "./recorder.ts";
import type { Request } from "./requests/call.ts";
import { observeClient } from "./requests/client.ts";

/** Options of {@link wrap}. */
export interface AnthropicOptions {
  /** The recorder; the default one if there is none. */
  readonly client?: Client;
  /** `gen_ai.provider.name`; by default found in the client's address. */
  readonly provider?: string;
}

/**
 * Records each request of an Anthropic client to a model as a step: messages, beta messages, and all helpers that are
 * built on them (`stream`, `parse`, tool runners), with their tools, tokens (what caches gave and took included) and
 * the time to the first chunk.
 *
 * The client that is given is the client that comes back. What its methods give, throw and stream stays the same, and
 * is read as lazily as before.
 *
 * @param client - an `Anthropic`, or another client with the same methods
 * @param options - the recorder, and what the provider is called
 * @returns the same client
 *
 * @example
 * ```ts
 * const anthropic = wrap(new Anthropic());
 * const message = await anthropic.messages.create({ model: "claude-sonnet-4-6", max_tokens: 512, messages });
 * ```
 */
export function wrap<C extends object>(client: C, options: AnthropicOptions = {}): C {
  observeClient(client, () => recorderOf(options.client), {
    matches: (method, path) => method === "post" && /(?:^|\/)messages(?:\?|$)/.test(path),
    request: ({ body }) => describe(body, client, options.provider),
  });
  return client;
}

const MESSAGES: readonly Setting[] = [
  ...SAMPLING,
  ["max_tokens", "gen_ai.request.max_tokens", count],
  ["top_k", "gen_ai.request.top_k", count],
  ["stop_sequences", "gen_ai.request.stop_sequences", texts],
];

function describe(given: unknown, client: object, provider: string | undefined): Request | undefined {
  const body = members(given);
  if (body === undefined) return undefined;
  return modelRequest(
    "chat",
    "llm",
    provider ?? providerOf(client),
    asked(body, MESSAGES),
    client,
    new MessageReader(),
  );
}

function providerOf(client: object): string {
  const host = String(serverOf(client)["server.address"] ?? "");
  // Behind a gateway the clients for other clouds are known by what they were made with.
  if (/\.amazonaws\.com$/.test(host) || text(member(client, "awsRegion")) !== undefined) return "aws.bedrock";
  const isVertex = text(member(client, "region")) !== undefined && "projectId" in client;
  if (/\.googleapis\.com$/.test(host) || isVertex) return "gcp.vertex_ai";
  return "anthropic";
}
