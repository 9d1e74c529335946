/**
 * The sources as one script for a page or worker.
 *
 * @module
 */
import { fileURLToPath } from "node:url";
import { build } from "esbuild";

const ROOT = fileURLToPath(new URL("../../..", import.meta.url));

/** A script that makes the package the global `tracewire`. */
export async function bundled(platform: "browser" | "slim" | "worker"): Promise<string> {
  const { outputFiles } = await build({
    absWorkingDir: ROOT,
    stdin: {
      contents: [
        'export * from "./src/index.ts";',
        'export { platform } from "#platform";',
        'export { Client } from "./src/recording/client.ts";',
      ].join("\n"),
      resolveDir: ROOT,
      loader: "ts",
    },
    bundle: true,
    format: "iife",
    globalName: "tracewire",
    platform: "neutral",
    target: "es2022",
    conditions: [platform],
    write: false,
    logLevel: "error",
    logOverride: { "empty-import-meta": "silent" },
  });
  return outputFiles[0]?.text ?? "";
}
