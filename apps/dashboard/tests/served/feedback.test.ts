import type { Browser, Page } from "playwright-core";
import { afterAll, beforeAll, expect, test } from "vitest";
import type { Judgement } from "../../src/api/types.ts";
import { axe, launch, openPage } from "../chromium.ts";
import { Agent, Served } from "./server.ts";

let browser: Browser;
beforeAll(async () => {
  browser = await launch();
});
afterAll(() => browser?.close());

async function open(page: Page, trace: string, step: string): Promise<void> {
  await page.goto(`/traces/${trace}`);
  await page.locator(".wf-row", { hasText: step }).first().click();
  await page.getByLabel("Comment").waitFor();
}

test("a thumb and a comment are recorded, shown at the trace and on the Feedback page, and give way to a later one", async () => {
  const served = await Served.start();
  const agent = Agent.start(served.directory, "otter-desk");
  const trace = await agent.tell("tool", { name: "dive" });
  await served.until<{ items: unknown[] }>("/traces", ({ items }) => items.length === 1);
  const { page, context, complaints } = await openPage(browser, served.url);
  const given = page.locator(".inspector .judgements li");
  const thumb = (name: string) => page.getByRole("button", { name, exact: true });

  await open(page, trace, "dive");
  expect(await given.count()).toBe(0);
  await page.getByLabel("Comment").fill("  too deep ");
  await thumb("Not helpful").click();
  await given.first().waitFor();
  expect((await given.first().innerText()).replace(/\s+/g, " ")).toBe("no helpful “too deep” by human");
  expect(await page.getByLabel("Comment").inputValue()).toBe("");
  expect(await thumb("Not helpful").getAttribute("aria-pressed")).toBe("true");
  expect(await axe(page)).toEqual([]);
  const { items } = await served.get<{ items: Judgement[] }>(`/feedback?trace=${trace}`);
  expect(items.map((one) => [one.name, one.trace_id, one.body?.["value"], one.body?.["comment"]])).toEqual([
    ["helpful", trace, false, "too deep"],
  ]);

  // Somebody else thinks otherwise, and that stands beside it.
  await agent.tell("judge", { trace_id: trace, comment: "found it" });
  await served.until<{ items: unknown[] }>(`/feedback?trace=${trace}`, (answer) => answer.items.length === 2);
  await open(page, trace, "dive");
  await expect.poll(() => given.count()).toBe(2);

  // One's own later word takes the place of the first.
  await thumb("Helpful").click();
  await page.getByText("Recorded, in place of what you said before").waitFor();
  await expect.poll(() => given.allInnerTexts().then((all) => all.join(" "))).not.toContain("too deep");
  expect(await given.count()).toBe(2);
  expect(await thumb("Helpful").getAttribute("aria-pressed")).toBe("true");
  expect(await thumb("Not helpful").getAttribute("aria-pressed")).toBe("false");

  // All three are listed; two count.
  await page.goto("/feedback");
  const rows = page.locator(".grid-row");
  await expect.poll(() => rows.count()).toBe(3);
  const old = rows.filter({ hasText: "too deep" });
  expect(await old.locator("s").innerText()).toContain("no");
  expect(await rows.locator("s").count()).toBe(1);
  expect((await page.locator(".sum").innerText()).replace(/\s+/g, " ")).toBe("helpful 100 % yes 2");
  expect(await axe(page)).toEqual([]);
  await old.getByRole("link").click();
  await page.waitForURL(`**/traces/${trace}?span=*`);
  expect(complaints).toEqual([]);
  await context.close();
  await agent.end();
  await served.stop();
});

test("what is not recorded is said, and what was written stays", async () => {
  let key = "";
  const served = await Served.start(["--require-keys"], (directory) => {
    key = Served.key(directory, "read");
  });
  const agent = Agent.start(served.directory, "otter-desk");
  const trace = await agent.tell("tool", { name: "dive" });
  const { page, context } = await openPage(browser, served.url);
  await page.addInitScript((given) => localStorage.setItem("tracewire.key", given), key);
  await open(page, trace, "dive");
  await page.getByLabel("Comment").fill("too deep");
  await page.getByRole("button", { name: "Helpful", exact: true }).click();
  await page.locator(".toast").waitFor();
  expect(await page.locator(".toast").innerText()).toMatch(/write/);
  expect(await page.getByLabel("Comment").inputValue()).toBe("too deep");
  expect(await page.getByRole("button", { name: "Helpful", exact: true }).isEnabled()).toBe(true);
  await context.close();
  await agent.end();
  await served.stop();
});
