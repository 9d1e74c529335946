import { afterEach, describe, expect, test } from "vitest";
import { provideTools } from "../../src/formats/tools.ts";
import { countTokens, FormatError, TracewireError } from "../../src/index.ts";

describe("countTokens", () => {
  afterEach(() => provideTools({ countTokens: undefined } as never));

  test("before the vocabularies are loaded it says what to do", () => {
    expect(() => countTokens("otters")).toThrow(TracewireError);
    expect(() => countTokens("otters")).toThrow('import { loadTokens } from "tracewire/tools"');
  });

  test("counts a text as it stands, and of all else what encode makes of it", () => {
    const asked: [string, string][] = [];
    const count = (text: string, encoding: string) => asked.push([text, encoding]);
    provideTools({ countTokens: count });
    expect(countTokens("otters")).toBe(1);
    countTokens({ b: 1, a: [2] }, { encoding: "cl100k" });
    countTokens([{ b: 1 }], { format: "toon" });
    countTokens("a", { format: "json" });
    expect(asked).toEqual([
      ["otters", "o200k"],
      ['{"a":[2],"b":1}', "cl100k"],
      ["[1]{b}:\n  1", "o200k"],
      ['"a"', "o200k"],
    ]);
    expect(() => countTokens("\ud800")).toThrow(FormatError);
  });
});
