import { readFileSync } from "node:fs";
import { afterAll, beforeAll, expect, test } from "vitest";
import { IDS } from "../../dev/special.ts";
import { Filled } from "./filled.ts";

let filled: Filled;
beforeAll(async () => {
  filled = await Filled.open(0.1);
});
afterAll(() => filled.close());

test("what a program does is live: a row for each step, while it goes on", async () => {
  const { page, context, complaints } = await filled.page();
  await page.goto("/live");
  await page.locator(".connection.open").waitFor();
  for (let round = 0; round < 3; round++) {
    await filled.agent.tell("tool", { name: `dive ${round}` });
    await page
      .locator(".grid-row", { hasText: `dive ${round}` })
      .first()
      .waitFor();
  }
  // A step that goes on ticks in its row, and ends where it stands.
  await filled.agent.tell("begin", { name: "short watch" });
  const row = page.locator(".grid-row", { hasText: "short watch" });
  const ticking = row.locator(".ticking");
  await ticking.waitFor();
  const before = await ticking.innerText();
  await expect.poll(() => ticking.innerText()).not.toBe(before);
  await filled.agent.tell("tool", { name: "meanwhile" });
  await page.locator(".grid-row", { hasText: "meanwhile" }).first().waitFor();
  await filled.agent.tell("end");
  await row.locator(".status.ok, .status.unset").waitFor();
  expect([await row.count(), await ticking.count()]).toEqual([1, 0]);
  // In flight it is listed above, and in its own page it grows.
  const id = await filled.agent.tell("begin", { name: "long watch" });
  const above = page.getByRole("list", { name: "In flight" }).getByRole("link", { name: /long watch/ });
  await above.click();
  await page.waitForURL(`**/traces/${id}`);
  await page.locator(".wf-bar.in_flight").waitFor();
  await filled.agent.tell("tool", { name: "look out" });
  await page.locator(".wf-row", { hasText: "look out" }).waitFor();
  await filled.agent.tell("end");
  await expect.poll(() => page.locator(".wf-bar.in_flight").count()).toBe(0);
  expect(complaints).toEqual([]);
  await context.close();
});

test("filters are asked of the server: chips, the address, and what is listed", async () => {
  const { page, context } = await filled.page();
  await page.goto("/traces");
  await page.locator(".grid-row").first().waitFor();
  await page.getByRole("button", { name: "Filter" }).click();
  await page.getByRole("button", { name: /^Service/ }).click();
  await page.keyboard.type("support");
  await page.keyboard.press("Enter");
  await page.waitForURL("**/traces?service=support-bot");
  const services = page.locator('.grid-row [role="gridcell"]:nth-child(3)');
  await expect.poll(async () => new Set(await services.allInnerTexts())).toEqual(new Set(["support-bot"]));
  await page.getByRole("button", { name: "Take the filter service away" }).click();
  await expect.poll(async () => new Set(await services.allInnerTexts()).size).toBeGreaterThan(1);
  // What an address says holds from the beginning.
  await page.goto("/traces?session=otters-1&failed=true");
  await expect.poll(() => page.getByRole("grid").getAttribute("aria-rowcount")).toBe("4");
  await page.goto("/traces?session=otters-1&status=timeout");
  await expect.poll(() => page.getByRole("grid").getAttribute("aria-rowcount")).toBe("2");
  await page.goto("/traces?service=nobody");
  await page.getByRole("heading", { name: "No trace fits" }).waitFor();
  await context.close();
});

test.each([
  ["Status", "status", "timeout"],
  ["Kind", "kind", "agent"],
  ["Name", "name", "research"],
  ["Model", "model", "gpt-5-mini"],
  ["Agent", "agent", undefined],
])("what the filter %s offers finds as many traces as it says", async (word, field, value) => {
  const { page, context } = await filled.page();
  await page.goto("/traces");
  await page.locator(".grid-row").first().waitFor();
  await page.getByRole("button", { name: "Filter" }).click();
  await page.getByRole("button", { name: new RegExp(`^${word}`) }).click();
  const offered = page.locator(".popover .item:has(.data)");
  const choice = value === undefined ? offered.last() : offered.filter({ hasText: new RegExp(`^${value}[0-9]`) });
  const number = Number((await choice.locator(".count").innerText()).replaceAll(",", ""));
  await choice.click();
  await page.waitForURL(new RegExp(`[?&]${field}=`));
  await expect.poll(() => page.getByRole("grid").getAttribute("aria-rowcount")).toBe(String(Math.min(number, 100) + 1));
  await context.close();
});

test("a trace is what was recorded, step by step", async () => {
  const { page, context, complaints } = await filled.page();
  await page.goto(`/traces/${filled.recorded.research}`);
  await page.locator(".wf-row").first().waitFor();
  expect(await page.locator("h1").innerText()).toBe("research");
  await expect
    .poll(() => page.locator(".wf-row .wf-word").allInnerTexts())
    .toEqual([
      "research",
      "plan",
      "search",
      "vector search",
      "fetch_page",
      "the library is busy, reading again",
      "fetch_page",
      "writer",
      "draft",
      "check claims",
    ]);
  await page.keyboard.press("e");
  await page.locator(".inspector .exception").waitFor();
  expect(await page.locator(".inspector .exception").first().innerText()).toContain("429: rate limit exceeded");
  await page.locator(".wf-row", { hasText: "plan" }).first().click();
  const messages = page.locator(".inspector .message");
  await expect.poll(() => messages.count()).toBe(3);
  expect(await messages.nth(0).innerText()).toContain("Answer from the library, and name your source.");
  expect(await messages.nth(1).innerText()).toContain("What keeps a sea otter warm?");
  expect(await messages.nth(2).innerText()).toContain("search");
  expect(complaints).toEqual([]);
  await context.close();
});

test("a cost is explained: each count, its price, and as what it was priced", async () => {
  const { page, context } = await filled.page();
  await page.goto(`/traces/${filled.recorded.research}`);
  await page.locator(".wf-row", { hasText: "plan" }).first().click();
  await page.getByRole("tab", { name: "Cost" }).click();
  const lines = page.locator(".inspector .plain-table tbody tr");
  await lines.first().waitFor();
  const found = await lines.evaluateAll((rows) =>
    rows.map((row) => {
      const [what, number, , amount] = [...row.querySelectorAll("td")];
      return `${what?.textContent}: ${number?.textContent}, ${amount?.title}`;
    }),
  );
  // A million tokens of gpt-5-mini: 0.25 in, 0.025 of them from the cache, 2 out.
  expect(found.sort()).toEqual([
    "cache read input tokens: 200, 0.000005 USD",
    "input tokens: 1,000, 0.00025 USD",
    "output tokens: 300, 0.0006 USD",
  ]);
  const facts = await page.locator(".inspector dl.facts").last().innerText();
  expect(facts).toContain("openai/gpt-5-mini");
  expect(facts).toMatch(/genai-prices \d/);
  await context.close();
});

test("two runs beside each other: what changed, what is missing", async () => {
  const { page, context } = await filled.page();
  await page.goto(`/compare?a=${filled.recorded.research}&b=${filled.recorded.again}`);
  await page.locator(".aligned-row").first().waitFor();
  const removed = page.locator(".aligned li.removed");
  expect(await removed.count()).toBe(1);
  expect(await removed.innerText()).toContain("check claims");
  expect(await page.locator(".aligned li.added").count()).toBe(0);
  const draft = page.locator(".aligned li.changed", { hasText: "draft" }).getByRole("button");
  await draft.click();
  await page.locator(".differences").getByRole("heading", { name: "cost" }).waitFor();
  await context.close();
});

test("analytics: drawing over a chart looks closer, and the address says so", async () => {
  const { page, context, complaints } = await filled.page();
  await page.goto("/analytics");
  const chart = page.locator(".u-over").first();
  await chart.waitFor();
  const box = await chart.boundingBox();
  if (box === null) {
    throw new Error("the chart has no place");
  }
  // The last quarter of the day: what was sent is of the last hours.
  await page.mouse.move(box.x + box.width * 0.75, box.y + box.height / 2);
  await page.mouse.down();
  await page.mouse.move(box.x + box.width - 2, box.y + box.height / 2, { steps: 8 });
  await page.mouse.up();
  await page.waitForURL(/since=.*until=/);
  const range = new URL(page.url()).searchParams;
  const hours = (Date.parse(range.get("until") ?? "") - Date.parse(range.get("since") ?? "")) / 3_600_000;
  expect(hours).toBeGreaterThan(5);
  expect(hours).toBeLessThan(7);
  await page.getByRole("button", { name: "Tools" }).click();
  await page.waitForURL(/kind=tool/);
  await page.goto("/analytics?since=24h&by=service");
  await page.locator(".plain-table, .groups", { hasText: "support-bot" }).first().waitFor();
  expect(complaints).toEqual([]);
  await context.close();
});

test("a session is its turns, in order", async () => {
  const { page, context } = await filled.page();
  await page.goto("/sessions");
  await page.locator(".grid-row", { hasText: "otters-1" }).first().click();
  await page.waitForURL("**/sessions/one?id=otters-1");
  await expect.poll(() => page.locator(".turn").count()).toBe(3);
  const turns = await page.locator(".turn").allInnerTexts();
  expect(turns[0]).toContain("What keeps a sea otter warm?");
  expect(turns[2]).toContain("And in winter?");
  await context.close();
});

test("health: who records, who was killed, and that nothing was lost", async () => {
  const { page, context } = await filled.page();
  await page.goto("/health");
  const row = (service: string) => page.locator(".plain-table tbody tr", { hasText: service }).first();
  await row("otter-desk").waitFor();
  expect(await row("otter-desk").innerText()).toContain("alive");
  expect(await row("night-watch").innerText()).toContain("dead");
  const lost = page.locator(".card", { hasText: "Records lost" });
  expect(await lost.innerText()).toContain("nothing was dropped");
  await context.close();
});

test.each([
  ["JSON", "json", "json", /^\{"envelopes":\[\{/],
  ["JSON Lines, one envelope a line", "jsonl", "jsonl", /^\{/],
  ["TOON", "toon", "toon", /^envelopes\[/],
  ["CSV", "csv", "csv", /^producer,seq,type,/],
  ["Protobuf", "proto", "pb", /./],
  ["OpenTelemetry, as OTLP's JSON", "otlp", "otlp.json", /^\{"resourceSpans":\[\{/],
])("a trace goes out as %s, and is what the server writes", async (word, format, ending, begins) => {
  const { page, context, complaints } = await filled.page({ acceptDownloads: true });
  const asked: string[] = [];
  page.on("request", (request) => asked.push(new URL(request.url()).pathname + new URL(request.url()).search));
  await page.goto(`/traces/${IDS.research}`);
  await page.getByRole("button", { name: "Export" }).click();
  const [download] = await Promise.all([
    page.waitForEvent("download"),
    page.getByRole("button", { name: word, exact: true }).click(),
  ]);
  expect(download.suggestedFilename()).toBe(`${IDS.research}.${ending}`);
  const bytes = readFileSync(await download.path());
  expect(bytes.toString()).toMatch(begins);
  expect(bytes.toString()).toContain("fetch_page");
  const path = `/v1/traces/${IDS.research}/export`;
  const written = await fetch(`${filled.served.url}${path}?format=${format}`);
  expect(bytes.equals(Buffer.from(await written.arrayBuffer()))).toBe(true);
  // By the page's own codecs, of the lines; what they have no form for is asked of the server.
  const isHere = !["csv", "otlp"].includes(format);
  expect(asked.filter((one) => one.startsWith(path))).toEqual([`${path}?format=${isHere ? "jsonl" : format}`]);
  expect(asked.some((one) => one.endsWith(".wasm"))).toBe(isHere);
  expect(complaints).toEqual([]);
  await context.close();
});

test("what a program that still runs has not sealed is not in the file, and that is said", async () => {
  const { page, context } = await filled.page({ acceptDownloads: true });
  await page.goto(`/traces/${filled.recorded.research}`);
  await page.getByRole("button", { name: "Export" }).click();
  await page.getByRole("button", { name: "JSON", exact: true }).click();
  await page.getByText("19 events are not sealed yet and not in the file; CSV has them").waitFor();
  await context.close();
});

test("a trace is deleted where it was said twice, and is gone everywhere", async () => {
  const { page, context } = await filled.page();
  const id = await filled.agent.tell("research", { question: "Forget this.", session: "otters-2" });
  await filled.served.until<{ items: unknown[] }>("/traces?session=otters-2", ({ items }) => items.length === 1);
  await page.goto(`/traces/${id}`);
  await page.getByRole("button", { name: "Delete this trace" }).click();
  await page.getByRole("dialog").getByRole("button", { name: "Delete" }).click();
  await page.waitForURL("**/traces");
  await page.locator(".grid-row").first().waitFor();
  await page.goto(`/traces/${id}`);
  await page.getByRole("alert").waitFor();
  const { items } = await filled.served.get<{ items: unknown[] }>("/traces?session=otters-2");
  expect(items).toEqual([]);
  await context.close();
});
