/**
 * Streams of chunks: steps that yield.
 *
 * @module
 */
import { Chunks } from "./chunks.ts";
import type { Attributes, SpanOptions } from "./fields.ts";
import { runInStep } from "./running.ts";
import type { Seat } from "./seat.ts";
import { type EventFields, Span } from "./span.ts";

/** A step that yields chunks: made by `stream(…)`. What came is written when it ends, and while it goes on. */
export class Stream extends Span {
  #chunks: Chunks | undefined;

  /**
   * Records something that comes often, such as `stream.event("chunk", { text: "Otters" })`.
   *
   * Events of one name that follow each other are written together: the first at once, then 64 at a time, or what came in a
   * tenth of a second. The order of all events is kept.
   *
   * @param name - what comes.
   * @param attributes - what came with it.
   * @param fields - `data`: the same, for what is no object.
   */
  override event(name: string, attributes?: Attributes, fields?: EventFields): this {
    let item: unknown;
    try {
      // A copy: what is written together is read later.
      item = { ...attributes };
    } catch {
      // Whatever a getter of the host throws; the value itself is shown as what it is.
      item = attributes;
    }
    const data = fields?.data;
    if (data !== undefined) item = attributes === undefined ? data : { ...(item as Attributes), data };
    return this.#take(name, item);
  }

  /** Records one chunk as it is. Texts together are the output, unless another one is set. */
  chunk(item: unknown): this {
    return this.#take("chunk", item);
  }

  /** @internal */
  override _end(): void {
    if (!this.ended) this.#chunks?.end();
    super._end();
  }

  /** @internal */
  _streamBy(now: () => number): this {
    this.#chunks = new Chunks(this, now, (name, chunks) => super.event(name, undefined, { chunks }));
    return this;
  }

  #take(name: string, item: unknown): this {
    if (this.ended) {
      // Says that it is too late, as every step does.
      this.setOutput(undefined);
      return this;
    }
    this.#chunks?.add(name, item);
    return this;
  }
}

/** Opens a stream, or runs work with one. */
export interface OpenStream {
  (name: string, options?: SpanOptions): Stream;
  <T>(name: string, work: (stream: Stream) => T): T;
  <T>(name: string, options: SpanOptions | undefined, work: (stream: Stream) => T): T;
}

/**
 * Opens a stream: a step that yields chunks. With `work` it is current inside, and ends when `work` settles.
 *
 * Its `event("chunk", …)` and `chunk(…)` are cheap enough for many thousands of chunks a second. When the first one came is
 * recorded as time to first chunk.
 */
export function openStream(seat: Seat, ...given: Parameters<OpenStream>): unknown {
  const [name, second, third] = given as [string, unknown, unknown];
  const work = typeof second === "function" ? second : third;
  const options = typeof second === "function" ? undefined : (second as SpanOptions | undefined);
  const stream = seat.begin(Stream, name, { kind: "stream", ...options });
  stream._streamBy(() => seat.monotonicMillis());
  return typeof work === "function" ? runInStep(stream, work as (stream: Span) => unknown) : stream;
}
