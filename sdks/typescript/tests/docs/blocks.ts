/**
 * The code blocks of a page of documentation, with what their invisible comments say about them. The comments are
 * those of
 * `docs/conftest.py`.
 *
 * @module
 */

export interface Block {
  readonly language: string;
  readonly text: string;
  /** The line of its first line in the page, from 1. */
  readonly line: number;
  /** The file that it is written to, where it has a caption. */
  readonly file: string | undefined;
  /** What stands in the comment before it. */
  readonly comment: string;
  /** What it prints, as the page shows it. */
  output: Block | undefined;
}

const FENCE = /^(?<indent> *)(?<fence>`{3,})(?<info>[^\n`]*)\n(?<body>.*?)^\k<indent>\k<fence> *$/gms;
const COMMENT = /<!--\s*((?:(?!-->).)*?)\s*-->\s*$/s;

/** All blocks of a page in order; an output is part of the block before it. */
export function blocksOf(page: string): Block[] {
  const blocks: Block[] = [];
  for (const found of page.matchAll(FENCE)) {
    const { indent = "", info = "", body = "" } = found.groups ?? {};
    const before = page.slice(0, found.index);
    const directive = /^\{(?:code-block|code)\} *(\S*)/.exec(info);
    if (directive === null && info.startsWith("{")) continue;
    const lines = body
      .split("\n")
      .map((line) => (line.startsWith(indent) ? line.slice(indent.length) : line.trimStart()));
    let skipped = 0;
    let file: string | undefined;
    while (directive !== null && /^:[\w-]+:/.test(lines[0] ?? "")) {
      file = /^:caption: *(.*)$/.exec(lines[0] ?? "")?.[1]?.trim() ?? file;
      lines.shift();
      skipped += 1;
    }
    while (directive !== null && lines[0] === "") {
      lines.shift();
      skipped += 1;
    }
    const block: Block = {
      language: (directive?.[1] ?? info).trim().split(" ")[0] ?? "",
      text: lines.join("\n"),
      line: before.split("\n").length + 1 + skipped,
      file,
      comment: COMMENT.exec(before)?.[1]?.replace(/\s+/g, " ") ?? "",
      output: undefined,
    };
    const last = blocks.at(-1);
    if (block.comment === "output" && last !== undefined) last.output = block;
    else blocks.push(block);
  }
  return blocks;
}

/** Each command of a shell block, and what it prints. */
export function commandsOf(block: Block): { command: string; output: string }[] {
  const found: { command: string; output: string }[] = [];
  for (const line of block.text.split("\n")) {
    const last = found.at(-1);
    if (line.startsWith("$ ")) found.push({ command: line.slice(2), output: "" });
    else if (last !== undefined) last.output += `${line}\n`;
  }
  return found;
}
