/** Wrappers, sessions, streams and protocol helpers in a page: the same as in Node, but for what is current after an `await`. */
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from "vitest";
import { Chromium } from "./support/chromium.ts";
import { type Page, pageOf, type Tracewire } from "./support/page.ts";
import { Site } from "./support/site.ts";

let browser: Chromium;
let site: Site;
let page: Page;

beforeAll(async () => {
  browser = await Chromium.open();
}, 60_000);
afterAll(() => browser.close());
beforeEach(async () => {
  site = await Site.open();
  page = await pageOf(browser, site);
});
afterEach(async () => {
  await page.close();
  await site.close();
});

test("what is wrapped is recorded, and is for the page what it was", async () => {
  const seen = await page.evaluate(async () => {
    const { Client } = (globalThis as unknown as { tracewire: Tracewire }).tracewire;
    const client = new Client({ browser: { endpoint: "/collect" } });
    const search = client.tool(async function search(query: string) {
      await null;
      return [query];
    });
    const words = client.llm(async function* words() {
      yield "Otters";
      await null;
      yield " swim.";
    });
    const heard: string[] = [];
    const found = await client.session({ agentId: "page" }, async (run) => {
      await run.agentStep("plan", async () => null);
      await null;
      const hits = await run.toolCall("outer", (step) => step.run(() => search("otters")));
      for await (const word of words()) heard.push(word);
      run.stream("voice", (voice) => voice.event("chunk", { n: 1 }));
      client.a2a.logTaskAssigned("page", { taskId: "t1" });
      client.log("line", "warn");
      return hits;
    });
    const { errors, dropped } = await client.flush();
    return { found, heard, name: search.name, errors, dropped };
  });
  expect(seen).toEqual({ found: ["otters"], heard: ["Otters", " swim."], name: "search", errors: {}, dropped: {} });
  expect(new Set(site.names)).toEqual(new Set(["page", "plan", "outer", "search", "words", "voice"]));
  expect(JSON.stringify(site.envelopes.map(({ value }) => value))).toContain('"name":"a2a.task.status"');
});
