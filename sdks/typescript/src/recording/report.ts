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
  /** Traces whose content an exporter does not get, by the rules of `tail`. */
  readonly withheld: number;
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
  /** Who delivers. */
  readonly mode: "local" | "inline" | "background";
  /** Records in the journal. */
  readonly written: number;
  /** Records lost, by reason. */
  readonly dropped: Readonly<Record<string, number>>;
  /** What all journals of the directory take; in memory, those of this page. */
  readonly bytes: number;
  /** The most that they may take. */
  readonly quotaBytes: number;
  /** For each exporter, by its name, the records that its destination lacks. */
  readonly pending: Readonly<Record<string, number>>;
  /** Traces whose content an exporter does not get, by the rules of `tail`. */
  readonly withheld: number;
  /** Records of traces that `sampling` left out. */
  readonly unsampled: number;
}

/** What the native half reports. */
export type NativeCounts = Pick<
  FlushReport,
  "written" | "sealed" | "sent" | "pending" | "dropped" | "unsampled" | "withheld"
>;

/** A report before the client's own errors are in it. */
export type Counts = FlushReport;

export const EMPTY_COUNTS: Counts = {
  written: 0,
  sealed: 0,
  sent: 0,
  pending: 0,
  dropped: {},
  unsampled: 0,
  withheld: 0,
  errors: {},
  exporters: {},
};

/** What a recorder says of itself. */
interface NativeStats extends Omit<Stats, "producer" | "directory" | "quotaBytes" | "pending"> {
  readonly producer: string | null;
  readonly directory: string | null;
  readonly quota_bytes: number;
}

/** The numbers that a recorder gives as JSON, where there is one, and what each exporter has to deliver. */
export function statsOf(found: string | undefined, pending: Readonly<Record<string, number>> = {}): Stats {
  const stats = JSON.parse(found ?? "{}") as Partial<NativeStats>;
  return {
    producer: stats.producer ?? undefined,
    directory: stats.directory ?? undefined,
    mode: stats.mode ?? "local",
    written: stats.written ?? 0,
    dropped: stats.dropped ?? {},
    bytes: stats.bytes ?? 0,
    quotaBytes: stats.quota_bytes ?? 0,
    pending,
    withheld: stats.withheld ?? 0,
    unsampled: stats.unsampled ?? 0,
  };
}

/** What the native half stopped inside itself. */
export function internalErrors(native: NativeModule): Record<string, number> {
  const { count } = JSON.parse(native.internalErrors()) as { count: number };
  return count > 0 ? { internal_error: count } : {};
}
