import { describe, expect, test } from "vitest";
import {
  convert,
  decode,
  encode,
  FORMATS,
  type Format,
  FormatError,
  Tag,
  TracewireError,
  validate,
} from "../../src/index.ts";

/** The code and path of what is refused. */
function refused(work: () => unknown): [string, string | undefined] {
  try {
    work();
  } catch (error) {
    if (error instanceof FormatError) return [error.code, error.path];
    throw error;
  }
  throw new Error("nothing was refused");
}

describe("encode", () => {
  test("JSON has its keys in canonical order, on one line", () => {
    expect(encode({ b: [1, 2.5, -0], a: "é\n" })).toBe('{"a":"é\\n","b":[1,2.5,0]}');
    expect(encode({ a: 1 }, "json", { indent: 2 })).toBe('{\n  "a": 1\n}');
    expect(encode(undefined)).toBe("null");
  });

  test("TOON and CSV have them in the value's own order", () => {
    const rows = [
      { name: "plan", id: 1 },
      { name: "act", id: 2 },
    ];
    expect(encode({ rows }, "toon")).toBe("rows[2]{name,id}:\n  plan,1\n  act,2");
    expect(encode(rows, "csv")).toBe("name,id\r\nplan,1\r\nact,2\r\n");
    expect(encode(rows, "csv", { delimiter: "tab" })).toBe("name\tid\r\nplan\t1\r\nact\t2\r\n");
    expect(encode([{ a: "=1" }], "csv", { formulaSafe: true })).toBe("a\r\n'=1\r\n");
    expect(encode([{ a: 1 }, { b: 2 }], "json", { uniform: "fill" })).toBe('[{"a":1,"b":null},{"a":null,"b":2}]');
    expect(encode(rows, "jsonl")).toBe('{"id":1,"name":"plan"}\n{"id":2,"name":"act"}\n');
  });

  test("protobuf is bytes", () => {
    const bytes = encode({ a: 1 }, "proto");
    expect(bytes).toBeInstanceOf(Uint8Array);
    expect(decode(bytes, "proto")).toEqual({ a: 1 });
  });

  test("what JSON cannot hold is tagged, and a user's dollar is not a tag", () => {
    expect(encode([2n ** 64n, Number.NaN, new Uint8Array([1]), new Date(0), { $ref: 1 }])).toBe(
      '[{"$int":"18446744073709551616"},{"$float":"NaN"},{"$bytes":"AQ=="},{"$time":"1970-01-01T00:00:00.000000000Z"},{"$$ref":1}]',
    );
    expect(encode({ $ref: "sha256:00", $$x: 1 }, "json", { tags: "keep" })).toBe('{"$$x":1,"$ref":"sha256:00"}');
    expect(encode(new Tag({ $decimal: "1.50" }))).toBe('{"$decimal":"1.50"}');
    expect(encode(new Tag({ $cut: [{ $mine: new Map([["$too", 1]]) }, new Tag({ $x: 1 })], missing_items: 2 }))).toBe(
      '{"$cut":[{"$$mine":{"$$too":1}},{"$x":1}],"missing_items":2}',
    );
  });

  test("an integer of any size is whole", () => {
    const large = 10n ** 3000n;
    expect(encode(large)).toBe(`{"$int":"1${"0".repeat(3000)}"}`);
    expect(decode(encode(-large))).toBe(-large);
  });

  test("what has no form is refused, with its path", () => {
    class Widget {}
    const cyclic: Record<string, unknown> = { a: {} };
    (cyclic["a"] as Record<string, unknown>)["~/"] = cyclic;
    let deep: unknown = 1;
    for (let level = 0; level < 129; level++) deep = [deep];
    const throwing = {
      list: [
        1,
        {
          get secret() {
            throw new Error("no");
          },
        },
      ],
    };
    expect(refused(() => encode({ list: [1, new Widget()] }))).toEqual(["value_unserializable", "/list/1"]);
    expect(
      refused(() =>
        encode(
          new Map([
            [
              "m",
              new Map([
                [1, () => 1],
                ["w", new Widget()],
              ] as never),
            ],
          ]),
        ),
      ),
    ).toEqual(["value_unserializable", "/m/w"]);
    expect(refused(() => encode(() => 1))).toEqual(["value_unserializable", ""]);
    expect(refused(() => encode(cyclic))).toEqual(["value_cycle", "/a/~0~1"]);
    expect(refused(() => encode(deep))[0]).toBe("value_too_deep");
    expect(refused(() => encode(["a", ["\ud800"]]))).toEqual(["value_surrogate", "/1/0"]);
    expect(refused(() => encode({ "\udc00": 1 }))[0]).toBe("value_surrogate");
    expect(refused(() => encode(throwing))).toEqual(["value_unreadable", "/list/1/secret"]);
    expect(refused(() => encode(1, "csv"))[0]).toBe("csv_shape");
    expect(refused(() => encode(1, "yaml" as Format))[0]).toBe("format_unknown");
    const lenient = encode({ a: new Widget(), b: "\ud800" }, "json", { lenient: true });
    expect(lenient).toBe('{"a":{"$unserializable":"Widget"},"b":"\ufffd"}');
  });

  test("a value that encodes while it is encoded", () => {
    const inner = {
      get inside() {
        return encode({ x: "y".repeat(40_000) }).length;
      },
    };
    expect(encode([inner, 1])).toBe('[{"inside":40008},1]');
  });
});

describe("decode", () => {
  test("tags are JavaScript values where writing them again gives the same", () => {
    expect(decode('{"$int":"9007199254740992"}')).toBe(9007199254740992n);
    expect(decode("9007199254740991")).toBe(9007199254740991);
    expect(decode("12345678901234567890")).toBe(12345678901234567890n);
    expect(decode('[{"$float":"NaN"},{"$float":"-Infinity"}]')).toEqual([Number.NaN, Number.NEGATIVE_INFINITY]);
    expect(decode('{"$bytes":"AAEC"}')).toEqual(new Uint8Array([0, 1, 2]));
    expect(decode('{"$time":"2026-11-21T04:30:00.123000000Z"}')).toEqual(new Date("2026-11-21T04:30:00.123Z"));
    expect(decode('{"$$ref":{"$$$x":1},"__proto__":{"$int":"9007199254740993"}}')).toEqual(
      Object.defineProperty({ $ref: { $$x: 1 } }, "__proto__", { value: 9007199254740993n, enumerable: true }),
    );
  });

  test.each([
    '{"$int":"1"}',
    '{"$int":"0x10"}',
    '{"$int":"-09007199254740993"}',
    '{"$float":"1"}',
    '{"$bytes":"AB="}',
    '{"$bytes":"A B="}',
    '{"$bytes":"AB=="}',
    '{"$decimal":"1.50"}',
    '{"$time":"2026-11-21"}',
    '{"$time":"2026-11-21T04:30:00.123456789Z"}',
    '{"$time":"2026-11-31T04:30:00.000000000Z"}',
    '{"$time":"2026-11-21T24:00:00.000000000Z"}',
    '{"$ref":"sha256:00"}',
    '{"$cut":[1],"missing_items":2}',
    '{"$cut":{"a":{"$bytes":"AA=="}},"missing_items":2}',
    '{"$unserializable":"cycle"}',
    '{"$x":{"$$y":{"$z":1}}}',
  ])("%s stays what it is, there and back", (text) => {
    expect(decode(text)).toBeInstanceOf(Tag);
    expect(encode(decode(text))).toBe(text);
  });

  test("tags that are kept", () => {
    expect(decode('{"$ref":{"$$a":1}}', "json", { tags: "keep" })).toEqual({ $ref: { $$a: 1 } });
    expect(encode(decode('{"$ref":{"$$a":1}}', "json", { tags: "keep" }), "json", { tags: "keep" })).toBe(
      '{"$ref":{"$$a":1}}',
    );
  });

  test("what is refused says where", () => {
    let error: unknown;
    try {
      decode('{\n"a":1,}');
    } catch (thrown) {
      error = thrown;
    }
    expect(error).toBeInstanceOf(FormatError);
    expect(error).toBeInstanceOf(TracewireError);
    const { code, offset, line, message, name } = error as FormatError;
    expect({ code, offset, line, name }).toEqual({ code: "json_syntax", offset: 8, line: 2, name: "FormatError" });
    expect(message).toBe("line 2, byte 8: a key is expected");
    expect(refused(() => decode("\ud800"))[0]).toBe("text_surrogate");
    expect(refused(() => decode(new Uint8Array([0x22, 0xff, 0x22])))[0]).toBe("json_utf8");
    expect(refused(() => decode("1", "yaml" as Format))[0]).toBe("format_unknown");
    expect(refused(() => decode("\ufeff1"))[0]).toBe("json_syntax");
    expect(() => decode(1 as never)).toThrow(TypeError);
  });

  test("bytes of every kind, and the options of reading", () => {
    const bytes = new TextEncoder().encode(" [1]");
    expect(decode(bytes)).toEqual([1]);
    expect(decode(bytes.buffer)).toEqual([1]);
    expect(decode(bytes.subarray(1))).toEqual([1]);
    expect(decode(Buffer.from("1"))).toBe(1);
    expect(decode("a\tb\r\n1\t2\r\n", "csv", { delimiter: "tab" })).toEqual([{ a: 1, b: 2 }]);
    expect(refused(() => decode("a[3]: 1,2", "toon"))[0]).toBe("toon_count");
    expect(decode("a[3]: 1,2", "toon", { lenient: true })).toEqual({ a: [1, 2] });
    expect(Object.keys(decode("b: 1\na: 2", "toon") as object)).toEqual(["b", "a"]);
  });
});

describe("convert", () => {
  test("from one format to another", () => {
    expect(convert("id,name\r\n1,plan\r\n", "csv", "json")).toBe('[{"id":1,"name":"plan"}]');
    expect(convert('[{"a":1}]', "json", "toon", { delimiter: "pipe" })).toBe("[1|]{a}:\n  1");
    expect(convert("a\tb\r\n1\t2\r\n", "csv", "jsonl", { fromDelimiter: "\t" })).toBe('{"a":1,"b":2}\n');
    const bytes = convert('{"a":[1,{"$int":"9007199254740993"}]}', "json", "proto");
    expect(convert(bytes, "proto", "json")).toBe('{"a":[1,{"$int":"9007199254740993"}]}');
  });

  test("a byte order mark is nobody's to take away", () => {
    const text = convert('[{"\ufeffa":1}]', "json", "csv");
    expect(decode(text, "csv")).toEqual([{ "\ufeffa": 1 }]);
  });
});

describe("options", () => {
  test.each<[() => unknown, string]>([
    [() => encode(1, "json", { delimiter: "tab" }), "delimiter is an option of toon, csv, not of json"],
    [() => encode(1, "toon", { formulaSafe: true }), "formulaSafe is an option of csv, not of toon"],
    [() => encode(1, "toon", { delimiter: ";" as never }), 'delimiter must be comma, tab or pipe: ";"'],
    [() => encode(1, "toon", { indent: 0 }), "indent must be a number of spaces from 1 to 64: 0"],
    [() => encode(1, "toon", { uniform: "all" as never }), 'uniform must be group or fill: "all"'],
    [() => decode("1", "json", { tags: "python" as never }), 'tags must be javascript or keep: "python"'],
  ])("%#", (work, message) => {
    expect(work).toThrow(new TypeError(message));
  });

  test("the formats that there are", () => {
    expect(FORMATS).toEqual(["json", "jsonl", "toon", "csv", "proto"]);
  });
});

describe("validate", () => {
  test("findings say what, where and how to mend it", () => {
    const report = validate('{"seq":1,"time":"2026-11-21T04:30:00Z","type":"log"}');
    expect(report.isValid).toBe(false);
    expect(report.codes).toEqual(["TW0107"]);
    expect(report.findings[0]).toMatchObject({ code: "TW0107", pointer: "/time", severity: "error", line: 1 });
    expect(String(report)).toMatch(/^error TW0107 line 1 \/time: .+\n1 error, 0 warnings, 0 notes in 1 event$/);
    expect(refused(() => report.throwForFindings())).toEqual(["TW0107", "/time"]);
  });

  test("values, lines and other formats", () => {
    const event = {
      seq: 1,
      time: "2026-11-21T04:30:00.000000000Z",
      type: "log",
      body: { message: "hi", level: "info" },
    };
    expect(validate(event).findings).toEqual([]);
    // A value has no lines.
    expect(validate({ ...event, time: "now" }).findings[0]).toMatchObject({
      line: null,
      column: null,
      pointer: "/time",
    });
    expect(validate([event]).summary).toMatchObject({ documents: 1, events: 1, errors: 0 });
    expect(
      validate(`${JSON.stringify(event)}\n${JSON.stringify(event)}\n`, { format: "jsonl", level: "schema" }).summary,
    ).toMatchObject({ documents: 2, events: 2, errors: 0 });
    expect(validate(encode([event], "toon", { tags: "keep" }), { format: "toon" }).isValid).toBe(true);
    expect(refused(() => validate("{}", { level: "strict" as never }))[0]).toBe("level_unknown");
    expect(refused(() => validate("{}", { format: "yaml" as never }))[0]).toBe("format_unknown");
    validate(event).throwForFindings("note");
  });
});
