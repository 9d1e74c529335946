/** What a page's end, a crash, a full or denied storage and a collector that is away cost: nothing, or what is counted. */
import { afterEach, beforeEach, expect, test } from "vitest";
import { Chromium } from "./support/chromium.ts";
import { type Page, pageOf, type Tracewire } from "./support/page.ts";
import { Site } from "./support/site.ts";
import { expectSound } from "./support/sound.ts";

let browser: Chromium;
let site: Site;

beforeEach(async () => {
  browser = await Chromium.open();
  site = await Site.open();
}, 60_000);
afterEach(async () => {
  await browser.close();
  await site.close();
});

/** Records steps of these names and keeps the client; what is flushed is what the report says. */
function record(page: Page, names: string[], options: object = { browser: { endpoint: "/collect" } }) {
  return page.evaluate(
    async ([given, all]) => {
      const { tracewire, kept } = globalThis as unknown as {
        tracewire: Tracewire;
        kept?: InstanceType<Tracewire["Client"]>;
      };
      const client = kept ?? new tracewire.Client(given);
      (globalThis as unknown as { kept: unknown }).kept = client;
      for (const name of all) client.span(name, () => undefined);
      return await client.flush(1000);
    },
    [options, names] as const,
  );
}

test("what a reloaded page left is recovered, closed and sent once by the next", async () => {
  site.answer = 503;
  const page = await pageOf(browser, site);
  const report = await record(page, ["before"]);
  expect(report).toMatchObject({ written: 2, durable: 2, sent: 0, pending: 2 });
  expect(report.errors["http_503"]).toBeGreaterThan(0);
  site.answer = 200;
  await page.reload();
  await record(page, ["after"]);
  await site.until(({ envelopes }) =>
    envelopes.some(({ value }) => value.close === "recovered" || value.close === "exited"),
  );
  await site.until(({ names }) => names.includes("before") && names.includes("after"));
  expectSound(site);
  await page.waitForFunction(journals, "1");
});

test("a killed tab loses at most what was not committed yet", async () => {
  site.answer = 503;
  const page = await pageOf(browser, site);
  const crashed = page.waitForEvent("crash");
  expect(await record(page, ["one", "two", "three"])).toMatchObject({ durable: 6, sent: 0 });
  void page.goto("chrome://crash").catch(() => undefined);
  await crashed;
  site.answer = 200;
  const next = await pageOf(browser, site);
  const report = await record(next, ["four"]);
  expect(report.sent).toBe(2);
  await site.until(({ names }) => ["one", "two", "three", "four"].every((name) => names.includes(name)));
  const recovered = site.envelopes.filter(({ value }) => value.close === "recovered");
  expect(recovered).toHaveLength(1);
  expectSound(site);
});

test("a browser that was killed is found again by its next start", async () => {
  site.answer = 0;
  const page = await pageOf(browser, site);
  await record(page, ["before"]);
  await browser.crash();
  await browser.start();
  site.answer = 200;
  const next = await pageOf(browser, site);
  await record(next, ["after"]);
  await site.until(({ names }) => names.includes("before") && names.includes("after"));
  expectSound(site);
});

test("two tabs keep apart, and neither takes the other for dead", async () => {
  site.answer = 503;
  const [one, other] = [await pageOf(browser, site), await pageOf(browser, site)];
  await record(one, ["one"]);
  await record(other, ["other"]);
  site.answer = 200;
  await Promise.all([record(one, ["one again"]), record(other, ["other again"])]);
  await site.until(({ names }) => names.length === 4);
  expect(new Set(site.envelopes.map(({ value }) => value.producer)).size).toBe(2);
  expect(site.envelopes.filter(({ value }) => value.close !== undefined)).toEqual([]);
  expectSound(site);
});

test("offline, then online: everything arrives, in order and once", async () => {
  const page = await pageOf(browser, site);
  await browser.context.setOffline(true);
  const away = await record(page, ["away 1", "away 2"]);
  expect(away).toMatchObject({ written: 4, durable: 4, sent: 0, pending: 4, dropped: {} });
  await browser.context.setOffline(false);
  await site.until(({ names }) => names.length === 2);
  expect(site.names).toEqual(["away 1", "away 2"]);
  expectSound(site);
});

test("a page that is closed sends what it has by a beacon", async () => {
  const page = await pageOf(browser, site);
  await page.evaluate(() => {
    const { Client } = (globalThis as unknown as { tracewire: Tracewire }).tracewire;
    const client = new Client({ browser: { endpoint: "/collect" } });
    (globalThis as unknown as { kept: unknown }).kept = client;
    addEventListener("pagehide", () => client.span("goodbye", () => undefined), { capture: true });
    client.startSpan("open");
  });
  await page.goto(`${site.origin}/bare`);
  await site.until(({ names }) => names.includes("goodbye") && names.includes("open"));
  const next = await pageOf(browser, site);
  await record(next, ["next"]);
  await site.until(({ names }) => names.includes("next"));
  expectSound(site);
});

test("without IndexedDB everything is sent from memory, and said once", async () => {
  const page = await browser.context.newPage();
  const said: string[] = [];
  page.on("console", (message) => said.push(message.text()));
  await page.addInitScript(() => {
    IDBFactory.prototype.open = () => {
      throw new DOMException("denied by a test", "SecurityError");
    };
  });
  await page.goto(site.origin);
  const report = await record(page, ["one", "two"]);
  expect(report).toMatchObject({ written: 4, durable: 0, sent: 4, dropped: {}, errors: { storage_denied: 1 } });
  expect(said.filter((text) => text.includes("storage_denied"))).toHaveLength(1);
  expectSound(site);
});

test("a full storage costs nothing that can be sent, and leaves nothing half", async () => {
  const page = await browser.context.newPage();
  await page.addInitScript(() => {
    const put = IDBObjectStore.prototype.put;
    let puts = 0;
    IDBObjectStore.prototype.put = function (...given: Parameters<typeof put>) {
      puts++;
      // In the middle of a transaction: the chunk is in it, and what is known of the journal is not.
      if (puts > 1) throw new DOMException("full", "QuotaExceededError");
      return put.apply(this, given);
    };
  });
  await page.goto(site.origin);
  site.answer = 503;
  expect(await record(page, ["kept"])).toMatchObject({ durable: 2 });
  const report = await record(page, ["not kept"]);
  expect(report.errors["storage_full"]).toBe(1);
  expect(report).toMatchObject({ written: 4, durable: 2, pending: 4, dropped: {} });
  expect(await page.evaluate(journals, "0")).toBe(true);
  site.answer = 200;
  expect(await record(page, [])).toMatchObject({ sent: 4, pending: 0 });
  expectSound(site);
});

/** Whether so many journals are kept. */
function journals(count: string): Promise<boolean> {
  return new Promise((resolve, reject) => {
    const request = indexedDB.open("tracewire");
    request.onerror = () => reject(request.error);
    request.onsuccess = () => {
      const counting = request.result.transaction("journals").objectStore("journals").count();
      counting.onsuccess = () => {
        request.result.close();
        resolve(counting.result === Number(count));
      };
    };
  });
}
