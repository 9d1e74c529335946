import { readFileSync } from "node:fs";
import { expect, test } from "vitest";

const TOKENS = readFileSync(new URL("../src/design/tokens.css", import.meta.url), "utf8");

/** Both colours of a token, light and dark. */
function coloursOf(name: string): [string, string] {
  const found = new RegExp(`--${name}: light-dark\\((#[0-9a-f]{6}), (#[0-9a-f]{6})\\)`).exec(TOKENS);
  if (found?.[1] === undefined || found[2] === undefined) {
    throw new Error(`no colours for ${name}`);
  }
  return [found[1], found[2]];
}

/** Relative luminance (WCAG 2.2). */
function luminance(colour: string): number {
  const [red = 0, green = 0, blue = 0] = [1, 3, 5].map((at) => {
    const part = Number.parseInt(colour.slice(at, at + 2), 16) / 255;
    return part <= 0.03928 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4;
  });
  return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
}

function contrast(a: string, b: string): number {
  const [dark = 0, light = 0] = [luminance(a), luminance(b)].sort((x, y) => x - y);
  return (light + 0.05) / (dark + 0.05);
}

const WORDS = [...TOKENS.matchAll(/--(kind-[a-z]+|ok|error|warn|open|muted|faint|accent):/g)].map(
  ([, name]) => name ?? "",
);

test.each([...new Set(WORDS)])(
  "words in %s can be read where they stand: on a page, and in the row that is chosen",
  (name) => {
    for (const below of ["surface", "selected"]) {
      const places = coloursOf(below);
      coloursOf(name).forEach((colour, scheme) => {
        expect(contrast(colour, places[scheme] ?? ""), `on ${below}`).toBeGreaterThanOrEqual(4.5);
      });
    }
  },
);
