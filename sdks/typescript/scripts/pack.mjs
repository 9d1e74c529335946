/**
 * Packs what is published, after `build.mjs`:
 *
 * ```console
 * node scripts/pack.mjs --out FOLDER [--native TARGET=LIBRARY]… [--sizes]
 * ```
 *
 * `FOLDER` then holds `tracewire-<version>.tgz`, an archive for each library that was given, and `packages.json`, which says what they are.
 * `--sizes` fails where the libraries or modules are larger than they may be.
 *
 * @module
 */
import { execFile } from "node:child_process";
import { copyFile, cp, mkdir, readFile, rm, stat, writeFile } from "node:fs/promises";
import path from "node:path";
import { parseArgs, promisify } from "node:util";
import { gzipSync } from "node:zlib";
import { ASSETS, ROOT } from "./entries.mjs";
import { publishedManifest, readManifest } from "./manifest.mjs";
import { LIBRARY, nativePackages } from "./natives.mjs";

const run = promisify(execFile);
const LICENSES = ["LICENSE-MIT", "LICENSE-APACHE"];
const REPOSITORY = path.join(ROOT, "../..");
/** Largest sizes in bytes: of a native library, and of the recorder's module when it is sent compressed. */
const LARGEST = { [LIBRARY]: 4 * 1024 * 1024, "tracewire.wasm": 150 * 1000 };

async function main() {
  const { values } = parseArgs({
    options: { out: { type: "string" }, native: { type: "string", multiple: true }, sizes: { type: "boolean" } },
  });
  if (values.out === undefined) {
    throw new Error("say where to: --out FOLDER");
  }
  const out = path.resolve(values.out);
  await rm(out, { recursive: true, force: true });
  const manifest = await publishedManifest();
  const packed = [await pack(out, await stageMain(path.join(out, "stage", "tracewire"), manifest))];
  const natives = nativePackages(await readManifest());
  for (const given of values.native ?? []) {
    const [target, library] = splitOnce(given);
    const native = natives.find((each) => each.target === target);
    if (native === undefined) {
      throw new Error(`no package is made for ${target}; there are ${natives.map((each) => each.target).join(", ")}`);
    }
    packed.push(await pack(out, await stageNative(path.join(out, "stage", native.folder), native, library)));
  }
  await rm(path.join(out, "stage"), { recursive: true });
  const others = natives
    .map((each) => each.manifest)
    .filter(({ name }) => !packed.some((one) => one.manifest.name === name));
  await writeFile(path.join(out, "packages.json"), JSON.stringify({ packed, others }, null, 2));
  for (const { file, size, unpackedSize } of packed) {
    process.stdout.write(`${file}: ${kilobytes(size)} packed, ${kilobytes(unpackedSize)} unpacked\n`);
  }
  if (values.sizes === true) {
    await checkSizes((values.native ?? []).map((given) => splitOnce(given)[1]));
  }
}

function splitOnce(given) {
  const at = given.indexOf("=");
  return [given.slice(0, at), given.slice(at + 1)];
}

/** The package: built code, the sources that its maps and declarations lead to, the modules. */
async function stageMain(folder, manifest) {
  await mkdir(folder, { recursive: true });
  await cp(path.join(ROOT, "dist"), path.join(folder, "dist"), { recursive: true });
  const isSource = (name) => !name.includes("embedded.generated.");
  await cp(path.join(ROOT, "src"), path.join(folder, "src"), { recursive: true, filter: isSource });
  for (const file of Object.values(ASSETS)) {
    await mkdir(path.dirname(path.join(folder, file)), { recursive: true });
    await copyFile(path.join(ROOT, file), path.join(folder, file));
  }
  await copyFile(path.join(ROOT, "README.md"), path.join(folder, "README.md"));
  await stageCommon(folder, manifest);
  return folder;
}

async function stageNative(folder, native, library) {
  await mkdir(folder, { recursive: true });
  await copyFile(library, path.join(folder, LIBRARY));
  const { name, description } = native.manifest;
  const text = `# ${name}\n\n${description} Installed with the package that needs it; nothing imports it by itself.\n`;
  await writeFile(path.join(folder, "README.md"), text);
  await stageCommon(folder, native.manifest);
  return folder;
}

async function stageCommon(folder, manifest) {
  for (const name of LICENSES) {
    await copyFile(path.join(REPOSITORY, name), path.join(folder, name));
  }
  await writeFile(path.join(folder, "package.json"), `${JSON.stringify(manifest, null, 2)}\n`);
}

async function pack(out, folder) {
  const npm = ["pack", "--json", "--ignore-scripts", "--pack-destination", out];
  const { stdout } = await run("npm", npm, { cwd: folder, maxBuffer: 1 << 26, shell: process.platform === "win32" });
  const [{ filename, size, unpackedSize, integrity, files }] = JSON.parse(stdout);
  const manifest = JSON.parse(await readFile(path.join(folder, "package.json"), "utf8"));
  return { file: filename, size, unpackedSize, integrity, manifest, files: files.map(({ path: name }) => name) };
}

async function checkSizes(libraries) {
  for (const library of libraries) {
    atMost(LIBRARY, (await stat(library)).size, library);
  }
  const module = await readFile(path.join(ROOT, ASSETS["tracewire.wasm"]));
  atMost("tracewire.wasm", gzipSync(module, { level: 9 }).length, `${ASSETS["tracewire.wasm"]} with gzip`);
}

function atMost(name, size, shown) {
  process.stdout.write(`${shown}: ${kilobytes(size)}, at most ${kilobytes(LARGEST[name])}\n`);
  if (size > LARGEST[name]) {
    throw new Error(`${shown} is larger than it may be`);
  }
}

function kilobytes(bytes) {
  return `${(bytes / 1000).toFixed(1)} kB`;
}

await main();
