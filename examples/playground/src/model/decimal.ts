/**
 * Amounts of money are decimal texts, and are added exactly.
 *
 * @module
 */

const FORM = /^([+-]?)(\d*)(?:\.(\d*))?$/;

/** The sum of two decimal texts; what is no number counts nothing. */
export function plus(one: string, other: string): string {
  const [a, b] = [parts(one), parts(other)];
  if (a === undefined) return b === undefined ? "0" : other;
  if (b === undefined) return one;
  const scale = Math.max(a.scale, b.scale);
  const sum = a.digits * 10n ** BigInt(scale - a.scale) + b.digits * 10n ** BigInt(scale - b.scale);
  return written(sum, scale);
}

/** Whether it is one. */
export function isDecimal(text: string): boolean {
  return parts(text) !== undefined;
}

function parts(text: string): { digits: bigint; scale: number } | undefined {
  const found = FORM.exec(text);
  const [, sign = "", whole = "", fraction = ""] = found ?? [];
  if (found === null || whole + fraction === "" || text.length > 200) return undefined;
  const digits = BigInt(whole + fraction);
  return { digits: sign === "-" ? -digits : digits, scale: fraction.length };
}

function written(digits: bigint, scale: number): string {
  const sign = digits < 0n ? "-" : "";
  const text = String(digits < 0n ? -digits : digits).padStart(scale + 1, "0");
  const fraction = scale === 0 ? "" : text.slice(-scale).replace(/0+$/, "");
  const whole = scale === 0 ? text : text.slice(0, -scale);
  return `${sign}${whole}${fraction === "" ? "" : `.${fraction}`}`;
}
