import { describe, expect, test } from "vitest";
import { FormatError, nativeFailure, refusing, TracewireError } from "../src/errors.ts";
import { native } from "./support/native.ts";

describe("errors", () => {
  test("say where", () => {
    const place = { line: 3, offset: 17, path: "/a/0" };
    expect(new FormatError("csv_width", "a cell is missing", place)).toMatchObject({
      ...place,
      name: "FormatError",
      code: "csv_width",
      reason: "a cell is missing",
      message: "line 3, byte 17, /a/0: a cell is missing",
    });
    expect(new FormatError("csv_shape", "no table", { path: "" }).message).toBe("no table");
    expect(String(new TracewireError("closed", "it is closed"))).toBe("TracewireError: it is closed");
  });

  test("are made of what the native half throws", () => {
    const thrown = (message: string) => () => {
      throw new Error(message);
    };
    const json = '{"code":"json_end","message":"it ends","offset":4,"line":1}';
    expect(() => refusing(thrown(json))).toThrow(new FormatError("json_end", "it ends", { offset: 4, line: 1 }));
    expect(() => refusing(thrown("{not JSON"))).toThrow("{not JSON");
    expect(nativeFailure(new Error('{"code":1,"message":"x"}'))).toBeUndefined();
    expect(nativeFailure("text")).toBeUndefined();
    expect(refusing(() => 7)).toBe(7);
  });

  test("a panic inside the native half is an error, and no format's", () => {
    let error: unknown;
    try {
      refusing(() => native.testingPanic());
    } catch (thrown) {
      error = thrown;
    }
    expect(error).toBeInstanceOf(TracewireError);
    expect(error).not.toBeInstanceOf(FormatError);
    expect(error).toMatchObject({ code: "internal" });
  });
});
