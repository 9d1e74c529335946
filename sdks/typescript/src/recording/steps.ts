/**
 * Events become steps: start, updates and end of a span are one thing to whoever looks at it (TW-EVT-005).
 *
 * @module
 */
import type { WireEvent } from "../exporters/base.ts";

/** Members of a body. */
export interface Body {
  [member: string]: unknown;
}

const FIXED = ["trace_id", "span_id", "parent_id", "kind", "status", "duration_nanos"] as const;
const MERGED_BY_KEY: ReadonlySet<string> = /* @__PURE__ */ new Set(["attributes", "usage", "cost"]);

/** One span, as far as it is known. */
export class Step {
  trace_id: string | undefined = undefined;
  span_id: string | undefined = undefined;
  /** The step above, `undefined` at a root. */
  parent_id: string | undefined = undefined;
  kind: string | undefined = undefined;
  /** `undefined` while it has not ended. */
  status: string | undefined = undefined;
  duration_nanos: number | undefined = undefined;
  /** When it began, RFC 3339; `undefined` where the beginning is not among the events. */
  start: string | undefined = undefined;
  end: string | undefined = undefined;
  /** Members of the bodies of start, updates and end, merged. */
  body: Body = {};
  /** What happened in it: each event whole. */
  events: WireEvent[] = [];

  /** What it is called; empty where that is not known. */
  get name(): string {
    const { name } = this.body as { name?: unknown };
    return typeof name === "string" ? name : "";
  }

  /** Takes one event of the span, in its order. */
  add(event: WireEvent): void {
    const { type, time, body } = event as { type?: unknown; time?: string; body?: unknown };
    for (const name of FIXED) {
      if (event[name] !== undefined) Object.assign(this, { [name]: event[name] });
    }
    if (type === "span.event") {
      this.events.push(event);
      return;
    }
    if (type === "span.start") this.start = time;
    else if (type === "span.end") this.end = time;
    if (isMap(body)) merge(this.body, body);
  }
}

/** Whether a value is an object with members. */
export function isMap(value: unknown): value is Body {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** Merges as readers do: attributes, usage and cost key by key, anything else replaces; what goes in is not changed. */
export function merge(into: Body, more: Body): void {
  for (const [key, value] of Object.entries(more)) {
    if (MERGED_BY_KEY.has(key) && isMap(value)) {
      const known = into[key];
      into[key] = isMap(known) ? { ...known, ...value } : { ...value };
    } else {
      into[key] = value;
    }
  }
}

/**
 * Nanoseconds since 1970 of a time as the wire has it, RFC 3339 with any number of fractional digits.
 *
 * @throws `RangeError` when it is none.
 *
 * @example
 * ```ts
 * nanosOf("1970-01-01T00:00:01.5Z"); // 1500000000n
 * ```
 */
export function nanosOf(time: string): bigint {
  const found = /^(\d{4}-\d\d-\d\d)[Tt ](\d\d:\d\d:\d\d)(?:\.(\d+))?([Zz]|[+-]\d\d:\d\d)$/.exec(time);
  const millis = found === null ? Number.NaN : Date.parse(`${found[1]}T${found[2]}${found[4]?.toUpperCase()}`);
  if (found === null || Number.isNaN(millis))
    throw new RangeError(`not a time of RFC 3339: ${JSON.stringify(time.slice(0, 60))}`);
  return BigInt(millis) * 1_000_000n + BigInt((found[3] ?? "").slice(0, 9).padEnd(9, "0"));
}
