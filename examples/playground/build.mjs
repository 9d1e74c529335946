/**
 * Builds the page into `dist/`: `node build.mjs`. With `--serve` it also serves it on loopback.
 *
 * What it takes of the SDK is what stands in `../../sdks/typescript/src`, and the modules that `cargo xtask wasm` made.
 */
import { copyFile, mkdir, rm } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { build } from "esbuild";
import { serve } from "./serve.mjs";

const here = fileURLToPath(new URL(".", import.meta.url));
const dist = join(here, "dist");
const modules = join(here, "../../sdks/typescript/wasm");
const engine = process.env.PLAYGROUND_ENGINE;

await rm(dist, { recursive: true, force: true });
await mkdir(dist, { recursive: true });
const common = {
  absWorkingDir: here,
  bundle: true,
  format: "esm",
  target: "es2022",
  minify: true,
  legalComments: "none",
  loader: { ".json": "text", ".jsonl": "text", ".toon": "text", ".csv": "text" },
  logLevel: "warning",
  ...(engine === undefined ? {} : { alias: { "#engine": engine } }),
};
await build({ ...common, entryPoints: { playground: "src/main.ts", worker: "src/engine/worker.ts" }, outdir: dist });
await build({ ...common, entryPoints: { playground: "src/style.css" }, outdir: dist });
await copyFile(join(here, "src/index.html"), join(dist, "index.html"));

for (const name of ["tracewire.wasm", "tools.wasm", "tokens.wasm"]) {
  await copyFile(join(modules, name), join(dist, name)).catch((error) => {
    if (engine !== undefined) return;
    throw new Error(`${name} is missing: cargo xtask wasm`, { cause: error });
  });
}

if (process.argv.includes("--serve")) {
  const { address } = await serve(Number(process.env.PORT ?? 8484));
  console.log(address);
}
