/**
 * Members of a metric from what a program says.
 *
 * @module
 */
import { shown } from "./problems.ts";
import type { Seat } from "./seat.ts";

/** Samples of a histogram that were counted elsewhere. */
export interface HistogramSamples {
  readonly count?: number | bigint | undefined;
  readonly sum?: number | bigint | undefined;
  readonly min?: number | bigint | undefined;
  readonly max?: number | bigint | undefined;
  /** Upper bounds of the buckets but the last. */
  readonly bounds?: readonly number[] | undefined;
  /** How many samples each bucket has; one more than bounds. */
  readonly counts?: readonly number[] | undefined;
}

const INSTRUMENTS = ["counter", "gauge", "histogram"];
const TEMPORALITIES = ["delta", "cumulative"];

/** The members that depend on the instrument; `undefined` for a value that is not one of it. */
export function membersOfMetric(
  seat: Pick<Seat, "problem">,
  value: unknown,
  given: string,
  asked: string | undefined,
  buckets: unknown,
): Record<string, unknown> | undefined {
  const wrong = (message: string): void => seat.problem("invalid_metric", message);
  let instrument = given;
  let temporality = asked ?? undefined;
  if (!INSTRUMENTS.includes(instrument)) {
    wrong(`an instrument is one of ${INSTRUMENTS.join(", ")}, not ${shown(instrument)}`);
    instrument = isNumber(value) ? "gauge" : "histogram";
  }
  if (temporality !== undefined && !TEMPORALITIES.includes(temporality)) {
    wrong(`a temporality is delta or cumulative, not ${shown(temporality)}`);
    temporality = undefined;
  }
  const members: Record<string, unknown> = { instrument };
  if (instrument !== "gauge") members["temporality"] = temporality ?? "delta";
  if (instrument !== "histogram") {
    if (isNumber(value)) return { ...members, value };
    wrong(`the value of a ${instrument} is a number, not ${shown(value)}`);
    return undefined;
  }
  const histogram = samplesOf(value, buckets);
  if (histogram !== undefined) return { ...members, histogram };
  wrong("the value of a histogram is a number, numbers, or an object of its members");
  return undefined;
}

/** The samples of a histogram: counted here, or as they were counted elsewhere. */
function samplesOf(value: unknown, buckets: unknown): unknown {
  let samples: readonly unknown[];
  let bounds: readonly unknown[] | undefined;
  try {
    if (isNumber(value)) samples = [value];
    else if (isIterable(value)) samples = [...value];
    else return typeof value === "object" && value !== null ? value : undefined;
    bounds = buckets === undefined || buckets === null ? undefined : [...(buckets as Iterable<unknown>)];
  } catch {
    // Whatever the host's values throw while they are read.
    return undefined;
  }
  if (!areNumbers(samples) || (bounds !== undefined && !areNumbers(bounds))) return undefined;
  const histogram: Record<string, unknown> = { count: samples.length, sum: samples.reduce((sum, one) => sum + one, 0) };
  const [first, ...others] = samples;
  if (first !== undefined) {
    histogram["min"] = others.reduce((least, one) => (one < least ? one : least), first);
    histogram["max"] = others.reduce((most, one) => (one > most ? one : most), first);
  }
  if (bounds !== undefined) {
    const sorted = [...new Set(bounds)].sort((one, other) => one - other);
    const counts: number[] = new Array(sorted.length + 1).fill(0);
    for (const sample of samples) {
      // As OpenTelemetry has it: an upper bound belongs to its bucket.
      const found = sorted.findIndex((bound) => sample <= bound);
      const bucket = found < 0 ? sorted.length : found;
      counts[bucket] = (counts[bucket] ?? 0) + 1;
    }
    Object.assign(histogram, { bounds: sorted, counts });
  }
  return histogram;
}

function isIterable(value: unknown): value is Iterable<unknown> {
  return typeof value === "object" && value !== null && Symbol.iterator in value;
}

function isNumber(value: unknown): value is number | bigint {
  return typeof value === "number" || typeof value === "bigint";
}

function areNumbers(values: readonly unknown[]): values is readonly number[] {
  return values.every((value) => typeof value === "number");
}
