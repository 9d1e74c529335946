/**
 * The default client: the one recorder of the process, whose methods are the package's functions.
 *
 * @module
 */
import { Client } from "./client.ts";
import type { ClientOptions } from "./config.ts";
import { shared } from "./place.ts";
import type { FlushReport, Stats } from "./report.ts";

let found: Client | undefined;

/**
 * The default client. It opens with the first step, or by `init`.
 *
 * @example
 * ```ts
 * const { written } = await getClient().flush();
 * ```
 */
export function getClient(): Client {
  if (found === undefined) {
    const here = shared();
    here.client ??= new Client({}, "later");
    found = here.client as Client;
  }
  return found;
}

/**
 * Configures the default client. Not needed: without it the first step opens one with what the environment says.
 *
 * @param options - see {@link ClientOptions}. Each can also stand in the environment (`TRACEWIRE_SERVICE`,
 *   `TRACEWIRE_MODE`, …) or in the nearest `tracewire.toml` or `tracewire.yaml` from the working directory upward.
 * @throws `TracewireError` in strict mode, for a configuration that cannot be used. Recording goes on all the same.
 *
 * @example
 * ```ts
 * init({ service: "research-agent", mode: "background", exporters: ["console"], redact: ["api_key"] });
 * ```
 */
export function init(options: ClientOptions = {}): Client {
  const client = getClient();
  client._configure(options);
  return client;
}

/** @internal Puts another client in the place of the default one, for tests; gives the one before. */
export function useClient(client: Client): Client {
  const before = getClient();
  shared().client = client;
  found = client;
  return before;
}

/** See {@link Client.span}. */
export const span: Client["span"] = (name: string, ...rest: unknown[]): never =>
  (getClient().span as (name: string, ...rest: unknown[]) => never).call(getClient(), name, ...rest);

/** See {@link Client.startSpan}. */
export const startSpan: Client["startSpan"] = (name, options) => getClient().startSpan(name, options);

/** See {@link Client.currentSpan}. */
export const currentSpan: Client["currentSpan"] = () => getClient().currentSpan();

/** See {@link Client.currentContext}. */
export const currentContext: Client["currentContext"] = () => getClient().currentContext();

/** See {@link Client.trace}. */
export const trace: Client["trace"] = (correlationId, work) => getClient().trace(correlationId, work);

/** See {@link Client.inject}. */
export const inject: Client["inject"] = (carrier: object = {}) => getClient().inject(carrier) as never;

/** See {@link Client.attach}. */
export const attach: Client["attach"] = (context, work) => getClient().attach(context, work);

/** See {@link Client.injectEnvironment}. */
export const injectEnvironment: Client["injectEnvironment"] = (environment) =>
  getClient().injectEnvironment(environment);

/** See {@link Client.query}. */
export const query: Client["query"] = (conditions) => getClient().query(conditions);

/** See {@link Client.getTrace}. */
export const getTrace: Client["getTrace"] = (id) => getClient().getTrace(id);

/** See {@link Client.flush}. */
export const flush = (timeoutMillis?: number): Promise<FlushReport> => getClient().flush(timeoutMillis);

/** See {@link Client.shutdown}. */
export const shutdown = (timeoutMillis?: number): Promise<FlushReport> => getClient().shutdown(timeoutMillis);

/** See {@link Client.stats}. */
export const stats = (): Stats => getClient().stats();
