/**
 * Envelopes on their way: each waits until every destination has it, and the oldest gives way when too many wait.
 *
 * @module
 */
import type { NativeBatch, NativeShipper } from "../native/contract.ts";

/** Envelopes of one producer that are sent together. */
export interface Parcel {
  readonly producer: string;
  readonly envelopes: Uint8Array[];
  readonly events: number;
  /** The offset behind them in the journal. */
  readonly end: number;
  /** Whether they are the producer's last. */
  readonly closed: boolean;
  readonly isOwn: boolean;
}

/** What becomes of parcels. */
export interface Fate {
  /** Every destination has it, or has refused it for ever. */
  arrived(parcel: Parcel): void;
  /** It gave way to younger ones before that. */
  dropped(parcel: Parcel): void;
  /** Somebody else sends it to this destination. */
  handedOver(parcel: Parcel, sink: string): void;
}

interface Waiting extends Parcel {
  readonly id: number;
  readonly bytes: number;
  /** Destinations that lack it. */
  readonly lack: Set<string>;
  /** Destinations that have it in hand. */
  readonly busy: Set<string>;
  /** Somebody else sends it where it is not on its way now. */
  isWithdrawn: boolean;
}

/** A queue for several destinations. */
export class Queue {
  readonly #sinks: readonly string[];
  readonly #most: number;
  readonly #fate: Fate;
  #waiting: Waiting[] = [];
  #bytes = 0;
  #last = 0;

  /** @param most - bytes that may wait. */
  constructor(sinks: readonly string[], most: number, fate: Fate) {
    this.#sinks = sinks;
    this.#most = most;
    this.#fate = fate;
  }

  get isEmpty(): boolean {
    return this.#waiting.length === 0;
  }

  /** Whether more should be fetched: the rest can wait where it is. */
  get hasRoom(): boolean {
    return this.#bytes < this.#most / 2;
  }

  add(parcel: Parcel): void {
    const bytes = parcel.envelopes.reduce((sum, envelope) => sum + envelope.length, 0);
    const [lack, busy] = [new Set(this.#sinks), new Set<string>()];
    const waiting: Waiting = { ...parcel, id: ++this.#last, bytes, lack, busy, isWithdrawn: false };
    this.#waiting.push(waiting);
    this.#bytes += bytes;
    while (this.#bytes > this.#most && this.#waiting.length > 1) {
      const oldest = this.#waiting.find((each) => each.busy.size === 0 && each !== waiting);
      if (oldest === undefined) break;
      this.#remove(oldest);
      this.#fate.dropped(oldest);
    }
    if (this.#sinks.length === 0) this.#settle(waiting);
  }

  /** What waits for a destination, in order; for a page that goes away. */
  *waitingFor(sink: string): Iterable<Parcel> {
    for (const each of this.#waiting) if (each.lack.has(sink)) yield each;
  }

  /** Somebody else sends these: what is on its way already may arrive, the rest goes. */
  withdraw(chosen: (parcel: Parcel) => boolean): void {
    for (const each of this.#waiting.filter(chosen)) {
      each.isWithdrawn = true;
      for (const sink of each.lack) if (!each.busy.has(sink)) this.#handOver(each, sink);
    }
  }

  #handOver(parcel: Waiting, sink: string): void {
    parcel.lack.delete(sink);
    if (parcel.lack.size === 0) this.#remove(parcel);
    this.#fate.handedOver(parcel, sink);
  }

  /** A destination's way through the queue. */
  shipper(sink: string): NativeShipper {
    return {
      nextBatch: () => {
        const next = this.#waiting.find((each) => each.lack.has(sink));
        if (next === undefined) return undefined;
        next.busy.add(sink);
        return batchOf(next);
      },
      batchResult: (id, delivered) => {
        const found = this.#waiting.find((each) => each.id === id);
        if (found === undefined) return;
        found.busy.delete(sink);
        if (!delivered) {
          if (found.isWithdrawn) this.#handOver(found, sink);
          return;
        }
        found.lack.delete(sink);
        if (found.lack.size > 0) return;
        if (found.isWithdrawn) this.#remove(found);
        else this.#settle(found);
      },
      release: () => undefined,
    };
  }

  #settle(parcel: Waiting): void {
    this.#remove(parcel);
    this.#fate.arrived(parcel);
  }

  #remove(parcel: Waiting): void {
    this.#waiting = this.#waiting.filter((each) => each !== parcel);
    this.#bytes -= parcel.bytes;
  }
}

function batchOf({ id, producer, isOwn, events, envelopes }: Waiting): NativeBatch {
  return { id, producer, isOwn, events, envelopes, eventsJson: "" };
}
