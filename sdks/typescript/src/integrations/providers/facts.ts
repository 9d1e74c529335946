/**
 * What requests to all providers have in common.
 *
 * @module
 */

import type { SpanOptions } from "../../recording/fields.ts";
import { count, isFunction, list, type Members, member, number, text } from "../reading.ts";
import type { Reader } from "../requests/call.ts";

/** Member of the request, attribute, and what a value of it must be. */
export type Setting = readonly [name: string, attribute: string, read: (value: unknown) => unknown];

/** Settings that providers share. */
export const SAMPLING: readonly Setting[] = [
  ["model", "gen_ai.request.model", text],
  ["temperature", "gen_ai.request.temperature", number],
  ["top_p", "gen_ai.request.top_p", number],
  ["stream", "gen_ai.request.stream", (value) => (value === true ? true : undefined)],
];

/** A text, or a list of texts, as a list. */
export function texts(value: unknown): string[] | undefined {
  const found = (typeof value === "string" ? [value] : list(value)).filter((one) => typeof one === "string");
  return found.length > 0 ? found : undefined;
}

/** What a request is: its settings as attributes, all the rest as input, and the tools that it offers. */
export interface Asked {
  readonly attributes: Record<string, unknown>;
  readonly input: Record<string, unknown>;
  readonly tools: unknown;
}

/** Takes a request apart. A setting that is not of its form stays in the input. */
export function asked(body: Members, settings: readonly Setting[]): Asked {
  const attributes: Record<string, unknown> = {};
  const input: Record<string, unknown> = {};
  const table = new Map(settings.map((setting) => [setting[0], setting]));
  let tools: unknown;
  for (const name of Object.keys(body)) {
    const value = body[name];
    if (value === undefined || value === null) continue;
    const setting = table.get(name);
    const fact = setting?.[2](value);
    if (setting !== undefined && fact !== undefined) attributes[setting[1]] = fact;
    else if (name === "tools") tools = value;
    else if (name !== "stream") input[name] = value;
  }
  return { attributes, input, tools };
}

/** Where a client sends its requests, as attributes. */
export function serverOf(client: object): Record<string, unknown> {
  try {
    const url = new URL(String(member(client, "baseURL")));
    const port = count(Number(url.port)) || (url.protocol === "http:" ? 80 : 443);
    return { "server.address": url.hostname, "server.port": port };
  } catch {
    return {};
  }
}

/** A request to a model, ready to be recorded. */
export function modelRequest(
  operation: string,
  kind: string,
  provider: string,
  { attributes, input, tools }: Asked,
  client: object,
  reader: Reader,
): { name: string; options: SpanOptions; reader: Reader } {
  const model = attributes["gen_ai.request.model"];
  const options: SpanOptions = {
    kind,
    attributes: {
      "gen_ai.operation.name": operation,
      "gen_ai.provider.name": provider,
      ...attributes,
      ...serverOf(client),
    },
    input,
    toolDefinitions: tools,
  };
  return { name: typeof model === "string" ? `${operation} ${model}` : operation, options, reader };
}

/** A copy of a value of JSON, so that nobody who fills the original changes what is recorded. */
export function copied<T>(value: T): T {
  if (Array.isArray(value)) return value.map(copied) as T;
  if (typeof value !== "object" || value === null || isFunction((value as Record<string, unknown>)["toJSON"]))
    return value;
  const copy: Record<string, unknown> = {};
  for (const name of Object.keys(value)) copy[name] = copied((value as Record<string, unknown>)[name]);
  return copy as T;
}
