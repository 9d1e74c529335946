/**
 * The `openai` package, and every client that is made like it: `import { wrap } from "tracewire/openai"`.
 *
 * @module
 */

import type { Client } from "../recording/client.ts";
import { serverOf } from "./providers/facts.ts";
import { describe, FORMS, isDescribed } from "./providers/openai-operations.ts";
import { KnownResponses } from "./providers/openai-responses.ts";
import { isFunction, member } from "./reading.ts";
import { guarded, recorderOf } from "./recorder.ts";
import { observeClient } from "./requests/client.ts";
import { isRealtime, observeRealtime } from "./transports/realtime.ts";

/** Options of {@link wrap}. */
export interface OpenAIOptions {
  /** The recorder; the default one if there is none. */
  readonly client?: Client;
  /** `gen_ai.provider.name`; by default found in the client's address. */
  readonly provider?: string;
}

/**
 * Records each request of an OpenAI client to a model as a step: chat completions, responses (in the background, too),
 * completions, embeddings, images, transcriptions, speech and moderations, with their streams, tools, tokens and the
 * time to the first chunk; all helpers that are built on them, too.
 *
 * The client that is given is the client that comes back. What its methods give, throw and stream stays the same, and
 * is read as lazily as before. Vectors, images and sound are not recorded, only how large they are.
 *
 * A realtime session (`OpenAIRealtimeWebSocket`, `OpenAIRealtimeWS`) is a step as long as its connection is open, and
 * each response of the model a step below it. Wrap it where it is made: what came before is not seen.
 *
 * @param client - an `OpenAI`, `AzureOpenAI`, another client with the same methods, or a realtime session
 * @param options - the recorder, and what the provider is called
 * @returns the same client
 *
 * @example
 * ```ts
 * const openai = wrap(new OpenAI());
 * const answer = await openai.chat.completions.create({ model: "gpt-5-mini", messages });
 * ```
 */
export function wrap<C extends object>(client: C, options: OpenAIOptions = {}): C {
  if (isRealtime(client)) {
    const recorder = recorderOf(options.client);
    guarded(recorder, () => observeRealtime(client, recorder, options.provider));
    return client;
  }
  const responses = new KnownResponses();
  observeClient(client, () => recorderOf(options.client), {
    matches: isDescribed,
    request: (asking) => describe(asking, { client, provider: options.provider ?? providerOf(client), responses }),
    forms: FORMS,
  });
  return client;
}

const PROVIDERS: readonly (readonly [host: RegExp, provider: string])[] = [
  [/\.openai\.azure\.com$/, "azure.ai.openai"],
  [/\.(amazonaws\.com|api\.aws)$/, "aws.bedrock"],
  [/(^|\.)groq\.com$/, "groq"],
  [/(^|\.)deepseek\.com$/, "deepseek"],
  [/(^|\.)x\.ai$/, "x_ai"],
  [/(^|\.)mistral\.ai$/, "mistral_ai"],
  [/(^|\.)perplexity\.ai$/, "perplexity"],
  [/(^|\.)moonshot\.(ai|cn)$/, "moonshot_ai"],
  [/^generativelanguage\.googleapis\.com$/, "gcp.gemini"],
];

function providerOf(client: object): string {
  const host = String(serverOf(client)["server.address"] ?? "");
  const isAzure = member(client, "deploymentName") !== undefined || isFunction(member(client, "_azureADTokenProvider"));
  return PROVIDERS.find(([pattern]) => pattern.test(host))?.[1] ?? (isAzure ? "azure.ai.openai" : "openai");
}
