import { afterAll, beforeAll, expect, test } from "vitest";
import { IDS } from "../../dev/special.ts";
import { Stage } from "./open.ts";

let stage: Stage;
beforeAll(async () => {
  stage = await Stage.open();
});
afterAll(() => stage.close());

/** The sums of the two, by their titles. */
async function sums(a: string, b: string): Promise<{ [title: string]: string }> {
  const { page, context } = await stage.page();
  await page.goto(`/compare?a=${a}&b=${b}`);
  await page.locator(".aligned-row").first().waitFor();
  const cards = await page.locator(".card.number").allInnerTexts();
  await context.close();
  return Object.fromEntries(
    cards.map((text) => {
      const [title, ...rest] = text.split("\n").filter((line) => line !== "");
      return [title ?? "", rest.join(" ").replaceAll("\u202f", " ")];
    }),
  );
}

test("a run that went round is told by the steps that it repeats", async () => {
  const { Steps, Failed, Repeated } = await sums(IDS.loops, IDS.mended);
  expect({ Steps, Failed, Repeated }).toEqual({
    Steps: "33 → 12 −64 %",
    Failed: "4 → 1 −75 %",
    Repeated: "17 → 2 −88 %",
  });
});

test("of two that do not go round nothing is said of it", async () => {
  expect(Object.keys(await sums(IDS.photo, IDS.unwanted))).toEqual([
    "Duration",
    "Steps",
    "Model calls",
    "Tool calls",
    "Failed",
    "Input tokens",
    "Output tokens",
    "Cost",
  ]);
});
