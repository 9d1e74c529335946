/**
 * What users can import, and which build of it each environment gets. Everything else in this folder follows these tables.
 *
 * @module
 */
import { existsSync } from "node:fs";
import { fileURLToPath } from "node:url";

/** The package's folder. */
export const ROOT = fileURLToPath(new URL("..", import.meta.url));

/**
 * The sets of files that are built: the same entries, each set in which `#platform` and `#delivery` are
 * the files that the manifest's `imports` have for this condition.
 * `slim` is `browser` without the embedded module.
 */
export const PLATFORMS = ["node", "browser", "worker", "slim"];

/** The set that answers each condition of `exports`, in the order in which they are asked. */
export const CONDITIONS = {
  workerd: "worker",
  "edge-light": "worker",
  deno: "node",
  bun: "node",
  node: "node",
  browser: "browser",
  default: "browser",
};

/** The entries by their names in `exports`, without `./`. */
const ENTRIES = {
  index: "src/index.ts",
  testing: "src/testing.ts",
  tools: "src/tools.ts",
  openai: "src/integrations/openai.ts",
  anthropic: "src/integrations/anthropic.ts",
  langchain: "src/integrations/langchain.ts",
  ai: "src/integrations/ai.ts",
  mcp: "src/integrations/mcp.ts",
};

/** Files that are shipped as they are, by their names in `exports`. */
export const ASSETS = {
  "tracewire.wasm": "wasm/tracewire.wasm",
  "tracewire-rules.wasm": "wasm/tracewire-rules.wasm",
  "tools.wasm": "wasm/tools.wasm",
  "tokens.wasm": "wasm/tokens.wasm",
};

/** The entries as `[name, source]`; a missing source is an error. */
export function entries() {
  const all = Object.entries(ENTRIES);
  const missing = all.filter(([, source]) => !existsSync(`${ROOT}/${source}`));
  if (missing.length > 0 && process.env.TRACEWIRE_PARTIAL_BUILD === undefined) {
    throw new Error(`there is no ${missing.map(([, source]) => source).join(", ")}`);
  }
  return all.filter((entry) => !missing.includes(entry));
}

/** The names of all entries, whether or not there is a source. */
export function entryNames() {
  return Object.keys(ENTRIES);
}
