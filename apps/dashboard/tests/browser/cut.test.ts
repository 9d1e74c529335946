import { afterAll, beforeAll, expect, test } from "vitest";
import { axe, Stage } from "./open.ts";

// What a list does not show, it says that it does not.

let stage: Stage;
beforeAll(async () => {
  stage = await Stage.open();
});
afterAll(() => stage.close());

test("a filter says that it lists only the most frequent, and takes what it does not list", async () => {
  const { page, context } = await stage.page({ fixtures: "crowd" });
  const open = async () => {
    await page.getByRole("button", { name: "Filter", exact: true }).click();
    await page.getByRole("button", { name: /^Service\s*50\+$/ }).click();
  };
  await page.goto("/traces");
  await page.locator(".grid-row").first().waitFor();
  await open();
  const said = page.getByText("Only the 50 most frequent are listed. Type any other.");
  await said.waitFor();
  expect(await page.locator(".popover .item:has(.count)").count()).toBe(50);
  expect(await axe(page, undefined, ".popover-anchor:has(.popover)")).toEqual([]);
  // Within what is listed, and another one all the same.
  await page.keyboard.type("support");
  await page.getByRole("button", { name: "Take support" }).click();
  await page.waitForURL(/[?&]service=support$/);
  await open();
  await page.keyboard.type("service-80");
  await page.keyboard.press("Enter");
  await page.waitForURL(/[?&]service=service-80$/);
  // A list that is whole says nothing.
  await page.getByRole("button", { name: "Filter", exact: true }).click();
  await page.getByRole("button", { name: /^Kind/ }).click();
  await page.locator(".popover .item:has(.count)").first().waitFor();
  expect(await page.getByText(/Only the/).count()).toBe(0);
  await context.close();
});

test.each(["/live", "/analytics"])(
  "so does the choice of a service on %s, and one that it does not list is chosen",
  async (path) => {
    const { page, context } = await stage.page({ fixtures: "crowd" });
    await page.goto(`${path}?service=service-80`);
    const select = page.getByRole("combobox", { name: "Service" });
    const options = () => select.locator("option").allInnerTexts();
    await expect.poll(async () => (await options()).length).toBe(53);
    expect((await options()).at(-1)).toBe("Only the 50 most frequent");
    expect(await select.inputValue()).toBe("service-80");
    await context.clearCookies();
    await page.goto(path);
    await expect.poll(async () => (await options()).length).toBeGreaterThan(3);
    expect((await options()).some((text) => text.startsWith("Only the"))).toBe(false);
    await context.close();
  },
);

test("groups say by what they were chosen", async () => {
  const { page, context } = await stage.page();
  await page.goto("/analytics?by=session");
  await page.getByText("Only the 20 with the highest cost are listed.").waitFor();
  await page.getByText("Those of the highest cost, of the 50 with the most steps.").waitFor();
  await page.getByRole("button", { name: "Model", exact: true }).click();
  await page.getByRole("columnheader", { name: "Model" }).waitFor();
  await expect.poll(() => page.getByText(/Only the|Those of/).count()).toBe(0);
  await context.close();
});
