/**
 * Capture switches: which members of records are written at all. All others are structure, and stay.
 *
 * @module
 */
import { table } from "./sampling.ts";

/** What can be left out: the names that a mask is called with. */
export type CaptureField = "input" | "output" | "chunks" | "data" | "attributes" | "message";

/**
 * Whether inputs and outputs are recorded: both (`true`, `"all"`), neither (`false`, `"none"`), or one of them; or an object of
 * fields, such as `{ message: false }`: what it does not name is recorded.
 */
export type Capture =
  | boolean
  | "input"
  | "output"
  | "all"
  | "none"
  | { readonly [field in CaptureField]?: boolean | undefined };

/** What comes out of a step. */
const OUTPUTS: readonly CaptureField[] = ["output", "chunks", "data"];
/** The same, and what goes in. */
const CONTENT: readonly CaptureField[] = ["input", "output", "chunks", "data"];
const FIELDS: readonly string[] = ["input", "output", "chunks", "data", "attributes", "message"];

/** What the setting may be, in words. */
export const CAPTURE =
  "true, false, 'input', 'output', or an object of input, output, chunks, data, attributes, message, each true or false,";

/** What the setting may be; `undefined` for anything else. */
export function capture(value: unknown): unknown {
  if (value === "all" || value === "none") return value === "all";
  if (typeof value === "boolean" || value === "input" || value === "output") return value;
  const fields = table(value) as { readonly [field: string]: unknown } | undefined;
  const fits = ([name, isKept]: [string, unknown]) =>
    FIELDS.includes(name) && (isKept === undefined || typeof isKept === "boolean");
  return fields !== undefined && Object.entries(fields).every(fits) ? { ...fields } : undefined;
}

/** The members that are not recorded; `undefined` where all are. */
export function leftOutBy(capture: Capture | undefined): ReadonlySet<string> | undefined {
  const leftOut = new Set<string>();
  if (capture === false) for (const field of CONTENT) leftOut.add(field);
  if (capture === "input") for (const field of OUTPUTS) leftOut.add(field);
  if (capture === "output") leftOut.add("input");
  if (typeof capture === "object") {
    for (const [field, isKept] of Object.entries(capture)) if (isKept === false) leftOut.add(field);
  }
  return leftOut.size === 0 ? undefined : leftOut;
}

/** The same without inputs and outputs: what was left out besides stays so. */
export function withoutContent(leftOut: ReadonlySet<string> | undefined): ReadonlySet<string> {
  return new Set([...(leftOut ?? []), ...CONTENT]);
}
