/**
 * Modules of Node that only some programs need, loaded when they are asked for. An `import` by name would have Node
 * load them at its start, and with `node:fs` all of its streams.
 *
 * @module
 */
import { createRequire } from "node:module";

/** Loads what a module beside this one could: a module of Node, a package, a file. */
export function requireHere(): (name: string) => unknown {
  // In CommonJS there is no `import.meta.url`, in ESM no `__filename`.
  return createRequire(typeof __filename === "string" ? __filename : import.meta.url);
}

/** Node's files, without waiting. */
export function fileSystem(): typeof import("node:fs") {
  return requireHere()("node:fs") as typeof import("node:fs");
}
