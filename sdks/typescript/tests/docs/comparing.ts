/**
 * Whether an output is what a page shows, apart from ids, times, durations and sizes. The same as
 * `docs/_running/comparing.py`.
 *
 * @module
 */

// In this order: a longer thing before what it is made of.
const CHANGING: readonly (readonly [RegExp, string])[] = [
  // Of a step in a picture its place, kind and name: how much room there is for the rest depends on how wide its
  // numbers are.
  [/^([✓⚠✗≡] [│├└─ ]*\S+ \S(?:(?! {2}| · ).)*)(?: {2}| · ).*$/gmu, "$1"],
  [/\b(sha256:)?[0-9a-f]{64}\b/g, "<hash>"],
  [/\bsha256:[0-9a-f]+…?/g, "<hash>"],
  [/\b[0-9a-f]{16}-\d+\b/g, "<producer>"],
  [/\b[0-9a-f]{32}\b/g, "<trace>"],
  // Eight letters or sixteen may be without a digit; of another length that would be a word.
  [/\b([0-9a-f]{8}|[0-9a-f]{16}|(?=[0-9a-f]*\d)[0-9a-f]{7,16})\b…?/g, "<id>"],
  [/\b\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z?/g, "<time>"],
  [/\b(Mon|Tue|Wed|Thu|Fri|Sat|Sun) +\d+ \w{3} \d{4} \d\d:\d\d:\d\d UTC/g, "<time>"],
  [/\b\d+ \w{3} \d\d:\d\d:\d\d/g, "<time>"],
  [/\b\d\d:\d\d:\d\d([.,]\d+)?/g, "<time>"],
  [/\b\d+(\.\d+)? ?(ns|µs|ms|s|min|h|d)( ago)?(?!\w)/g, "<duration>"],
  [/\b\d+(\.\d+)? ?(B|kB|MB|GB|KiB|MiB|GiB|bytes)\b/g, "<size>"],
  [/\bpid \d+/g, "pid <n>"],
  [/\(node:\d+\)/g, "(node:<n>)"],
  // Where a line is cut depends on how wide its numbers are.
  [/"[^"\n]*…"?/g, '"…"'],
  [/\{[^{}\n]*…/g, "{…"],
  [/\r/g, ""],
  [/ · slow \d+ ?%/g, ""],
  // A comparison says both durations where they are far enough from each other.
  [/ · <duration>( → <duration>)?/g, ""],
  // The bars of a picture; a branch of a tree has text behind it.
  [/ +[─━╸╾╶╴╺╼╌· ]+$/gm, ""],
  [/ +/g, " "],
  [/ +$/gm, ""],
];

/** The lines without what changes from run to run. */
export function normal(text: string): string[] {
  let found = text;
  for (const [pattern, instead] of CHANGING) found = found.replace(pattern, instead);
  return found.replace(/^\n+|\n+$/g, "").split("\n");
}

/** Whether what was found is what was wanted; a line `…` stands for any lines. */
export function fits(wanted: readonly string[], found: readonly string[]): boolean {
  const [first, ...rest] = wanted;
  if (first === undefined) return found.length === 0;
  if (first.trim() === "…") return found.concat("").some((_, at) => fits(rest, found.slice(at)));
  return found.length > 0 && first === found[0] && fits(rest, found.slice(1));
}
