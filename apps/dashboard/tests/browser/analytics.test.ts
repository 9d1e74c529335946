import { afterAll, beforeAll, expect, test } from "vitest";
import { axe, Stage } from "./open.ts";

let stage: Stage;
beforeAll(async () => {
  stage = await Stage.open();
});
afterAll(() => stage.close());

test.each([
  { width: 1440, height: 900 },
  { width: 390, height: 844 },
])("tokens and cost by session, the dearest first; a row leads to its session, on $width pixels", async (viewport) => {
  const { page, context } = await stage.page({ viewport });
  await page.goto("/analytics");
  const answered = page.waitForResponse((response) => /\/analytics\/groups\?.*by=session/.test(response.url()));
  await page.getByRole("group", { name: "Group by" }).getByRole("button", { name: "Session" }).click();
  const { items } = (await (await answered).json()) as { items: { key: string; cost: { USD: string } }[] };
  await page.waitForURL(/by=session/);
  await page.getByRole("heading", { name: "Cost by session" }).waitFor();
  const table = page.getByRole("region", { name: "Groups" });
  await expect.poll(() => table.locator("th").first().innerText()).toBe("Session");
  const names = table.locator("tbody tr td:first-child");
  await expect.poll(() => names.allInnerTexts()).toEqual(items.map(({ key }) => key ?? "none"));
  const costs = items.map(({ cost }) => Number(cost.USD));
  expect(costs).toEqual([...costs].sort((a, b) => b - a));
  expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(viewport.width);
  expect(await axe(page)).toEqual([]);
  const [first] = items.filter(({ key }) => key !== null);
  await table.getByRole("link", { name: first?.key ?? "", exact: true }).click();
  await page.waitForURL(`**/sessions/one?id=${first?.key}`);
  await page.locator(".turn").first().waitFor();
  await context.close();
});
