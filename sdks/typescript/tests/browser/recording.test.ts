/** What a page records, keeps and sends, while all goes well. */
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
  page = await pageOf(browser, site);
});
afterEach(async () => {
  await page.close();
  await site.close();
});

test("the first record waits for nothing, and what is recorded arrives", async () => {
  const report = await page.evaluate(async () => {
    const { Client } = (globalThis as unknown as { tracewire: Tracewire }).tracewire;
    const client = new Client({ service: "shop", browser: { endpoint: "/collect" } });
    const answer = client.span("outer", { kind: "agent" }, (outer) => {
      client.span("inner", { kind: "tool", input: { query: "é" } }, (inner) => inner.setOutput([1, 2n]));
      outer.setOutput("done");
      return 7;
    });
    return { answer, ...(await client.flush()) };
  });
  expect(report).toMatchObject({ answer: 7, written: 4, durable: 4, sent: 4, pending: 0, dropped: {}, errors: {} });
  expect(site.names).toEqual(["outer", "inner"]);
  const [envelope] = site.envelopes;
  expect(envelope?.value.resource).toMatchObject({ "service.name": "shop", "telemetry.sdk.language": "webjs" });
  expect(site.requests[0]?.headers["content-type"]).toBe("application/x-ndjson");
  expect(site.requests[0]?.headers["authorization"]).toBeUndefined();
});

test("where the memory is full the oldest journals give way, and the numbers say so", async () => {
  const { report, stats, problems } = await page.evaluate(async () => {
    const { Client } = (globalThis as unknown as { tracewire: Tracewire }).tracewire;
    const quiet = { browser: { storage: "memory" as const } };
    const client = new Client({
      ...quiet,
      quotaBytes: 40_000,
      whenFull: "drop_oldest",
      sampling: { kinds: { http: 0 } },
    });
    for (let number = 0; number < 500; number++) client.span("step", { input: "x".repeat(200) }, () => {});
    client.span("left out", { kind: "http" }, () => {});
    const [report, stats] = [await client.flush(), client.stats()];
    const waits = new Client({ ...quiet, whenFull: "block" as "drop_oldest", tail: { errors: true } });
    return { report, stats, problems: (await waits.flush()).errors };
  });
  expect(Object.keys(report.dropped)).toEqual(["evicted"]);
  expect(report.written + (report.dropped["evicted"] ?? 0)).toBe(1000);
  expect(stats).toMatchObject({
    written: report.written,
    quotaBytes: 40_000,
    unsampled: 2,
    withheld: 0,
    mode: "local",
  });
  expect(stats.bytes).toBeGreaterThan(0);
  expect(stats.bytes).toBeLessThanOrEqual(40_000);
  expect(problems).toEqual({ configuration: 2 });
});

test("the current step lasts for the synchronous part; run, bind and span are for the rest", async () => {
  const parents = await page.evaluate(async () => {
    const { Client } = (globalThis as unknown as { tracewire: Tracewire }).tracewire;
    const client = new Client({ browser: { storage: "memory" } });
    return await client.span("outer", async (outer) => {
      const direct = client.startSpan("direct").traceId === outer.traceId;
      await null;
      const lost = client.startSpan("lost").traceId === outer.traceId;
      const run = outer.run(() => client.startSpan("run")).traceId === outer.traceId;
      const bound = outer.bind(() => client.startSpan("bound"));
      await null;
      const kept = bound().traceId === outer.traceId;
      const child = outer.span("child", (inner) => inner.traceId === outer.traceId);
      return { direct, lost, run, kept, child };
    });
  });
  expect(parents).toEqual({ direct: true, lost: false, run: true, kept: true, child: true });
});

test("a run that ended is sent without a flush", async () => {
  await page.evaluate(() => {
    const { Client } = (globalThis as unknown as { tracewire: Tracewire }).tracewire;
    const client = new Client({ browser: { endpoint: "/collect" } });
    client.span("run", () => undefined);
    (globalThis as unknown as { kept: unknown }).kept = client;
  });
  await site.until(({ names }) => names.includes("run"));
});

test("the collector has its headers, and long values stay within what a beacon carries", async () => {
  await page.evaluate(async () => {
    const { Client } = (globalThis as unknown as { tracewire: Tracewire }).tracewire;
    const client = new Client({ browser: { endpoint: "/collect", headers: { "X-Key": "k" } } });
    for (let turn = 0; turn < 30; turn++) {
      client.span(`turn ${turn}`, { input: "x".repeat(90_000 + turn) }, (step) =>
        step.setOutput(`y${turn}`.repeat(9000)),
      );
    }
    await client.flush(20_000);
  });
  expect(site.names).toHaveLength(30);
  expect(site.requests[0]?.headers["x-key"]).toBe("k");
  expect(Math.max(...site.envelopes.map(({ bytes }) => bytes.length))).toBeLessThan(60_000);
});

test.each(["/worker.js", "/module-worker.js"])("a worker keeps and sends as a page does: %s", async (script) => {
  const report = await page.evaluate(async (url) => {
    const worker = new Worker(url, url.includes("module") ? { type: "module" } : {});
    const answer = new Promise((resolve) => {
      worker.onmessage = ({ data }) => resolve(data);
    });
    worker.postMessage({ options: { browser: { endpoint: "/collect" } }, names: ["one", "two"] });
    return (await answer) as Report;
  }, script);
  expect(report).toMatchObject({ written: 4, durable: 4, sent: 4 });
  expect(site.names).toEqual(["one", "two"]);
});

test("a page with rules of redaction loads the module that has them", async () => {
  await page.goto(`${site.origin}/slim`);
  const said: string[] = [];
  page.on("console", (message) => said.push(message.text()));
  const record = async (file: string) =>
    await page.evaluate(async (name) => {
      const { Client } = (globalThis as unknown as { tracewire: Tracewire }).tracewire;
      const wasm = await (await fetch(name)).arrayBuffer();
      const browser = { endpoint: "/collect", storage: "memory" } as const;
      const client = new Client({ wasm, redact: ["@email"], browser });
      client.span(name, { input: "to ann@example.com" }, () => undefined);
      return await client.flush();
    }, file);
  expect(await record("/tracewire-rules.wasm")).toMatchObject({ written: 2, sent: 2 });
  const sent = () => site.envelopes.map(({ bytes }) => new TextDecoder().decode(bytes)).join();
  expect(sent()).toContain("to [email]");
  await page.reload();
  expect(await record("/tracewire.wasm")).toMatchObject({ written: 2, sent: 2, errors: { configuration: 1 } });
  expect(said.join()).toContain("init({ wasm }) with the bytes of tracewire/tracewire-rules.wasm knows the others");
  expect(sent()).not.toContain("ann@example.com");
});

test("a page with guards loads the module that has them", async () => {
  await page.goto(`${site.origin}/slim`);
  const run = async (file: string, capture: boolean) =>
    await page.evaluate(
      async ([name, capture]) => {
        const { Client } = (globalThis as unknown as { tracewire: Tracewire }).tracewire;
        const wasm = await (await fetch(name)).arrayBuffer();
        const heard: string[] = [];
        const budget = { steps: 3, money: "1" };
        const rates = { "house-*": { input: "1000", output: "1000" } };
        const onWarning = ({ rule, used, reserved }: { rule: string; used: string; reserved: string }) =>
          heard.push(`${rule} ${used} ${reserved}`);
        const guards = { budget, loops: { repeats: 2 }, rates, warnAt: 0.9, onWarning };
        const said = (error: unknown) => `${(error as { code?: string }).code} ${(error as Error).message}`;
        try {
          const client = new Client({ wasm, guards, capture, browser: { endpoint: "/collect", storage: "memory" } });
          const made: string[] = [];
          const tried = (query: string) => {
            try {
              client.span("search", { kind: "tool", input: query }, () => made.push(query));
              return "made";
            } catch (error) {
              return said(error);
            }
          };
          const stops = client.span("run", { sessionId: "chat-7" }, () => {
            const attributes = { "gen_ai.request.model": "house-1", "gen_ai.request.max_tokens": 100 };
            client.span("chat", { kind: "llm", input: "1234567890", attributes }, (step) => {
              step.usage({ inputTokens: 5, outputTokens: 20 });
              step.setOutput("kelp");
            });
            return ["otters", "otters", "kelp", "crabs"].map(tried);
          });
          const status = client.guards.status("chat-7");
          return { stops, made, heard, steps: status?.steps, money: status?.money, report: await client.flush() };
        } catch (error) {
          return { refused: said(error) };
        }
      },
      [file, capture] as const,
    );
  const before = site.envelopes.length;
  for (const capture of [true, false]) {
    expect(await run("/tracewire-rules.wasm", capture)).toMatchObject({
      stops: [
        "made",
        'loop_detected loop in session "chat-7": tool "search" with the same arguments for time 2, limit 2',
        "made",
        'budget_exceeded step budget of session "chat-7" would be exceeded: tool "search" asks 1, 3 used, 0 reserved, limit 3',
      ],
      made: ["otters", "kelp"],
      heard: ["steps 2 0"],
      steps: { used: "3", reserved: "0", limit: "3" },
      money: { used: "0.025", reserved: "0", limit: "1" },
      report: { written: 11, sent: 11, errors: {} },
    });
  }
  const sent = site.envelopes.slice(before).map(({ bytes }) => new TextDecoder().decode(bytes));
  expect(sent.join().match(/"tracewire.guard.decision":"(stop|warn)"/g)).toHaveLength(6);
  await page.reload();
  expect(await run("/tracewire.wasm", true)).toEqual({ refused: expect.stringContaining("tracewire-rules.wasm") });
});

test("the slim build says what it lacks, and works with it", async () => {
  await page.goto(`${site.origin}/slim`);
  const said: string[] = [];
  page.on("console", (message) => said.push(message.text()));
  const without = await page.evaluate(async () => {
    const { Client } = (globalThis as unknown as { tracewire: Tracewire }).tracewire;
    const client = new Client();
    client.span("lost", () => undefined);
    return await client.flush();
  });
  expect(without.dropped).toEqual({ unavailable: 1 });
  expect(said.join()).toContain("init({ wasm })");
  const report = await page.evaluate(async () => {
    const { Client } = (globalThis as unknown as { tracewire: Tracewire }).tracewire;
    const wasm = await (await fetch("/tracewire.wasm")).arrayBuffer();
    const client = new Client({ wasm, browser: { endpoint: "/collect" } });
    client.span("slim", () => undefined);
    return await client.flush();
  });
  expect(report).toMatchObject({ written: 2, sent: 2 });
});

test("a dead instance records nothing, throws nothing, and counts", async () => {
  const found = await page.evaluate(async () => {
    const { Client, platform } = (globalThis as unknown as { tracewire: Tracewire }).tracewire;
    const client = new Client({ browser: { storage: "memory" } });
    client.span("before", () => undefined);
    let thrown = "";
    try {
      platform.native().testingPanic();
    } catch (error) {
      thrown = String(error);
    }
    const answer = client.span("after", (step) => {
      step.set("a", 1);
      return "mine";
    });
    return { thrown, answer, report: await client.flush(), encoded: attempt(() => platform.native().version()) };

    function attempt(work: () => unknown): string {
      try {
        return String(work());
      } catch (error) {
        return String(error);
      }
    }
  });
  expect(found.answer).toBe("mine");
  expect(found.thrown).toContain("internal");
  expect(found.encoded).toContain("internal");
  expect(found.report.dropped["internal"]).toBeGreaterThan(0);
  expect(found.report.errors["internal_error"]).toBe(1);
});
