/**
 * Numbers for people: durations, sizes, counts, amounts of money.
 *
 * @module
 */

/** `412 µs`, `1.30 s`, `2 min 05 s`, from nanoseconds. */
export function duration(nanos: number): string {
  if (nanos < 1_000) return `${Math.round(nanos)} ns`;
  if (nanos < 999_500) return `${figures(nanos / 1e3)} µs`;
  if (nanos < 999_500_000) return `${figures(nanos / 1e6)} ms`;
  const seconds = nanos / 1e9;
  if (seconds < 60) return `${figures(seconds)} s`;
  const minutes = Math.floor(seconds / 60);
  if (minutes < 60) return `${minutes} min ${pad(Math.floor(seconds % 60))} s`;
  const hours = Math.floor(minutes / 60);
  return hours < 48 ? `${hours} h ${pad(minutes % 60)} min` : `${Math.floor(hours / 24)} d ${hours % 24} h`;
}

function figures(value: number): string {
  return value < 9.995 ? value.toFixed(2) : value < 99.95 ? value.toFixed(1) : value.toFixed(0);
}

function pad(value: number): string {
  return String(value).padStart(2, "0");
}

/** `940 B`, `13.9 kB`, `2.1 MB`. */
export function bytes(count: number): string {
  if (count < 1_000) return `${count} B`;
  if (count < 999_950) return `${figures(count / 1e3)} kB`;
  return `${figures(count / 1e6)} MB`;
}

/** `812`, `4.0k`, `1.2M`. */
export function short(count: number): string {
  if (count < 1_000) return String(count);
  if (count < 999_950) return `${(count / 1e3).toFixed(count < 99_950 ? 1 : 0)}k`;
  return `${(count / 1e6).toFixed(1)}M`;
}

/** `12,345` as people here write it. */
export function count(value: number): string {
  return value.toLocaleString("en-US");
}

/** `1 step`, `2 steps`. */
export function plural(value: number, one: string, many = `${one}s`): string {
  return `${count(value)} ${value === 1 ? one : many}`;
}

const SYMBOLS: Readonly<Record<string, string>> = { USD: "$", EUR: "€", GBP: "£" };

/** `$0.00031`: at least two digits that say something. */
export function money(amount: string, currency: string): string {
  const value = Number(amount);
  let digits = amount;
  if (Number.isFinite(value) && value !== 0) {
    digits = Math.abs(value) >= 1 ? value.toFixed(2) : trimmed(value);
  }
  const symbol = SYMBOLS[currency];
  return symbol === undefined ? `${digits} ${currency}` : `${symbol}${digits}`;
}

function trimmed(value: number): string {
  const places = Math.min(12, 1 - Math.floor(Math.log10(Math.abs(value))));
  return value.toFixed(Math.max(2, places)).replace(/(\.\d\d+?)0+$/, "$1");
}

/** `21 Nov 2026 09:00:00.040 UTC`, from nanoseconds since 1970. */
export function moment(nanos: bigint): string {
  const date = new Date(Number(nanos / 1_000_000n));
  if (Number.isNaN(date.getTime())) return "";
  const [day, time] = date.toISOString().split("T");
  const [year, month, dayOfMonth] = (day ?? "").split("-");
  return `${Number(dayOfMonth)} ${MONTHS[Number(month) - 1]} ${year} ${(time ?? "").replace("Z", "")} UTC`;
}

const MONTHS = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];
