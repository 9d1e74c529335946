/**
 * One exporter's way: batches from its shipper, what it says about each, and what is counted.
 *
 * What an exporter does is never trusted: it may throw anything, return anything, and never settle. Who waits for it
 * waits for a bounded time, and a batch stays with the journal until the exporter has settled.
 *
 * @module
 */
import type { NativeBatch, NativeRecorder, NativeShipper } from "../native/contract.ts";
import { NOWHERE, shared } from "../recording/place.ts";
import { textOf, typeName } from "../recording/problems.ts";
import { EnvelopeBatch, type Exporter, RetryLater, Undeliverable } from "./base.ts";
import type { ExporterReport } from "./delivery.ts";

/** So much is sealed at once; it is done on the event loop. */
const MOST_BATCH_BYTES = 256 << 10;
const FIRST_WAIT_MILLIS = 500;
const LONGEST_WAIT_MILLIS = 60_000;
const LONGEST_SERVER_WAIT_MILLIS = 3_600_000;
const MOST_SAID = 500;

/** An exporter, its shipper, and its counts. */
export class Route {
  readonly sink: string;
  readonly #recorder: NativeRecorder;
  readonly #exporter: Exporter;
  readonly #shipper: NativeShipper;
  readonly #warn: (message: string) => void;
  readonly #dropped: Record<string, number> = {};
  readonly #errors: Record<string, number> = {};
  readonly #said = new Set<string>();
  #sent = 0;
  #recovered = 0;
  #ownDropped = 0;
  #handedOver = 0;
  #failures = 0;
  #notBefore = 0;
  #isServerWait = false;
  /** Settles when the batch that is on its way has been dealt with. */
  #busy: Promise<boolean> | undefined;
  #isClosed = false;

  constructor(
    recorder: NativeRecorder,
    sink: string,
    exporter: Exporter,
    shipper: NativeShipper,
    warn: (message: string) => void,
  ) {
    this.sink = sink;
    this.#recorder = recorder;
    this.#exporter = exporter;
    this.#shipper = shipper;
    this.#warn = warn;
  }

  /**
   * Delivers until all is delivered, the deadline has passed, or the exporter fails. Never rejects.
   *
   * @param deadline - of `performance.now()`; `undefined` where nobody waits.
   * @param isUrgent - whether somebody asked for it: a failure is then tried again until the deadline.
   */
  async drain(deadline: number | undefined, isUrgent: boolean): Promise<void> {
    if (isUrgent && !this.#isServerWait) this.#notBefore = 0;
    for (;;) {
      const now = performance.now();
      const left = deadline === undefined ? undefined : deadline - now;
      if (this.#isClosed || (left !== undefined && left <= 0)) return;
      const wait = this.#notBefore - now;
      if (wait > 0) {
        if (!isUrgent || left === undefined || wait >= left) return;
        await pause(wait);
        continue;
      }
      // Two that drain at once take turns: one batch is on its way at a time.
      const isOwnTurn = this.#busy === undefined;
      this.#busy ??= this.#step(left).finally(() => {
        this.#busy = undefined;
      });
      const hasMore = await within(this.#busy, left);
      if (hasMore === undefined) {
        this.countError("export_timeout", "export() takes longer than the flush may wait; it is not interrupted");
        return;
      }
      if (!hasMore && isOwnTurn) return;
    }
  }

  /** Hands one batch over; `false` when there is none. */
  async #step(millis: number | undefined): Promise<boolean> {
    let native: NativeBatch | undefined;
    try {
      native = this.#shipper.nextBatch(MOST_BATCH_BYTES);
    } catch (error) {
      this.countError("journals_unreadable", messageOf(error));
      return false;
    }
    if (native === undefined) return false;
    if (!native.isOwn && this.#exporter.onlyThisProcess === true) {
      this.#acknowledge(native.id);
      return true;
    }
    const controller = new AbortController();
    const timer = millis === undefined ? undefined : setTimeout(() => controller.abort(), millis);
    try {
      await this.#export(native, controller.signal);
      this.#acknowledge(native.id);
      this.#countSent(native.events, native.isOwn);
    } catch (error) {
      if (isUndeliverable(error)) this.#drop(native, error);
      else this.#failed(native, error);
    } finally {
      clearTimeout(timer);
    }
    return true;
  }

  async #export(native: NativeBatch, signal: AbortSignal): Promise<void> {
    const { producer, envelopes, events: count } = native;
    const resolve = this.#exporter.usesEvents === false ? undefined : () => native.eventsJson;
    const batch = new EnvelopeBatch(producer, envelopes, { count, signal, ...(resolve && { resolve }) });
    // What an exporter does belongs to no step of the program.
    const answer: unknown = await shared().storage.run(NOWHERE, () => this.#exporter.export(batch));
    if (answer === false) throw new RetryLater("export_failed", "export() returned false");
  }

  #drop(native: NativeBatch, refused: Undeliverable): void {
    this.#acknowledge(native.id);
    const lost = Math.min(refused.events ?? native.events, native.events);
    this.#dropped[refused.reason] = (this.#dropped[refused.reason] ?? 0) + lost;
    if (native.isOwn) this.#ownDropped += lost;
    this.#countSent(native.events - lost, native.isOwn);
    this.#say(refused.reason, `${lost} events were dropped: ${refused.message}`);
  }

  #acknowledge(id: number): void {
    try {
      this.#shipper.batchResult(id, true);
    } catch (error) {
      // It is delivered all the same; after a restart it comes again.
      this.countError("acknowledgement_lost", messageOf(error));
    }
  }

  #countSent(events: number, isOwn: boolean): void {
    if (isOwn) this.#sent += events;
    else this.#recovered += events;
    this.#failures = 0;
    this.#notBefore = 0;
    this.#isServerWait = false;
  }

  #failed(native: NativeBatch, error: unknown): void {
    try {
      this.#shipper.batchResult(native.id, false);
    } catch (reason) {
      this.countError("acknowledgement_lost", messageOf(reason));
    }
    const later = isRetryLater(error) ? error : undefined;
    let after = later?.afterMillis;
    this.#isServerWait = after !== undefined;
    if (after === undefined) {
      // The first wait is the shortest; jitter keeps many processes from coming back at once.
      after =
        Math.min(LONGEST_WAIT_MILLIS, FIRST_WAIT_MILLIS * 2 ** Math.min(this.#failures, 16)) *
        (0.5 + 0.5 * Math.random());
    }
    this.#failures++;
    this.#notBefore = performance.now() + Math.min(Math.max(after, 0), LONGEST_SERVER_WAIT_MILLIS);
    this.countError(later?.code ?? "export_failed", later?.message ?? `${typeName(error)}: ${messageOf(error)}`);
  }

  /** Counts something that cost no event. */
  countError(code: string, message: string): void {
    this.#errors[code] = (this.#errors[code] ?? 0) + 1;
    this.#say(code, message);
  }

  #say(code: string, message: string): void {
    if (this.#said.has(code)) return;
    this.#said.add(code);
    this.#warn(`exporter ${this.sink}: ${message.slice(0, MOST_SAID)}`);
  }

  /** Lets go of the exporter, and of the files that the shipper has open. Never rejects. */
  async close(millis: number): Promise<void> {
    this.#isClosed = true;
    try {
      if (this.#busy !== undefined) await within(this.#busy, millis);
      await within(Promise.resolve(this.#exporter.close?.()), millis);
    } catch (error) {
      this.countError("internal_error", `${typeName(error)}: ${messageOf(error)}`);
    }
    this.release();
  }

  /** Lets other processes deliver what this one has open, unless a batch is on its way. */
  release(): void {
    if (this.#busy !== undefined) return;
    try {
      this.#shipper.release();
    } catch (error) {
      this.countError("internal_error", messageOf(error));
    }
  }

  /** Somebody else delivers so many events of this process. */
  handOver(events: number): void {
    this.#handedOver += events;
  }

  /** Whether this process has recorded what the destination lacks. */
  isBehind(): boolean {
    return this.#lacking() > 0;
  }

  #lacking(): number {
    return Math.max(0, this.#written() - this.#sent - this.#ownDropped - this.#handedOver);
  }

  #written(): number {
    return (JSON.parse(this.#recorder.stats()) as { written?: number }).written ?? 0;
  }

  report(): ExporterReport {
    return {
      sent: this.#sent,
      recovered: this.#recovered,
      pending: this.#lacking(),
      dropped: { ...this.#dropped },
      errors: { ...this.#errors },
    };
  }
}

/** By their members: an exporter may have its errors from another copy of the package. */
function isUndeliverable(error: unknown): error is Undeliverable {
  return error instanceof Undeliverable || (error as { name?: unknown } | null)?.name === "Undeliverable";
}

function isRetryLater(error: unknown): error is RetryLater {
  return error instanceof RetryLater || (error as { name?: unknown } | null)?.name === "RetryLater";
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : textOf(error);
}

/** Somebody waits for it, so this timer keeps the process alive. */
function pause(millis: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, millis));
}

/** What a promise gives, or `undefined` when it takes longer. */
async function within<T>(promise: Promise<T>, millis: number | undefined): Promise<T | undefined> {
  if (millis === undefined) return promise;
  let timer: ReturnType<typeof setTimeout> | undefined;
  const late = new Promise<undefined>((resolve) => {
    timer = setTimeout(resolve, millis, undefined);
  });
  try {
    return await Promise.race([promise, late]);
  } finally {
    clearTimeout(timer);
  }
}
