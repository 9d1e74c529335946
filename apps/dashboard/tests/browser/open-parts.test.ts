import type { Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { IDS } from "../../dev/special.ts";
import { axe, Stage } from "./open.ts";

let stage: Stage;
beforeAll(async () => {
  stage = await Stage.open();
});
afterAll(() => stage.close());

async function choose(page: Page, row: string): Promise<void> {
  await page.locator(".wf-row", { hasText: row }).first().click();
  await page.locator(".inspector").waitFor();
}

const popover = (name: string) => async (page: Page) => {
  await page.getByRole("button", { name, exact: true }).click();
  await page.locator(".popover").waitFor();
};

/** What is only there once somebody opened it: where, how, and what shows that it is open. */
const PARTS: [string, string, (page: Page) => Promise<void>][] = [
  ...["Messages", "Cost", "Changes", "Attributes", "Raw"].map(
    (tab): [string, string, (page: Page) => Promise<void>] => [
      `a call's ${tab}`,
      `/traces/${IDS.research}`,
      async (page) => {
        await choose(page, "decide");
        await page.getByRole("tab", { name: tab }).click();
        await page.locator(".inspector [role=tabpanel], .inspector-body").first().waitFor();
      },
    ],
  ),
  [
    "a failed step",
    `/traces/${IDS.research}`,
    async (page) => {
      await page.locator(".wf-row").first().waitFor();
      await page.keyboard.press("e");
      await page.locator(".inspector .exception").waitFor();
    },
  ],
  [
    "a loop",
    `/traces/${IDS.loops}?loops=all`,
    async (page) => {
      await page.locator(".loop").first().click();
      await page.locator(".wf-round.again").first().waitFor();
    },
  ],
  [
    "an event of a trace",
    `/traces/${IDS.research}?view=events`,
    async (page) => {
      await page.locator(".grid-row").nth(2).click();
      await page.locator(".inspector").waitFor();
    },
  ],
  ["the filters", "/traces", popover("Filter")],
  [
    "the values of a filter",
    "/traces",
    async (page) => {
      await popover("Filter")(page);
      await page.getByRole("button", { name: /^Model/ }).click();
      await page.locator(".popover .item:has(.data)").first().waitFor();
    },
  ],
  ["the views", "/traces", popover("All traces")],
  ["a view that has no name yet", "/traces?service=research", popover("Views")],
  ["the columns", "/traces", popover("Columns")],
  ["the brief", `/traces/${IDS.research}?span=x`, popover("Brief")],
  ["the export", `/traces/${IDS.research}`, popover("Export")],
  [
    "the choice of a trace to compare",
    `/compare?a=${IDS.research}&b=${IDS.again}`,
    async (page) => {
      await page.getByRole("button", { name: "Other" }).first().click();
      await page.locator(".popover .item").first().waitFor();
    },
  ],
  [
    "a row that is compared",
    `/compare?a=${IDS.research}&b=${IDS.again}`,
    async (page) => {
      await page.locator(".aligned-row:enabled").first().click();
      await page.locator(".differences").waitFor();
    },
  ],
  [
    "an event that is live",
    "/live",
    async (page) => {
      await page.locator(".grid-row").first().waitFor({ timeout: 30_000 });
      await page.keyboard.press("p");
      await page.locator(".grid-row").nth(1).click();
      await page.locator(".inspector").waitFor();
    },
  ],
  [
    "what a prefix of an id finds",
    "/find/000000",
    async (page) => {
      await page.locator("h1").waitFor();
      await page.waitForTimeout(300);
    },
  ],
];

describe.each(["light", "dark"] as const)("in %s", (colorScheme) => {
  test.each(PARTS)("%s is accessible and keeps to the policy", async (_, path, open) => {
    const { page, context, complaints } = await stage.page({ colorScheme });
    await page.goto(path);
    await open(page);
    // What lies under a small window is covered for as long as that is open.
    const within = (await page.locator(".popover").count()) > 0 ? ".popover-anchor:has(.popover)" : undefined;
    expect(await axe(page, undefined, within)).toEqual([]);
    expect(complaints).toEqual([]);
    await context.close();
  });
});
