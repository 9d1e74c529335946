import type { Browser } from "playwright-core";
import { afterAll, beforeAll, expect, test } from "vitest";
import { documentOf } from "../../dev/known.ts";
import { IDS } from "../../dev/special.ts";
import type { Loop, TraceDocument } from "../../src/api/types.ts";
import { launch, openPage } from "../chromium.ts";
import { loops, sendAll } from "./otlp.ts";
import { Served } from "./server.ts";

/** When the runs were. */
const now = Date.now();
let served: Served;
let browser: Browser;
beforeAll(async () => {
  served = await Served.start();
  await sendAll(served, loops(now));
  browser = await launch();
});
afterAll(async () => {
  await browser.close();
  await served.stop();
});

/** All but what follows from a list of prices: the made-up one has its own. */
function unpriced(all: readonly Loop[] | null | undefined): unknown[] {
  return (all ?? []).map(({ again: { cost: _, cost_computed: __, ...again }, ...loop }) => ({ ...loop, again }));
}

test("the server finds in a made-up run what the made-up answer says of it", async () => {
  const found = await served.get<TraceDocument>(`/traces/${IDS.loops}`);
  const [made] = loops(now);
  expect(unpriced(found.loops)).toEqual(unpriced(documentOf(made, now).loops));
  expect(found.loops?.map(({ round, times }) => [round.length, times])).toEqual([
    [2, 7],
    [1, 4],
    [1, 3],
  ]);
  expect(found.loops?.[0]?.again.cost).toEqual({ USD: "0.02574" });
});

test("a run that goes round says so above its steps, and marks them", async () => {
  const { page, context, complaints } = await openPage(browser, served.url);
  await page.goto(`/traces/${IDS.loops}`);
  const line = page.locator(".loop");
  await line.waitFor();
  expect((await line.innerText()).replace(/[\s\u202f]+/g, " ")).toMatch(
    /^think → search ×7 the same arguments · brought the same each time · \$0\.0257 and 4\.49 s after the first$/,
  );
  await line.click();
  await page.locator(".wf-row.selected .wf-round").waitFor();
  await page.goto(`/traces/${IDS.mended}`);
  await page.locator(".wf-row").first().waitFor();
  expect(await line.innerText()).toContain("status");
  expect(complaints).toEqual([]);
  await context.close();
});

test("beside the same run after a change, repeated steps are counted", async () => {
  const { page, context, complaints } = await openPage(browser, served.url);
  await page.goto(`/compare?a=${IDS.loops}&b=${IDS.mended}`);
  const card = page.locator(".card.number", { hasText: "Repeated" });
  await expect.poll(() => card.locator(".value").innerText()).toBe("17 → 2");
  expect(complaints).toEqual([]);
  await context.close();
});

test("numbers by session lead to the session", async () => {
  const { page, context, complaints } = await openPage(browser, served.url);
  await page.goto("/analytics?by=session");
  await page.getByRole("region", { name: "Groups" }).getByRole("link", { name: "chat-7" }).click();
  await page.waitForURL("**/sessions/one?id=chat-7");
  await expect.poll(() => page.locator(".turn").count()).toBe(2);
  expect(complaints).toEqual([]);
  await context.close();
});
