import { describe, expect, test } from "vitest";
import { hex, walked, written } from "../support/walked.ts";

const text = (count: number) => "x".repeat(count);
const x = (count: number) => "78".repeat(count);

describe("the bytes of one value", () => {
  test.each<[string, unknown, string]>([
    ["null", null, "f6"],
    ["undefined", undefined, "f6"],
    ["true", true, "f5"],
    ["false", false, "f4"],
    ["0", 0, "00"],
    ["-0", -0, "00"],
    ["23", 23, "17"],
    ["24", 24, "1818"],
    ["255", 255, "18ff"],
    ["256", 256, "190100"],
    ["65535", 65535, "19ffff"],
    ["65536", 65536, "1a00010000"],
    ["2^31", 2 ** 31, "1a80000000"],
    ["2^32 - 1", 2 ** 32 - 1, "1affffffff"],
    ["2^32", 2 ** 32, "1b0000000100000000"],
    ["2^53 - 1", 2 ** 53 - 1, "1b001fffffffffffff"],
    ["2^53", 2 ** 53, "fb4340000000000000"],
    ["-1", -1, "20"],
    ["-2^31", -(2 ** 31), "3a7fffffff"],
    ["-2^32 - 1", -(2 ** 32) - 1, "3b0000000100000000"],
    ["0.1", 0.1, "fb3fb999999999999a"],
    ["1e300", 1e300, "fb7e37e43c8800759c"],
    ["NaN", Number.NaN, "fb7ff8000000000000"],
    ["-Infinity", Number.NEGATIVE_INFINITY, "fbfff0000000000000"],
    ["1n", 1n, "01"],
    ["2^53 as bigint", 2n ** 53n, "1b0020000000000000"],
    ["2^64 - 1", 2n ** 64n - 1n, "1bffffffffffffffff"],
    ["-2^64", -(2n ** 64n), "3bffffffffffffffff"],
    ["2^64", 2n ** 64n, "c249010000000000000000"],
    ["-2^64 - 1", -(2n ** 64n) - 1n, "c349010000000000000000"],
    ["empty text", "", "60"],
    ["23 bytes", text(23), `77${x(23)}`],
    ["24 bytes", text(24), `7818${x(24)}`],
    ["28 bytes", text(28), `781c${x(28)}`],
    ["29 bytes", text(29), `781d${x(29)}`],
    ["255 bytes", text(255), `78ff${x(255)}`],
    ["256 bytes", text(256), `790100${x(256)}`],
    ["65,536 bytes", text(65536), `7a00010000${x(65536)}`],
    ["é", "é", "62c3a9"],
    ["a short text whose bytes need a longer head", "é".repeat(12), `7818${"c3a9".repeat(12)}`],
    ["a long text whose bytes need a longer head", "é".repeat(128), `790100${"c3a9".repeat(128)}`],
    ["an emoji", "\u{1F600}", "64f09f9880"],
    ["half a pair", "a\ud83d", "64" + "61efbfbd"],
    ["both halves the wrong way round", "\ude00\ud83d", "66efbfbdefbfbd"],
    ["half a pair in a long text", `${text(40)}\ud83d${text(40)}`, `7853${x(40)}efbfbd${x(40)}`],
    ["bytes", new Uint8Array([0, 255]), "4200ff"],
    ["a part of a buffer", new Uint8Array([1, 2, 3, 4]).subarray(1, 3), "420203"],
    ["a list", [1, [2]], "9f019f02ffff"],
    ["a map", { a: 1, "": null }, "bf61610160f6ff"],
    ["a set", new Set([2, 1]), "d901029f0201ff"],
    [
      "a map with other keys",
      new Map<unknown, unknown>([
        [1, "a"],
        [[null], "b"],
        ["c", undefined],
      ]),
      "bf0161619ff6ff61626163f6ff",
    ],
    [
      "a moment",
      new Date(1767225600123),
      "d97457a16524" + "74696d65781e323032362d30312d30315430303a30303a30302e3132333030303030305a",
    ],
  ])("%s", (_, value, expected) => {
    expect(hex(walked(value))).toBe(expected);
  });

  test("an integer beyond 1,024 bytes says its size alone", () => {
    expect(hex(walked(1n << 8191n)).slice(0, 8)).toBe("c2590400");
    const size = Buffer.from("31303235206279746573", "hex").toString();
    expect(Buffer.from(walked(1n << 8192n)).toString("latin1")).toContain(`cintdtextj${size}`);
    expect(Buffer.from(walked(-(1n << 8192n))).toString("latin1")).toContain("1025 bytes");
  });

  test("the way the walker itself is asked", () => {
    const bytes = written((walker) => {
      walker.member("name");
      walker.text("search");
      walker.member("usage");
      if (walker.beginMap(null)) {
        walker.key("input_tokens");
        walker.number(7);
        walker.endMap(0);
      }
      walker.member("secret");
      walker.redacted("mask_failed");
    });
    expect(Buffer.from(bytes).toString("latin1")).toBe(
      "dnamefsearcheusage\xbflinput_tokens\x07\xfffsecret\xd9\x74\x57\xa1i$redactedkmask_failed",
    );
  });

  test("a record begins where it is told, and what stands before stays", () => {
    const bytes = written((walker) => {
      walker.begin(3);
      walker.value("a");
      expect(walker.length).toBe(5);
      walker.bytes.set([7, 8, 9]);
    });
    expect(hex(bytes)).toBe("0708096161");
  });

  test("texts without a head", () => {
    const bytes = written((walker) => {
      expect(walker.put("é")).toBe(2);
      expect(walker.put("")).toBe(0);
      expect(walker.put("tool")).toBe(4);
    });
    expect(hex(bytes)).toBe("c3a9746f6f6c");
  });
});

test("long texts of every width, into a buffer that is just large enough", () => {
  for (const unit of ["a", "é", "日", "\u{1F600}", "\ud800"]) {
    for (const count of [16_383, 16_385, 21_846, 40_000]) {
      const text = unit.repeat(count);
      const expected = Buffer.from(text.toWellFormed());
      const bytes = walked(text);
      const head = expected.length < 65_536 ? 3 : 5;
      expect(Buffer.compare(bytes.subarray(head), expected)).toBe(0);
      expect(bytes.length).toBe(expected.length + head);
    }
  }
});
