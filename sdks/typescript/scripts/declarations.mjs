/**
 * The types of the package, by TypeScript itself: `dist/types/**.d.ts` for ES modules and the same files as `.d.cts` for
 * CommonJS, which Node treats as modules of another kind.
 *
 * Only what the entries reach is kept, so nothing of tests, of other platforms or of a name like `#platform` can leak.
 *
 * @module
 */
import { existsSync, readFileSync } from "node:fs";
import { mkdir, readFile, rm, writeFile } from "node:fs/promises";
import path from "node:path";
import ts from "typescript";
import { ROOT } from "./entries.mjs";

/** A relative address in an `import`, `export … from`, `import("…")`. */
const RELATIVE = /((?:\bfrom|\bimport)\s*\(?\s*")(\.{1,2}\/[^"]+?)\.(?:ts|js)(")/g;
const ANY = /(?:\bfrom|\bimport)\s*\(?\s*"([^"]+)"/g;

/** What `using` needs; a project whose `lib` lacks it would fail in our declarations. */
const DISPOSAL = /\b(?:Async)?Disposable\b|\bSymbol\.(?:asyncDispose|dispose)\b/;
const DISPOSAL_LIBRARY = '/// <reference lib="esnext.disposable" />\n';

/** What an import of a module gives where the platform compiles it. */
const COMPILED = `/** The module, compiled by the platform: Workers do so when they are deployed. */
declare const module: WebAssembly.Module;
export default module;
`;

/** Writes the declarations of these entries to `outdir`. */
export async function declare(entries, outdir) {
  await rm(outdir, { recursive: true, force: true });
  const emitted = emit(entries.map(([, source]) => path.join(ROOT, source)));
  for (const [name, source] of entries) {
    const inner = `./${source.replace(/^src\//, "").replace(/\.ts$/, "")}`;
    if (inner !== `./${name}`) {
      emitted.set(path.join(ROOT, "src", `${name}.d.ts`), `export * from "${inner}.ts";\n`);
    }
  }
  const reached = new Set();
  for (const [name] of entries) {
    reach(path.join(ROOT, "src", `${name}.d.ts`), emitted, reached);
  }
  for (const file of reached) {
    const plain = emitted.get(file);
    const text = DISPOSAL.test(plain) ? `${DISPOSAL_LIBRARY}${plain}` : plain;
    const target = path.join(outdir, path.relative(path.join(ROOT, "src"), file));
    await mkdir(path.dirname(target), { recursive: true });
    await writeFile(target, text.replace(RELATIVE, "$1$2.js$3"));
    await writeFile(
      target.replace(/\.d\.ts$/, ".d.cts"),
      text.replace(RELATIVE, "$1$2.cjs$3").replace(/\.d\.ts\.map/, ".d.cts.map"),
    );
    const map = emitted.get(`${file}.map`);
    if (map !== undefined) {
      await writeMaps(JSON.parse(map), file, target);
    }
  }
  for (const ending of [".d.ts", ".d.cts"]) {
    await writeFile(path.join(outdir, `module.wasm${ending}`), COMPILED);
  }
  return reached.size;
}

function emit(files) {
  const read = ts.readConfigFile(path.join(ROOT, "tsconfig.json"), ts.sys.readFile);
  const { options } = ts.parseJsonConfigFileContent(read.config, ts.sys, ROOT);
  const program = ts.createProgram(files, {
    ...options,
    noEmit: false,
    emitDeclarationOnly: true,
    declaration: true,
    declarationMap: true,
    sourceMap: false,
    stripInternal: true,
    rootDir: path.join(ROOT, "src"),
    outDir: path.join(ROOT, "src"),
  });
  const emitted = new Map();
  const result = program.emit(undefined, (file, text) => emitted.set(path.normalize(file), text));
  const problems = [...ts.getPreEmitDiagnostics(program), ...result.diagnostics];
  if (problems.length > 0) {
    throw new Error(
      ts.formatDiagnostics(problems, { ...ts.sys, getCanonicalFileName: (name) => name, getNewLine: () => "\n" }),
    );
  }
  return emitted;
}

/** Collects a file of declarations with all that it refers to. */
function reach(file, emitted, reached) {
  if (reached.has(file)) {
    return;
  }
  // What is written by hand beside generated JavaScript is not emitted.
  if (!emitted.has(file) && existsSync(file)) {
    emitted.set(file, readFileSync(file, "utf8"));
  }
  const text = emitted.get(file);
  if (text === undefined) {
    throw new Error(`no declarations for ${path.relative(ROOT, file)}`);
  }
  reached.add(file);
  for (const [, name] of text.matchAll(ANY)) {
    if (name.startsWith("#")) {
      throw new Error(`${path.relative(ROOT, file)} refers to ${name}, which no user has`);
    }
    if (name.startsWith(".")) {
      reach(path.resolve(path.dirname(file), name.replace(/\.(?:ts|js)$/, ".d.ts")), emitted, reached);
    }
  }
}

/** Editors jump from a declaration to the source, which is in the package. */
async function writeMaps(map, file, target) {
  const source = path.join(ROOT, "src", path.relative(path.join(ROOT, "src"), file).replace(/\.d\.ts$/, ".ts"));
  const sources = [path.relative(path.dirname(target), source).split(path.sep).join("/")];
  for (const name of [target, target.replace(/\.d\.ts$/, ".d.cts")]) {
    await writeFile(`${name}.map`, JSON.stringify({ ...map, file: path.basename(name), sources }));
  }
}

/** Fails where a file of the package's JavaScript or types still has the name that only development knows. */
export async function checkNoPlatform(files) {
  for (const file of files) {
    const [, name] = /(?:from|import|require)\s*\(?\s*["'](#\w+)["']/.exec(await readFile(file, "utf8")) ?? [];
    if (name !== undefined) {
      throw new Error(`${path.relative(ROOT, file)} refers to ${name}`);
    }
  }
}
