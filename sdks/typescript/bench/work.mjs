/**
 * The step that is measured: 8 attributes and 1 kB of input at its start, 1 kB of output at its end. The same as in
 * the benchmarks of the other
 * languages.
 */

export const ATTRIBUTES = {
  "gen_ai.operation.name": "execute_tool",
  "gen_ai.tool.name": "search",
  "gen_ai.tool.call.id": "call_4f8a",
  "gen_ai.request.model": "model-x",
  "server.address": "api.example.org",
  attempt: 1,
  score: 0.25,
  cached: false,
};
export const INPUT = `${"query ".repeat(170)}end.`;
export const OUTPUT = `${"found ".repeat(170)}end.`;

/** What each measured value is counted in. */
export const UNITS = { p50_us: "µs", p99_us: "µs", p999_us: "µs", spans_per_second: "1/s", grown_bytes: "B" };

/** The middle one. */
export function median(values) {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = sorted.length >> 1;
  return sorted.length % 2 === 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
}

/** What the times of single steps, in milliseconds, come to. */
export function statistics(times, totalMillis) {
  const sorted = Float64Array.from(times).sort();
  const at = (share) => sorted[Math.floor(sorted.length * share)] * 1e3;
  return {
    p50_us: at(0.5),
    p99_us: at(0.99),
    p999_us: at(0.999),
    spans_per_second: (times.length / totalMillis) * 1e3,
  };
}

/** Writes a row as the other benchmarks write theirs. */
export function row(subject, version, metric, unit, value) {
  console.log(
    JSON.stringify({ bench: "record", subject, version, metric, unit, value: Math.round(value * 1e3) / 1e3 }),
  );
}

/** The rows of what `statistics` found in several rounds. */
export function rows(subject, version, rounds, ending = "") {
  for (const [name, unit] of Object.entries(UNITS)) {
    const found = rounds.map((round) => round[name]).filter((value) => value !== undefined);
    if (found.length === 0) continue;
    row(subject, version, name.replace(/_(us|bytes)$/, "") + ending, unit, median(found));
  }
}
