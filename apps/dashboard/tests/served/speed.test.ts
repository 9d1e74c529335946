import { afterAll, beforeAll, expect, test } from "vitest";
import { readMessages } from "../../src/api/sse.ts";
import { Filled } from "./filled.ts";
import { long, sendAll } from "./otlp.ts";

// Said, not judged: a machine has other work. `cargo xtask bench serve` measures beside others.

let filled: Filled;
beforeAll(async () => {
  filled = await Filled.open(0.1);
});
afterAll(() => filled?.close());

/** What has to be read before there is a row. */
const PARTS = /\/(index|Traces|Live|Trace)\.js|\/v1\/(traces|health)/;

/** What the page notes: when it drew which words. */
type Noting = { seen: { [words: string]: number } };

/** The time on the clock that all programs of a machine share, in milliseconds. */
const clock = () => performance.timeOrigin + performance.now();

function middle(times: readonly number[]): string {
  return (times.toSorted((a, b) => a - b)[Math.floor(times.length / 2)] ?? Number.NaN).toFixed(0);
}

test.each([
  ["traces", "/", ".grid-row"],
  ["live", "/live", ".grid-row"],
  ["a trace", "", ".wf-row"],
])("how long the first row of %s takes in a browser that has nothing yet", async (word, path, there) => {
  const times: number[] = [];
  const parts = new Map<string, number[]>();
  for (let round = 0; round < 5; round++) {
    const { page, context } = await filled.page();
    const began = performance.now();
    await page.goto(path === "" ? `/traces/${filled.recorded.research}` : path, { waitUntil: "commit" });
    await page.locator(there).first().waitFor();
    times.push(performance.now() - began);
    const ends = await page.evaluate(() =>
      performance.getEntriesByType("resource").map((one) => {
        const { name, responseEnd } = one as PerformanceResourceTiming;
        return [new URL(name).pathname.replace(/-[\w-]{8}\./, "."), responseEnd] as const;
      }),
    );
    for (const [name, end] of ends) {
      if (PARTS.test(name)) {
        parts.set(name, [...(parts.get(name) ?? []), end]);
      }
    }
    await context.close();
  }
  const said = [...parts].map(([name, some]) => `${name.replace(/[0-9a-f]{32}/, "…")} ${middle(some)}`).join(", ");
  console.log(`first row of ${word}: ${middle(times)} ms, at best ${Math.min(...times).toFixed(0)}; read by: ${said}`);
  expect(times.length).toBe(5);
});

test("how long a step takes from the call to the screen, and where", async () => {
  const { page, context } = await filled.page();
  await page.goto("/live");
  await page.locator(".connection.open").waitFor();
  // When a row with these words is drawn.
  await page.evaluate(() => {
    const seen: { [words: string]: number } = {};
    Object.assign(globalThis, { seen });
    new MutationObserver(() => {
      const now = performance.timeOrigin + performance.now();
      for (const row of document.querySelectorAll(".grid-row")) {
        const words = /swim \d+/.exec(row.textContent ?? "")?.[0];
        if (words !== undefined) {
          seen[words] ??= now;
        }
      }
    }).observe(document.body, { subtree: true, childList: true, characterData: true });
  });
  const streamed = new Map<string, number>();
  const abort = new AbortController();
  const response = await fetch(`${filled.served.url}/v1/live`, { signal: abort.signal });
  const reading = (async () => {
    for await (const message of readMessages(response.body as ReadableStream<Uint8Array>)) {
      const words = /swim \d+/.exec(message.data)?.[0];
      if (message.event === "event" && words !== undefined && !streamed.has(words)) {
        streamed.set(words, clock());
      }
    }
  })().catch(() => undefined);
  const [toStream, toRow, all]: [number[], number[], number[]] = [[], [], []];
  for (let round = 0; round < 15; round++) {
    const words = `swim ${round}`;
    // Not in step with what looks by the clock.
    await new Promise((resolve) => setTimeout(resolve, 100 + 37 * round));
    const called = clock();
    await filled.agent.tell("tool", { name: words });
    await page
      .locator(".grid-row", { hasText: new RegExp(`${words}\\b`) })
      .first()
      .waitFor();
    const drawn = await page.evaluate((one) => (globalThis as unknown as Noting).seen[one], words);
    const sent = streamed.get(words);
    if (drawn !== undefined && sent !== undefined) {
      toStream.push(sent - called);
      toRow.push(drawn - sent);
      all.push(drawn - called);
    }
  }
  abort.abort();
  await reading;
  console.log(
    `from the call to its row: ${middle(all)} ms, at worst ${Math.max(...all).toFixed(0)}; ` +
      `to the stream ${middle(toStream)}, from there to the row ${middle(toRow)}`,
  );
  expect(all.length).toBeGreaterThan(10);
  await context.close();
});

test("ten thousand spans: how long until they are there, and how smooth they are", async () => {
  const made = long(Date.now());
  await sendAll(filled.served, [made]);
  const { page, context } = await filled.page();
  const began = performance.now();
  await page.goto(`/traces/${made.id}`, { waitUntil: "commit" });
  await page.locator(".wf-row").first().waitFor();
  const there = performance.now() - began;
  expect(await page.getByRole("treegrid").getAttribute("aria-rowcount")).toBe("10000");
  const gaps = await page.locator(".timeline").evaluate(async (list) => {
    const found: number[] = [];
    let before = performance.now();
    for (let step = 0; step < 120; step++) {
      list.scrollTop += 400;
      await new Promise(requestAnimationFrame);
      const now = performance.now();
      found.push(now - before);
      before = now;
    }
    return found.sort((a, b) => a - b);
  });
  const keys: number[] = [];
  for (let step = 0; step < 20; step++) {
    const pressed = performance.now();
    await page.keyboard.press("j");
    keys.push(performance.now() - pressed);
  }
  console.log(
    `ten thousand spans: there after ${there.toFixed(0)} ms; a frame of scrolling ${middle(gaps)} ms, ` +
      `of ten the worst ${gaps[Math.floor(gaps.length * 0.9)]?.toFixed(0)}; a key ${middle(keys)} ms`,
  );
  await context.close();
});
