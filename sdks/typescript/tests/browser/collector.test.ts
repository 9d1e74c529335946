/** Collectors that refuse, stammer or say nothing: what they are sent arrives once, or is counted. */
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from "vitest";
import { Chromium } from "./support/chromium.ts";
import { type Page, pageOf, type Report, type Tracewire } from "./support/page.ts";
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
});
afterEach(async () => {
  await page.close();
  await site.close();
});

interface World {
  tracewire: Tracewire;
  kept?: InstanceType<Tracewire["Client"]>;
}

/** Records steps of these names, each with an input of so many characters. */
function record(names: readonly string[], size = 0, wait = 1500): Promise<Report> {
  return page.evaluate(
    async ([all, length, millis]) => {
      const world = globalThis as unknown as World;
      world.kept ??= new world.tracewire.Client({ browser: { endpoint: "/collect" } });
      for (const name of all) world.kept.span(name, { input: name.padEnd(length, "x") }, () => undefined);
      return await world.kept.flush(millis);
    },
    [names, size, wait] as const,
  );
}

/** Nothing came twice. */
function expectOnce(): void {
  expect(site.envelopes.length).toBe(new Set(site.envelopes.map(({ value }) => value.digest)).size);
}

test.each([400, 405, 415, 422])(
  "%i: these can never work, and are dropped and counted; what comes later arrives",
  async (status) => {
    page = await pageOf(browser, site);
    site.answer = status;
    const report = await record(["refused"]);
    expect(report).toMatchObject({ written: 2, sent: 0, pending: 0, dropped: { [`http_${status}`]: 2 }, errors: {} });
    expect(site.requests).toHaveLength(1);
    site.answer = 200;
    expect(await record(["later"])).toMatchObject({
      written: 4,
      sent: 2,
      pending: 0,
      dropped: { [`http_${status}`]: 2 },
    });
    expect(site.names).toEqual(["later"]);
  },
);

test.each([401, 403, 404, 500, 503, 302])("%i: it waits, and arrives once when that is mended", async (status) => {
  page = await pageOf(browser, site);
  site.answer = status;
  site.answerHeaders = { Location: "/elsewhere" };
  const report = await record(["waiting"], 0, 700);
  expect(report).toMatchObject({ written: 2, durable: 2, sent: 0, pending: 2, dropped: {} });
  expect(report.errors[status === 302 ? "http_redirect" : `http_${status}`]).toBeGreaterThan(0);
  site.answer = 200;
  expect(await record([], 0, 5000)).toMatchObject({ sent: 2, pending: 0, dropped: {} });
  expect(site.names).toEqual(["waiting"]);
  expectOnce();
});

test("413: halves are sent, and one that is too large by itself is dropped and counted", async () => {
  page = await pageOf(browser, site);
  site.instead = (response, lines) => {
    if (lines === 1) return false;
    response.writeHead(413).end();
    return true;
  };
  const names = Array.from({ length: 6 }, (_, index) => `step ${index}`);
  expect(await record(names, 20_000, 5000)).toMatchObject({ written: 12, sent: 12, pending: 0, dropped: {} });
  expect(site.names).toEqual(names);
  expectOnce();
  site.instead = (response) => {
    response.writeHead(413).end();
    return true;
  };
  const report = await record(["too large"], 20_000, 5000);
  expect(report).toMatchObject({ written: 14, sent: 12, pending: 0, dropped: { http_413: 2 } });
});

test.each([
  ["text that is no JSON", 200, "<html>ok?"],
  ["a partial success", 207, '{"partialSuccess":{"rejected":1}}'],
  ["nothing", 204, undefined],
])("2xx with %s is an answer: it has them", async (_, status, body) => {
  page = await pageOf(browser, site);
  site.instead = (response) => {
    response.writeHead(status).end(body);
    return true;
  };
  expect(await record(["taken"])).toMatchObject({ sent: 2, pending: 0, dropped: {}, errors: {} });
  expect(site.requests).toHaveLength(1);
});

test("an answer that is no HTTP is none: it is sent again", async () => {
  page = await pageOf(browser, site);
  site.instead = (response) => {
    response.socket?.end("nonsense\r\n\r\n");
    return true;
  };
  const report = await record(["again"], 0, 700);
  expect(report).toMatchObject({ sent: 0, pending: 2, dropped: {} });
  expect(report.errors["connection"]).toBeGreaterThan(0);
  site.instead = undefined;
  expect(await record([], 0, 5000)).toMatchObject({ sent: 2, pending: 0 });
  expectOnce();
});
