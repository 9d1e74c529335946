/** The walker's bytes, read by a library that knows nothing of it, and by the native half. */
import { decode as cborDecode } from "cborg";
import fc from "fast-check";
import { describe, expect, test, vi } from "vitest";
import { decode, encode } from "../../src/index.ts";
import { DEFAULT_LIMITS } from "../../src/values/limits.ts";
import { Walker } from "../../src/values/walker.ts";
import { native } from "../support/native.ts";
import { hex, Moving, walked } from "../support/walked.ts";

/** Tags that this format has and CBOR's readers know nothing of: what is under them. */
const tags = {
  258: (inner: () => unknown) => inner(),
  29783: (inner: () => unknown) => inner(),
  29784: (inner: () => unknown) => inner(),
};
const big = (isNegative: boolean) => (inner: () => Uint8Array) => {
  const magnitude = BigInt(`0x${Buffer.from(inner()).toString("hex") || "0"}`);
  return isNegative ? -1n - magnitude : magnitude;
};

function read(bytes: Uint8Array): unknown {
  return cborDecode(bytes, {
    useMaps: true,
    allowIndefinite: true,
    tags: { ...tags, 2: big(false), 3: big(true) } as never,
  });
}

/** A text as the reader gives it, which takes a byte order mark at its beginning for none of it. */
const readText = (text: string) => text.toWellFormed().replace(/^\ufeff/, "");

/** What an independent reader makes of a value that holds no cut. */
function asRead(value: unknown): unknown {
  if (typeof value === "string") return readText(value);
  if (Array.isArray(value)) return value.map(asRead);
  if (value instanceof Map) return new Map([...value].map(([key, item]) => [asRead(key), asRead(item)]));
  if (typeof value === "object" && value !== null && !(value instanceof Uint8Array)) {
    return new Map(Object.entries(value).map(([key, item]) => [readText(key), asRead(item)]));
  }
  return Object.is(value, -0) ? 0 : value;
}

// Chance may come to large values on a busy machine.
vi.setConfig({ testTimeout: 120_000 });

declare global {
  interface String {
    toWellFormed(): string;
  }
}

const texts = fc.oneof(
  fc.string({ unit: "binary", maxLength: 300 }),
  fc.string({ unit: "grapheme", maxLength: 80 }),
  fc.array(fc.integer({ min: 0, max: 0xffff }), { maxLength: 60 }).map((units) => String.fromCharCode(...units)),
);
const scalars = fc.oneof(
  fc.constant(null),
  fc.boolean(),
  fc.integer(),
  fc.maxSafeInteger(),
  fc.double(),
  fc.bigInt({ min: 2n ** 53n, max: 2n ** 200n }),
  fc.bigInt({ min: -(2n ** 200n), max: -(2n ** 53n) }),
  texts,
  fc.uint8Array({ maxLength: 300 }),
);
const { value: values } = fc.letrec((again) => ({
  value: fc.oneof(
    { maxDepth: 5 },
    scalars,
    fc.array(again("value"), { maxLength: 6 }),
    fc.dictionary(texts, again("value"), { maxKeys: 6 }),
  ),
}));
/** The same without texts that UTF-8 cannot hold. */
const wellFormed = fc.letrec((again) => ({
  value: fc.oneof(
    { maxDepth: 5 },
    scalars.map((value) => (typeof value === "string" ? value.toWellFormed() : value)),
    fc.date({ min: new Date("0000-01-01T00:00:00Z"), max: new Date("9999-12-31T23:59:59.999Z"), noInvalidDate: true }),
    fc.array(again("value"), { maxLength: 6 }),
    fc.dictionary(
      fc.string({ unit: "grapheme" }).map((key) => (key.length % 3 === 0 ? `$${key}` : key)),
      again("value"),
      { maxKeys: 6 },
    ),
  ),
})).value;

describe("the walker", () => {
  test("writes what any reader of CBOR reads", () => {
    fc.assert(
      fc.property(values, (value) => {
        expect(read(walked(value))).toEqual(asRead(value));
      }),
      { numRuns: 700 },
    );
  });

  test("keeps any bound, and writes one item that the native half reads", () => {
    const limits = fc.record({
      depth: fc.integer({ min: 0, max: 4 }),
      nodes: fc.integer({ min: 0, max: 40 }),
      textBytes: fc.integer({ min: 0, max: 40 }),
      recordBytes: fc.integer({ min: 0, max: 400 }),
    });
    fc.assert(
      fc.property(values, limits, (value, given) => {
        const bytes = walked(value, given);
        // Beyond the bound come marks alone: of the last value, and of each list and map that is open.
        expect(bytes.length).toBeLessThan(given.recordBytes + 120);
        native.encode(bytes, "json", "", false);
      }),
      { numRuns: 700 },
    );
  });

  test("writes the same however often it has written it before", () => {
    const sink = new Moving();
    const walker = new Walker(sink, DEFAULT_LIMITS);
    fc.assert(
      fc.property(values, fc.integer({ min: 0, max: 9 }), (value, offset) => {
        for (let count = 0; count < 4; count++) {
          walker.begin(offset);
          walker.value([value, value]);
          expect(hex(sink.bytes.subarray(offset, walker.length))).toBe(hex(walked([value, value])));
        }
      }),
      { numRuns: 250 },
    );
  });

  test("never throws on anything, and each value is one item", () => {
    fc.assert(
      fc.property(
        fc.anything({
          withBigInt: true,
          withBoxedValues: true,
          withDate: true,
          withMap: true,
          withNullPrototype: true,
          withObjectString: true,
          withSet: true,
          withSparseArray: true,
          withTypedArray: true,
        }),
        (value) => {
          native.encode(walked(value), "json", "", false);
        },
      ),
      { numRuns: 700 },
    );
  });

  test("writes the same whether or not the environment has a Buffer", async () => {
    const buffer = globalThis.Buffer;
    vi.resetModules();
    vi.stubGlobal("Buffer", undefined);
    const { Walker: Other } = await import("../../src/values/walker.ts");
    vi.unstubAllGlobals();
    expect(globalThis.Buffer).toBe(buffer);
    expect(Other).not.toBe(Walker);
    fc.assert(
      fc.property(values, fc.integer({ min: 0, max: 40 }), (value, textBytes) => {
        const sink = new Moving();
        const walker = new Other(sink, { ...DEFAULT_LIMITS, textBytes });
        walker.begin(0);
        walker.value(value);
        expect(hex(sink.bytes.subarray(0, walker.length))).toBe(hex(walked(value, { textBytes })));
      }),
      { numRuns: 300 },
    );
  });
});

describe("formats", () => {
  test.each(["json", "toon", "proto"] as const)("%s gives back what it was given", (format) => {
    fc.assert(
      fc.property(wellFormed, (value) => {
        expect(normal(decode(encode(value, format), format))).toEqual(normal(value));
      }),
      { numRuns: 250 },
    );
  });

  test("equal values have equal bytes", () => {
    fc.assert(
      fc.property(fc.dictionary(fc.string(), scalars), (value) => {
        const turned = Object.fromEntries(Object.entries(value).reverse());
        expect(encode(turned, "json", { lenient: true })).toBe(encode(value, "json", { lenient: true }));
      }),
      { numRuns: 300 },
    );
  });
});

/** Integral doubles beyond 2^53 come back as what they are: integers; -0 is 0. */
function normal(value: unknown): unknown {
  if (typeof value === "number" && Number.isInteger(value))
    return Number.isSafeInteger(value) ? value + 0 : BigInt(value);
  if (Array.isArray(value)) return value.map(normal);
  if (value instanceof Uint8Array) return new Uint8Array(value);
  if (typeof value === "object" && value !== null && !(value instanceof Date)) {
    const entries = Object.entries(value).map(([key, item]) => [key, normal(item)]);
    return new Map(entries.sort(([a], [b]) => (String(a) < String(b) ? -1 : 1)) as [string, unknown][]);
  }
  return value;
}
