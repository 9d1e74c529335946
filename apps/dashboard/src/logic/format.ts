import type { Maybe, Money } from "../api/types.ts";
import { millisOf } from "./time.ts";

/** A space that keeps number and unit on one line. */
const NARROW = "\u202f";

function significant(value: number): string {
  if (value >= 100) {
    return value.toFixed(0);
  }
  return value >= 10 ? value.toFixed(1) : value.toFixed(2);
}

/** Rounds to what is shown, so that 999.6 ms is 1.00 s and not 1000 ms. */
function fits(value: number, limit: number): boolean {
  return Number(significant(value)) < limit;
}

/** A duration with three significant digits: `380 ns`, `1.24 ms`, `6.10 s`, `2m 05s`, `3h 12m`, `2d 4h`. */
export function duration(nanos: Maybe<number>): string {
  if (nanos === null || nanos === undefined || !Number.isFinite(nanos)) {
    return "–";
  }
  if (nanos < 0) {
    return `−${duration(-nanos)}`;
  }
  if (nanos === 0) {
    return "0";
  }
  if (nanos < 1000) {
    return `${Math.round(nanos)}${NARROW}ns`;
  }
  for (const [unit, size] of [
    ["µs", 1e3],
    ["ms", 1e6],
  ] as const) {
    if (fits(nanos / size, 1000)) {
      return `${significant(nanos / size)}${NARROW}${unit}`;
    }
  }
  const seconds = nanos / 1e9;
  if (fits(seconds, 60)) {
    return `${significant(seconds)}${NARROW}s`;
  }
  return longer(Math.round(seconds));
}

function longer(seconds: number): string {
  const two = (value: number) => String(value).padStart(2, "0");
  if (seconds < 3600) {
    return `${Math.floor(seconds / 60)}m${NARROW}${two(seconds % 60)}s`;
  }
  const minutes = Math.floor(seconds / 60);
  if (minutes < 1440) {
    return `${Math.floor(minutes / 60)}h${NARROW}${two(minutes % 60)}m`;
  }
  const hours = Math.floor(minutes / 60);
  return `${Math.floor(hours / 24)}d${NARROW}${hours % 24}h`;
}

const GROUPED = new Intl.NumberFormat("en", { maximumFractionDigits: 0 });

/** A count in full: `12,345`. */
export function count(value: Maybe<number>): string {
  return value === null || value === undefined ? "–" : GROUPED.format(value);
}

/** A count in few letters: `950`, `1.2k`, `34k`, `5.6M`. */
export function short(value: Maybe<number>): string {
  if (value === null || value === undefined) {
    return "–";
  }
  if (value < 1000) {
    return GROUPED.format(value);
  }
  // What would read as 1000 of a unit is 1.0 of the next.
  const [size, unit] = value < 999_500 ? [1e3, "k"] : value < 999_500_000 ? [1e6, "M"] : [1e9, "B"];
  const scaled = value / size;
  return `${scaled < 9.95 ? scaled.toFixed(1) : GROUPED.format(scaled)}${unit}`;
}

const SIGNS: Record<string, string> = { USD: "$", EUR: "€", GBP: "£", JPY: "¥" };
const DECIMAL = /^-?\d+(\.\d+)?$/;

/**
 * An amount: cents from one on, hundredths of them below, and as many digits as it takes to see two where that is nothing.
 * The text is exact; what is shown is rounded, and the exact text belongs into the title.
 */
export function amount(text: string, currency: string): string {
  const sign = SIGNS[currency];
  const shown = DECIMAL.test(text) ? digits(text) : text;
  return sign === undefined
    ? `${shown}${NARROW}${currency}`
    : shown.startsWith("-")
      ? `−${sign}${shown.slice(1)}`
      : `${sign}${shown}`;
}

function digits(text: string): string {
  const value = Number(text);
  const size = Math.abs(value);
  if (size === 0) {
    return "0.00";
  }
  if (size >= 1000) {
    return GROUPED.format(value);
  }
  if (size >= 1) {
    return value.toFixed(2);
  }
  if (size >= 0.001) {
    return value.toFixed(4);
  }
  if (size < 1e-9) {
    return value.toExponential(1);
  }
  const places = Math.min(12, 1 - Math.floor(Math.log10(size)));
  return value.toFixed(places);
}

/** Amounts of all currencies: `$1.24`, `$1.24 + €0.50`, an en dash for none. */
export function money(cost: Maybe<Money>): string {
  const parts = Object.entries(cost ?? {});
  if (parts.length === 0) {
    return "–";
  }
  return parts.map(([currency, text]) => amount(text, currency)).join(" + ");
}

/** Amounts in full, for titles. */
export function exactMoney(cost: Maybe<Money>): string {
  return Object.entries(cost ?? {})
    .map(([currency, text]) => `${text} ${currency}`)
    .join(" + ");
}

/** A share: `0 %`, `0.4 %`, `12 %`, `100 %`. */
export function percent(share: number): string {
  const value = share * 100;
  if (value === 0) {
    return `0${NARROW}%`;
  }
  if (value < 0.1) {
    return `<0.1${NARROW}%`;
  }
  // What is not all never reads as all.
  const shown =
    value < 10 ? value.toFixed(1).replace(/\.0$/, "") : String(value < 100 ? Math.min(99, Math.round(value)) : 100);
  return `${shown}${NARROW}%`;
}

const DAY = new Intl.DateTimeFormat("en", { month: "short", day: "numeric" });
const CLOCK = new Intl.DateTimeFormat("en", {
  hour: "2-digit",
  minute: "2-digit",
  second: "2-digit",
  hourCycle: "h23",
});
const FULL = new Intl.DateTimeFormat("en", {
  weekday: "short",
  year: "numeric",
  month: "short",
  day: "numeric",
  hour: "2-digit",
  minute: "2-digit",
  second: "2-digit",
  hourCycle: "h23",
  timeZoneName: "short",
});

/** `14:02:11`. */
export function clock(time: string | number): string {
  const millis = typeof time === "number" ? time : millisOf(time);
  return Number.isNaN(millis) ? "–" : CLOCK.format(millis);
}

/** `14:02:11.318`. */
export function clockMillis(time: string): string {
  const millis = millisOf(time);
  return Number.isNaN(millis) ? "–" : `${CLOCK.format(millis)}.${String(Math.floor(millis) % 1000).padStart(3, "0")}`;
}

/** `Nov 22 14:02:11`, without the day if it is today. */
export function dayClock(time: string, now: number): string {
  const millis = millisOf(time);
  if (Number.isNaN(millis)) {
    return "–";
  }
  return DAY.format(millis) === DAY.format(now)
    ? CLOCK.format(millis)
    : `${DAY.format(millis)} ${CLOCK.format(millis)}`;
}

/** The time in full, in the reader's zone, and as it was recorded. */
export function fullTime(time: string): string {
  const millis = millisOf(time);
  return Number.isNaN(millis) ? time : `${FULL.format(millis)}\n${time}`;
}

/** `just now`, `12s ago`, `5m ago`, `3h ago`, `2d ago`; a clock that runs ahead is not hidden. */
export function ago(time: string, now: number): string {
  const seconds = Math.round((now - millisOf(time)) / 1000);
  if (Number.isNaN(seconds)) {
    return "–";
  }
  if (seconds < -5) {
    return "in the future";
  }
  if (seconds < 5) {
    return "just now";
  }
  if (seconds < 60) {
    return `${seconds}s ago`;
  }
  if (seconds < 3600) {
    return `${Math.floor(seconds / 60)}m ago`;
  }
  return seconds < 86_400 ? `${Math.floor(seconds / 3600)}h ago` : `${Math.floor(seconds / 86_400)}d ago`;
}

/** Bytes: `812 B`, `4.2 kB`, `1.3 MB`. */
export function bytes(size: number): string {
  if (size < 1000) {
    return `${size}${NARROW}B`;
  }
  const [value, unit] = size < 1e6 ? [size / 1e3, "kB"] : size < 1e9 ? [size / 1e6, "MB"] : [size / 1e9, "GB"];
  return `${value < 10 ? value.toFixed(1) : value.toFixed(0)}${NARROW}${unit}`;
}

/** The first digits of an id. */
export function shortId(id: string): string {
  return id.length > 12 ? id.slice(0, 8) : id;
}

/** How two numbers differ: `+12 %`, `−8 %`, `new`, `=`. */
export function change(before: Maybe<number>, now: Maybe<number>): string {
  const a = before ?? 0;
  const b = now ?? 0;
  if (a === b) {
    return "=";
  }
  if (a === 0) {
    return "new";
  }
  const share = (b - a) / a;
  if (share > 9.99) {
    return `×${short(b / a)}`;
  }
  return `${share > 0 ? "+" : "−"}${Math.abs(share * 100) < 1 ? "<1" : Math.abs(share * 100).toFixed(0)}${NARROW}%`;
}
