/**
 * Stores of one's own, and one in memory: filled by an exporter, and asked as the recorder's own is.
 *
 * @module
 */
import type { Batch, Exporter, WireEvent } from "../exporters/base.ts";
import { conditionsOf, idOf, type Page, pageOf, type Query, type TraceId } from "../recording/query.ts";
import { isMap } from "../recording/steps.ts";
import { Trace } from "../recording/trace.ts";
import { byTrace, search } from "./search.ts";

/** One event of a store. */
export interface StoredEvent {
  readonly producer: string;
  /** `service.name` of the producer. */
  readonly service?: string | undefined;
  /** In the specification's JSON form, contents in their places. */
  readonly event: WireEvent;
}

const MOST_TRACES = 100;
const MEMBERS: Readonly<Record<string, string>> = { trace: "trace_id", span: "span_id", parent: "parent_id" };

/**
 * A store of one's own: `add` takes what is exported, `stored` gives it back, and the rest follows. Hand `exporter()`
 * to `init` to have it filled.
 *
 * @example
 * ```ts
 * class Redis extends Store {
 *   async add(batch: Batch) { … }
 *   stored() { … }
 * }
 * const redis = new Redis();
 * init({ exporters: [redis.exporter("redis")] });
 * redis.query({ kind: "tool" });
 * ```
 */
export abstract class Store {
  /** Keeps the events of a batch. A batch may come twice: an event is known by its producer and `seq`. */
  abstract add(batch: Batch): Promise<void> | void;

  /** All events in the order of their arrival. */
  abstract stored(): Iterable<StoredEvent>;

  /**
   * What fills this store.
   *
   * @param name - stands in journals; a store that outlives the process needs one that is its own.
   */
  exporter(name: string = this.constructor.name.toLowerCase()): Exporter {
    return { name, onlyThisProcess: this.onlyThisProcess, export: (batch) => this.add(batch) };
  }

  /** Whether what other processes left is of no use to it. */
  protected get onlyThisProcess(): boolean {
    return false;
  }

  /**
   * Finds steps, events, log lines, metrics and feedback, newest first; what is given must all hold.
   *
   * @throws `TracewireError` `query_invalid` for what cannot be searched for.
   */
  query(query: Query = {}): Page {
    return pageOf(search(this.#arrived(), conditionsOf(query)));
  }

  /**
   * Reads one trace: the newest that has what is named.
   *
   * @param id - exactly one id.
   * @throws `TracewireError` `query_invalid` for anything else.
   */
  getTrace(id: TraceId): Trace | undefined {
    return this.findTraces(id)[0];
  }

  /** All that {@link Store.getTrace} chooses from, newest first, 100 at most. */
  findTraces(id: TraceId): Trace[] {
    const [what, wanted] = idOf(id);
    const found: WireEvent[][] = [];
    for (const [traceId, events] of byTrace(this.#arrived())) {
      if (traceId === undefined) continue;
      const isAsked = events.some(
        ({ event }) => saysOf(event, what) === wanted || (what === "trace" && traceId === wanted),
      );
      if (isAsked) found.push(events.map(({ event }) => event));
    }
    const begin = (events: readonly WireEvent[]) => String(events[0]?.["time"] ?? "");
    found.sort((one, other) => (begin(one) < begin(other) ? 1 : begin(one) > begin(other) ? -1 : 0));
    return found.slice(0, MOST_TRACES).map((events) => new Trace(events));
  }

  #arrived() {
    return Array.from(this.stored(), ({ producer, service, event }, index) => {
      return { arrival: index + 1, producer, service, event };
    });
  }
}

function saysOf(event: WireEvent, what: string): unknown {
  const member = MEMBERS[what];
  if (member !== undefined) return event[member];
  const { body } = event as { body?: unknown };
  return isMap(body) ? body[`${what}_id`] : undefined;
}

/**
 * A store that is gone with the process: for tests, and for a page that shows what it records.
 *
 * @example
 * ```ts
 * const memory = new MemoryStore();
 * init({ mode: "inline", exporters: [memory.exporter()] });
 * memory.query({ kind: "tool" });
 * ```
 */
export class MemoryStore extends Store {
  readonly #events = new Map<string, StoredEvent>();

  /** Keeps the events of a batch; one that is known stays as it is. */
  override add(batch: Batch): void {
    const [first] = batch.documents();
    const resource = first?.["resource"];
    const service = isMap(resource) ? resource["service.name"] : undefined;
    const { producer } = batch;
    for (const event of batch.events()) {
      const key = `${producer} ${event["seq"]}`;
      if (this.#events.has(key)) continue;
      this.#events.set(key, { producer, service: typeof service === "string" ? service : undefined, event });
    }
  }

  /** All events in the order of their arrival. */
  override stored(): Iterable<StoredEvent> {
    return this.#events.values();
  }

  /** How many events there are. */
  get size(): number {
    return this.#events.size;
  }

  /** Forgets everything. */
  clear(): void {
    this.#events.clear();
  }

  protected override get onlyThisProcess(): boolean {
    return true;
  }
}
