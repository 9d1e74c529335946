/** One application, bundled by three bundlers, in a real browser; and bundled for Node. */
import { mkdirSync, readdirSync, statSync, writeFileSync } from "node:fs";
import path from "node:path";
import { type BuildOptions, build } from "esbuild";
import { afterAll, beforeAll, expect, test } from "vitest";
import { Pages } from "./kit/page.ts";
import { answer, Project } from "./kit/project.ts";
import { tool } from "./kit/where.ts";

interface Answer {
  value: string;
  written: number;
  error?: string;
}

let project: Project;
let pages: Pages;

beforeAll(async () => {
  project = await new Project().take("app").install();
  pages = await Pages.open();
});
afterAll(async () => {
  await pages?.close();
  project?.remove();
});

/** A folder for one bundler's output, with a page that loads `main.js`. */
function output(name: string, isModule: boolean): string {
  const folder = project.path(name);
  mkdirSync(folder, { recursive: true });
  const kind = isModule ? ' type="module"' : "";
  const page = `<!doctype html><meta charset="utf-8"><title>${name}</title><body><script${kind} src="/main.js"></script>`;
  writeFileSync(path.join(folder, "index.html"), page);
  return folder;
}

async function expectToRecord(folder: string): Promise<void> {
  const { answer, complaints } = await pages.show<Answer>(folder);
  expect(answer.error).toBeUndefined();
  expect(answer).toMatchObject({ value: "done", written: 4 });
  expect(complaints).toEqual([]);
  process.stdout.write(`${path.basename(folder)}: ${bytesOf(folder)} bytes of JavaScript and modules\n`);
}

function bytesOf(folder: string): number {
  return readdirSync(folder, { recursive: true, encoding: "utf8" })
    .filter((name) => /\.(?:js|wasm)$/.test(name))
    .reduce((sum, name) => sum + statSync(path.join(folder, name)).size, 0);
}

test("Vite", async () => {
  const vite = await tool<{ build(options: object): Promise<unknown> }>("vite");
  const outDir = project.path("by-vite");
  await vite.build({ root: project.folder, logLevel: "error", configFile: false, build: { outDir } });
  await expectToRecord(outDir);
});

test("webpack", async () => {
  const { default: webpack } = await tool<{ default: (options: object, done: Done) => void }>("webpack");
  const folder = output("by-webpack", false);
  const problems = await new Promise<unknown[]>((resolve, reject) => {
    const options = {
      mode: "production",
      context: project.folder,
      entry: "./main.js",
      output: { path: folder, filename: "main.js", publicPath: "/" },
      performance: false,
    };
    webpack(options, (error, stats) => {
      if (error) reject(error);
      const { errors = [], warnings = [] } = stats?.toJson({ all: false, errors: true, warnings: true }) ?? {};
      resolve([...errors, ...warnings]);
    });
  });
  expect(problems).toEqual([]);
  await expectToRecord(folder);
});

type Done = (
  error: Error | null,
  stats?: { toJson(what: object): { errors?: unknown[]; warnings?: unknown[] } },
) => void;

test.each(["esm", "iife"] as const)("esbuild, %s", async (format) => {
  const folder = output(`by-esbuild-${format}`, format === "esm");
  await bundled({ format, platform: "browser", outfile: path.join(folder, "main.js") });
  await expectToRecord(folder);
});

test("esbuild for Node, its output beside node_modules, keeps the native library", async () => {
  const code = `import { flush, init, span } from "tracewire";
    init({ strict: true });
    span("work", () => 1);
    flush().then((report) => console.log(JSON.stringify({ written: report.written })));`;
  for (const format of ["esm", "cjs"] as const) {
    const outfile = project.path("bundled", format === "esm" ? "main.mjs" : "main.cjs");
    await bundled({ stdin: { contents: code, resolveDir: project.folder }, format, platform: "node", outfile });
    expect(answer(await project.node(outfile))).toEqual({ written: 2 });
  }
});

async function bundled(options: BuildOptions): Promise<void> {
  const entry = options.stdin === undefined ? { entryPoints: ["main.js"] } : {};
  const { warnings } = await build({
    absWorkingDir: project.folder,
    bundle: true,
    logLevel: "silent",
    ...entry,
    ...options,
  });
  expect(warnings).toEqual([]);
}
