/** The same cases, one by one, as of the recorder's own walker. */
import { describe, expect, test } from "vitest";
import type { Limits } from "../../src/values/limits.ts";
import type { Walker } from "../../src/values/walker.ts";
import { native } from "../support/native.ts";
import { walked, written } from "../support/walked.ts";

/** What readers see of what `write` writes. */
function seenOf(write: (walker: Walker) => void, limits: Partial<Limits> = {}): string {
  return Buffer.from(native.encode(written(write, limits), "json", "", false)).toString();
}

function seen(value: unknown, limits: Partial<Limits> = {}): string {
  return Buffer.from(native.encode(walked(value, limits), "json", "", false)).toString();
}

/** Writes an entry whose key is no text. */
function keyed(walker: Walker, key: unknown): void {
  if (walker.beginKey()) {
    walker.value(key);
    walker.endKey();
  }
}

describe("values that run out", () => {
  const map = { role: "user", x: [1, 2], y: 3 };
  test.each([
    [0, '{"$cut":null}'],
    [1, '{"$cut":{},"missing_items":3}'],
    [2, '{"$cut":{"role":{"$cut":null}},"missing_items":2}'],
    [3, '{"$cut":{"role":"user"},"missing_items":2}'],
    [4, '{"$cut":{"role":"user","x":{"$cut":null}},"missing_items":1}'],
    [5, '{"$cut":{"role":"user","x":{"$cut":[],"missing_items":2}},"missing_items":1}'],
    [7, '{"$cut":{"role":"user","x":[1,2]},"missing_items":1}'],
    [8, '{"role":"user","x":[1,2],"y":{"$cut":null}}'],
    [9, '{"role":"user","x":[1,2],"y":3}'],
  ])("a map within %i", (nodes, expected) => {
    expect(seen(map, { nodes })).toBe(expected);
  });

  test.each([
    [2, '{"$cut":[1],"missing_items":2}'],
    [3, '{"$cut":[1,{"$cut":[],"missing_items":2}],"missing_items":1}'],
    [6, "[1,[2,3],4]"],
  ])("a list within %i", (nodes, expected) => {
    expect(seen([1, [2, 3], 4], { nodes })).toBe(expected);
  });

  test.each([
    [1, '{"$cut":{},"missing_items":2}'],
    [4, '{"$cut":{"[1,2]":{"$cut":null}},"missing_items":1}'],
    [5, '{"$cut":{"[1,2]":3},"missing_items":1}'],
    [7, '{"[1,2]":3,"k":4}'],
  ])("what a key is made of within %i", (nodes, expected) => {
    expect(
      seen(
        new Map<unknown, unknown>([
          [[1, 2], 3],
          ["k", 4],
        ]),
        { nodes },
      ),
    ).toBe(expected);
  });

  test("a host that never asks is counted all the same", () => {
    const careless = (walker: Walker) => {
      walker.beginMap(null);
      keyed(walker, [1, 2]);
      walker.number(3);
      walker.key("k");
      walker.number(4);
      walker.endMap(0);
    };
    expect(seenOf(careless, { nodes: 1 })).toBe('{"$cut":{},"missing_items":2}');
    expect(seenOf(careless, { nodes: 5 })).toBe('{"$cut":{"[1,2]":3},"missing_items":1}');
    const list = seenOf(
      (walker) => {
        walker.beginList(null);
        for (let count = 0; count < 1500; count++) walker.text("a");
        walker.endList(0);
      },
      { nodes: 1000 },
    );
    expect(list.endsWith('],"missing_items":501}')).toBe(true);
  });

  test("members that are left out are not missing", () => {
    const value = { a: 1, b: undefined, c: () => 1, d: 2, e: Symbol("e") };
    expect(seen(value, { nodes: 3 })).toBe('{"$cut":{"a":1},"missing_items":1}');
  });

  test("sets, typed arrays and iterables say what is missing", () => {
    expect(seen(new Set([3, 2, 1]), { nodes: 3 })).toBe('{"$cut":[2,3],"missing_items":1}');
    expect(seen(new Float64Array(5), { nodes: 3 })).toBe('{"$cut":[0,0],"missing_items":3}');
    const endless = {
      *[Symbol.iterator]() {
        for (;;) yield 1;
      },
      size: 7,
    };
    Object.setPrototypeOf(endless, class Endless {}.prototype);
    expect(seen(endless, { nodes: 3 })).toBe('{"$cut":[1,1],"missing_items":5}');
    expect(
      seen(
        new Map([
          [1, 2],
          [3, 4],
        ]),
        { nodes: 3 },
      ),
    ).toBe('{"$cut":{"1":2},"missing_items":1}');
    expect(seen(new Array(2 ** 32 - 1), { nodes: 3 })).toBe('{"$cut":[null,null],"missing_items":4294967293}');
  });
});

describe("depth", () => {
  test("what lies deeper is marked", () => {
    expect(seen([[], 1], { depth: 1 })).toBe('[{"$cut":null,"missing_depth":1},1]');
    const map = new Map<unknown, unknown>([
      [[1, 2], 3],
      ["k", 4],
    ]);
    expect(seen(map, { depth: 1 })).toBe('{"k":4,"{\\"$cut\\":null,\\"missing_depth\\":1}":3}');
  });

  test("a value that contains itself", () => {
    const list: unknown[] = [];
    list.push(list, { list });
    expect(seen(list)).toBe('[{"$unserializable":"cycle"},{"list":{"$unserializable":"cycle"}}]');
    const shared = { a: 1 };
    expect(seen([shared, shared])).toBe('[{"a":1},{"a":1}]');
    const map = new Map<unknown, unknown>();
    map.set(map, new Set([map]));
    expect(seen(map)).toBe('{"{\\"$unserializable\\":\\"cycle\\"}":[{"$unserializable":"cycle"}]}');
  });
});

describe("bytes that run out", () => {
  test("texts are cut between characters, and say how much is missing", () => {
    expect(seen("12345", { textBytes: 4 })).toBe('{"$cut":"1234","missing_bytes":1}');
    expect(seen("aééé", { textBytes: 4 })).toBe('{"$cut":"aé","missing_bytes":4}');
    expect(seen("\u{1F600}\u{1F600}", { textBytes: 7 })).toBe('{"$cut":"\u{1F600}","missing_bytes":4}');
    expect(seen("\u{1F600}", { textBytes: 3 })).toBe('{"$cut":"","missing_bytes":4}');
    expect(seen("a\ud83db", { textBytes: 4 })).toBe('{"$cut":"a\ufffd","missing_bytes":1}');
    expect(seen(new Uint8Array(6), { textBytes: 4 })).toBe('{"$cut":{"$bytes":"AAAAAA=="},"missing_bytes":2}');
    expect(seen("x".repeat(1000), { textBytes: 1000 })).toBe(`"${"x".repeat(1000)}"`);
    expect(seen("é".repeat(500), { textBytes: 1000 })).toBe(`"${"é".repeat(500)}"`);
  });

  test("keys, and what they are made of, are never cut for their length", () => {
    expect(seen({ session: "12345" }, { textBytes: 4 })).toBe('{"session":{"$cut":"1234","missing_bytes":1}}');
    const map = new Map<unknown, unknown>([[["otters", new Uint8Array(6)], "12345"]]);
    expect(seen(map, { textBytes: 4 })).toBe(
      '{"[\\"otters\\",{\\"$bytes\\":\\"AAAAAAAA\\"}]":{"$cut":"1234","missing_bytes":1}}',
    );
    expect(seen(new Date(0), { textBytes: 4 })).toBe('{"$time":"1970-01-01T00:00:00.000000000Z"}');
  });

  test("a key that does not fit is not halved", () => {
    const map = { a: 1, "a key that is far too long": 2, b: 3 };
    expect(seen(map, { recordBytes: 8 })).toBe('{"$cut":{"a":1},"missing_items":2}');
  });

  test("a record keeps about what it may have", () => {
    const bytes = walked(new Array(1000).fill("x".repeat(1000)), { recordBytes: 10_000 });
    expect(bytes.length).toBeLessThan(10_100);
    const value = JSON.parse(Buffer.from(native.encode(bytes, "json", "", false)).toString());
    expect(value.$cut.length + value.missing_items).toBe(1000);
  });
});
