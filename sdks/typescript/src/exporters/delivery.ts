/**
 * Who hands what was recorded to exporters, and what they count. There is one for journals in files (`pump.ts`) and one for journals
 * in memory (`../browser`); `#delivery` is the one of the environment.
 *
 * @module
 */
import type { NativeModule, NativeRecorder } from "../native/contract.ts";
import type { BrowserOptions } from "../recording/config.ts";
import type { Exporter } from "./base.ts";

/** What deliverers count; see `FlushReport` for what the members mean. */
export interface DeliveryReport {
  readonly sent: number;
  readonly pending: number;
  /** Records that survive the death of the page; absent where all that are written do. */
  readonly durable?: number;
  readonly dropped: Readonly<Record<string, number>>;
  readonly errors: Readonly<Record<string, number>>;
  readonly exporters: Readonly<Record<string, ExporterReport>>;
}

/** The same for one exporter. */
export interface ExporterReport {
  /** Events of this process that its destination has. */
  readonly sent: number;
  /** Events that processes left which have died, and that this one delivered. */
  readonly recovered: number;
  readonly pending: number;
  readonly dropped: Readonly<Record<string, number>>;
  readonly errors: Readonly<Record<string, number>>;
}

/** Who hands what was recorded to exporters. */
export interface Delivery {
  /** A run has just ended: mode `inline` delivers now. */
  runEnded(): void;
  /** Delivers for at most so many milliseconds. Never rejects. */
  flush(timeoutMillis: number): Promise<DeliveryReport>;
  /** Delivers, then lets go of the exporters. Never rejects. */
  close(timeoutMillis: number): Promise<DeliveryReport>;
  /** What the destination of each exporter lacks. */
  pending(): Readonly<Record<string, number>>;
  /** The process or page ends: whatever can be done without waiting. */
  closeNow(): void;
}

/** What a delivery needs to know. */
export interface DeliveryOptions {
  /** What the recorder is of. */
  readonly native: NativeModule;
  readonly recorder: NativeRecorder;
  /** By the name of its sink. */
  readonly exporters: ReadonlyMap<string, Exporter>;
  readonly mode: "local" | "inline" | "background";
  /** Says something to whoever runs the program. */
  readonly warn: (message: string) => void;
  /** What only a browser needs. */
  readonly browser?: BrowserOptions | undefined;
}

/** What several ways count together: what is sent is what each of them has sent. */
export function together(ways: readonly { readonly sink: string; report(): ExporterReport }[]): DeliveryReport {
  const exporters: Record<string, ExporterReport> = {};
  const dropped: Record<string, number> = {};
  const errors: Record<string, number> = {};
  let sent = ways.length === 0 ? 0 : Number.POSITIVE_INFINITY;
  let pending = 0;
  for (const way of ways) {
    const counts = way.report();
    exporters[way.sink] = counts;
    sent = Math.min(sent, counts.sent);
    pending = Math.max(pending, counts.pending);
    add(dropped, counts.dropped);
    add(errors, counts.errors);
  }
  return { sent, pending, dropped, errors, exporters };
}

/** What each of several ways has to deliver, by its name. */
export function pendingOf(
  ways: readonly { readonly sink: string; report(): ExporterReport }[],
): Record<string, number> {
  return Object.fromEntries(ways.map((way) => [way.sink, way.report().pending]));
}

/** Adds counts to others, each to the one of its name. */
export function add(into: Record<string, number>, counts: Readonly<Record<string, number>>): void {
  for (const [name, count] of Object.entries(counts)) into[name] = (into[name] ?? 0) + count;
}
