/**
 * The pages that show TypeScript.
 *
 * @module
 */
import { readdirSync, readFileSync } from "node:fs";
import { join, relative } from "node:path";
import { fileURLToPath } from "node:url";
import { type Block, blocksOf } from "./blocks.ts";

const ROOT = fileURLToPath(new URL("../../../../", import.meta.url));
const BUILT = new Set(["_build", "spec"]);

/** All of them, with their blocks. */
export const pages = readdirSync(join(ROOT, "docs"), { recursive: true, encoding: "utf8" })
  .filter((path) => path.endsWith(".md") && !BUILT.has(path.split("/")[0] ?? ""))
  .map((path) => join(ROOT, "docs", path))
  .concat(join(ROOT, "sdks/typescript/README.md"))
  .sort()
  .map((path) => ({ name: relative(ROOT, path), blocks: blocksOf(readFileSync(path, "utf8")) }))
  .filter(({ blocks }) => blocks.some(isTypeScript));

/** Whether a block is TypeScript. */
export function isTypeScript({ language }: Block): boolean {
  return language === "typescript" || language === "ts";
}
