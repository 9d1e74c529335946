/**
 * Who keeps and sends what a page records, and when. See the folder's README for the way of the data.
 *
 * @module
 */
import type { Exporter } from "../exporters/base.ts";
import {
  add,
  type Delivery,
  type DeliveryOptions,
  type DeliveryReport,
  pendingOf,
  together,
} from "../exporters/delivery.ts";
import { Route } from "../exporters/route.ts";
import type { MemoryRecorder } from "../platform/wasm.ts";
import { Endpoint, Reached } from "./endpoint.ts";
import { Keeper } from "./keeper.ts";
import { type Parcel, Queue } from "./queue.ts";

/** How long an envelope of a run that goes on may be open. */
const MARK_MILLIS = 5000;
/** How often it is looked whether a destination is back. */
const RETRY_MILLIS = 1000;
/** How often it is looked for tabs that are gone: the page before this one may be about to go. */
const SWEEP_MILLIS: readonly number[] = [1000, 5000, 60_000];
const ONLINE_MILLIS = 10_000;
const CLOSE_MILLIS = 1000;
/** Envelopes that may wait in memory. */
const QUEUE_BYTES = 8 << 20;
/** Envelopes that are sent together. */
const PARCEL_BYTES = 256 << 10;

/** Keeps and sends what is recorded here. */
export function deliver(options: DeliveryOptions): Delivery {
  return new PageDelivery(options);
}

class PageDelivery implements Delivery {
  readonly #recorder: MemoryRecorder;
  readonly #keeper: Keeper;
  readonly #queue: Queue;
  readonly #reached: Reached;
  readonly #routes: Route[] = [];
  readonly #warn: (message: string) => void;
  readonly #dropped: Record<string, number> = {};
  readonly #errors: Record<string, number> = {};
  readonly #said = new Set<string>();
  readonly #listening: (() => void)[] = [];
  #endpoint: { readonly sink: string; readonly way: Endpoint } | undefined;
  #timers = new Map<string, ReturnType<typeof setTimeout>>();
  #isMarked = true;
  /** Whether the news is a mark of our own. */
  #isMarking = false;
  #isLeaving = false;
  #isClosed = false;

  constructor({ recorder, native, exporters, browser, warn }: DeliveryOptions) {
    this.#recorder = recorder as MemoryRecorder;
    this.#warn = warn;
    const name = browser?.databaseName ?? "tracewire";
    this.#reached = new Reached(name);
    const all = new Map<string, Exporter>(exporters);
    if (browser?.endpoint !== undefined) this.#addEndpoint(browser.endpoint, browser.headers, all);
    this.#queue = new Queue([...all.keys()], QUEUE_BYTES, {
      arrived: (parcel) => this.#arrived(parcel),
      dropped: (parcel) => this.#gaveWay(parcel),
      handedOver: (parcel, sink) => {
        if (!parcel.isOwn) return;
        this.#keeper.handedOver(parcel);
        this.#routes.find((route) => route.sink === sink)?.handOver(parcel.events);
      },
    });
    for (const [sink, exporter] of all) {
      this.#routes.push(new Route(recorder, sink, exporter, this.#queue.shipper(sink), warn));
    }
    this.#keeper = new Keeper({
      recorder: this.#recorder,
      native,
      name: browser?.storage === "memory" ? undefined : name,
      queue: this.#queue,
      reached: this.#reached,
      isRecovering: this.#routes.length > 0,
      mostBytes: browser?.storageBytes,
      failed: (code, error) => this.#failed(code, error),
      dropped: (reason, events) => this.#count(reason, events),
      committed: () => this.#pull(),
      taken: () => this.#goOn(),
    });
    this.#recorder.onNews = () => this.#hasNews();
    this.#listen();
    this.#sweepSoon();
  }

  #arrived(parcel: Parcel): void {
    this.#keeper.arrived(parcel);
    this.#takeMore();
  }

  /** Looks at once for what is kept and found no room, when there is some. */
  #takeMore(): void {
    if (this.#keeper.hasMore && this.#queue.hasRoom) this.#later("more", 0, () => this.#sweep());
  }

  /** It is sent from where it is kept. */
  #handOver({ events }: Parcel): void {
    for (const route of this.#routes) route.handOver(events);
  }

  #addEndpoint(url: string, headers: Readonly<Record<string, string>> | undefined, all: Map<string, Exporter>): void {
    try {
      const way = new Endpoint(url, headers);
      this.#endpoint = { sink: way.exporter.name, way };
      all.set(way.exporter.name, way.exporter);
    } catch (error) {
      this.#failed("configuration", error);
    }
  }

  /** Something was recorded: it is kept at most 100 ms later, and at once where timers are slowed down. */
  #hasNews(): void {
    if (this.#isClosed) return;
    this.#keeper.commitSoon();
    if (this.#isMarking) return;
    // The page's own listeners for its end record something: no timer will come any more.
    if (this.#isLeaving && this.#isMarked) {
      this.#isMarked = false;
      queueMicrotask(() => {
        this.#mark();
        this.#leave();
      });
      return;
    }
    if (!this.#isMarked || this.#routes.length === 0) return;
    this.#isMarked = false;
    this.#later("mark", MARK_MILLIS, () => this.#mark());
  }

  #mark(): void {
    if (this.#isMarked || this.#isClosed) return;
    this.#isMarked = true;
    this.#isMarking = true;
    this.#recorder.mark();
    this.#isMarking = false;
  }

  runEnded(): void {
    if (this.#routes.length > 0 && !this.#isLeaving) this.#mark();
  }

  /** Puts envelopes into the queue whose bytes are kept, and has them sent. */
  #pull(isLeaving = false): void {
    for (;;) {
      const batch = this.#recorder.nextBatch(PARCEL_BYTES);
      if (batch === undefined) break;
      const isKept = this.#keeper.keeps(batch.producer, batch.end);
      if (!isKept && !isLeaving) break;
      this.#recorder.acknowledge(batch.producer, batch.end);
      const parcel = { ...batch, isOwn: true };
      if (this.#keeper.leaves(parcel)) this.#handOver(parcel);
      else this.#queue.add(parcel);
    }
    if (isLeaving) return;
    this.#kick();
    this.#takeMore();
  }

  /** Has every destination take what waits; looks again later where one is away. */
  #kick(): void {
    if (this.#isClosed || this.#queue.isEmpty) return;
    for (const route of this.#routes) void route.drain(undefined, false);
    this.#later("retry", RETRY_MILLIS, () => this.#kick());
  }

  /** Now, and from time to time. */
  #sweepSoon(times = 0): void {
    const wait = SWEEP_MILLIS[Math.min(times, SWEEP_MILLIS.length - 1)] as number;
    this.#sweep(() => this.#later("sweep", wait, () => this.#sweepSoon(times + 1)));
  }

  #sweep(then?: () => void): void {
    void this.#keeper.sweep().then(() => {
      this.#kick();
      then?.();
    });
  }

  /**
   * The page was put away and is back, and somebody may have taken what it kept: a new journal begins, and the last one is that of a
   * tab that is gone. Whoever gets it first sends it: this page, or another one.
   */
  #goOn(): void {
    if (this.#isClosed) return;
    this.#mark();
    this.#keeper.comeBack(() => {
      for (;;) {
        const batch = this.#recorder.nextBatch(PARCEL_BYTES);
        if (batch === undefined) break;
        this.#recorder.acknowledge(batch.producer, batch.end);
        // What the storage failed with can be sent by nobody else.
        if (this.#keeper.isAlone(batch.producer)) this.#queue.add({ ...batch, isOwn: true });
        else this.#handOver({ ...batch, isOwn: true });
      }
      this.#queue.withdraw(({ producer, isOwn }) => !isOwn || !this.#keeper.isAlone(producer));
      if (!this.#recorder.renew()) this.#failed("internal_error", new Error("no new journal could be begun"));
    });
    this.#sweep();
  }

  async flush(timeoutMillis: number): Promise<DeliveryReport> {
    if (!this.#isClosed) await this.#finish(performance.now() + timeoutMillis);
    return this.#report();
  }

  async #finish(deadline: number): Promise<void> {
    await within(this.#keeper.commit(), deadline - performance.now());
    this.#pull();
    await Promise.all(this.#routes.map((route) => route.drain(deadline, true)));
    await within(this.#keeper.settled(), Math.max(0, deadline - performance.now()));
  }

  async close(timeoutMillis: number): Promise<DeliveryReport> {
    if (this.#isClosed) return this.#report();
    await this.#finish(performance.now() + timeoutMillis);
    this.#end();
    await Promise.all(this.#routes.map((route) => route.close(CLOSE_MILLIS)));
    this.#keeper.close();
    return this.#report();
  }

  pending(): Record<string, number> {
    return pendingOf(this.#routes);
  }

  closeNow(): void {
    if (this.#isClosed) return;
    this.#leave();
    this.#end();
  }

  /** The page may never come back: whatever can be done without waiting. */
  #leave(): void {
    void this.#keeper.commit(true);
    if (this.#endpoint === undefined) return;
    this.#pull(true);
    for (const { producer, end, isOwn } of this.#endpoint.way.leave(this.#queue.waitingFor(this.#endpoint.sink))) {
      if (isOwn && !this.#keeper.keeps(producer, end)) this.#reached.note(producer, end);
    }
  }

  #end(): void {
    this.#isClosed = true;
    this.#recorder.onNews = undefined;
    for (const stop of this.#listening) stop();
    for (const timer of this.#timers.values()) clearTimeout(timer);
    this.#timers.clear();
  }

  #listen(): void {
    if (typeof addEventListener !== "function") return;
    this.#on(globalThis, "online", () => {
      const deadline = performance.now() + ONLINE_MILLIS;
      for (const route of this.#routes) void route.drain(deadline, true);
    });
    if (typeof document === "undefined") return;
    this.#on(document, "visibilitychange", () => {
      if (document.visibilityState !== "hidden") return;
      this.#mark();
      void this.#keeper.commit(true);
    });
    this.#on(globalThis, "pagehide", (event) => {
      this.#isLeaving = true;
      this.#mark();
      this.#leave();
      if ((event as PageTransitionEvent).persisted) this.#keeper.leave();
    });
    this.#on(globalThis, "pageshow", () => {
      this.#isLeaving = false;
      if (this.#keeper.isAway) this.#goOn();
    });
  }

  #on(target: EventTarget, type: string, listener: (event: Event) => void): void {
    target.addEventListener(type, listener);
    this.#listening.push(() => target.removeEventListener(type, listener));
  }

  /** One timer of each kind at a time. */
  #later(kind: string, millis: number, work: () => void): void {
    if (this.#timers.has(kind) || this.#isClosed) return;
    const timer = setTimeout(() => {
      this.#timers.delete(kind);
      work();
    }, millis);
    // Where the same runs in Node, a timer must not keep the process.
    (timer as { unref?(): void }).unref?.();
    this.#timers.set(kind, timer);
  }

  #gaveWay(parcel: Parcel): void {
    if (!this.#keeper.passedOver(parcel)) this.#count("queue_full", parcel.events);
    else if (parcel.isOwn) this.#handOver(parcel);
    // Of one journal all is sent from the same place, in order.
    this.#queue.withdraw(
      ({ producer, isOwn }) => producer === parcel.producer && isOwn && !this.#keeper.isAlone(producer),
    );
  }

  #count(reason: string, events: number): void {
    if (events === 0) return;
    this.#dropped[reason] = (this.#dropped[reason] ?? 0) + events;
    this.#say(reason, `${events} events are lost (${reason})`);
  }

  #failed(code: string, error: unknown): void {
    this.#errors[code] = (this.#errors[code] ?? 0) + 1;
    this.#say(code, `${code}: ${error instanceof Error ? `${error.name}: ${error.message}` : String(error)}`);
  }

  #say(code: string, message: string): void {
    if (this.#said.has(code)) return;
    this.#said.add(code);
    this.#warn(`tracewire: ${message}`);
  }

  #report(): DeliveryReport {
    const counts = together(this.#routes);
    const dropped = { ...this.#dropped };
    const errors = { ...this.#errors };
    add(dropped, counts.dropped);
    add(errors, counts.errors);
    return { ...counts, durable: this.#keeper.durable, dropped, errors };
  }
}

/** Settles with the promise, or when the time is up. */
async function within(promise: Promise<void>, millis: number): Promise<void> {
  let timer: ReturnType<typeof setTimeout> | undefined;
  const late = new Promise<void>((resolve) => {
    timer = setTimeout(resolve, Math.max(0, millis));
  });
  await Promise.race([promise, late]);
  clearTimeout(timer);
}
