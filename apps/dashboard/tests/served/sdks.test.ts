import type { Browser } from "playwright-core";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { launch, openPage } from "../chromium.ts";
import { Agent, type Sdk, Served } from "./server.ts";

let browser: Browser;
beforeAll(async () => {
  browser = await launch();
});
afterAll(() => browser?.close());

describe.each<Sdk>(["python", "typescript"])("recorded by the SDK for %s", (sdk) => {
  test("live while it runs, whole when it is over, in flight until it is killed", async () => {
    const served = await Served.start();
    const agent = Agent.start(served.directory, "otter-desk", sdk);
    const { page, context, complaints } = await openPage(browser, served.url);
    await page.goto("/live");
    await agent.tell("tool", { name: "dive" });
    // Also what came before the page did.
    await page.locator(".grid-row", { hasText: "dive" }).first().waitFor();

    const trace = await agent.tell("research", { question: "What keeps a sea otter warm?", session: "otters-1" });
    await served.has(trace);
    await page.goto(`/traces/${trace}`);
    await page.locator(".wf-row", { hasText: "draft" }).first().waitFor();
    const words = await page.locator(".wf-row .wf-word").allInnerTexts();
    expect(words).toEqual(expect.arrayContaining(["research", "search", "fetch_page", "draft"]));
    await page.locator(".wf-row", { hasText: "draft" }).first().click();
    await page.locator(".inspector", { hasText: "densest coat" }).waitFor();
    await page.keyboard.press("e");
    await page.locator(".inspector .exception", { hasText: "429: rate limit exceeded" }).waitFor();

    const id = await agent.tell("begin", { name: "patrol", input: "Look after the holt." });
    await served.has(id);
    await page.goto(`/traces/${id}`);
    await page.locator(".wf-bar.in_flight").waitFor();
    await agent.kill();
    await page.locator(".wf-bar.abandoned").waitFor();
    expect(complaints).toEqual([]);
    await context.close();
    await served.stop();
  });
});

test("a session that two languages share is one", async () => {
  const served = await Served.start();
  const python = Agent.start(served.directory, "otter-desk", "python");
  const typescript = Agent.start(served.directory, "otter-bridge", "typescript");
  await python.tell("research", { question: "What keeps a sea otter warm?", session: "otters-1" });
  await typescript.tell("research", { question: "And in winter?", session: "otters-1" });
  await served.until<{ items: { traces: number }[] }>("/sessions", ({ items }) => items[0]?.traces === 2);
  const { page, context, complaints } = await openPage(browser, served.url);
  await page.goto("/sessions/one?id=otters-1");
  await expect.poll(() => page.locator(".turn").count()).toBe(2);
  const turns = await page.locator(".turn").allInnerTexts();
  expect(turns[0]).toContain("What keeps a sea otter warm?");
  expect(turns[1]).toContain("And in winter?");
  await page.goto("/health");
  for (const service of ["otter-desk", "otter-bridge"]) {
    const row = page.locator(".plain-table tbody tr", { hasText: service });
    await row.waitFor();
    expect(await row.innerText()).toContain("alive");
  }
  expect(complaints).toEqual([]);
  await context.close();
  await python.end();
  await typescript.end();
  // Both are over, and what they sealed is verified.
  await served.until<{ items: { sound: boolean | null }[] }>("/producers", ({ items }) =>
    items.every((one) => one.sound === true),
  );
  await served.stop();
});
