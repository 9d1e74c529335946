/**
 * What `flush()` and `stats()` say.
 *
 * @module
 */
import type { ExporterReport } from "../exporters/delivery.ts";
import type { NativeModule } from "../native/contract.ts";

/** What became of everything that a client recorded in this process. */
export interface FlushReport {
  /** Records in the journal; they survive the death of the process. */
  readonly written: number;
  /** In a browser: of these, records that survive the death of the tab. Elsewhere all that are written do. */
  readonly durable?: number;
  /** Of these, events that this process has sealed into envelopes (modes `inline` and `background`). */
  readonly sealed: number;
  /** Of these, events that every exporter's destination has. */
  readonly sent: number;
  /** Records that a destination lacks. */
  readonly pending: number;
  /** Records lost, by reason. */
  readonly dropped: Readonly<Record<string, number>>;
  /** Records of traces that `sampling` left out. */
  readonly unsampled: number;
  /** Mistakes and internal errors that cost no exception, by code. */
  readonly errors: Readonly<Record<string, number>>;
  /** The same for each exporter, by its name. */
  readonly exporters: Readonly<Record<string, ExporterReport>>;
}

/** Numbers of a recorder, without waiting for anything. */
export interface Stats {
  /** Whose events they are; `undefined` before the first. */
  readonly producer: string | undefined;
  /** Where the journal is; `undefined` in memory. */
  readonly directory: string | undefined;
  readonly written: number;
  readonly dropped: Readonly<Record<string, number>>;
}

/** What the native half reports. */
export type NativeCounts = Pick<FlushReport, "written" | "sealed" | "sent" | "pending" | "dropped" | "unsampled">;

/** A report before the client's own errors are in it. */
export type Counts = FlushReport;

export const EMPTY_COUNTS: Counts = {
  written: 0,
  sealed: 0,
  sent: 0,
  pending: 0,
  dropped: {},
  unsampled: 0,
  errors: {},
  exporters: {},
};

/** The numbers that a recorder gives as JSON, where there is one. */
export function statsOf(found: string | undefined): Stats {
  const { producer, directory, written, dropped } = JSON.parse(found ?? "{}") as {
    readonly [K in keyof Stats]?: Stats[K] | null;
  };
  return {
    producer: producer ?? undefined,
    directory: directory ?? undefined,
    written: written ?? 0,
    dropped: dropped ?? {},
  };
}

/** What the native half stopped inside itself. */
export function internalErrors(native: NativeModule): Record<string, number> {
  const { count } = JSON.parse(native.internalErrors()) as { count: number };
  return count > 0 ? { internal_error: count } : {};
}
