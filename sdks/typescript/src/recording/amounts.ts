/**
 * What a step used and what it cost, as the wire has them.
 *
 * @module
 */
import { type Problems, shown } from "./problems.ts";

const COUNTS: readonly (readonly [name: string, wire: string])[] = [
  ["inputTokens", "input_tokens"],
  ["outputTokens", "output_tokens"],
  ["cacheReadInputTokens", "cache_read_input_tokens"],
  ["cacheWriteInputTokens", "cache_write_input_tokens"],
  ["reasoningOutputTokens", "reasoning_output_tokens"],
];
const AMOUNTS = ["total", "input", "output"] as const;
const MOST_DIGITS = 60;

interface Members {
  details?: unknown;
  raw?: unknown;
  currency?: unknown;
  price_source?: unknown;
  price_version?: unknown;
  [name: string]: unknown;
}

/** The body's `usage`; `undefined` where nothing in it can be used. */
export function usageOf(given: unknown, problems: Problems): Members | undefined {
  const usage: Members = {};
  const members = membersOf(given, "usage", problems);
  for (const [name, wire] of COUNTS) {
    const count = members[name];
    if (count === undefined || count === null) continue;
    if (isCount(count)) usage[wire] = count;
    else problems.noteLater("invalid_usage", `usage: ${name} is not a count: ${shown(count)}`);
  }
  if (members.details !== undefined && members.details !== null) usage.details = members.details;
  if (members.raw !== undefined && members.raw !== null) usage.raw = members.raw;
  return Object.keys(usage).length > 0 ? usage : undefined;
}

function isCount(count: unknown): boolean {
  return typeof count === "bigint" ? count >= 0n : Number.isInteger(count) && (count as number) >= 0;
}

/** The body's `cost`; `undefined` when no amount in it can be used. */
export function costOf(given: unknown, problems: Problems, more?: Members): Members | undefined {
  const members: Members = { ...membersOf(given, "cost", problems), ...more };
  const cost: Members = {};
  for (const name of AMOUNTS) addAmount(cost, name, members[name], problems);
  const details: Members = {};
  const parts =
    members.details === undefined || members.details === null ? {} : membersOf(members.details, "cost", problems);
  for (const name of Object.keys(parts)) addAmount(details, name, parts[name], problems);
  if (Object.keys(details).length > 0) cost.details = details;
  if (Object.keys(cost).length === 0) return undefined;
  const { currency = "USD", priceSource = "user", priceVersion } = members;
  if (typeof currency === "string" && /^[A-Za-z]{3}$/.test(currency)) cost.currency = currency.toUpperCase();
  else problems.noteLater("invalid_cost", `cost: a currency has three letters (ISO 4217), not ${shown(currency)}`);
  if (priceSource !== null) cost.price_source = priceSource;
  if (priceVersion !== undefined && priceVersion !== null) cost.price_version = priceVersion;
  return cost;
}

function addAmount(cost: Members, name: string, amount: unknown, problems: Problems): void {
  if (amount === undefined || amount === null) return;
  const text = decimalText(amount);
  if (text === undefined) problems.noteLater("invalid_cost", `cost: ${name} is not a decimal amount: ${shown(amount)}`);
  else cost[name] = text;
}

/**
 * An amount as plain decimal text, every digit kept.
 *
 * @returns `undefined` for what is not a finite decimal number.
 *
 * @example
 * ```ts
 * decimalText(0.1); // "0.1"
 * decimalText("1e-7"); // "0.0000001"
 * ```
 */
export function decimalText(amount: unknown): string | undefined {
  if (typeof amount !== "number" && typeof amount !== "string" && typeof amount !== "bigint") return undefined;
  const found = /^\s*([+-]?)(\d*)(?:\.(\d*))?(?:[eE]([+-]?\d{1,9}))?\s*$/.exec(String(amount));
  const [, sign = "", whole = "", fraction = "", exponent = "0"] = found ?? [];
  const digits = (whole + fraction).replace(/^0+(?=.)/, "");
  if (found === null || whole + fraction === "" || digits.length > MOST_DIGITS) return undefined;
  // Where the point stands, counted from the left of the digits as they were given.
  const point = whole.length + Number(exponent);
  const magnitude = digits === "0" ? 0 : point - (whole + fraction).search(/[1-9]/) - 1;
  if (Math.abs(magnitude) > MOST_DIGITS || Math.abs(point) > 2 * MOST_DIGITS) return undefined;
  const all = whole + fraction;
  const before =
    point <= 0
      ? "0"
      : all
          .slice(0, point)
          .padEnd(point, "0")
          .replace(/^0+(?=\d)/, "");
  const after = point >= 0 ? all.slice(point) : "0".repeat(-point) + all;
  return `${sign === "-" ? "-" : ""}${before}${after === "" ? "" : `.${after}`}`;
}

function membersOf(given: unknown, what: string, problems: Problems): Members {
  try {
    return { ...(given as Members) };
  } catch (error) {
    problems.noteLater(`invalid_${what}`, `${what}: its members cannot be read`, error);
    return {};
  }
}
