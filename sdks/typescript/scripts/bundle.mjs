/**
 * The JavaScript of the package: for each platform a folder with all entries as ES modules, and the same files once more as CommonJS.
 *
 * For Node the entries are bundled and share chunks, for there each file costs time at every start. For all others each source stays a
 * file of its own: whoever needs a part of the package bundles it, and a bundler drops whole files more surely than statements.
 *
 * CommonJS is made of the finished modules, file by file, and not by bundling again: so an entry does not carry a second copy
 * of the recorder.
 *
 * @module
 */
import { mkdir, readFile, writeFile } from "node:fs/promises";
import { isBuiltin } from "node:module";
import path from "node:path";
import { build, transform } from "esbuild";
import { ROOT } from "./entries.mjs";

const TARGET = "es2022";
const SOURCES = path.join(ROOT, "src");
/** What a module of Node knows of itself, in CommonJS's words. */
const OWN_ADDRESS = 'const moduleAddress = require("node:url").pathToFileURL(__filename).href;\n';
/** A module's name in an import or export, as esbuild writes them. */
const NAMED = /^((?:.*\bfrom|import) |.*\bimport\()"((?:\.{1,2}\/|#)[^"]+)"/gm;
const MAP_COMMENT = /\/\/# sourceMappingURL=.*\s*$/;
/** A line of a comment that has what is not ASCII. */
const COMMENT = /^\s*(?:\/?\*|\/\/).*[^\0-\x7f].*$/gm;
/** How esbuild fills the object of an `export * as name`, and the function that does it. */
const NAMESPACE = /^var (\w+) = \{\};\n__export\(\1, \{$/gm;
const FILL = /^(var __export = \(target, all\) => \{\n.*\n.*)\n\};$/m;

/** Builds one platform's folder. */
export async function bundle(platform, entries, outdir) {
  const modules = platform === "node" ? await chunks(entries, outdir) : await files(platform, entries, outdir);
  await Promise.all(modules.map((module) => writeBoth(module, platform === "node")));
}

function settings(platform, entries, outdir) {
  const isNode = platform === "node";
  return {
    absWorkingDir: ROOT,
    entryPoints: entries.map(([name, source]) => ({ in: source, out: name })),
    outdir,
    bundle: true,
    splitting: true,
    format: "esm",
    platform: isNode ? "node" : "neutral",
    target: TARGET,
    conditions: [platform],
    plugins: [allowedImports(isNode)],
    chunkNames: "chunk-[hash]",
    sourcemap: true,
    sourcesContent: false,
    metafile: true,
    write: false,
    logLevel: "warning",
    logOverride: { "empty-import-meta": "silent" },
  };
}

/** The entries and what they share: `{ file, code, map }`. */
async function chunks(entries, outdir) {
  const { outputFiles } = await build(settings("node", entries, outdir));
  const texts = new Map(outputFiles.map(({ path: file, text }) => [file, text]));
  return [...texts]
    .filter(([file]) => file.endsWith(".js"))
    .map(([file, text]) => ({
      file,
      code: plain(droppable(text.replace(MAP_COMMENT, ""))),
      map: JSON.parse(texts.get(`${file}.map`)),
    }));
}

/**
 * Code whose namespaces a bundler leaves out where nobody asks for them: it cannot know that a function which fills one
 * does nothing else. Lines stay where they are, for the source map.
 */
function droppable(code) {
  const made = code
    .replace(FILL, "$1\n  return target; };")
    .replace(NAMESPACE, "var $1 = /* @__PURE__ */ __export(\n{}, {");
  if (/^__export\(/m.test(made) || (FILL.test(code) && made.search(/return target; \};$/m) < 0)) {
    throw new Error("scripts/bundle.mjs: esbuild fills namespaces in another way now, so nobody could leave them out");
  }
  return made;
}

/** The sources that the entries reach, each by itself. */
async function files(platform, entries, outdir) {
  const { metafile } = await build(settings(platform, entries, outdir));
  const target = (source) => path.join(outdir, path.relative(SOURCES, source).replace(/\.[jt]s$/, ".js"));
  const made = Object.entries(metafile.inputs).map(async ([input, { imports }]) => {
    const source = path.join(ROOT, input);
    const text = await readFile(source, "utf8");
    const loader = source.endsWith(".ts") ? "ts" : "js";
    const { code, map } = await transform(text, { loader, format: "esm", target: TARGET, sourcemap: "external" });
    const file = target(source);
    const renamed = code.replace(NAMED, (_, before, name) => {
      const named = imports.find(({ original }) => original === name);
      const relative = path
        .relative(path.dirname(file), target(path.join(ROOT, named.path)))
        .split(path.sep)
        .join("/");
      return `${before}"${relative.startsWith(".") ? "" : "./"}${relative}"`;
    });
    const sources = [path.relative(path.dirname(file), source).split(path.sep).join("/")];
    return { file, code: renamed, map: { ...JSON.parse(map), sources, sourcesContent: undefined } };
  });
  const named = entries
    .map(([name, source]) => [path.join(outdir, `${name}.js`), target(path.join(ROOT, source))])
    .filter(([file, own]) => file !== own)
    .map(([file, own]) => ({
      file,
      code: `export * from "./${path.relative(outdir, own).split(path.sep).join("/")}";\n`,
    }));
  return [...(await Promise.all(made)), ...named];
}

/** Comments in ASCII, as the code is: one other character, and V8 reads the whole file as text of twice the size. */
function plain(code) {
  return code.replace(COMMENT, (line) => line.replaceAll("\u2026", "...").replace(/[^\0-\x7f]/g, "?"));
}

/** Nothing that the package does not bring is imported, but what its manifest names as a peer, and Node's own in Node. */
function allowedImports(isNode) {
  return {
    name: "allowed imports",
    setup(on) {
      on.onResolve({ filter: /^[^./#]/ }, async ({ path: name, kind, importer }) => {
        if (kind === "entry-point") {
          return undefined;
        }
        const manifest = JSON.parse(await readFile(path.join(ROOT, "package.json"), "utf8"));
        const peers = Object.keys(manifest.peerDependencies ?? {});
        const isOwn = isNode && name.startsWith("node:") && isBuiltin(name);
        if (isOwn || peers.some((peer) => name === peer || name.startsWith(`${peer}/`))) {
          return { path: name, external: true, sideEffects: false };
        }
        const where = path.relative(ROOT, importer);
        const which = isNode ? "nobody has" : "is not there outside of Node";
        return { errors: [{ text: `${where} imports ${name}, which ${which}` }] };
      });
    },
  };
}

async function writeBoth({ file, code, map }, isNode) {
  await mkdir(path.dirname(file), { recursive: true });
  await write(file, code, map);
  const common = await commonJs(file, code, map, isNode);
  await write(file.replace(/\.js$/, ".cjs"), common.code, map && common.map);
}

async function write(file, code, map) {
  if (map === undefined) {
    await writeFile(file, code);
    return;
  }
  const name = path.basename(file);
  await writeFile(file, `${code}//# sourceMappingURL=${name}.map\n`);
  await writeFile(`${file}.map`, JSON.stringify({ ...map, file: name }));
}

async function commonJs(file, code, map, isNode) {
  const inline = map && Buffer.from(JSON.stringify(map)).toString("base64");
  const mapped = inline ? `${code}\n//# sourceMappingURL=data:application/json;base64,${inline}\n` : code;
  const made = await transform(mapped, {
    format: "cjs",
    platform: isNode ? "node" : "neutral",
    target: TARGET,
    define: isNode ? { "import.meta.url": "moduleAddress" } : {},
    sourcemap: "external",
    sourcesContent: false,
    sourcefile: path.basename(file),
    logOverride: { "empty-import-meta": "silent" },
  });
  const renamed = made.code.replace(/((?:require|import)\(")(\.{1,2}\/[^"]+)\.js("\))/g, "$1$2.cjs$3");
  const ownMap = JSON.parse(made.map);
  if (!/\bmoduleAddress\b/.test(renamed)) {
    return { code: renamed, map: ownMap };
  }
  return { code: `${OWN_ADDRESS}${renamed}`, map: { ...ownMap, mappings: `;${ownMap.mappings}` } };
}
