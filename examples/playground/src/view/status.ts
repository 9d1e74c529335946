/**
 * How a step ended, in a word and a tone.
 *
 * @module
 */
import type { Row } from "../model/rows.ts";

export type Tone = "ok" | "error" | "open" | "quiet";

export function statusWord(row: Row): readonly [word: string, tone: Tone] {
  if (row.form === "missing") return ["missing", "open"];
  if (row.form !== "span") return row.failed ? [row.status ?? "error", "error"] : ["", "quiet"];
  if (row.state === "abandoned") return ["abandoned", "open"];
  if (row.state === "unknown") return ["no end", "open"];
  if (row.failed) return [row.status ?? "error", "error"];
  return [row.status ?? "ended", row.status === "ok" ? "ok" : "quiet"];
}
