import type { Money, Point, Series } from "../api/types.ts";
import { millisOf } from "./time.ts";

/** What a chart shows of a point. */
export type Measure =
  | "spans"
  | "errors"
  | "error_rate"
  | "p50"
  | "p95"
  | "p99"
  | "input"
  | "output"
  | "cached"
  | "cost";

/** One currency's amount; charts add nothing across currencies. */
export function amountOf(cost: Money | null | undefined, currency: string): number {
  return Number(cost?.[currency] ?? 0);
}

/** The currency that most points have. */
export function mainCurrency(series: Series | undefined): string {
  const counts = new Map<string, number>();
  for (const group of series?.groups ?? []) {
    for (const point of group.points) {
      for (const currency of Object.keys(point.cost ?? {})) {
        counts.set(currency, (counts.get(currency) ?? 0) + 1);
      }
    }
  }
  return [...counts].sort((a, b) => b[1] - a[1])[0]?.[0] ?? "USD";
}

/** A point's number; null where there is none to show. */
export function measure(point: Point, what: Measure, currency = "USD"): number | null {
  switch (what) {
    case "spans":
      return point.spans;
    case "errors":
      return point.errors;
    case "error_rate":
      return point.spans === 0 ? null : point.errors / point.spans;
    case "p50":
      return point.p50_nanos ?? null;
    case "p95":
      return point.p95_nanos ?? null;
    case "p99":
      return point.p99_nanos ?? null;
    case "input":
      return point.input_tokens;
    case "output":
      return point.output_tokens;
    case "cached":
      return point.cache_read_input_tokens;
    default:
      return amountOf(point.cost, currency);
  }
}

/** Whether nothing happened means zero; of a latency it means that there is none. */
function restsAtZero(what: Measure): boolean {
  return !["p50", "p95", "p99", "error_rate"].includes(what);
}

/** Times in seconds from end to end in equal steps, and the measure at each. Steps without a point are there too. */
export function columnsFor(
  points: readonly Point[],
  what: Measure,
  from: number,
  to: number,
  stepMillis: number,
  currency = "USD",
): { times: number[]; values: (number | null)[] } {
  const known = new Map(points.map((point) => [Math.round(millisOf(point.start) / stepMillis), point]));
  const times: number[] = [];
  const values: (number | null)[] = [];
  for (let step = Math.floor(from / stepMillis); step * stepMillis < to; step++) {
    const point = known.get(step);
    times.push((step * stepMillis) / 1000);
    values.push(point === undefined ? (restsAtZero(what) ? 0 : null) : measure(point, what, currency));
  }
  return { times, values };
}

/** The groups with the largest sums, and how many are left out. */
export function largest(
  series: Series | undefined,
  what: Measure,
  most: number,
  currency = "USD",
): { groups: Series["groups"]; left: number } {
  const sum = (points: readonly Point[]) =>
    points.reduce((all, point) => all + (measure(point, what, currency) ?? 0), 0);
  const groups = [...(series?.groups ?? [])].sort((a, b) => sum(b.points) - sum(a.points));
  return { groups: groups.slice(0, most), left: Math.max(0, groups.length - most) };
}
