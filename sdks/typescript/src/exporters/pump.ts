/**
 * Who calls the exporters in Node, and when.
 *
 * | mode | |
 * |---|---|
 * | `background` | a few times a second, when something was recorded |
 * | `inline` | at the end of a run |
 * | `local` | at a flush only |
 *
 * All of it is done on the event loop, in small pieces, by timers that keep nothing alive. When the program has
 * nothing left to do, what is pending is delivered for a bounded time; what remains then is in the journal, and the
 * next process delivers it.
 *
 * @module
 */
import type { NativeRecorder } from "../native/contract.ts";
import { textOf } from "../recording/problems.ts";
import { type Delivery, type DeliveryOptions, type DeliveryReport, pendingOf, together } from "./delivery.ts";
import { Route } from "./route.ts";

const POLL_MILLIS = 250;
/** How long the program's end may wait. */
const EXIT_MILLIS = 2000;
const CLOSE_MILLIS = 1000;

const pumps = /* @__PURE__ */ new Set<Pump>();
let isHooked = false;

/** Drains a recorder's journal into exporters; `undefined` where there are none. */
export function deliver(options: DeliveryOptions): Delivery | undefined {
  const { recorder, exporters, mode, warn } = options;
  if (exporters.size === 0 || recorder.shipper === undefined) return undefined;
  const routes: Route[] = [];
  for (const [sink, exporter] of exporters) {
    routes.push(new Route(recorder, sink, exporter, recorder.shipper(sink, exporter.usesEvents !== false), warn));
  }
  return new Pump(recorder, routes, mode);
}

class Pump implements Delivery {
  readonly #recorder: NativeRecorder;
  readonly #routes: readonly Route[];
  readonly #mode: string;
  #timer: ReturnType<typeof setInterval> | undefined;
  #isScheduled = false;
  #isClosed = false;
  #isLeaving = false;
  #seen = 0;

  constructor(recorder: NativeRecorder, routes: readonly Route[], mode: string) {
    this.#recorder = recorder;
    this.#routes = routes;
    this.#mode = mode;
    pumps.add(this);
    if (!isHooked) {
      isHooked = true;
      process.on("beforeExit", leave);
    }
    if (mode === "background") {
      // What processes have left that died is sent first, whether or not something new is recorded.
      this.#timer = setInterval(() => this.#poll(), POLL_MILLIS);
      this.#timer.unref();
    }
  }

  /** On a timer, where nobody would catch anything. */
  #poll(): void {
    this.#guard(() => {
      const found = this.#written();
      if (found === this.#seen && !this.isBehind()) return;
      this.#seen = found;
      this.#begin();
    });
  }

  #guard(work: () => void): void {
    try {
      work();
    } catch (error) {
      this.#routes[0]?.countError("internal_error", textOf(error));
    }
  }

  runEnded(): void {
    if (this.#mode === "inline") this.#begin();
  }

  /** Delivers soon: never in the middle of what the program does. */
  #begin(): void {
    if (this.#isScheduled || this.#isClosed) return;
    this.#isScheduled = true;
    setImmediate(() => {
      this.#isScheduled = false;
      if (!this.#isClosed) void this.#drain(undefined, false);
    }).unref();
  }

  async #drain(deadline: number | undefined, isUrgent: boolean): Promise<void> {
    const failed = (route: Route) => (error: unknown) => route.countError("internal_error", textOf(error));
    await Promise.all(this.#routes.map((route) => route.drain(deadline, isUrgent).catch(failed(route))));
  }

  async flush(timeoutMillis: number): Promise<DeliveryReport> {
    if (!this.#isClosed) await this.#drain(performance.now() + timeoutMillis, true);
    return together(this.#routes);
  }

  async close(timeoutMillis: number): Promise<DeliveryReport> {
    if (this.#isClosed) return together(this.#routes);
    await this.#drain(performance.now() + timeoutMillis, true);
    this.#end();
    await Promise.all(this.#routes.map((route) => route.close(CLOSE_MILLIS)));
    return together(this.#routes);
  }

  pending(): Record<string, number> {
    return pendingOf(this.#routes);
  }

  closeNow(): void {
    if (this.#isClosed) return;
    this.#end();
    for (const route of this.#routes) route.release();
  }

  #end(): void {
    this.#isClosed = true;
    clearInterval(this.#timer);
    pumps.delete(this);
    if (pumps.size === 0) {
      process.off("beforeExit", leave);
      isHooked = false;
    }
  }

  /**
   * The program has nothing left to do. Once for what has been recorded: a destination that is away must not keep it
   * for ever.
   */
  leave(): void {
    this.#guard(() => this.#leave());
  }

  #leave(): void {
    const found = this.#written();
    if (this.#isLeaving || this.#isClosed || found === this.#left || !this.isBehind()) return;
    this.#left = found;
    this.#isLeaving = true;
    void this.#drain(performance.now() + EXIT_MILLIS, true).finally(() => {
      this.#isLeaving = false;
    });
  }

  #left = 0;

  /** Other processes write to the directory too: what they did is none of this one's news. */
  #written(): number {
    return (JSON.parse(this.#recorder.stats()) as { written?: number }).written ?? 0;
  }

  isBehind(): boolean {
    return this.#routes.some((route) => route.isBehind());
  }
}

function leave(): void {
  for (const pump of pumps) pump.leave();
}
