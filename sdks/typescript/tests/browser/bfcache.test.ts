/** A page that is put away and comes back: the browser keeps it, and nothing of it is lost or another one's. */
import { afterEach, beforeEach, expect, test } from "vitest";
import { Chromium } from "./support/chromium.ts";
import type { Report, Tracewire } from "./support/page.ts";
import { Site } from "./support/site.ts";
import { expectSound } from "./support/sound.ts";
import { Visit } from "./support/visit.ts";

let browser: Chromium;
let site: Site;

beforeEach(async () => {
  browser = await Chromium.open(["--disable-back-forward-cache"]);
  site = await Site.open();
}, 60_000);
afterEach(async () => {
  await browser.close();
  await site.close();
});

/** Whether a page is kept is the browser's to decide: an answer of its own that comes late makes it load the page anew. */
const OFTEN = { retry: 2 };

interface World {
  tracewire: Tracewire;
  kept?: InstanceType<Tracewire["Client"]>;
  open?: ReturnType<InstanceType<Tracewire["Client"]>["startSpan"]> | undefined;
}

/** Records steps of these names with the page's one client. */
function record(visit: Visit, names: readonly string[]): Promise<Report> {
  return visit.run(async (all) => {
    const world = globalThis as unknown as World;
    world.kept ??= new world.tracewire.Client({ browser: { endpoint: "/collect" } });
    for (const name of all) world.kept.span(name, () => undefined);
    return await world.kept.flush(2000);
  }, names);
}

test("a page that comes back goes on, and nothing is lost or twice", OFTEN, async () => {
  const visit = await Visit.open(browser, `${site.origin}/one`);
  expect(await record(visit, ["before"])).toMatchObject({ written: 2, sent: 2 });
  await visit.run(() => {
    const world = globalThis as unknown as World;
    world.open = world.kept?.startSpan("open");
    world.kept?.span("last", () => undefined);
  });
  await visit.go(`${site.origin}/bare`);
  expect(await visit.back()).toBe("BackForwardCacheRestore");
  expect(visit.refusals).toEqual([]);
  await visit.run(() => (globalThis as unknown as World).open?.end());
  expect(await record(visit, ["after"])).toMatchObject({ written: 8, durable: 8, pending: 0, dropped: {}, errors: {} });
  await site.until(({ events }) => events.filter(({ type }) => type === "span.end").length === 4);
  expect([...site.names].sort()).toEqual(["after", "before", "last", "open"]);
  expect(new Set(site.envelopes.map(({ value }) => value.producer)).size).toBe(2);
  await site.until(({ envelopes }) => envelopes.some(({ value }) => value.close === "recovered"));
  expectSound(site);
});

test("what another page takes of one that is put away is not sent by both", OFTEN, async () => {
  const visit = await Visit.open(browser, `${site.origin}/one`);
  site.answer = 503;
  expect(await record(visit, ["one", "two"])).toMatchObject({ durable: 4, sent: 0, pending: 4 });
  await visit.go(`${site.origin}/bare`);
  site.answer = 200;
  const other = await Visit.open(browser, `${site.origin}/other`);
  await record(other, ["other"]);
  await site.until(({ envelopes }) => envelopes.some(({ value }) => value.close === "recovered"));
  expect(await visit.back()).toBe("BackForwardCacheRestore");
  const report = await record(visit, ["three"]);
  expect(report).toMatchObject({ written: 6, durable: 6, sent: 2, pending: 0, dropped: {} });
  expect(site.names.sort()).toEqual(["one", "other", "three", "two"]);
  // Not even the lines came twice: the beacon of the page that left was refused.
  expect(site.envelopes.length).toBe(new Set(site.envelopes.map(({ value }) => value.digest)).size);
  expectSound(site);
});

test("away and back, again and again, kept by the browser or loaded anew", async () => {
  const visit = await Visit.open(browser, `${site.origin}/one`);
  const names = ["1", "2", "3", "4", "5", "6", "7", "8"];
  const ways: string[] = [];
  for (const name of names) {
    await record(visit, [name]);
    await visit.go(`${site.origin}/bare`);
    // A page that an answer of the browser's reaches while it is put away is not kept: that is the browser's to decide.
    ways.push(await visit.back());
  }
  expect(ways).toContain("BackForwardCacheRestore");
  expect(await record(visit, [])).toMatchObject({ pending: 0, dropped: {}, errors: {} });
  expect([...site.names].sort()).toEqual(names);
  expectSound(site);
});

test("without IndexedDB a page that comes back sends what it has in memory", OFTEN, async () => {
  const visit = await Visit.open(browser, `${site.origin}/bare`);
  await visit.go(`${site.origin}/denied`);
  site.answer = 503;
  expect(await record(visit, ["before"])).toMatchObject({ durable: 0, sent: 0, pending: 2 });
  await visit.go(`${site.origin}/bare`);
  expect(await visit.back()).toBe("BackForwardCacheRestore");
  site.answer = 200;
  expect(await record(visit, ["after"])).toMatchObject({ written: 4, sent: 4, pending: 0, dropped: {} });
  expectSound(site);
});
