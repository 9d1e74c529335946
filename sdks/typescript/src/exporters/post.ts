/**
 * One request for each batch over HTTP, and what each answer means.
 *
 * @module
 */
import { unicodePattern } from "../values/text.ts";
import { VERSION } from "../version.ts";
import { RetryLater } from "./base.ts";

const MOST_REDIRECTS = 5;
const MOST_ANSWER_BYTES = 16_384;
const REDIRECTS: ReadonlySet<number> = /* @__PURE__ */ new Set([301, 302, 307, 308]);
// What may work tomorrow without the data having changed: somebody mends a key, a route, a clock, a quota.
const WORTH_ANOTHER_TRY: ReadonlySet<number> = /* @__PURE__ */ new Set([
  401, 403, 404, 407, 408, 409, 421, 423, 425, 429,
]);

/** Headers, or a function that gives them, called for each request. */
export type HeadersSetting =
  | Readonly<Record<string, string>>
  | (() => Readonly<Record<string, string>> | Promise<Readonly<Record<string, string>>>);

/** Where and how to send. */
export interface PostOptions {
  readonly headers?: HeadersSetting | undefined;
  /** Whether bodies are sent with gzip. */
  readonly compress?: boolean | undefined;
  /** How long an answer may take, in milliseconds. */
  readonly timeoutMillis?: number | undefined;
  /** What sends; the global `fetch` by default. For a proxy, say. */
  readonly fetch?: typeof fetch | undefined;
}

/** What a server said. */
export interface Answer {
  readonly status: number;
  /** What it says besides. */
  readonly text: string;
  /** How long it wants to be left alone. */
  readonly afterMillis: number | undefined;
}

/** A URL that is posted to. */
export class Post {
  /** Neither the name and password nor the query: it stands in journals and in what is said. */
  readonly shown: string;
  readonly #url: string;
  readonly #login: Readonly<Record<string, string>>;
  readonly #type: string;
  readonly #options: PostOptions;

  /** @throws `TypeError` when the URL is not one of http or https, or the timeout is none. */
  constructor(url: string, contentType: string, options: PostOptions) {
    const parts = parse(url);
    this.shown = `${parts.protocol}//${parts.host}${parts.pathname}`;
    this.#login = parts.username === "" && parts.password === "" ? {} : { Authorization: `Basic ${login(parts)}` };
    parts.username = "";
    parts.password = "";
    this.#url = parts.href;
    this.#type = contentType;
    this.#options = options;
    const { timeoutMillis } = options;
    if (timeoutMillis !== undefined && !(timeoutMillis > 0))
      throw new TypeError(`timeoutMillis must be positive: ${timeoutMillis}`);
  }

  /**
   * Sends a body.
   *
   * @throws {@link RetryLater} without an answer.
   */
  async send(body: Uint8Array, signal: AbortSignal): Promise<Answer> {
    const { headers, compress = true, timeoutMillis = 10_000, fetch: send = fetch } = this.#options;
    let own: Readonly<Record<string, string>> = {
      ...this.#login,
      ...(typeof headers === "function" ? await headers() : headers),
    };
    const packed = compress ? await gzip(body) : body;
    let url = this.#url;
    for (let redirects = 0; redirects <= MOST_REDIRECTS; redirects++) {
      const waiting = new Waiting(signal, timeoutMillis);
      try {
        const answer = await send(url, {
          method: "POST",
          body: packed as Uint8Array<ArrayBuffer>,
          redirect: "manual",
          signal: waiting.signal,
          headers: {
            "Content-Type": this.#type,
            "User-Agent": `tracewire-javascript/${VERSION}`,
            ...(compress ? { "Content-Encoding": "gzip" } : {}),
            ...own,
          },
        });
        const target = this.#targetOf(answer, url);
        if (target === undefined) return await answerOf(answer);
        await answer.body?.cancel();
        // Keys are for the host that they were given for.
        if (new URL(url).origin !== target.origin) own = {};
        url = target.href;
      } catch (error) {
        throw error instanceof RetryLater ? error : this.#failure(error, waiting.signal.aborted);
      } finally {
        waiting.end();
      }
    }
    throw new RetryLater("http_redirect", `${this.shown} leads in a circle`);
  }

  /** Where an answer leads; `undefined` for one that is final. */
  #targetOf(answer: Response, url: string): URL | undefined {
    const location = answer.headers.get("location");
    if (answer.type === "opaqueredirect") throw new RetryLater("http_redirect", `${this.shown} leads elsewhere`);
    if (!REDIRECTS.has(answer.status) || location === null) return undefined;
    const target = parseTarget(location, url);
    if (target === undefined || (url.startsWith("https:") && target.protocol === "http:")) {
      throw new RetryLater("http_redirect", `${this.shown} leads to where nothing is sent`);
    }
    return target;
  }

  #failure(error: unknown, isLate: boolean): RetryLater {
    if (isLate) return new RetryLater("http_timeout", `${this.shown} did not answer in the time that there was`);
    const cause = (error as { cause?: unknown } | null)?.cause ?? error;
    const said =
      cause instanceof Error
        ? `${cause.name}: ${cause.message || (cause as NodeJS.ErrnoException).code}`
        : String(cause);
    return new RetryLater("connection", `${this.shown}: ${said}`);
  }
}

/**
 * Ends when somebody else does, or when it takes too long. Of the platform's own ways some are younger than what we
 * run on.
 */
class Waiting {
  readonly #controller = new AbortController();
  readonly #abort = (): void => this.#controller.abort();
  readonly #outer: AbortSignal;
  readonly #timer: ReturnType<typeof setTimeout>;

  constructor(outer: AbortSignal, millis: number) {
    this.#outer = outer;
    this.#timer = setTimeout(this.#abort, millis);
    if (outer.aborted) this.#abort();
    else outer.addEventListener("abort", this.#abort);
  }

  get signal(): AbortSignal {
    return this.#controller.signal;
  }

  end(): void {
    clearTimeout(this.#timer);
    this.#outer.removeEventListener("abort", this.#abort);
  }
}

/** Whether the same data may be taken another time. */
export function isWorthAnotherTry(status: number): boolean {
  return status < 400 || status >= 500 || WORTH_ANOTHER_TRY.has(status);
}

function parse(url: string): URL {
  try {
    const parts = new URL(url);
    if ((parts.protocol === "http:" || parts.protocol === "https:") && parts.hostname !== "") return parts;
  } catch {
    // Said below.
  }
  throw new TypeError("url is not one of http or https"); // Without the URL: it may hold a password.
}

function parseTarget(location: string, base: string): URL | undefined {
  try {
    return parse(new URL(location, base).href);
  } catch {
    return undefined;
  }
}

function login(parts: URL): string {
  const text = `${decodeURIComponent(parts.username)}:${decodeURIComponent(parts.password)}`;
  return btoa(String.fromCharCode(...new TextEncoder().encode(text)));
}

async function gzip(body: Uint8Array): Promise<Uint8Array> {
  const stream = new Blob([body as Uint8Array<ArrayBuffer>]).stream().pipeThrough(new CompressionStream("gzip"));
  return new Uint8Array(await new Response(stream).arrayBuffer());
}

/** The status is known already, so an answer that breaks off is no failure. */
async function answerOf(answer: Response): Promise<Answer> {
  let text = "";
  try {
    text = (await beginningOf(answer)).replace(unicodePattern(String.raw`[\p{C}\s]+`), " ").trim().slice(0, 200);
  } catch {
    // Said above.
  }
  return { status: answer.status, text, afterMillis: afterMillis(answer.headers.get("retry-after")) };
}

async function beginningOf(answer: Response): Promise<string> {
  const reader = answer.body?.getReader();
  if (reader === undefined) return "";
  const decoder = new TextDecoder();
  let text = "";
  for (let bytes = 0; bytes < MOST_ANSWER_BYTES; ) {
    const { done, value } = await reader.read();
    if (done) return text;
    bytes += value.length;
    text += decoder.decode(value, { stream: true });
  }
  await reader.cancel();
  return text;
}

/** `Retry-After`: seconds, or a date. */
function afterMillis(value: string | null): number | undefined {
  const text = value?.trim() ?? "";
  if (/^\d{1,9}$/.test(text)) return Number(text) * 1000;
  const date = text === "" ? Number.NaN : Date.parse(text);
  return Number.isNaN(date) ? undefined : Math.max(0, date - Date.now());
}
