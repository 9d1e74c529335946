import { defineConfig } from "vitest/config";

/** `logic` needs nothing but Node; `browser` drives Chromium over the built pages and the made-up data. */
export default defineConfig({
  test: {
    projects: [
      { test: { name: "logic", include: ["tests/*.test.ts"] } },
      {
        test: {
          name: "browser",
          include: ["tests/browser/**/*.test.ts"],
          testTimeout: 60_000,
          hookTimeout: 90_000,
          fileParallelism: false,
        },
      },
    ],
  },
});
