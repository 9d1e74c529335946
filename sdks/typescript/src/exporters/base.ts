/**
 * What an exporter is given, what it may say, and how one is written.
 *
 * @module
 */

/** One event in the specification's JSON form, with contents in their places. */
export type WireEvent = { readonly [member: string]: unknown };

/** One envelope as a value. */
export type WireEnvelope = { readonly [member: string]: unknown; readonly events: readonly WireEvent[] };

/** Sealed envelopes of one producer, in order. */
export interface Batch {
  /** Whose events they are. */
  readonly producer: string;
  /** Each envelope's canonical JSON. */
  readonly envelopes: readonly Uint8Array[];
  /** How many events they hold. */
  readonly length: number;
  /** Aborted when nobody waits any longer: an exporter that can give up then should. */
  readonly signal: AbortSignal;
  /** All events in the specification's JSON form, with contents in their places instead of references. */
  events(): readonly WireEvent[];
  /** All envelopes as values. */
  documents(): readonly WireEnvelope[];
  /** One envelope a line. */
  jsonLines(): Uint8Array;
}

/**
 * Where envelopes go. `export` is called with one batch at a time. It may be slow and it may throw: what waits for it
 * waits in the journal, on disk, and not in memory. The same batch may come twice: an envelope's `digest` is its
 * identity.
 *
 * @example
 * ```ts
 * const queue: Exporter = { name: "queue", export: (batch) => send(batch.jsonLines()) };
 * init({ exporters: [queue] });
 * ```
 */
export interface Exporter {
  /**
   * Names the destination in journals and in what a flush reports. It must be the same in every run of the program:
   * what a process that died has left is delivered by the next one under this name. By default the class's name in
   * lower case.
   */
  readonly name?: string;
  /**
   * Whether `export` calls `batch.events()`. An exporter that says `false` saves memory: contents stand once in the
   * envelopes.
   */
  readonly usesEvents?: boolean;
  /** Whether what processes left that have died is passed by. */
  readonly onlyThisProcess?: boolean;
  /**
   * Delivers a batch. To return (or fulfil) means that it has been delivered.
   *
   * @throws {@link RetryLater} or anything else, to have the batch again later; {@link Undeliverable} to drop it and
   *   count it.
   */
  export(batch: Batch): Promise<void> | void;
  /** Lets go of what is held. Called once, after the last batch. */
  close?(): Promise<void> | void;
}

/** Thrown by `export` for a batch that this destination will never take: it is dropped, and counted by its reason. */
export class Undeliverable extends Error {
  /** A short code, such as `http_400`; `flush().dropped` counts by it. */
  readonly reason: string;
  /** How many of the batch's events it is about, where it is not about all; the others were delivered. */
  readonly events: number | undefined;

  /**
   * @param reason - a short code.
   * @param message - what is said the first time.
   * @param events - how many of the batch's events it is about.
   */
  constructor(reason: string, message: string = reason, events?: number) {
    super(message);
    this.name = "Undeliverable";
    this.reason = reason;
    this.events = events;
  }
}

/** Thrown by `export` to have the same batch again later. Any other error means the same. */
export class RetryLater extends Error {
  /** A short code, such as `http_503`; `flush().errors` counts by it. */
  readonly code: string;
  /** Milliseconds that the destination asked to be left alone. */
  readonly afterMillis: number | undefined;

  /**
   * @param code - a short code.
   * @param message - what is said the first time.
   * @param afterMillis - how long the destination asked to be left alone; otherwise waits grow from half a second to
   *   a minute.
   */
  constructor(code: string, message: string = code, afterMillis?: number) {
    super(message);
    this.name = "RetryLater";
    this.code = code;
    this.afterMillis = afterMillis;
  }
}

/** The batch of these envelopes. */
export class EnvelopeBatch implements Batch {
  readonly producer: string;
  readonly envelopes: readonly Uint8Array[];
  readonly signal: AbortSignal;
  readonly #resolve: (() => string) | undefined;
  #count: number | undefined;
  #events: readonly WireEvent[] | undefined;
  #documents: readonly WireEnvelope[] | undefined;

  /**
   * @param producer - whose events they are.
   * @param envelopes - canonical JSON.
   * @param given - `count` of the events; `resolve` gives them as JSON, contents in their places; `signal` of
   *   whoever waits.
   */
  constructor(
    producer: string,
    envelopes: readonly Uint8Array[],
    given: { readonly count?: number; readonly resolve?: () => string; readonly signal?: AbortSignal } = {},
  ) {
    this.producer = producer;
    this.envelopes = envelopes;
    this.signal = given.signal ?? new AbortController().signal;
    this.#count = given.count;
    this.#resolve = given.resolve;
  }

  get length(): number {
    this.#count ??= this.events().length;
    return this.#count;
  }

  events(): readonly WireEvent[] {
    this.#events ??= this.#read();
    return this.#events;
  }

  #read(): readonly WireEvent[] {
    const text = this.#resolve?.();
    if (text) return (JSON.parse(text) as { event: WireEvent }[]).map((entry) => entry.event);
    const documents = this.documents();
    const contents = new Map<string, Content>();
    for (const { content } of documents) {
      for (const [hash, entry] of Object.entries((content as { [hash: string]: Content } | undefined) ?? {}))
        contents.set(hash, entry);
    }
    return documents.flatMap((document) => document.events.map((event) => resolved(event, contents) as WireEvent));
  }

  documents(): readonly WireEnvelope[] {
    const decoder = new TextDecoder();
    this.#documents ??= this.envelopes.map((envelope) => JSON.parse(decoder.decode(envelope)) as WireEnvelope);
    return this.#documents;
  }

  jsonLines(): Uint8Array {
    return joined(this.envelopes, "", "\n", "");
  }
}

type Content = { readonly [member: string]: unknown };

/** Envelopes one after the other: `before`, each with `behind` it, `after`. */
export function joined(envelopes: readonly Uint8Array[], before: string, behind: string, after: string): Uint8Array {
  const encoder = new TextEncoder();
  const parts = [encoder.encode(before), ...envelopes.flatMap((envelope) => [envelope, encoder.encode(behind)])];
  if (after !== "" && envelopes.length > 0) parts.pop(); // What is between stands behind each but the last.
  parts.push(encoder.encode(after));
  const bytes = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  for (const part of parts) {
    bytes.set(part, at);
    at += part.length;
  }
  return bytes;
}

/** A copy with contents instead of references. A user's own key `$ref` is written `$$ref`, so it is not mistaken. */
function resolved(value: unknown, contents: ReadonlyMap<string, Content>): unknown {
  if (typeof value !== "object" || value === null) return value;
  if (Array.isArray(value)) return value.map((item) => resolved(item, contents));
  const entries = Object.entries(value);
  const [[key, hash] = ["", ""]] = entries;
  if (entries.length === 1 && key === "$ref" && typeof hash === "string") {
    const entry = contents.get(hash);
    if (entry === undefined) return value;
    return "value" in entry ? resolved(entry["value"], contents) : entry;
  }
  return Object.fromEntries(entries.map(([name, item]) => [name, resolved(item, contents)]));
}
