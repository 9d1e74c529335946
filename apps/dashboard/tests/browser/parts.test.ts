import { afterAll, beforeAll, expect, test } from "vitest";
import { IDS } from "../../dev/special.ts";
import { Stage } from "./open.ts";

let stage: Stage;
beforeAll(async () => {
  stage = await Stage.open();
});
afterAll(() => stage.close());

test("a brief is copied as TOON, or as JSON, within so many tokens", async () => {
  const { page, context } = await stage.page({ permissions: ["clipboard-read", "clipboard-write"] });
  const asked: string[] = [];
  page.on("request", (request) => request.url().includes("/brief") && asked.push(new URL(request.url()).search));
  await page.goto(`/traces/${IDS.research}`);
  const copied = () => page.evaluate(() => navigator.clipboard.readText());
  await page.getByRole("button", { name: "Brief" }).click();
  await page.getByRole("button", { name: "500", exact: true }).click();
  await page.getByRole("dialog").getByRole("button", { name: "Copy" }).click();
  await page.getByText("Copied, at most 500 tokens").waitFor();
  expect(await copied()).toMatch(new RegExp(`^trace: ${IDS.research}\nnodes\\[`));
  expect((await copied()).length).toBeLessThanOrEqual(2_000);
  await page.getByRole("button", { name: "Brief" }).click();
  await page.getByRole("button", { name: "JSON", exact: true }).click();
  await page.getByRole("dialog").getByRole("button", { name: "Copy" }).click();
  await expect.poll(() => asked).toEqual(["?max_tokens=500&format=toon", "?max_tokens=2000&format=json"]);
  await context.close();
});

test("a view is named, chosen, and forgotten", async () => {
  const { page, context } = await stage.page();
  await page.goto("/traces?service=support-bot&failed=true");
  await page.getByRole("button", { name: "Views", exact: true }).click();
  await page.getByLabel("Name of the view").fill("Support that failed");
  await page.getByRole("button", { name: "Save" }).click();
  const menu = page.getByRole("button", { name: "Support that failed", exact: true });
  await menu.first().waitFor();
  await page.keyboard.press("Escape");
  // It is kept, and leads to its filters from anywhere.
  await page.goto("/traces");
  await page.getByRole("button", { name: "All traces", exact: true }).click();
  await page.getByRole("button", { name: "Failed", exact: true }).click();
  await page.waitForURL("**/traces?failed=true");
  await page.getByRole("button", { name: "Failed", exact: true }).click();
  await menu.click();
  await page.waitForURL("**/traces?service=support-bot&failed=true");
  await menu.click();
  await page.getByRole("button", { name: "Forget the view Support that failed" }).click();
  await page.keyboard.press("Escape");
  expect(await menu.count()).toBe(0);
  expect(await page.evaluate(() => localStorage.getItem("tracewire.views"))).toBe("[]");
  await context.close();
});

test("the histogram counts the steps, and a stretch that is drawn becomes the time", async () => {
  const { page, context } = await stage.page();
  await page.goto("/traces");
  const bars = page.getByRole("img", { name: /steps from/ });
  await expect.poll(() => bars.getAttribute("aria-label")).toMatch(/^[1-9][\d,]* steps from/);
  expect(await bars.locator("rect.all").count()).toBeGreaterThan(20);
  expect(await bars.locator("rect.bad").count()).toBeGreaterThan(0);
  const box = await bars.boundingBox();
  if (box === null) {
    throw new Error("the histogram has no place");
  }
  await page.mouse.move(box.x + box.width / 2, box.y + box.height / 2);
  await page.mouse.down();
  await page.mouse.move(box.x + box.width - 1, box.y + box.height / 2, { steps: 5 });
  expect(await bars.locator("rect.brush").count()).toBe(1);
  await page.mouse.up();
  await page.waitForURL(/since=.*until=/);
  const range = new URL(page.url()).searchParams;
  const hours = (Date.parse(range.get("until") ?? "") - Date.parse(range.get("since") ?? "")) / 3_600_000;
  expect(hours).toBeGreaterThan(11.5);
  expect(hours).toBeLessThan(12.5);
  await page.locator(".grid-row").first().waitFor();
  await page.getByRole("button", { name: "Look at all of the time again" }).click();
  await page.waitForURL((url) => url.search === "");
  // A click is no stretch.
  await page.mouse.click(box.x + box.width / 2, box.y + box.height / 2);
  expect(new URL(page.url()).search).toBe("");
  await context.close();
});

test("costs and tokens of a list are those of its rows", async () => {
  const { page, context } = await stage.page();
  const answered = page.waitForResponse((response) => response.url().includes("/v1/traces?limit=100"));
  await page.goto("/traces?service=research&until=2100-01-01T00:00:00Z");
  const { items } = (await (await answered).json()) as {
    items: { input_tokens: number; output_tokens: number; cost?: { USD?: string } | null }[];
  };
  await page.locator(".grid-row").first().waitFor();
  const heads = await page.locator('[role="columnheader"]').allInnerTexts();
  const cell = (row: number, head: string) =>
    page.locator(`.grid-row[aria-rowindex="${row + 2}"] [role="gridcell"]`).nth(heads.indexOf(head));
  const row = items.findIndex((one) => one.cost?.USD && one.input_tokens > 0);
  expect(row).toBeGreaterThanOrEqual(0);
  const { input_tokens, output_tokens, cost } = items[row] as (typeof items)[number];
  expect(await cell(row, "Cost").locator("[title]").first().getAttribute("title")).toContain(cost?.USD);
  expect(await cell(row, "Cost").innerText()).toMatch(/^\$0\.\d+|^<?\s?\$/);
  expect(await cell(row, "Tokens").locator("[title]").first().getAttribute("title")).toBe(
    `${input_tokens.toLocaleString("en-US")} tokens in, ${output_tokens.toLocaleString("en-US")} out`,
  );
  // A column that is taken away stays away.
  await page.getByRole("button", { name: "Columns" }).click();
  await page.getByLabel("Cost").uncheck();
  await page.keyboard.press("Escape");
  await page.reload();
  await page.locator(".grid-row").first().waitFor();
  expect(await page.locator('[role="columnheader"]').allInnerTexts()).not.toContain("Cost");
  await context.close();
});

test("the graph says who called whom, how often, and what failed; a box leads to its step", async () => {
  const { page, context } = await stage.page();
  await page.goto(`/traces/${IDS.research}?view=graph`);
  const box = (name: string) => page.locator(".react-flow__node", { has: page.getByText(name, { exact: true }) });
  await box("fetch_page").waitFor();
  const document = await page.evaluate(async (id) => (await fetch(`/v1/traces/${id}`)).json(), IDS.research);
  const nodes = document.nodes as { name?: string; failed: boolean; form: string }[];
  const calls = nodes.filter((node) => node.form === "span" && node.name === "fetch_page");
  const text = await box("fetch_page").innerText();
  if (calls.length > 1) {
    expect(text).toContain(`×${calls.length}`);
  }
  expect(text).toContain(`${calls.filter((node) => node.failed).length} failed`);
  expect(await page.locator(".react-flow__edge").count()).toBeGreaterThan(2);
  await box("fetch_page").click();
  await page.locator(".inspector").waitFor();
  expect(await page.locator(".inspector h2").first().innerText()).toBe("fetch_page");
  await context.close();
});
