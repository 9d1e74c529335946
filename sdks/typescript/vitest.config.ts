import { defineConfig } from "vitest/config";

/** `browser` drives a real browser from Node and needs the modules for it; `node` needs the native library alone. */
export default defineConfig({
  test: {
    projects: [
      {
        test: { name: "node", include: ["tests/**/*.test.ts"], exclude: ["tests/browser/**"] },
      },
      {
        test: { name: "browser", include: ["tests/browser/**/*.test.ts"], testTimeout: 60_000, hookTimeout: 60_000 },
      },
    ],
  },
});
