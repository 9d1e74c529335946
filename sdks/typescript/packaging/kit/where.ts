/**
 * Where the archives and the tools are; `cargo xtask test --only packaging` says so by environment.
 *
 * @module
 */
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import path from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";

const { TRACEWIRE_PACKAGING_TOOLS, TRACEWIRE_PACKAGES, TRACEWIRE_CHROMIUM } = process.env;
const HERE = fileURLToPath(new URL("..", import.meta.url));

/** The folder whose `node_modules` has what is named in this folder's `package.json`. */
export const TOOLS = path.resolve(TRACEWIRE_PACKAGING_TOOLS ?? HERE);
/** What `scripts/pack.mjs` wrote. */
export const PACKAGES = path.resolve(TRACEWIRE_PACKAGES ?? path.join(HERE, "../out"));
export const FIXTURES = path.join(HERE, "fixtures");
export const CHROMIUM = TRACEWIRE_CHROMIUM ?? "/usr/bin/chromium";

/** A package's manifest, as far as it is looked at here. */
export interface Manifest {
  readonly name: string;
  readonly version: string;
  readonly os?: string[];
  readonly cpu?: string[];
  readonly libc?: string[];
  readonly exports?: Record<string, unknown>;
  readonly optionalDependencies?: Record<string, string>;
}

/** An archive, and what is in it. */
export interface Packed {
  readonly file: string;
  readonly integrity: string;
  readonly manifest: Manifest;
  readonly files: string[];
}

const written = JSON.parse(readFileSync(path.join(PACKAGES, "packages.json"), "utf8")) as {
  packed: [Packed, ...Packed[]];
  others: Manifest[];
};

/** The package itself. */
export const MAIN: Packed = written.packed[0];
/** The native packages that were packed here: that of this machine. */
export const NATIVES: Packed[] = written.packed.slice(1);
/** The manifests of those that were not. */
export const OTHERS: Manifest[] = written.others;

/** The archive's path. */
export function archive(packed: Packed): string {
  return path.join(PACKAGES, packed.file);
}

/** A file of a tool's package, whatever its `exports` say. */
export function toolFile(name: string): string {
  return path.join(TOOLS, "node_modules", name);
}

/** A tool's own interface. */
export async function tool<T>(name: string): Promise<T> {
  const main = createRequire(path.join(TOOLS, "package.json")).resolve(name);
  return (await import(pathToFileURL(main).href)) as T;
}

/** The entries of the package as they are imported: `tracewire`, `tracewire/openai`, … */
export function imports(): string[] {
  return Object.keys(MAIN.manifest.exports ?? {})
    .filter((name) => !path.extname(name))
    .map((name) => name.replace(/^\./, MAIN.manifest.name));
}
