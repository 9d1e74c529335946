/** Bundles the adapter for Node and for browsers: `node build.mjs FOLDER`. */
import { createRequire } from "node:module";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

const here = fileURLToPath(new URL(".", import.meta.url));
const sdk = join(here, "../../../sdks/typescript");
const { build } = createRequire(join(sdk, "package.json"))("esbuild");
const folder = process.argv[2] ?? ".";

for (const platform of process.argv[3] ? [process.argv[3]] : ["node", "browser"]) {
  await build({
    entryPoints: [join(here, "adapter.ts")],
    outfile: join(folder, `${platform}.mjs`),
    bundle: true,
    format: "esm",
    target: "es2022",
    platform,
    logLevel: "error",
    alias: {
      "tracewire/testing": join(sdk, "src/testing.ts"),
      "tracewire/tools": join(sdk, "src/tools.ts"),
      tracewire: join(sdk, "src/index.ts"),
    },
  });
}
