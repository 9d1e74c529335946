import type { Browser } from "playwright-core";
import { afterAll, beforeAll, expect, test } from "vitest";
import { HOSTILE } from "../../dev/special.ts";
import { axe, launch, openPage } from "../chromium.ts";
import { hostile, sendAll } from "./otlp.ts";
import { Agent, Served } from "./server.ts";

let browser: Browser;
beforeAll(async () => {
  browser = await launch();
});
afterAll(() => browser.close());

test("a server that asks for a key gets it, and the page goes on; a key that is none is refused again", async () => {
  let key = "";
  const served = await Served.start(["--require-keys"], (directory) => {
    key = Served.key(directory, "read");
  });
  const agent = Agent.start(served.directory, "otter-desk");
  const trace = await agent.tell("research", { question: "What keeps a sea otter warm?" });
  const { page, context } = await openPage(browser, served.url);
  await page.goto(`/traces/${trace}`);
  await page.getByRole("heading", { name: "This server asks for a key" }).waitFor();
  expect(await axe(page)).toEqual([]);
  await page.getByLabel("Key").fill("tw_default_0000");
  await page.getByRole("button", { name: "Use it" }).click();
  await page.getByRole("alert").waitFor();
  await page.getByLabel("Key").fill(key);
  await page.getByRole("button", { name: "Use it" }).click();
  // Where one wanted to go.
  await page.locator(".wf-row", { hasText: "vector search" }).waitFor();
  // The stream takes the key too.
  await page.goto("/live");
  await page.locator(".connection.open").waitFor();
  await agent.tell("tool", { name: "dive" });
  await page.locator(".grid-row", { hasText: "dive" }).first().waitFor();
  // It may read, and no more.
  await page.goto(`/traces/${trace}`);
  await page.getByRole("button", { name: "Delete this trace" }).click();
  await page.getByRole("dialog").getByRole("button", { name: "Delete" }).click();
  await page.getByRole("dialog").getByRole("alert").waitFor();
  await page.reload();
  await page.locator(".wf-row", { hasText: "vector search" }).waitFor();
  await context.close();
  await agent.end();
  await served.stop();
});

test("an empty server teaches, and the first trace shows by itself", async () => {
  const served = await Served.start();
  const { page, context, complaints } = await openPage(browser, served.url);
  await page.goto("/live");
  await page.getByRole("heading", { name: "Send your first trace" }).waitFor();
  const agent = Agent.start(served.directory, "otter-desk");
  await agent.tell("tool", { name: "first dive" });
  await page.locator(".grid-row", { hasText: "first dive" }).first().waitFor();
  expect(complaints).toEqual([]);
  await context.close();
  await agent.end();
  await served.stop();
});

test("hostile strings from an SDK and from OTLP are text, wherever the store gives them", async () => {
  const served = await Served.start();
  const agent = Agent.start(served.directory, HOSTILE[6] ?? "");
  const recorded = await agent.tell("hostile", { texts: [...HOSTILE] });
  const sent = hostile(Date.now());
  await sendAll(served, [sent]);
  await served.until<{ items: unknown[] }>("/traces", ({ items }) => items.length === 2);
  const { page, context, complaints } = await openPage(browser, served.url);
  let asked = 0;
  page.on("dialog", (dialog) => {
    asked++;
    void dialog.dismiss();
  });
  const safe = async (where: string) => {
    expect(await page.evaluate(() => "pwned" in globalThis), where).toBe(false);
    expect(
      await page.locator("main script, main img, main iframe, main object, main style, main svg[onload]").count(),
      where,
    ).toBe(0);
    expect(await page.locator('a[href^="javascript:"], a[href^="data:"]').count(), where).toBe(0);
  };
  const part = encodeURIComponent;
  for (const [path, there] of [
    ["/traces?since=24h", ".grid-row"],
    [`/traces?service=${part(HOSTILE[6] ?? "")}`, ".grid-row"],
    [`/sessions/one?id=${part(HOSTILE[3] ?? "")}`, ".turn"],
    ["/sessions", ".grid-row"],
    ["/analytics", ".u-legend"],
    ["/health", ".plain-table"],
    [`/traces/${recorded}?view=graph`, ".react-flow__node"],
    [`/traces/${recorded}?view=events`, ".grid-row"],
    [`/traces/${sent.id}?view=events`, ".grid-row"],
    [`/compare?a=${recorded}&b=${sent.id}`, ".aligned-row"],
  ] as const) {
    await page.goto(path);
    await page.locator(there).first().waitFor();
    await safe(path);
  }
  for (const id of [recorded, sent.id]) {
    await page.goto(`/traces/${id}`);
    await page.locator(".wf-row").first().waitFor();
    for (let step = 0; step < 12; step++) {
      await page.keyboard.press("j");
      await page.locator(".inspector").waitFor();
      for (const tab of await page.locator(".inspector [role=tab]").all()) {
        await tab.click();
        await safe(`${id}, step ${step}`);
      }
    }
  }
  expect(asked).toBe(0);
  expect(complaints).toEqual([]);
  await context.close();
  await agent.end();
  await served.stop();
});

test("the server ends in order while a page is open", async () => {
  const served = await Served.start();
  const { page, context } = await openPage(browser, served.url);
  await page.goto("/live");
  await page.locator(".connection.open").waitFor();
  expect(await served.stop()).toBe(0);
  await page
    .getByText(/does not answer|trying again|no answer/)
    .first()
    .waitFor();
  await context.close();
});
