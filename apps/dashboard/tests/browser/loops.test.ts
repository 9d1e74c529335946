import { afterAll, beforeAll, expect, test } from "vitest";
import { IDS } from "../../dev/special.ts";
import { Stage } from "./open.ts";

let stage: Stage;
beforeAll(async () => {
  stage = await Stage.open();
});
afterAll(() => stage.close());

test("what a run did again and again stands above its steps, the heaviest first", async () => {
  const { page, context } = await stage.page();
  await page.goto(`/traces/${IDS.loops}`);
  const lines = page.getByRole("region", { name: "Loops" }).locator(".loop");
  await lines.first().waitFor();
  const said = async () => (await lines.allInnerTexts()).map((text) => text.replace(/[\s\u202f]+/g, " "));
  expect(await said()).toEqual([
    "think → search ×7 the same arguments · brought the same each time · $0.0257 and 4.49 s after the first",
  ]);
  await page.getByRole("button", { name: "2 more loops" }).click();
  expect((await said()).slice(1)).toEqual([
    "fetch_page ×4 the same arguments · 1.16 s after the first · 3 failed",
    "status ×3 the same arguments · 181 ms after the first · in checker",
  ]);
  await context.close();
});

test("a loop marks its steps, each with its round, and takes them away again", async () => {
  const { page, context } = await stage.page({ viewport: { width: 1440, height: 1600 } });
  await page.goto(`/traces/${IDS.loops}?folded=all`);
  const marks = page.locator(".wf-round");
  const line = page.getByRole("button", { name: /^think → search/ });
  await line.click();
  // What was folded away is there: fourteen steps in seven rounds.
  await expect.poll(() => marks.count()).toBe(14);
  expect(await marks.locator(".unseen").allInnerTexts()).toEqual(
    [1, 1, 2, 2, 3, 3, 4, 4, 5, 5, 6, 6, 7, 7].map((round) => `round ${round} of 7`),
  );
  expect(await page.locator(".wf-row.selected .wf-word").innerText()).toBe("think");
  expect(await line.getAttribute("aria-pressed")).toBe("true");
  const selected = page.locator(".wf-row.selected .wf-round .unseen");
  await page.getByRole("button", { name: "Next step of the loop" }).click();
  expect(await page.locator(".wf-row.selected .wf-word").innerText()).toBe("search");
  await page.getByRole("button", { name: "Previous step of the loop" }).click();
  await page.getByRole("button", { name: "Previous step of the loop" }).click();
  await expect.poll(() => selected.innerText()).toBe("round 7 of 7");
  await line.click();
  await expect.poll(() => marks.count()).toBe(0);
  expect(new URL(page.url()).searchParams.has("loop")).toBe(false);
  await context.close();
});

test("a loop by keyboard: o marks the heaviest and goes on, O goes back, Escape twice and it is gone", async () => {
  const { page, context } = await stage.page();
  await page.goto(`/traces/${IDS.loops}`);
  await page.locator(".wf-row").first().waitFor();
  const selected = page.locator(".wf-row.selected");
  await page.keyboard.press("o");
  await expect.poll(() => selected.locator(".wf-round .unseen").innerText()).toBe("round 1 of 7");
  for (const [key, name, round] of [
    ["o", "search", 1],
    ["o", "think", 2],
    ["O", "search", 1],
  ]) {
    await page.keyboard.press(key as string);
    await expect.poll(() => selected.locator(".wf-word").innerText()).toBe(name);
    expect(await selected.locator(".wf-round .unseen").innerText()).toBe(`round ${round} of 7`);
  }
  await page.keyboard.press("Escape");
  await expect.poll(() => page.locator(".inspector").count()).toBe(0);
  expect(await page.locator(".wf-round").count()).toBeGreaterThan(10);
  await page.keyboard.press("Escape");
  await expect.poll(() => page.locator(".wf-round").count()).toBe(0);
  expect(new URL(page.url()).search).toBe("");
  await context.close();
});

test("a run without loops says nothing of them", async () => {
  const { page, context } = await stage.page();
  await page.goto(`/traces/${IDS.photo}`);
  await page.locator(".wf-row").first().waitFor();
  expect(await page.getByRole("region", { name: "Loops" }).count()).toBe(0);
  await page.keyboard.press("o");
  expect(new URL(page.url()).search).toBe("");
  await context.close();
});
