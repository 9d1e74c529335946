// Takes the types away, and finds packages in this folder for programs that stand elsewhere.
import { existsSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import { transform } from "esbuild";

const SDK = new URL("../../", import.meta.url);
const HERE = new URL("tests/docs/hooks.mjs", SDK).href;

export async function resolve(specifier, context, next) {
  const ours = /^tracewire(?:\/(\w+))?$/.exec(specifier);
  if (ours !== null) {
    const entry = ours[1] ?? "index";
    const own = new URL(`src/${entry}.ts`, SDK);
    return { url: (existsSync(own) ? own : new URL(`src/integrations/${entry}.ts`, SDK)).href, shortCircuit: true };
  }
  try {
    return await next(specifier, context);
  } catch (error) {
    if (/^[./]/.test(specifier)) throw error;
    return await next(specifier, { ...context, parentURL: HERE });
  }
}

export async function load(url, context, next) {
  if (!url.endsWith(".ts")) return await next(url, context);
  const source = await readFile(fileURLToPath(url), "utf8");
  const { code } = await transform(source, { loader: "ts", format: "esm", target: "node20", sourcefile: url });
  return { format: "module", source: code, shortCircuit: true };
}
