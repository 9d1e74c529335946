import { execFile } from "node:child_process";
import { mkdir, mkdtemp, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { expect, test } from "vitest";
import { isTypeScript, pages } from "./pages.ts";

const SDK = fileURLToPath(new URL("../../", import.meta.url));

/** As strict as people have it, without what finds fault with short examples. */
const OPTIONS = {
  target: "es2022",
  lib: ["es2023", "esnext.disposable", "dom", "dom.iterable"],
  module: "nodenext",
  moduleResolution: "nodenext",
  types: ["node"],
  typeRoots: [join(SDK, "node_modules/@types")],
  strict: true,
  noUncheckedIndexedAccess: true,
  exactOptionalPropertyTypes: true,
  skipLibCheck: true,
  allowImportingTsExtensions: true,
  noEmit: true,
  paths: {
    tracewire: [join(SDK, "src/index.ts")],
    "tracewire/testing": [join(SDK, "src/testing.ts")],
    "tracewire/tools": [join(SDK, "src/tools.ts")],
    "tracewire/*": [join(SDK, "src/integrations/*.ts")],
  },
};

test("what the pages show has the types that it seems to have", { timeout: 120_000 }, async () => {
  const folder = await mkdtemp(join(tmpdir(), "tracewire-docs-types-"));
  try {
    // The libraries that the pages use are those that the SDK is tested with.
    await symlink(join(SDK, "node_modules"), join(folder, "node_modules"));
    await writeFile(join(folder, "package.json"), '{ "type": "module" }\n');
    await writeFile(join(folder, "tsconfig.json"), JSON.stringify({ compilerOptions: OPTIONS, include: ["**/*.ts"] }));
    for (const { name, blocks } of pages) {
      for (const block of blocks.filter((one) => isTypeScript(one) && !one.comment.startsWith("not run:"))) {
        const path = join(folder, name.replace(/\.md$/, ""), block.file ?? `line${block.line}.ts`);
        await mkdir(dirname(path), { recursive: true });
        // The same line as in the page.
        await writeFile(path, "\n".repeat(block.line - 1) + block.text);
      }
    }
    const tsc = join(SDK, "node_modules/typescript/bin/tsc");
    const done = promisify(execFile)(process.execPath, [tsc, "-p", folder], { cwd: folder });
    const found = await done.catch((error: { stdout: string }) => error);
    expect(found.stdout).toBe("");
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
});
