import { fileURLToPath } from "node:url";
import { defineConfig } from "vitest/config";

export default defineConfig({
  test: {
    root: fileURLToPath(new URL(".", import.meta.url)),
    include: ["*.test.ts"],
    globalSetup: ["kit/global.ts"],
    // Installing and bundling; a test that hangs ends here.
    testTimeout: 120_000,
    hookTimeout: 120_000,
    // Two cores are common, and a bundler takes one by itself.
    maxWorkers: 2,
  },
});
