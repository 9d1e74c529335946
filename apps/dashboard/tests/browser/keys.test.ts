import { afterAll, beforeAll, expect, test } from "vitest";
import { IDS } from "../../dev/special.ts";
import { axe, Stage } from "./open.ts";

let stage: Stage;
beforeAll(async () => {
  stage = await Stage.open();
});
afterAll(() => stage.close());

test("a list by keyboard: down, up, open, back, where one was", async () => {
  const { page, context } = await stage.page();
  await page.goto("/traces?service=research&until=2100-01-01T00:00:00Z");
  await page.locator(".grid-row").first().waitFor();
  await page.keyboard.press("j");
  await page.keyboard.press("j");
  await page.keyboard.press("k");
  expect(await page.locator('.grid-row[aria-selected="true"]').getAttribute("aria-rowindex")).toBe("2");
  const at = new URL(page.url()).searchParams.get("at");
  await page.keyboard.press("Enter");
  await page.waitForURL(`**/traces/${at}`);
  await page.goBack();
  expect(new URL(page.url()).searchParams.get("at")).toBe(at);
  await context.close();
});

test("g and a letter goes to a page, from a list too", async () => {
  const { page, context } = await stage.page();
  await page.goto("/traces");
  await page.locator(".grid-row").first().waitFor();
  for (const [key, path] of [
    ["h", "/health"],
    ["s", "/sessions"],
    ["a", "/analytics"],
    ["l", "/live"],
    ["c", "/compare"],
    ["f", "/feedback"],
    ["t", "/traces"],
  ]) {
    await page.keyboard.press("g");
    await page.keyboard.press(key as string);
    await page.waitForURL(`**${path}`);
  }
  await context.close();
});

test("the palette: opens by Ctrl K, finds a page, closes and gives the focus back", async () => {
  const { page, context } = await stage.page();
  await page.goto("/traces");
  await page.locator(".grid-row").first().waitFor();
  await page.keyboard.press("Control+k");
  await page.keyboard.type("heal");
  expect(await axe(page)).toEqual([]);
  await page.keyboard.press("Enter");
  await page.waitForURL("**/health");
  await page.keyboard.press("Control+k");
  await page.keyboard.press("Escape");
  expect(await page.getByRole("dialog").count()).toBe(0);
  await page.keyboard.press("Control+k");
  await page.keyboard.type(IDS.research.slice(0, 10));
  await page.keyboard.press("Enter");
  await page.waitForURL(`**/traces/${IDS.research}`);
  await context.close();
});

test("? lists the keys, letters typed into a field are letters", async () => {
  const { page, context } = await stage.page();
  await page.goto("/traces");
  await page.locator(".grid-row").first().waitFor();
  await page.keyboard.press("?");
  await page.getByRole("dialog", { name: "Keys" }).waitFor();
  expect(await axe(page)).toEqual([]);
  await page.keyboard.press("Escape");
  await page.keyboard.press("/");
  await page.keyboard.type("gt?jk");
  expect(await page.getByRole("textbox", { name: /Search/ }).inputValue()).toBe("gt?jk");
  expect(await page.getByRole("dialog").count()).toBe(0);
  await context.close();
});

test("a trace by keyboard: steps, folds, failures, find, tabs, replay", async () => {
  const { page, context } = await stage.page();
  await page.goto(`/traces/${IDS.research}`);
  await page.locator(".wf-row").first().waitFor();
  const rows = async () => Number(await page.getByRole("treegrid").getAttribute("aria-rowcount"));
  const all = await rows();
  await page.keyboard.press("j");
  await page.locator(".inspector").waitFor();
  await page.keyboard.press("h");
  expect(await rows()).toBe(1);
  await page.keyboard.press("l");
  expect(await rows()).toBe(all);
  await page.keyboard.press("e");
  expect(await page.locator(".wf-row.selected .wf-word").innerText()).toBe("fetch_page");
  await page.locator(".inspector .exception").waitFor();
  await page.keyboard.press("f");
  await page.keyboard.type("check claims");
  await page.keyboard.press("Enter");
  expect(await page.locator(".wf-row.selected .wf-word").innerText()).toBe("check claims");
  await page.keyboard.press("Escape");
  await page.keyboard.press("Escape");
  expect(await page.locator(".inspector").count()).toBe(0);
  await page.keyboard.press("r");
  await page.locator(".replay").waitFor();
  expect(await rows()).toBe(1);
  await page.keyboard.press("]");
  await page.keyboard.press("]");
  expect(await rows()).toBeGreaterThan(1);
  expect(await page.locator(".wf-bar.in_flight").count()).toBeGreaterThan(0);
  await page.keyboard.press("2");
  await page.locator(".react-flow__node").first().waitFor();
  await context.close();
});

test("two traces are marked and compared", async () => {
  const { page, context } = await stage.page();
  await page.goto("/traces?until=2100-01-01T00:00:00Z");
  await page.locator(".grid-row").first().waitFor();
  await page.keyboard.press("j");
  await page.keyboard.press("x");
  await page.keyboard.press("j");
  await page.keyboard.press("x");
  await page.waitForURL("**/compare?a=*&b=*");
  await page.locator(".aligned-row").first().waitFor();
  await context.close();
});

test("what has the focus can be seen", async () => {
  const { page, context } = await stage.page();
  await page.goto("/traces");
  await page.locator(".grid-row").first().waitFor();
  for (let step = 0; step < 14; step++) {
    await page.keyboard.press("Tab");
    const seen = await page.evaluate(() => {
      const here = document.activeElement as HTMLElement;
      const around = here.closest(".field") ?? here;
      return getComputedStyle(here).outlineStyle !== "none" || getComputedStyle(around).outlineStyle !== "none";
    });
    expect(seen, `step ${step}`).toBe(true);
  }
  await context.close();
});

test("the theme is chosen, stays, and needs no flash", async () => {
  const { page, context } = await stage.page({ colorScheme: "light" });
  await page.goto("/traces");
  const background = () => page.evaluate(() => getComputedStyle(document.documentElement).backgroundColor);
  const light = await background();
  await page.keyboard.press("Control+k");
  await page.keyboard.type("dark theme");
  await page.keyboard.press("Enter");
  const dark = await background();
  expect(dark).not.toBe(light);
  await page.reload({ waitUntil: "commit" });
  await page.waitForSelector("#root", { state: "attached" });
  expect(await background()).toBe(dark);
  await context.close();
});
