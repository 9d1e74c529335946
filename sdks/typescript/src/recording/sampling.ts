/**
 * Settings of sampling: which traces are recorded, and of which exporters get the content.
 *
 * @module
 */

/** The share of traces that is recorded, and other shares for traces whose root is of some kind. */
export interface Sampling {
  /** From 0 to 1; 1 where it is not said. */
  readonly rate?: number | undefined;
  /** Shares by kind: `{ http: 0.01 }`. */
  readonly kinds?: { readonly [kind: string]: number } | undefined;
}

/**
 * Of which traces exporters get inputs and outputs: those that one of these rules keeps. Of every other they get the steps, with
 * times, usage and cost.
 */
export interface Tail {
  /** Traces in which a step failed, timed out or was abandoned; `true` where it is not said. */
  readonly errors?: boolean | undefined;
  /** Traces with a step that took longer: `"2s"`, or seconds. */
  readonly slowerThan?: string | number | undefined;
  /** Traces that cost more, by the costs that were recorded: `"0.10"`. */
  readonly costsOver?: string | number | undefined;
  /** A share of all traces, by their ids. */
  readonly share?: number | undefined;
  /** How long a trace may stay undecided, ten minutes by default; then it is not kept. */
  readonly decideAfter?: string | number | undefined;
}

/** What a setting of head sampling may be; `undefined` for anything else. */
export function sampling(value: unknown): unknown {
  if (typeof value === "number") return share(value);
  const given = table(value) as { rate?: unknown; kinds?: unknown } | undefined;
  if (given === undefined || Object.keys(given).some((key) => key !== "rate" && key !== "kinds")) return undefined;
  const { rate = 1, kinds = {} } = given;
  const shares = table(kinds) as { readonly [kind: string]: unknown } | undefined;
  if (shares === undefined || share(rate) === undefined || "" in shares) return undefined;
  return Object.values(shares).some((each) => share(each) === undefined) ? undefined : { rate, kinds: { ...shares } };
}

/** What a setting of tail sampling may be, by the names in files; `undefined` for anything else. */
export function tail(value: unknown): unknown {
  const given = table(value) as { readonly [name: string]: unknown } | undefined;
  if (given === undefined) return undefined;
  const found: Record<string, unknown> = {};
  for (const [name, rule] of Object.entries(given)) {
    const wire = RULES[name];
    if (wire === undefined || !fits(wire, rule)) return undefined;
    if (rule !== undefined) found[wire] = wire === "costs_over" ? String(rule) : rule;
  }
  return found;
}

/** Rules of tail sampling by their names in files. */
const RULES: { readonly [name: string]: string } = {
  errors: "errors",
  slowerThan: "slower_than",
  costsOver: "costs_over",
  share: "share",
  decideAfter: "decide_after",
};

function fits(rule: string, value: unknown): boolean {
  if (value === undefined) return true;
  if (rule === "errors") return typeof value === "boolean";
  if (rule === "share") return share(value) !== undefined;
  if (rule === "costs_over") return /^\d+(\.\d+)?$/.test(String(value));
  return typeof value === "number"
    ? value >= 0 && value < 1e9
    : /^\s*\d+(\.\d+)?\s*(ms|s|m|min|h|d)\s*$/.test(String(value));
}

function share(value: unknown): unknown {
  return typeof value === "number" && value >= 0 && value <= 1 ? value : undefined;
}

/** A value that is an object and no list. */
export function table(value: unknown): unknown {
  return typeof value === "object" && value !== null && !Array.isArray(value) ? value : undefined;
}
