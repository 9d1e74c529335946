/**
 * Tokens and money of steps.
 *
 * @module
 */
import { isDecimal, plus } from "./decimal.ts";
import { countAt, isMap, type Json, textAt } from "./json.ts";

export interface Usage {
  /** Cached tokens included. */
  readonly input: number;
  /** Reasoning included. */
  readonly output: number;
  readonly cacheRead: number;
  readonly cacheWrite: number;
  readonly reasoning: number;
}

/** Decimal texts by currency. */
export type Cost = Readonly<Record<string, string>>;

const MEMBERS: readonly (readonly [keyof Usage, string, string])[] = [
  ["input", "input_tokens", "gen_ai.usage.input_tokens"],
  ["output", "output_tokens", "gen_ai.usage.output_tokens"],
  ["cacheRead", "cache_read_input_tokens", "gen_ai.usage.cache_read.input_tokens"],
  ["cacheWrite", "cache_write_input_tokens", "gen_ai.usage.cache_write.input_tokens"],
  ["reasoning", "reasoning_output_tokens", "gen_ai.usage.reasoning.output_tokens"],
];

/** What a body reports: its `usage`, or else the attributes of OpenTelemetry. */
export function usageOf(body: { readonly [key: string]: Json }): Usage | undefined {
  const from = (place: Json | undefined, column: 1 | 2): Usage | undefined => {
    const found = MEMBERS.map((member) => [member[0], countAt(place, member[column])] as const);
    if (found.every(([, count]) => count === undefined)) return undefined;
    return Object.fromEntries(found.map(([name, count]) => [name, count ?? 0])) as unknown as Usage;
  };
  return from(body["usage"], 1) ?? from(body["attributes"], 2);
}

export function plusUsage(one: Usage | undefined, other: Usage | undefined): Usage | undefined {
  if (one === undefined || other === undefined) return one ?? other;
  return {
    input: one.input + other.input,
    output: one.output + other.output,
    cacheRead: one.cacheRead + other.cacheRead,
    cacheWrite: one.cacheWrite + other.cacheWrite,
    reasoning: one.reasoning + other.reasoning,
  };
}

/** The whole amount, or the sum of both parts. */
export function costOf(body: { readonly [key: string]: Json }): Cost | undefined {
  const cost = body["cost"];
  if (!isMap(cost)) return undefined;
  const amounts = ["total", "input", "output"].map((name) => {
    const found = typeof cost[name] === "number" ? String(cost[name]) : cost[name];
    return typeof found === "string" && isDecimal(found) ? found : undefined;
  });
  const [total, input, output] = amounts;
  const amount = total ?? (input !== undefined && output !== undefined ? plus(input, output) : (input ?? output));
  return amount === undefined ? undefined : { [textAt(cost, "currency") ?? "USD"]: amount };
}

export function plusCost(one: Cost | undefined, other: Cost | undefined): Cost | undefined {
  if (one === undefined || other === undefined) return one ?? other;
  const sum: Record<string, string> = { ...one };
  for (const [currency, amount] of Object.entries(other)) {
    const mine = sum[currency];
    sum[currency] = mine === undefined ? amount : plus(mine, amount);
  }
  return sum;
}
