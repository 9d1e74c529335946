import { expect, test } from "vitest";
import { ago, amount, bytes, change, count, duration, money, percent, short } from "../src/logic/format.ts";

const plain = (text: string) => text.replaceAll("\u202f", " ");

test.each([
  [undefined, "–"],
  [null, "–"],
  [Number.NaN, "–"],
  [0, "0"],
  [1, "1 ns"],
  [999, "999 ns"],
  [1_000, "1.00 µs"],
  [999_499, "999 µs"],
  // What would read as 1000 of a unit is 1.00 of the next.
  [999_600, "1.00 ms"],
  [1_234_567, "1.23 ms"],
  [12_345_678, "12.3 ms"],
  [621_000_000, "621 ms"],
  [999_999_999, "1.00 s"],
  [59_940_000_000, "59.9 s"],
  [59_990_000_000, "1m 00s"],
  [125_000_000_000, "2m 05s"],
  [3_600_000_000_000, "1h 00m"],
  [11_520_000_000_000, "3h 12m"],
  [187_200_000_000_000, "2d 4h"],
  [-5_000_000, "−5.00 ms"],
])("a duration of %s is %s", (nanos, expected) => {
  expect(plain(duration(nanos))).toBe(expected);
});

test.each([
  [0, "0"],
  [950, "950"],
  [1_000, "1.0k"],
  [9_949, "9.9k"],
  [9_950, "10k"],
  [34_400, "34k"],
  [999_499, "999k"],
  [999_500, "1.0M"],
  [5_600_000, "5.6M"],
  [2_500_000_000, "2.5B"],
])("a count of %s is %s in few letters", (value, expected) => {
  expect(short(value)).toBe(expected);
});

test.each([
  ["0", "USD", "$0.00"],
  ["12.3456", "USD", "$12.35"],
  ["0.0327", "USD", "$0.0327"],
  ["0.00148", "USD", "$0.0015"],
  ["0.000342", "USD", "$0.00034"],
  ["0.00000012", "EUR", "€0.00000012"],
  ["0.00000000000012", "USD", "$1.2e-13"],
  ["1234567.8", "USD", "$1,234,568"],
  ["-0.5", "USD", "−$0.5000"],
  ["7.5", "CHF", "7.50 CHF"],
  // What is no number is shown as it came.
  ["many", "USD", "$many"],
])("%s %s is shown as %s", (text, currency, expected) => {
  expect(plain(amount(text, currency))).toBe(expected);
});

test("amounts of several currencies are never added", () => {
  expect(money({ USD: "1.24", EUR: "0.5" })).toBe("$1.24 + €0.5000");
  expect(money(null)).toBe("–");
  expect(money({})).toBe("–");
});

test.each([
  [0, "0 %"],
  [0.0004, "<0.1 %"],
  [0.004, "0.4 %"],
  [0.12, "12 %"],
  [0.9999, "99 %"],
  [1, "100 %"],
])("a share of %s is %s", (share, expected) => {
  expect(plain(percent(share))).toBe(expected);
});

test("counts and bytes", () => {
  expect(count(12_345)).toBe("12,345");
  expect(plain(bytes(812))).toBe("812 B");
  expect(plain(bytes(4_200))).toBe("4.2 kB");
  expect(plain(bytes(1_300_000))).toBe("1.3 MB");
});

test("a time that lies in the future is said to", () => {
  const now = Date.parse("2026-11-21T04:30:00Z");
  expect(ago("2026-11-21T04:29:57.123456789Z", now)).toBe("just now");
  expect(ago("2026-11-21T04:29:20.000000000Z", now)).toBe("40s ago");
  expect(ago("2026-11-21T03:30:00Z", now)).toBe("1h ago");
  expect(ago("2026-11-18T03:30:00Z", now)).toBe("3d ago");
  expect(ago("2026-11-21T04:31:00Z", now)).toBe("in the future");
  expect(ago("yesterday", now)).toBe("–");
});

test("how two numbers differ", () => {
  expect(change(5, 5)).toBe("=");
  expect(change(0, 5)).toBe("new");
  expect(plain(change(100, 112))).toBe("+12 %");
  expect(plain(change(100, 92))).toBe("−8 %");
  expect(plain(change(1000, 1001))).toBe("+<1 %");
  expect(change(1, 50)).toBe("×50");
});
