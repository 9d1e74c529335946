import { readdirSync, readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { HOSTILE } from "../dev/special.ts";
import { preview } from "../src/logic/json.ts";
import { bytesOf, mediaOf, PICTURES, sniff } from "../src/logic/media.ts";
import { oneLine, visible } from "../src/logic/visible.ts";

const sources = readdirSync(new URL("../src", import.meta.url), { recursive: true, withFileTypes: true })
  .filter((entry) => entry.isFile() && /\.tsx?$/.test(entry.name))
  .map((entry) => `${entry.parentPath}/${entry.name}`);

test("nothing in the pages makes markup or code of text", () => {
  expect(sources.length).toBeGreaterThan(50);
  const forbidden =
    /dangerouslySetInnerHTML|\.(inner|outer)HTML|insertAdjacentHTML|document\.write|\beval\(|new Function\(|srcdoc|createContextualFragment/i;
  for (const source of sources) {
    expect(readFileSync(source, "utf8").match(forbidden), source).toBeNull();
  }
});

test("no address is taken from data: every link begins within the dashboard", () => {
  for (const source of sources) {
    for (const [, value] of readFileSync(source, "utf8").matchAll(/\bhref=\{?([^\s>}]+)/g)) {
      expect(value, source).toMatch(/^("\/|"#|`\/|to$|to\(|to\b|address$|one\.path|url$)/);
    }
  }
});

test.each(HOSTILE.map((text) => [text.slice(0, 40), text]))("%s stays one harmless line", (_, text) => {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: these are what must not be there
  const hidden = /[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u200b\u200e\u200f\u202a-\u202e\u2060-\u206f\ufeff]/;
  expect(visible(text)).not.toMatch(hidden);
  expect(oneLine(text)).not.toMatch(/[\n\r]/);
  expect(oneLine(text).length).toBeLessThan(700);
  expect(() => preview({ [text]: [text, { [text]: text }] })).not.toThrow();
});

test("what is hidden is shown as a picture of itself", () => {
  expect(visible("a\u202eb\u0000c\u001b[31m\u007f\u200b")).toBe("a⟨U+202E⟩b␀c␛[31m␡⟨U+200B⟩");
  expect(visible("tab\tline\r\nline")).toBe("tab\tline\nline");
  expect(visible("日本 🦦 é עברית")).toBe("日本 🦦 é עברית");
  expect(oneLine(`${"x".repeat(399)}🦦`, 400)).toBe(`${"x".repeat(399)}…`);
});

test("bytes are what their first ones say, not what they are called", () => {
  const bytes = (text: string) => Uint8Array.from(text, (letter) => letter.charCodeAt(0));
  expect(sniff(bytes("\x89PNG\r\n\x1a\n…"))).toBe("png");
  expect(sniff(bytes("RIFF\x00\x00\x00\x00WEBP"))).toBe("webp");
  expect(sniff(bytes("<svg xmlns='http://www.w3.org/2000/svg' onload='x()'>"))).toBeUndefined();
  expect(sniff(bytes("<html><script>"))).toBeUndefined();
  expect(sniff(new Uint8Array())).toBeUndefined();
  expect(PICTURES).not.toContain("svg");
});

test("media in the forms that libraries use; what is no base64 is not decoded", () => {
  expect(mediaOf({ type: "image_url", image_url: { url: "data:image/png;base64,AAAA" } })).toEqual({
    declared: "image/png",
    base64: "AAAA",
  });
  expect(mediaOf({ type: "image", source: { type: "base64", media_type: "image/jpeg", data: "AAAA" } })).toEqual({
    declared: "image/jpeg",
    base64: "AAAA",
  });
  expect(mediaOf({ type: "blob", mime_type: "audio/wav", content: { $bytes: "AAAA" } })).toEqual({
    declared: "audio/wav",
    base64: "AAAA",
  });
  expect(mediaOf({ type: "input_audio", input_audio: { data: "AAAA", format: "wav" } })).toEqual({
    declared: "audio/wav",
    base64: "AAAA",
  });
  expect(mediaOf({ type: "image_url", image_url: { url: "javascript:alert(1)" } })).toEqual({
    declared: "",
    url: "javascript:alert(1)",
  });
  expect(mediaOf({ $bytes: "AAAA" })).toEqual({ declared: "", base64: "AAAA" });
  expect(mediaOf({ type: "text", text: "x" })).toBeUndefined();
  expect(bytesOf("AAAA")).toEqual(new Uint8Array(3));
  expect(bytesOf("-_8=")).toEqual(new Uint8Array([0xfb, 0xff]));
  for (const bad of ["", "A", "<b>", "AA=A", "data:x"]) {
    expect(bytesOf(bad), bad).toBeUndefined();
  }
});
