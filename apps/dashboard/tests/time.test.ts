import { expect, test } from "vitest";
import { bounds, nanosFrom, readSpan, readTime, stepFor } from "../src/logic/time.ts";

test("nine digits survive", () => {
  expect(readTime("2026-11-21T04:30:00.123456789Z")).toEqual({ seconds: 1_795_235_400, nanos: 123_456_789 });
  expect(nanosFrom("2026-11-21T04:30:00.999999999Z", "2026-11-21T04:30:01.000000000Z")).toBe(1);
  expect(nanosFrom("2026-11-21T04:30:00.5Z", "2026-11-21T05:30:00.5+01:00")).toBe(0);
});

test("what is no time is none", () => {
  for (const text of ["", "now", "2026-13-01T00:00:00Z", "2026-11-21", "2026-11-21T04:30:00"]) {
    expect(readTime(text), text).toBeUndefined();
  }
  expect(nanosFrom("?", "2026-11-21T04:30:00Z")).toBe(0);
});

test("a relative range is rounded, so that the same question is asked for a while", () => {
  const now = Date.parse("2026-11-21T04:30:07.400Z");
  expect(bounds("1h", undefined, now)).toEqual({ since: "2026-11-21T03:30:00.000Z" });
  expect(bounds("24h", undefined, now)).toEqual({ since: "2026-11-20T04:30:00.000Z" });
  expect(bounds("2026-11-20T00:00:00Z", "2026-11-21T00:00:00Z", now)).toEqual({
    since: "2026-11-20T00:00:00Z",
    until: "2026-11-21T00:00:00Z",
  });
  expect(bounds("soon", "later", now)).toEqual({});
  expect(readSpan("90x")).toBeUndefined();
});

test("the finest step that is not too fine", () => {
  expect(stepFor(3_600_000, 150)).toBe("60s");
  expect(stepFor(6 * 3_600_000, 150)).toBe("5m");
  expect(stepFor(86_400_000, 150)).toBe("1h");
  expect(stepFor(30 * 86_400_000, 150)).toBe("1d");
  expect(stepFor(3_000 * 86_400_000, 150)).toBe("1d");
});
