/** Times of the wire have nine fractional digits, more than `Date` holds; so seconds and nanoseconds are kept apart. */

/** A moment: whole seconds since 1970 and the nanoseconds after them. */
export type Moment = { seconds: number; nanos: number };

const SHAPE = /^(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d)(?:\.(\d{1,9}))?(Z|[+-]\d\d:\d\d)$/;

/** Reads an RFC 3339 time; undefined where it is none. */
export function readTime(text: string): Moment | undefined {
  const found = SHAPE.exec(text);
  if (found === null) {
    return undefined;
  }
  const millis = Date.parse(`${found[1]}${found[3]}`);
  if (Number.isNaN(millis)) {
    return undefined;
  }
  return { seconds: millis / 1000, nanos: Number((found[2] ?? "").padEnd(9, "0")) };
}

/** Nanoseconds from `a` to `b`, exact for spans of time up to 104 days. */
export function nanosBetween(a: Moment, b: Moment): number {
  return (b.seconds - a.seconds) * 1e9 + (b.nanos - a.nanos);
}

/** Nanoseconds from one time to another, as texts; 0 where one is unreadable. */
export function nanosFrom(a: string, b: string): number {
  const from = readTime(a);
  const to = readTime(b);
  return from === undefined || to === undefined ? 0 : nanosBetween(from, to);
}

/** Milliseconds since 1970. */
export function millisOf(text: string): number {
  const time = readTime(text);
  return time === undefined ? Number.NaN : time.seconds * 1000 + time.nanos / 1e6;
}

/** A time as the API takes it. */
export function wireTime(millis: number): string {
  return new Date(millis).toISOString();
}

const RELATIVE = /^(\d+)(m|h|d)$/;
const UNITS = { m: 60_000, h: 3_600_000, d: 86_400_000 };

/** Milliseconds of `15m`, `1h`, `7d`. */
export function readSpan(text: string): number | undefined {
  const found = RELATIVE.exec(text);
  if (found === null) {
    return undefined;
  }
  return Number(found[1]) * UNITS[found[2] as keyof typeof UNITS];
}

/**
 * The two ends of a range for the API: a relative one (`1h`) reaches until now, where now is rounded to
 * a step, so that the same page asks the same question for a while.
 */
export function bounds(
  since: string | undefined,
  until: string | undefined,
  now: number,
): { since?: string; until?: string } {
  const span = since === undefined ? undefined : readSpan(since);
  const result: { since?: string; until?: string } = {};
  if (span !== undefined) {
    const step = span <= 3_600_000 ? 10_000 : 60_000;
    result.since = wireTime(Math.floor((now - span) / step) * step);
  } else if (since !== undefined && readTime(since) !== undefined) {
    result.since = since;
  }
  if (until !== undefined && readTime(until) !== undefined) {
    result.until = until;
  }
  return result;
}

/** Steps that the series can be asked for. */
const STEPS: [string, number][] = [
  ["60s", 60_000],
  ["5m", 300_000],
  ["1h", 3_600_000],
  ["1d", 86_400_000],
];

/** The finest step that gives at most this many points. */
export function stepFor(millis: number, points: number): string {
  return (STEPS.find(([, step]) => millis / step <= points) ?? ["1d"])[0] as string;
}
