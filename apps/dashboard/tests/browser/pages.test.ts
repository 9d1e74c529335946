import type { Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { IDS } from "../../dev/special.ts";
import { axe, Stage } from "./open.ts";

let stage: Stage;
beforeAll(async () => {
  stage = await Stage.open();
});
afterAll(() => stage.close());

/** Every page, and something that is there once it has its data. */
const PAGES: [string, string, string][] = [
  ["traces", "/traces", ".grid-row"],
  ["steps", "/traces?q=coat", ".grid-row"],
  ["trace", `/traces/${IDS.research}`, ".wf-row"],
  ["messages", `/traces/${IDS.photo}?view=timeline`, ".wf-row"],
  ["graph", `/traces/${IDS.research}?view=graph`, ".react-flow__node"],
  ["events", `/traces/${IDS.research}?view=events`, ".grid-row"],
  ["replay", `/traces/${IDS.research}?t=2000000000`, ".replay"],
  ["loops", `/traces/${IDS.loops}?loops=all`, ".loop"],
  ["killed", `/traces/${IDS.killed}`, ".wf-bar.abandoned"],
  ["live", "/live", ".grid-row"],
  ["sessions", "/sessions", ".grid-row"],
  ["session", "/sessions/one?id=chat-42", ".turn"],
  ["analytics", "/analytics", ".u-legend"],
  ["compare", `/compare?a=${IDS.research}&b=${IDS.again}`, ".aligned-row"],
  ["feedback", "/feedback", ".grid-row"],
  ["health", "/health", ".plain-table"],
];

async function ready(page: Page, path: string, there: string): Promise<void> {
  await page.goto(path);
  await page.locator(there).first().waitFor({ timeout: 30_000 });
}

describe.each(["light", "dark"] as const)("in %s", (colorScheme) => {
  test.each(PAGES)("%s is whole, accessible and keeps to the policy", async (_, path, there) => {
    const { page, context, complaints } = await stage.page({ colorScheme });
    await ready(page, path, there);
    // What does not depend on colours was seen in light.
    expect(await axe(page, colorScheme === "dark" ? "color-contrast" : undefined)).toEqual([]);
    expect(complaints).toEqual([]);
    await context.close();
  });
});

test.each(PAGES)("%s fits on a phone", async (_, path, there) => {
  const { page, context, complaints } = await stage.page({
    viewport: { width: 390, height: 844 },
    hasTouch: true,
    isMobile: true,
  });
  await ready(page, path, there);
  const wide = await page.evaluate(() => document.documentElement.scrollWidth);
  expect(wide).toBeLessThanOrEqual(390);
  expect(await axe(page)).toEqual([]);
  expect(complaints).toEqual([]);
  await context.close();
});

test.each([
  ["/traces", "Send your first trace"],
  ["/live", "Send your first trace"],
  ["/analytics", "Send your first trace"],
  ["/sessions", "No session yet"],
  ["/feedback", "No feedback yet"],
  ["/health", "Nobody has sent anything yet"],
  ["/compare", "Choose two traces"],
])("without data %s teaches", async (path, words) => {
  const { page, context } = await stage.page({ fixtures: "empty" });
  await page.goto(path);
  await page.getByText(words).first().waitFor();
  expect(await axe(page)).toEqual([]);
  await context.close();
});

test("what the server refuses is shown with its code and what to do", async () => {
  const { page, context } = await stage.page({ fixtures: "broken" });
  await page.goto("/traces");
  const alert = page.getByRole("alert").first();
  await alert.waitFor();
  expect(await alert.innerText()).toContain("store_unavailable");
  expect(await alert.innerText()).toContain("database is locked");
  expect(await alert.getByRole("button", { name: "Try again" }).isVisible()).toBe(true);
  await context.close();
});

test("a trace that is not there", async () => {
  const { page, context } = await stage.page();
  await page.goto(`/traces/${"0".repeat(32)}`);
  const alert = page.getByRole("alert");
  await alert.waitFor();
  expect(await alert.innerText()).toContain("trace_not_found");
  await context.close();
});

test("a server that asks for a key gets it, and the page goes on", async () => {
  const { page, context } = await stage.page({ fixtures: "locked" });
  await page.goto("/traces");
  await page.getByRole("heading", { name: "This server asks for a key" }).waitFor();
  expect(await axe(page)).toEqual([]);
  await page.getByLabel("Key").fill("tw_dev_key");
  await page.getByRole("button", { name: "Use it" }).click();
  await page.locator(".grid-row").first().waitFor();
  await context.close();
});

test.each([...PAGES, ["find", "/find/ffffffff", "[role=alert]"] as [string, string, string]])(
  "nothing that comes moves what is there: %s",
  async (_, path, there) => {
    const { page, context } = await stage.page();
    await page.addInitScript(() => {
      const moved: string[] = [];
      Object.assign(globalThis, { shift: 0, moved });
      type Shift = PerformanceEntry & { value: number; hadRecentInput: boolean; sources: { node?: Element }[] };
      new PerformanceObserver((list) => {
        for (const entry of list.getEntries() as Shift[]) {
          if (!entry.hadRecentInput) {
            Object.assign(globalThis, { shift: (globalThis as unknown as { shift: number }).shift + entry.value });
            moved.push(...entry.sources.map(({ node }) => `${node?.nodeName}.${node?.className}`));
          }
        }
      }).observe({ type: "layout-shift", buffered: true });
    });
    await ready(page, path, there);
    // Live goes on; the others come to rest.
    await page.waitForTimeout(path === "/live" ? 2_000 : 600);
    const found = await page.evaluate(() => {
      const { shift, moved } = globalThis as unknown as { shift: number; moved: string[] };
      return { shift, moved };
    });
    expect(found.shift, String(found.moved)).toBeLessThan(0.02);
    await context.close();
  },
);

test.each(["/traces", `/traces/${IDS.research}`, "/sessions", "/analytics", "/health"])(
  "an answer that takes its time: %s shows no skeleton in the first 200 ms, and one afterwards",
  async (path) => {
    const { page, context } = await stage.page();
    let answer = () => {};
    const asked = new Promise<void>((resolve) => {
      answer = resolve;
    });
    await page.route("**/v1/**", async (route) => {
      await asked;
      await route.continue();
    });
    // From the first frame in which a skeleton is there: when it can be seen.
    await page.addInitScript(() => {
      const seen: { after: number; opacity: number }[] = [];
      Object.assign(globalThis, { seen });
      let first: number | undefined;
      const look = (now: number) => {
        const bone = document.querySelector(".skeleton");
        if (bone !== null) {
          first ??= now;
          seen.push({ after: now - first, opacity: Number(getComputedStyle(bone).opacity) });
        }
        requestAnimationFrame(look);
      };
      requestAnimationFrame(look);
    });
    await page.goto(path);
    const seen = () =>
      page.evaluate(() => (globalThis as unknown as { seen: { after: number; opacity: number }[] }).seen);
    await expect.poll(async () => (await seen()).some(({ opacity }) => opacity === 1)).toBe(true);
    const early = (await seen()).filter(({ opacity }) => opacity > 0).map(({ after }) => after);
    // A frame's length less: the clock of what moves begins with the frame after.
    expect(Math.min(...early)).toBeGreaterThan(180);
    answer();
    await expect.poll(() => page.locator(".skeleton").count()).toBe(0);
    await context.close();
  },
);
