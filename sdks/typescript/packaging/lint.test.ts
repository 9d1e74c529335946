/** What the linters of packages say. */
import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { project } from "./kit/project.ts";
import { archive, MAIN, tool } from "./kit/where.ts";

test("publint has nothing to say", async () => {
  const made = await project({}).install();
  const { publint } = await tool<{ publint(options: object): Promise<{ messages: unknown[] }> }>("publint");
  const { messages } = await publint({ pkgDir: made.path("node_modules/tracewire"), strict: true });
  expect(messages).toEqual([]);
});

test("attw finds the right types behind each entry, for import and require", async () => {
  const { checkPackage, createPackageFromTarballData } = await tool<Attw>("@arethetypeswrong/core");
  const { entrypoints, problems } = await checkPackage(createPackageFromTarballData(readFileSync(archive(MAIN))));
  expect(Object.keys(entrypoints)).toContain("./slim");
  // Resolution as before `exports` existed finds the main entry alone; such compilers are older than what we support.
  expect(problems.filter(({ resolutionKind }) => resolutionKind !== "node10")).toEqual([]);
});

interface Attw {
  createPackageFromTarballData(tarball: Uint8Array): object;
  checkPackage(found: object): Promise<{ entrypoints: object; problems: { resolutionKind?: string }[] }>;
}
