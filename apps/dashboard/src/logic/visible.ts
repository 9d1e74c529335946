/**
 * Text from data can hold letters that nobody sees but that change how the rest is read: control codes, marks that
 * turn the direction of writing, invisible fillers. They are shown as pictures of themselves.
 */

function mark(code: number): string {
  if (code < 0x20) {
    return String.fromCharCode(0x2400 + code);
  }
  return code === 0x7f ? "␡" : `⟨U+${code.toString(16).toUpperCase().padStart(4, "0")}⟩`;
}

/** C0 but tab and line feed, DEL, C1, directional marks and overrides, fillers, tags, the byte order mark. */
const HIDDEN =
  // biome-ignore lint/suspicious/noControlCharactersInRegex: these are what is looked for
  /[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u00ad\u061c\u180e\u200b\u200e\u200f\u2028-\u202e\u2060-\u206f\ufeff]|[\u{e0000}-\u{e007f}]/gu;

/** Text with nothing hidden in it; lines stay lines. */
export function visible(text: string): string {
  return text.replaceAll("\r\n", "\n").replace(HIDDEN, (found) => mark(found.codePointAt(0) ?? 0));
}

/** The same in one line, cut where it is longer than a line can show. */
export function oneLine(text: string, most = 400): string {
  const cut = text.length > most ? `${text.slice(0, most).replace(/[\ud800-\udbff]$/, "")}…` : text;
  return visible(cut.replace(/\s+/g, " ").trim());
}
