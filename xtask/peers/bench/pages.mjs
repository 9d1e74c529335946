/**
 * Pages in Chromium: `pages.mjs SUBJECT VERSION URL PARTS`. Each page is opened in a browser that has seen nothing yet.
 *
 * - `first_load`: bytes over the wire until the list of traces stands there, and the time until its first row does.
 * - `call_to_screen`: from before a span's export until its row is on the open page of what happens live.
 */
import { createRequire } from "node:module";
import { randomBytes } from "node:crypto";

const [subject, version, url, parts] = process.argv.slice(2);
const { chromium } = createRequire(`${process.env.BENCH_PACKAGES}/package.json`)("playwright-core");
const LONG = { timeout: 60_000 };
const CALLS = 10;
const ours = subject === "tracewire";

function row(metric, unit, value) {
  console.log(JSON.stringify({ bench: "serve", subject, version, metric, unit, value }));
}

const median = (values) => values.sort((a, b) => a - b)[Math.floor(values.length / 2)];

/** A span that has ended, as OTLP/JSON. */
function span(name) {
  const now = BigInt(Date.now()) * 1_000_000n;
  const ids = { traceId: randomBytes(16).toString("hex"), spanId: randomBytes(8).toString("hex") };
  const times = { startTimeUnixNano: String(now - 5_000_000n), endTimeUnixNano: String(now) };
  const attributes = [{ key: "gen_ai.operation.name", value: { stringValue: "chat" } }];
  return { resourceSpans: [{ scopeSpans: [{ spans: [{ ...ids, ...times, name, kind: 3, attributes }] }] }] };
}

/** A page whose network is counted. */
async function opened(browser) {
  const context = await browser.newContext();
  const page = await context.newPage();
  const session = await context.newCDPSession(page);
  await session.send("Network.enable");
  const seen = { bytes: 0 };
  session.on("Network.loadingFinished", ({ encodedDataLength }) => {
    seen.bytes += encodedDataLength;
  });
  return { context, page, seen };
}

/** Sends a span; gives the milliseconds until its row is on the page. */
async function call(page) {
  const name = `live-${randomBytes(4).toString("hex")}`;
  const there = page.getByText(name).first().waitFor(LONG);
  const began = performance.now();
  const headers = { "content-type": "application/json" };
  const answer = await fetch(`${url}/v1/traces`, { method: "POST", headers, body: JSON.stringify(span(name)) });
  if (!answer.ok) throw new Error(`${answer.status}: ${await answer.text()}`);
  await there;
  return performance.now() - began;
}

/** Where a row stands: of a trace on our first page, of a project on theirs. */
const ROWS = ours ? "main a[href*='/traces/'], main tbody tr, main [role='row']" : "a[href^='/projects/']";

const browser = await chromium.launch({ executablePath: process.env.TRACEWIRE_CHROMIUM, args: ["--no-sandbox"] });
try {
  const where = ours ? `${url}/` : `${url}/projects`;
  if (parts.includes("dashboard")) {
    const [times, bytes] = [[], []];
    for (let number = 0; number < 5; number++) {
      const { context, page, seen } = await opened(browser);
      const began = performance.now();
      await page.goto(where, LONG);
      await page.locator(ROWS).first().waitFor(LONG);
      times.push(performance.now() - began);
      await page.waitForLoadState(ours ? "load" : "networkidle", LONG);
      bytes.push(seen.bytes);
      await context.close();
    }
    row("first_load", "ms", median(times));
    row("first_load.bytes", "bytes", median(bytes));
  }
  if (parts.includes("live") && ours) {
    const { context, page } = await opened(browser);
    await page.goto(`${url}/live`, LONG);
    // Whether the page follows is seen by what comes first.
    await call(page);
    const times = [];
    for (let number = 0; number < CALLS; number++) {
      times.push(await call(page));
    }
    row("call_to_screen", "ms", median(times));
    await context.close();
  }
} finally {
  await browser.close();
}
