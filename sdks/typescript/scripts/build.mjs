/**
 * Builds the package's `dist/`: `node scripts/build.mjs`. With `--check` it only says whether the manifest's `exports` are what
 * the tables say.
 *
 * @module
 */
import { readdir, rm } from "node:fs/promises";
import path from "node:path";
import { bundle } from "./bundle.mjs";
import { checkNoPlatform, declare } from "./declarations.mjs";
import { entries, PLATFORMS, ROOT } from "./entries.mjs";
import { writeExports } from "./manifest.mjs";

const DIST = path.join(ROOT, "dist");

async function main() {
  const isRight = await writeExports();
  if (process.argv.includes("--check")) {
    if (!isRight) {
      throw new Error("package.json: its exports were not what scripts/entries.mjs says; they are now");
    }
    return;
  }
  await rm(DIST, { recursive: true, force: true });
  const all = entries();
  await Promise.all(PLATFORMS.map((platform) => bundle(platform, all, path.join(DIST, platform))));
  const declared = await declare(all, path.join(DIST, "types"));
  const made = (await readdir(DIST, { recursive: true })).map((name) => path.join(DIST, name));
  const code = made.filter((name) => /\.(?:[cm]?js|d\.c?ts)$/.test(name));
  await checkNoPlatform(code);
  process.stdout.write(`dist: ${code.length} files of ${all.length} entries, ${declared} with types\n`);
}

await main();
