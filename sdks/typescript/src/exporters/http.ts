/**
 * Envelopes over HTTP.
 *
 * @module
 */
import { type Batch, type Exporter, joined, RetryLater, Undeliverable } from "./base.ts";
import { isWorthAnotherTry, Post, type PostOptions } from "./post.ts";

/** Options of {@link HttpExporter}. */
export interface HttpOptions extends PostOptions {
  readonly name?: string;
  readonly url?: string;
  /** `jsonl`, one envelope a line (`application/x-ndjson`), or `json`, a list of envelopes (`application/json`). */
  readonly format?: "jsonl" | "json";
}

const TOO_LARGE = 413;

/**
 * Sends batches of envelopes to a URL by POST.
 *
 * | answer | |
 * |---|---|
 * | 2xx | delivered |
 * | 429, 5xx, no answer, a broken answer | again later; `Retry-After` is kept to, up to an hour |
 * | 401, 403, 404, 407, 408, 409, 421, … | again later: the key, the address or the server may be mended |
 * | 413 | the batch is halved; a single envelope that is too large is dropped |
 * | other 4xx | dropped, and counted as `http_400` …: these data can never work |
 * | 301, 302, 307, 308 | followed, also to another host, but then without the headers given here |
 *
 * @example
 * ```ts
 * new HttpExporter("https://traces.example.com/v1/envelopes", { headers: { Authorization: "Bearer …" } });
 * ```
 */
export class HttpExporter implements Exporter {
  readonly name: string;
  readonly usesEvents = false;
  readonly #post: Post;
  readonly #format: "jsonl" | "json";

  /**
   * @param url - where to send.
   * @throws `TypeError` when `url` is not one of http or https.
   */
  constructor(url: string | HttpOptions, options: HttpOptions = typeof url === "object" ? url : {}) {
    const { format = "jsonl" } = options;
    if (format !== "jsonl" && format !== "json") throw new TypeError(`format is jsonl or json, not ${format}`);
    const type = format === "jsonl" ? "application/x-ndjson" : "application/json";
    this.#post = new Post(typeof url === "string" ? url : (options.url ?? ""), type, options);
    this.#format = format;
    this.name = options.name ?? `http:${this.#post.shown}`;
  }

  /** Sends the batch; when it settles, the server has said that it has it. */
  async export(batch: Batch): Promise<void> {
    await this.#send(batch.envelopes, batch.signal);
  }

  async #send(envelopes: readonly Uint8Array[], signal: AbortSignal): Promise<void> {
    const body = this.#format === "json" ? joined(envelopes, "[", ",", "]") : joined(envelopes, "", "\n", "");
    const { status, text, afterMillis } = await this.#post.send(body, signal);
    if (status >= 200 && status < 300) return;
    if (status === TOO_LARGE && envelopes.length > 1) return this.#sendHalves(envelopes, signal);
    const message = `${this.#post.shown} answers ${status}${text === "" ? "" : `: ${text}`}`;
    if (isWorthAnotherTry(status)) throw new RetryLater(`http_${status}`, message, afterMillis);
    throw new Undeliverable(`http_${status}`, message, countOf(envelopes));
  }

  async #sendHalves(envelopes: readonly Uint8Array[], signal: AbortSignal): Promise<void> {
    const middle = envelopes.length >> 1;
    const refused: Undeliverable[] = [];
    for (const half of [envelopes.slice(0, middle), envelopes.slice(middle)]) {
      try {
        await this.#send(half, signal);
      } catch (error) {
        if (!(error instanceof Undeliverable)) throw error;
        refused.push(error);
      }
    }
    const [first] = refused;
    if (first === undefined) return;
    throw new Undeliverable(
      first.reason,
      first.message,
      refused.reduce((sum, error) => sum + (error.events ?? 0), 0),
    );
  }
}

function countOf(envelopes: readonly Uint8Array[]): number {
  const decoder = new TextDecoder();
  return envelopes.reduce((sum, envelope) => {
    return sum + (JSON.parse(decoder.decode(envelope)) as { events: unknown[] }).events.length;
  }, 0);
}
