import type { Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { IDS } from "../../dev/special.ts";
import { axe } from "../chromium.ts";
import { Filled, type Recorded } from "./filled.ts";

let filled: Filled;
beforeAll(async () => {
  filled = await Filled.open(0.1);
});
afterAll(() => filled.close());

/** Every page, and something that is there once it has its data. */
const PAGES: [string, (ids: Recorded) => string, string][] = [
  ["the first page", () => "/", ".grid-row"],
  ["traces", () => "/traces?since=24h", ".grid-row"],
  ["steps", () => "/traces?q=otter", ".grid-row"],
  ["trace", (ids) => `/traces/${ids.research}`, ".wf-row"],
  ["graph", (ids) => `/traces/${ids.research}?view=graph`, ".react-flow__node"],
  ["events", (ids) => `/traces/${ids.research}?view=events`, ".grid-row"],
  ["replay", (ids) => `/traces/${ids.research}?t=100000`, ".replay"],
  ["loops", () => `/traces/${IDS.loops}?loops=all`, ".loop"],
  ["killed", (ids) => `/traces/${ids.killed}`, ".wf-bar.abandoned"],
  ["live", () => "/live", ".connection.open"],
  ["sessions", () => "/sessions", ".grid-row"],
  ["session", () => "/sessions/one?id=otters-1", ".turn"],
  ["analytics", () => "/analytics", ".u-legend"],
  ["compare", (ids) => `/compare?a=${ids.research}&b=${ids.again}`, ".aligned-row"],
  ["feedback", () => "/feedback", "main h1"],
  ["health", () => "/health", ".plain-table"],
];

async function ready(page: Page, path: (ids: Recorded) => string, there: string): Promise<void> {
  await page.goto(path(filled.recorded));
  await page.locator(there).first().waitFor({ timeout: 120_000 });
}

describe.each(["light", "dark"] as const)("in %s", (colorScheme) => {
  test.each(PAGES)("%s is whole, accessible and keeps to the policy", async (_, path, there) => {
    const { page, context, complaints } = await filled.page({ colorScheme });
    await ready(page, path, there);
    expect(await axe(page, colorScheme === "dark" ? "color-contrast" : undefined)).toEqual([]);
    expect(complaints).toEqual([]);
    await context.close();
  });
});

test.each(PAGES)("%s fits on a phone", async (_, path, there) => {
  const { page, context, complaints } = await filled.page({
    viewport: { width: 390, height: 844 },
    hasTouch: true,
    isMobile: true,
  });
  await ready(page, path, there);
  expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(390);
  expect(complaints).toEqual([]);
  await context.close();
});

test("pages come as the server says: policy, packed, kept where their names change", async () => {
  const { page, context } = await filled.page();
  const answers: { path: string; headers: { [name: string]: string } }[] = [];
  page.on("response", async (response) => {
    const { pathname } = new URL(response.url());
    answers.push({ path: pathname, headers: await response.allHeaders() });
  });
  await page.goto("/traces");
  await page.locator(".grid-row").first().waitFor();
  await expect.poll(() => answers.filter(({ path }) => path.endsWith(".js")).length).toBeGreaterThan(1);
  const html = answers.find(({ path }) => path === "/traces");
  expect(html?.headers["content-security-policy"]).toMatch(/default-src 'self'/);
  expect(html?.headers["cache-control"]).toBe("no-cache");
  const scripts = answers.filter(({ path }) => /^\/assets\/.*\.js$/.test(path));
  expect(scripts.every(({ headers }) => headers["cache-control"]?.includes("immutable"))).toBe(true);
  expect(scripts.every(({ headers }) => headers["content-encoding"] === "gzip")).toBe(true);
  await context.close();
});
