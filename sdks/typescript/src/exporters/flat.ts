/**
 * Events as rows that all have the same columns: short as a table, made to be read and not to be read back.
 *
 * @module
 */
import { encode } from "../formats/index.ts";
import { type Body, isMap } from "../recording/steps.ts";
import type { WireEvent } from "./base.ts";

const FIRST = ["seq", "type", "time", "trace_id", "span_id", "parent_id", "kind", "name", "status", "duration_nanos"];
/** What people, models and tools said stays in one cell: its keys are as many as there are texts. */
const WHOLE: ReadonlySet<string> = /* @__PURE__ */ new Set(["input", "output", "data", "message", "value"]);

/**
 * Rows of events: members of the body stand beside the others, maps below them by names with dots, lists as JSON.
 *
 * @example
 * ```ts
 * flatRows([{ seq: 1, body: { usage: { input_tokens: 5 } } }]); // [{ seq: 1, "usage.input_tokens": 5 }]
 * ```
 */
export function flatRows(events: readonly WireEvent[]): Body[] {
  const rows = events.map(flatRow);
  const known = new Set(rows.flatMap((row) => Object.keys(row)));
  const columns = [...FIRST.filter((name) => known.has(name)), ...[...known].filter((name) => !FIRST.includes(name))];
  return rows.map((row) => Object.fromEntries(columns.map((name) => [name, row[name] ?? null])));
}

function flatRow(event: WireEvent): Body {
  const row: Body = {};
  for (const [name, value] of Object.entries(event)) {
    if (name !== "body" || !isMap(value) || isTag(value)) add(row, name, value);
    else for (const [member, inner] of Object.entries(value)) add(row, member, inner);
  }
  return row;
}

function add(row: Body, name: string, value: unknown): void {
  if (isMap(value) && Object.keys(value).length > 0 && !WHOLE.has(name) && !isTag(value)) {
    for (const [key, inner] of Object.entries(value)) add(row, `${name}.${key}`, inner);
    return;
  }
  let unique = name;
  for (let number = 2; Object.hasOwn(row, unique); number++) unique = `${name}#${number}`;
  row[unique] = typeof value === "object" && value !== null ? encode(value, "json", { tags: "keep" }) : value;
}

function isTag(value: Body): boolean {
  return Object.keys(value).some((key) => key.startsWith("$") && !key.startsWith("$$"));
}
