/**
 * `exports` of the package, and what its published manifest has that the checked-in one has not.
 *
 * @module
 */
import { readFile, writeFile } from "node:fs/promises";
import path from "node:path";
import { ASSETS, CONDITIONS, entryNames, ROOT } from "./entries.mjs";
import { nativePackages } from "./natives.mjs";

/** Members of the manifest that mean something in this folder alone. */
const OF_DEVELOPMENT = ["scripts", "devDependencies", "imports"];

/** The package's `exports`, as the tables of `entries.mjs` say. */
export function exportsOf() {
  const found = {};
  for (const name of entryNames()) {
    found[name === "index" ? "." : `./${name}`] = conditions(name, (platform) => platform);
  }
  // Node has no embedded module, so there nothing can be left out.
  const slim = (platform) => (platform === "node" ? "node" : "slim");
  found["./slim"] = conditions("index", slim);
  for (const name of entryNames().filter((name) => name !== "index")) {
    found[`./slim/${name}`] = conditions(name, slim);
  }
  for (const [name, file] of Object.entries(ASSETS)) {
    const side = (types) => ({ types: `./dist/types/module.wasm${types}`, default: `./${file}` });
    found[`./${name}`] = { import: side(".d.ts"), require: side(".d.cts") };
  }
  return { ...found, "./package.json": "./package.json" };
}

function conditions(name, choose) {
  const side = (code, types) => ({
    types: `./dist/types/${name}${types}`,
    ...Object.fromEntries(
      Object.entries(CONDITIONS).map(([condition, platform]) => [
        condition,
        `./dist/${choose(platform)}/${name}${code}`,
      ]),
    ),
  });
  return { import: side(".js", ".d.ts"), require: side(".cjs", ".d.cts") };
}

/** The checked-in manifest. */
export async function readManifest() {
  return JSON.parse(await readFile(path.join(ROOT, "package.json"), "utf8"));
}

/** Writes `exports` into the checked-in manifest where they are not what the tables say; gives whether they were. */
export async function writeExports() {
  const manifest = await readManifest();
  const wanted = exportsOf();
  const isRight = JSON.stringify(manifest.exports) === JSON.stringify(wanted);
  if (!isRight) {
    await writeFile(path.join(ROOT, "package.json"), `${JSON.stringify({ ...manifest, exports: wanted }, null, 2)}\n`);
  }
  return isRight;
}

/** The manifest as it is published. */
export async function publishedManifest() {
  const manifest = await readManifest();
  for (const name of OF_DEVELOPMENT) {
    delete manifest[name];
  }
  const natives = nativePackages(manifest).map(({ name }) => [name, manifest.version]);
  return { ...manifest, optionalDependencies: Object.fromEntries(natives) };
}
