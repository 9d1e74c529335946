import fc from "fast-check";
import { expect, test } from "vitest";
import {
  FIELDS,
  type Filters,
  readFilters,
  readTyped,
  SWITCHES,
  withFilter,
  writeFilters,
} from "../src/logic/filters.ts";
import { readViews, saveView, viewFilters } from "../src/logic/views.ts";

const filters: fc.Arbitrary<Filters> = fc.record(
  Object.fromEntries(
    FIELDS.map((field) => [
      field,
      SWITCHES.includes(field) ? fc.constant("true") : fc.string({ minLength: 1, unit: "grapheme" }),
    ]),
  ),
  { requiredKeys: [] },
) as fc.Arbitrary<Filters>;

test("every set of filters survives the address bar", () => {
  fc.assert(
    fc.property(filters, (set) => {
      expect(readFilters(writeFilters("", set))).toEqual({ ...set });
    }),
  );
});

test("the address of the same filters is always the same, and other parameters stay", () => {
  expect(writeFilters("at=1&service=old&mark=2", { q: "otters & eggs", service: "shop" })).toBe(
    "service=shop&q=otters+%26+eggs&at=1&mark=2",
  );
  expect(writeFilters("", { q: "x", kind: "tool", service: "s" })).toBe(
    writeFilters("", { service: "s", kind: "tool", q: "x" }),
  );
});

test("what is empty, unknown or no switch is left out", () => {
  expect(readFilters("service=&color=red&failed=yes&open=true")).toEqual({ open: "true" });
  expect(withFilter({ service: "a", kind: "b" }, "service", undefined)).toEqual({ kind: "b" });
});

test("typed words become filters and the rest is searched", () => {
  expect(readTyped("  service:shop otters  model:gpt-5 is:failed eat ", { kind: "agent" })).toEqual({
    kind: "agent",
    service: "shop",
    model: "gpt-5",
    failed: "true",
    q: "otters eat",
  });
  expect(readTyped("http://a.b service:", {})).toEqual({ q: "http://a.b service:" });
  expect(readTyped("", { q: "old", kind: "tool" })).toEqual({ kind: "tool" });
});

function storage(value: string | null) {
  let held = value;
  return {
    getItem: () => held,
    setItem: (_: string, next: string) => {
      held = next;
    },
  } as unknown as Storage;
}

test("views are saved, replaced by name, and anything else in storage is no view", () => {
  const place = storage(null);
  saveView(place, "slow", { kind: "tool" });
  saveView(place, "slow", { kind: "llm", q: "a b" });
  expect(readViews(place)).toEqual([{ name: "slow", search: "kind=llm&q=a+b" }]);
  expect(viewFilters({ name: "slow", search: "kind=llm&q=a+b" })).toEqual({ kind: "llm", q: "a b" });
  for (const bad of ["", "{", "7", "null", '[{"name":3},null,{"name":"","search":""}]']) {
    expect(readViews(storage(bad)), bad).toEqual([]);
  }
});
