import { execFileSync } from "node:child_process";
import { describe, expect, test } from "vitest";
import type { Block } from "./blocks.ts";
import { fits, normal } from "./comparing.ts";
import { Page } from "./page.ts";
import { isTypeScript, pages } from "./pages.ts";

const hasCommandLine = canRun("tracewire");

function isRun(block: Block): boolean {
  return !block.comment.startsWith("not run:");
}

function canRun(program: string): boolean {
  try {
    execFileSync(program, ["--version"], { stdio: "ignore" });
    return true;
  } catch {
    return false;
  }
}

describe.concurrent("what the pages show in TypeScript is what happens", () => {
  for (const { name, blocks } of pages) {
    test(name, { timeout: 120_000 }, async () => {
      const page = await Page.open();
      try {
        const isOwn = name.startsWith("docs/typescript/");
        const problems: string[] = [];
        for (const block of blocks) if (block.file !== undefined && isTypeScript(block)) await page.write(block);
        problems.push(
          ...(await page.runModules(
            // On pages of TypeScript alone files are run by the commands.
            blocks.filter((block) => isTypeScript(block) && isRun(block) && !(isOwn && block.file !== undefined)),
          )),
        );
        for (const block of isOwn && hasCommandLine ? blocks : []) {
          if (block.language === "console" && isRun(block)) problems.push(...(await page.runCommands(block)));
        }
        expect(problems.join("\n\n")).toBe("");
      } finally {
        await page.close();
      }
    });
  }
});

test("nearly every block is run", () => {
  const all = pages.flatMap(({ name, blocks }) => blocks.filter(isTypeScript).map((block) => ({ name, block })));
  const skipped = all.filter(({ block }) => !isRun(block)).map(({ name }) => name);
  expect(skipped.length).toBeLessThanOrEqual(all.length / 5);
});

test("outputs are compared without what changes", () => {
  expect(fits(normal("took 3 ms\n…\nend"), normal("took 41.5 ms\na\nb\nend"))).toBe(true);
  expect(fits(normal("trace b0fb8bcf"), normal("trace abcdefab"))).toBe(true);
  expect(fits(normal("took 3 ms"), normal("gave 3 ms"))).toBe(false);
  expect(fits(normal("a\n…"), normal("b"))).toBe(false);
});
