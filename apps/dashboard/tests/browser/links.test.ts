import { afterAll, beforeAll, expect, test } from "vitest";
import { IDS } from "../../dev/special.ts";
import { Stage } from "./open.ts";

// A copied address shows the same to whoever opens it.

let stage: Stage;
beforeAll(async () => {
  stage = await Stage.open();
});
afterAll(() => stage.close());

test("what is folded in a trace", async () => {
  const { page, context } = await stage.page();
  await page.goto(`/traces/${IDS.research}`);
  await page.locator(".wf-row").first().waitFor();
  const names = (one = page) => one.locator(".wf-row .wf-word").allInnerTexts();
  const all = await names();
  await page.locator("button.fold").nth(1).click();
  await page.waitForURL(/folded=[0-9a-f]{16}$/);
  const folded = await names();
  expect(folded.length).toBeLessThan(all.length);
  const other = await context.newPage();
  await other.goto(page.url());
  await other.locator(".wf-row").first().waitFor();
  expect(await names(other)).toEqual(folded);
  await page.getByRole("button", { name: "Unfold all" }).click();
  await expect.poll(() => new URL(page.url()).search).toBe("");
  expect(await names()).toEqual(all);
  await page.getByRole("button", { name: "Fold all" }).click();
  await page.waitForURL(/folded=/);
  await other.goto(page.url());
  await other.locator(".wf-row").first().waitFor();
  expect(await names(other)).toEqual(await names());
  await context.close();
});

test("ten thousand spans, all folded, are a short address", async () => {
  const { page, context } = await stage.page();
  await page.goto(`/traces/${IDS.long}?folded=all`);
  await page.locator(".wf-row").first().waitFor();
  const rows = async () => Number(await page.getByRole("treegrid").getAttribute("aria-rowcount"));
  expect(await rows()).toBeLessThan(150);
  await page.locator("button.fold").nth(1).click();
  await page.waitForURL(/folded=all\.-[0-9a-f]{16}$/);
  await context.close();
});

test("the row of a comparison that is open", async () => {
  const { page, context } = await stage.page();
  await page.goto(`/compare?a=${IDS.research}&b=${IDS.again}`);
  await page.locator(".aligned-row:enabled").last().click();
  await page.waitForURL(/row=\d+/);
  const said = await page.locator(".differences").innerText();
  const other = await context.newPage();
  await other.goto(page.url());
  await other.locator(".differences").waitFor();
  expect(await other.locator(".differences").innerText()).toBe(said);
  await expect.poll(() => other.locator(".differences").isVisible()).toBe(true);
  // Another pair has other rows.
  await other.getByRole("button", { name: "Swap the two" }).click();
  await other.waitForURL((url) => !url.searchParams.has("row"));
  await context.close();
});

test("the event of a trace that is open", async () => {
  const { page, context } = await stage.page();
  await page.goto(`/traces/${IDS.research}?view=events`);
  await page.locator(".grid-row").nth(3).click();
  await page.waitForURL(/event=\d+/);
  const panel = page.getByRole("complementary", { name: "Event" });
  const said = await panel.innerText();
  const other = await context.newPage();
  await other.goto(page.url());
  const there = other.getByRole("complementary", { name: "Event" });
  await there.waitFor();
  expect(await there.innerText()).toBe(said);
  expect(await other.locator('.grid-row[aria-selected="true"]').count()).toBe(1);
  await other.getByRole("button", { name: "Close the event" }).click();
  expect(await there.count()).toBe(0);
  expect(new URL(other.url()).search).toBe("?view=events");
  await context.close();
});

test("the loop of a trace whose steps are marked", async () => {
  const { page, context } = await stage.page();
  await page.goto(`/traces/${IDS.loops}`);
  await page.getByRole("button", { name: "2 more loops" }).click();
  await page.getByRole("button", { name: /^status/ }).click();
  await page.waitForURL(/loop=[0-9a-f]{16}/);
  const marked = (one = page) => one.locator(".wf-row.looped").allInnerTexts();
  const said = await marked();
  expect(said).toHaveLength(3);
  const other = await context.newPage();
  await other.goto(page.url());
  await other.locator(".wf-round").first().waitFor();
  expect(await marked(other)).toEqual(said);
  expect(await other.locator(".loop").count()).toBe(3);
  // Of those that are folded the one that is marked is shown all the same.
  await other.getByRole("button", { name: "Only the heaviest" }).click();
  await expect.poll(() => other.locator(".loop b").allInnerTexts()).toEqual(["×7", "×3"]);
  await other.getByRole("button", { name: "1 more loop" }).waitFor();
  expect(await marked(other)).toEqual(said);
  await context.close();
});
