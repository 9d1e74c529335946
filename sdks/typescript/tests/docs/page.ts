/**
 * Runs a page: its TypeScript blocks one after the other in one process and a folder of their own, and compares what
 * they print.
 *
 * Each block is a module. On pages of TypeScript alone files and shell blocks are run too. There `node agent.ts`
 * works with the
 * oldest Node as well: a hook takes the types away.
 *
 * @module
 */
import { spawn } from "node:child_process";
import { mkdir, mkdtemp, realpath, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { build, type Plugin } from "esbuild";
import { type Block, commandsOf } from "./blocks.ts";
import { fits, normal } from "./comparing.ts";

const SDK = fileURLToPath(new URL("../../", import.meta.url));
const REGISTER = new URL("./register.mjs", import.meta.url).href;
const RUNNER = fileURLToPath(new URL("./runner.mjs", import.meta.url));
const MOST_MILLIS = 60_000;

/** `tracewire` and its entries are the sources of this folder. */
const OURS: Plugin = {
  name: "tracewire",
  setup({ onResolve }) {
    onResolve({ filter: /^tracewire(\/\w+)?$/ }, ({ path }) => {
      const entry = path.split("/")[1] ?? "index";
      const isOwn = ["index", "testing", "tools"].includes(entry);
      return { path: join(SDK, "src", isOwn ? "" : "integrations", `${entry}.ts`) };
    });
  },
};

export class Page {
  readonly folder: string;
  #made = 0;

  private constructor(folder: string) {
    this.folder = folder;
  }

  /** Gives the page its folder. A `.tracewire` that is there is the nearest one upward. */
  static async open(): Promise<Page> {
    const folder = join(await realpath(await mkdtemp(join(tmpdir(), "tracewire-docs-"))), "agent");
    await mkdir(join(folder, ".tracewire"), { recursive: true, mode: 0o700 });
    await writeFile(join(folder, "package.json"), '{ "type": "module" }\n');
    // Where the package has its modules, seen from what is built here.
    await symlink(join(SDK, "wasm"), join(dirname(folder), "wasm"));
    return new Page(folder);
  }

  async close(): Promise<void> {
    await rm(dirname(this.folder), { recursive: true, force: true });
  }

  async write(block: Block): Promise<void> {
    const path = join(this.folder, block.file as string);
    await mkdir(dirname(path), { recursive: true });
    await writeFile(path, block.text);
  }

  /** Runs blocks in one process; gives what is wrong, in words. */
  async runModules(blocks: readonly Block[]): Promise<string[]> {
    if (blocks.length === 0) return [];
    const names = await Promise.all(
      blocks.map(async ({ text }, at) => {
        await writeFile(join(this.folder, `block${at}.ts`), text);
        return `block${at}.ts`;
      }),
    );
    const built = await this.#build(names);
    const { printed, code } = await this.#run([process.execPath, "--enable-source-maps", RUNNER, ...built]);
    const outputs = printed.split(/^<<\d+>>\n/m).slice(1);
    const problems = blocks.flatMap((block, at) => compare(block.line, block.output?.text, outputs[at]));
    return code === 0 ? problems : [`the page's blocks end with ${code}:\n${printed}`];
  }

  /** Runs the commands of a shell block. */
  async runCommands(block: Block): Promise<string[]> {
    const problems: string[] = [];
    const wanted = Number(/^exits with (\d+)$/.exec(block.comment)?.[1] ?? 0);
    for (const { command, output } of commandsOf(block)) {
      const { printed, code } = await this.#run(["bash", "-c", command], { NODE_OPTIONS: `--import=${REGISTER}` });
      if (code !== wanted)
        problems.push(`line ${block.line}: ${command}: exit code ${code}, not ${wanted}\n${printed}`);
      else problems.push(...compare(block.line, output.trim() === "" ? undefined : output, printed));
    }
    return problems;
  }

  async #build(files: readonly string[]): Promise<string[]> {
    if (files.length === 0) return [];
    this.#made += 1;
    const outdir = join(this.folder, `.built${this.#made}`);
    await build({
      absWorkingDir: this.folder,
      entryPoints: [...files],
      outdir,
      bundle: true,
      splitting: true,
      format: "esm",
      platform: "node",
      target: "node20",
      nodePaths: [join(SDK, "node_modules")],
      sourcemap: "inline",
      outExtension: { ".js": ".mjs" },
      banner: { js: 'import { createRequire as _cr } from "node:module"; const require = _cr(import.meta.url);' },
      logLevel: "silent",
      plugins: [OURS],
    });
    return files.map((file) => join(outdir, file.replace(/\.ts$/, ".mjs")));
  }

  #run(
    command: readonly string[],
    more: Readonly<Record<string, string>> = {},
  ): Promise<{ printed: string; code: number | null }> {
    const kept = Object.entries(process.env).filter(
      ([name]) => name === "TRACEWIRE_NATIVE" || !/^(TRACEWIRE_|OTEL_|VITEST|NODE_OPTIONS)/.test(name),
    );
    const env = { ...Object.fromEntries(kept), COLUMNS: "92", NO_COLOR: "1", LC_ALL: "C.UTF-8", TZ: "UTC", ...more };
    return new Promise((resolve, reject) => {
      const [program, ...given] = command as [string, ...string[]];
      const child = spawn(program, given, {
        cwd: this.folder,
        env,
        timeout: MOST_MILLIS,
        stdio: ["ignore", "pipe", "pipe"],
      });
      let printed = "";
      for (const stream of [child.stdout, child.stderr])
        stream.setEncoding("utf8").on("data", (text) => (printed += text));
      child.on("error", reject);
      child.on("close", (code) => resolve({ printed: printed.replaceAll(this.folder, "~/agent"), code }));
    });
  }
}

function compare(line: number, wanted: string | undefined, found: string | undefined): string[] {
  if (found === undefined) return [`line ${line}: the block was not reached`];
  if (wanted === undefined || fits(normal(wanted), normal(found))) return [];
  return [`line ${line}: the output is another one. The page:\n${wanted}\nThe run:\n${found}`];
}
