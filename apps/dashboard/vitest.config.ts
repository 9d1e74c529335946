import { defineConfig } from "vitest/config";

/** Pages answer in seconds on a machine at rest; nothing here decides by time, so a machine under load may take its own. */
const patient = {
  testTimeout: 180_000,
  hookTimeout: 180_000,
  fileParallelism: false,
  expect: { poll: { timeout: 120_000, interval: 100 } },
};

/**
 * `logic` needs nothing but Node; `browser` drives Chromium over the built pages and the made-up data; `served` drives it over
 * the real server, which `cargo xtask test --only dashboard-served` builds and names; `pictures` draws those of the documentation.
 */
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
      { test: { name: "served", include: ["tests/served/**/*.test.ts"], ...patient } },
      { test: { name: "pictures", include: ["tests/pictures/**/*.test.ts"], ...patient } },
    ],
  },
});
