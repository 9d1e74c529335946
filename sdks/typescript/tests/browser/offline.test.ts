/** Days without a collector, and storage that has an end: what waits arrives later, in order and once, or is counted. */
import { afterEach, beforeEach, expect, test } from "vitest";
import { Chromium } from "./support/chromium.ts";
import { type Page, pageOf, type Report, type Tracewire } from "./support/page.ts";
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

const DAY = 24 * 3_600_000;
const BEGIN = Date.UTC(2026, 0, 1, 9);

interface Options {
  readonly endpoint?: string;
  readonly storageBytes?: number;
}

/** Records steps of these names, each with an input of so many characters; flushes for as long as a collector may need. */
function record(page: Page, names: readonly string[], browserOptions: Options, size = 0, wait = 0): Promise<Report> {
  return page.evaluate(
    async ([all, given, length, millis]) => {
      const world = globalThis as unknown as { tracewire: Tracewire; kept?: InstanceType<Tracewire["Client"]> };
      world.kept ??= new world.tracewire.Client({ browser: given });
      for (const name of all) world.kept.span(name, { input: name.padEnd(length, "x") }, () => undefined);
      return await world.kept.flush(millis);
    },
    [names, browserOptions, size, wait] as const,
  );
}

/** A launch that ends with its tab. */
async function launch(names: readonly string[], options: Options, size = 0): Promise<Report> {
  const page = await pageOf(browser, site);
  const report = await record(page, names, options, size, 1000);
  await page.close();
  return report;
}

/** Bytes and count of the journals that are kept. */
async function kept(page: Page): Promise<{ bytes: number; journals: number }> {
  return page.evaluate(
    () =>
      new Promise((resolve, reject) => {
        const request = indexedDB.open("tracewire");
        request.onerror = () => reject(request.error);
        request.onsuccess = () => {
          const all = request.result.transaction("journals").objectStore("journals").getAll();
          all.onsuccess = () => {
            request.result.close();
            const journals = all.result as { bytes: number }[];
            resolve({ journals: journals.length, bytes: journals.reduce((sum, { bytes }) => sum + bytes, 0) });
          };
        };
      }),
  );
}

/** The collector's answer is on its way to the page when the collector has everything. */
async function oneJournalIsKept(page: Page): Promise<void> {
  await expect.poll(() => kept(page), { timeout: 20_000 }).toMatchObject({ journals: 1 });
}

/**
 * Lets the page's clock go on for up to three minutes.
 *
 * A second at a time: an answer comes by the real clock, and a leap beyond the request's own timeout would give up one
 * that has arrived, so that it arrives twice.
 */
async function secondsUntilSomethingArrives(page: Page): Promise<void> {
  for (let second = 0; second < 180 && site.names.length === 0; second++) {
    await page.clock.runFor(1000);
    await page.evaluate(() => fetch("/nothing").then((answer) => answer.text()));
  }
}

test("a week of launches without a collector arrives when there is one, in order and once", async () => {
  site.answer = 0;
  const names: string[] = [];
  for (let day = 0; day < 7; day++) {
    const page = await browser.context.newPage();
    await page.clock.install({ time: BEGIN + day * DAY });
    // What a page sends at its end arrives whenever it likes, and this is about what the next ones find.
    await page.addInitScript(() => {
      navigator.sendBeacon = () => false;
    });
    await page.goto(site.origin);
    const today = [`day ${day} morning`, `day ${day} evening`];
    names.push(...today);
    const report = await record(page, today, { endpoint: "/collect" }, 0, 1000);
    expect(report).toMatchObject({ written: 4, durable: 4, sent: 0, dropped: {} });
    await page.close();
  }
  expect(site.envelopes).toEqual([]);
  site.answer = 200;
  const page = await browser.context.newPage();
  await page.clock.install({ time: BEGIN + 7 * DAY });
  await page.goto(site.origin);
  await record(page, ["back"], { endpoint: "/collect" }, 0, 5000);
  await site.until(({ names: arrived }) => arrived.length === names.length + 1);
  expect(site.names.filter((name) => name !== "back")).toEqual(names);
  expect(site.envelopes.length).toBe(new Set(site.envelopes.map(({ value }) => value.digest)).size);
  await oneJournalIsKept(page);
  expectSound(site);
});

test("a collector that is away for hours is asked once a minute, and then has everything", async () => {
  site.answer = 503;
  const page = await browser.context.newPage();
  await page.clock.install({ time: BEGIN });
  await page.goto(site.origin);
  await record(page, ["waiting"], { endpoint: "/collect" });
  await page.clock.pauseAt(BEGIN + 60_000);
  const before = site.requests.length;
  // Half a minute at a time: an answer comes by the real clock.
  for (let half = 0; half < 240; half++) {
    await page.clock.runFor(30_000);
    await page.evaluate(() => fetch("/nothing").then((answer) => answer.text()));
  }
  const asked = site.requests.length - before;
  expect(asked).toBeGreaterThan(60);
  expect(asked).toBeLessThanOrEqual(240);
  site.answer = 200;
  await secondsUntilSomethingArrives(page);
  expect(site.names).toEqual(["waiting"]);
  expect(site.envelopes.length).toBe(new Set(site.envelopes.map(({ value }) => value.digest)).size);
});

test("beyond the bound the oldest give way and are counted, and what comes later is kept", async () => {
  site.answer = 503;
  const options = { endpoint: "/collect", storageBytes: 200_000 };
  const dropped: (number | undefined)[] = [];
  for (let run = 0; run < 6; run++) {
    const report = await launch([`${run} a`, `${run} b`], options, 30_000);
    expect(report).toMatchObject({ written: 4, durable: 4 });
    dropped.push(report.dropped["storage_full"]);
  }
  // Each leaves 60 kB: from the fifth on there is one too many.
  expect(dropped.filter((count) => count !== undefined).length).toBeGreaterThan(0);
  site.answer = 200;
  const page = await pageOf(browser, site);
  const report = await record(page, ["last"], options, 0, 5000);
  await site.until(({ names }) => names.includes("5 b") && names.includes("last"));
  const lost = dropped.reduce<number>((sum, count) => sum + (count ?? 0), report.dropped["storage_full"] ?? 0);
  // Of 12 steps each is an event of start and one of end.
  expect(site.names.filter((name) => name !== "last").length * 2 + lost).toBe(24);
  expect(site.names).not.toContain("0 a");
  expectSound(site);
});

test("without an endpoint everything is kept within the bound, and a later endpoint gets it", async () => {
  const options = { storageBytes: 4_000_000 };
  const page = await pageOf(browser, site);
  let report = await record(page, [], options);
  // Twice the bound, from one page that never ends.
  const names = Array.from({ length: 250 }, (_, index) => `step ${index}`);
  for (let at = 0; at < names.length; at += 25)
    report = await record(page, names.slice(at, at + 25), options, 32_000, 1000);
  expect(report).toMatchObject({ written: 500, durable: 500, sent: 0 });
  await page.waitForFunction(journalsBelow, 5_200_000);
  report = await record(page, [], options);
  const lost = report.dropped["storage_full"] ?? 0;
  expect(lost).toBeGreaterThan(100);
  await page.close();
  const next = await pageOf(browser, site);
  await record(next, ["next"], { endpoint: "/collect" }, 0, 5000);
  await site.until((found) => found.names.includes("step 249") && found.names.includes("next"));
  const events = site.events.length - 2;
  expect(events + lost).toBe(500);
  await oneJournalIsKept(next);
  expectSound(site);
});

test("429 with Retry-After: nobody asks before, not even a flush", async () => {
  const page = await browser.context.newPage();
  await page.clock.install({ time: Date.UTC(2026, 0, 1) });
  await page.goto(site.origin);
  site.answer = 429;
  site.answerHeaders = { "Retry-After": "600" };
  expect((await record(page, ["busy"], { endpoint: "/collect" }, 0, 1500)).errors).toEqual({ http_429: 1 });
  expect(site.requests).toHaveLength(1);
  site.answer = 200;
  await page.clock.pauseAt(Date.UTC(2026, 0, 1, 0, 1));
  for (let minute = 1; minute < 9; minute++) await page.clock.runFor(60_000);
  await page.evaluate(() => fetch("/nothing").then((answer) => answer.text()));
  expect(site.requests).toHaveLength(1);
  await secondsUntilSomethingArrives(page);
  expect(site.names).toEqual(["busy"]);
  expect(site.requests).toHaveLength(2);
});

test("a collector that hangs holds no flush longer than it said, and gets them later", async () => {
  const page = await browser.context.newPage();
  await page.clock.install({ time: Date.UTC(2026, 0, 1) });
  await page.goto(site.origin);
  site.instead = () => true;
  const report = await record(page, ["hanging"], { endpoint: "/collect" }, 0, 300);
  expect(report).toMatchObject({
    written: 2,
    durable: 2,
    sent: 0,
    pending: 2,
    dropped: {},
    errors: { export_timeout: 1 },
  });
  expect(site.requests).toHaveLength(1);
  site.instead = undefined;
  // The request itself is given up after ten seconds.
  await page.clock.fastForward(10_000);
  expect(await record(page, ["next"], { endpoint: "/collect" }, 0, 5000)).toMatchObject({
    written: 4,
    sent: 4,
    pending: 0,
    dropped: {},
  });
  expect(site.names).toEqual(["hanging", "next"]);
  expect(site.envelopes.length).toBe(new Set(site.envelopes.map(({ value }) => value.digest)).size);
});

/** Whether less than so many bytes are kept. */
function journalsBelow(most: number): Promise<boolean> {
  return new Promise((resolve) => {
    const request = indexedDB.open("tracewire");
    request.onsuccess = () => {
      const all = request.result.transaction("journals").objectStore("journals").getAll();
      all.onsuccess = () => {
        request.result.close();
        resolve((all.result as { bytes: number }[]).reduce((sum, { bytes }) => sum + bytes, 0) < most);
      };
    };
  });
}
