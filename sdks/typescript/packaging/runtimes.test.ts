/** The package in the other runtimes that its `exports` name: one step recorded in each. */
import { existsSync, readFileSync } from "node:fs";
import path from "node:path";
import { build } from "esbuild";
import { afterAll, beforeAll, expect, test } from "vitest";
import { answer, Project, run } from "./kit/project.ts";
import { toolFile } from "./kit/where.ts";
import { request, serve } from "./kit/workerd.ts";

const RECORD = `import { flush, init, span } from "tracewire";
  init();
  const value = span("work", () => 42);
  const { written } = await flush();
  console.log(JSON.stringify({ value, written }));`;

let project: Project;

beforeAll(async () => {
  project = await new Project().take("workerd").install();
  project.write("record.mjs", RECORD);
});
afterAll(() => project.remove());

/** The program in whichever of these packages was installed for this machine. */
function program(names: string[]): string | undefined {
  return names.map((name) => toolFile(name)).find((file) => existsSync(file));
}

const ARCH = process.arch;
const BUN_ARCH = ARCH === "arm64" ? "aarch64" : ARCH;
const deno = program([`@deno/linux-${ARCH}-glibc/deno`, `@deno/darwin-${ARCH}/deno`, `@deno/win32-${ARCH}/deno.exe`]);
const bun = program([
  `@oven/bun-linux-${BUN_ARCH}/bin/bun`,
  `@oven/bun-darwin-${BUN_ARCH}/bin/bun`,
  `@oven/bun-windows-${BUN_ARCH}/bin/bun.exe`,
]);
const workerd = program([
  `@cloudflare/workerd-linux-${ARCH === "x64" ? "64" : ARCH}/bin/workerd`,
  `@cloudflare/workerd-darwin-${ARCH === "x64" ? "64" : ARCH}/bin/workerd`,
]);

test.runIf(deno)("Deno records, with the native library where it may load one", async () => {
  const allowed = ["--allow-read", "--allow-write", "--allow-env", "--allow-sys", "--allow-ffi", "--allow-run"];
  const words = ["run", "--no-prompt", "--node-modules-dir=manual", ...allowed, "record.mjs"];
  const env = { NO_COLOR: "1", DENO_NO_UPDATE_CHECK: "1", DENO_DIR: project.path(".deno") };
  expect(answer(await run(deno ?? "", words, { cwd: project.folder, env }))).toEqual({ value: 42, written: 2 });
});

test.runIf(bun)("Bun records with the native library", async () => {
  const words = ["run", "--no-install", "record.mjs"];
  expect(answer(await run(bun ?? "", words, { cwd: project.folder }))).toEqual({ value: 42, written: 2 });
});

test.runIf(workerd)("workerd records, given the compiled module", async () => {
  const { outputFiles, metafile } = await build({
    entryPoints: [project.path("worker.js")],
    absWorkingDir: project.folder,
    bundle: true,
    format: "esm",
    conditions: ["workerd", "worker", "browser"],
    // As the platform's own bundler does: a module becomes a part of the worker, compiled when it is deployed.
    external: ["*.wasm"],
    write: false,
    metafile: true,
  });
  const [file] = outputFiles;
  const imported = Object.values(metafile.outputs).flatMap(({ imports }) => imports.map((each) => each.path));
  const modules = new Map(
    imported
      .filter((name) => name.endsWith(".wasm"))
      .map((name) => [name, readFileSync(project.path("node_modules/tracewire/wasm", path.basename(name)))]),
  );
  const server = await serve(workerd ?? "", project.path("deployed"), file?.text ?? "", modules);
  try {
    expect(await request(server.address)).toEqual({ value: 42, written: 2 });
  } finally {
    server.stop();
  }
});
