import type { Money, Tokens } from "../src/api/types.ts";

/** Adds amounts, in units of 10^-12. */
export function addMoney(a: Money | null | undefined, b: Money | null | undefined): Money | undefined {
  const sums = new Map<string, bigint>();
  for (const cost of [a, b]) {
    for (const [currency, text] of Object.entries(cost ?? {})) {
      const [whole, part = ""] = text.split(".");
      const pico = BigInt(`${whole}${part.padEnd(12, "0").slice(0, 12)}`);
      sums.set(currency, (sums.get(currency) ?? 0n) + pico);
    }
  }
  if (sums.size === 0) {
    return undefined;
  }
  const write = (pico: bigint) => {
    const text = pico.toString().padStart(13, "0");
    return `${text.slice(0, -12)}.${text.slice(-12)}`.replace(/\.?0+$/, "");
  };
  return Object.fromEntries([...sums].map(([currency, pico]) => [currency, write(pico)]));
}

/** Adds tokens. */
export function addTokens(a: Tokens | null | undefined, b: Tokens | null | undefined): Tokens | undefined {
  if (!a || !b) {
    return a ?? b ?? undefined;
  }
  return {
    input_tokens: a.input_tokens + b.input_tokens,
    output_tokens: a.output_tokens + b.output_tokens,
    cache_read_input_tokens: (a.cache_read_input_tokens ?? 0) + (b.cache_read_input_tokens ?? 0),
    cache_write_input_tokens: 0,
    reasoning_output_tokens: 0,
  };
}
