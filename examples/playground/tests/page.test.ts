import { execFileSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { type Browser, chromium, type Page } from "playwright-core";
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from "vitest";
import { serve } from "../serve.mjs";
import { chromiumPath } from "./chromium.ts";

const PLACE =
  '"time":"2026-11-21T09:00:00.000000000Z","trace_id":"5b8efff798038103d269b633813fc60c","type":"span.start"';
const HERE = fileURLToPath(new URL("..", import.meta.url));
const FLAGS =
  "--headless --no-sandbox --disable-gpu --no-first-run --disable-background-networking " +
  "--disable-component-update --disable-sync";

let browser: Browser;
let page: Page;
let server: Awaited<ReturnType<typeof serve>>;
let folder: string;
let problems: string[];
let elsewhere: string[];

// PLAYGROUND_AT names a page that is served already.
beforeAll(async () => {
  if (process.env["PLAYGROUND_AT"] === undefined)
    execFileSync(process.execPath, ["build.mjs"], { cwd: HERE, stdio: "inherit" });
  server =
    process.env["PLAYGROUND_AT"] === undefined
      ? await serve()
      : { address: process.env["PLAYGROUND_AT"], close: () => undefined };
  browser = await chromium.launch({ executablePath: chromiumPath(), args: FLAGS.split(" ") });
  folder = mkdtempSync(join(tmpdir(), "tracewire-playground-"));
});

afterAll(async () => {
  await browser?.close();
  server?.close();
  if (folder !== undefined) rmSync(folder, { recursive: true, force: true });
});

beforeEach(async () => {
  problems = [];
  elsewhere = [];
  const context = await browser.newContext({ viewport: { width: 1440, height: 900 }, acceptDownloads: true });
  await context.grantPermissions(["clipboard-read", "clipboard-write"]);
  page = await context.newPage();
  page.on("pageerror", (error) => problems.push(error.message));
  page.on("console", (message) => message.type() === "error" && problems.push(message.text()));
  page.on("request", (request) => {
    if (!/^(data|blob):/.test(request.url()) && !request.url().startsWith(server.address))
      elsewhere.push(request.url());
  });
});

afterEach(async () => {
  await page.context().close();
  expect(problems).toEqual([]);
  expect(elsewhere).toEqual([]);
});

/** Waits until everything about the input is there, the validator's part too. */
async function done(): Promise<void> {
  await page.waitForFunction(() => {
    const badge = document.querySelector("#tab-findings .badge")?.textContent ?? "";
    return badge !== "" && badge !== "…" && !document.querySelector(".results.is-busy");
  });
}

async function open(fragment = ""): Promise<void> {
  await page.goto(server.address + fragment);
  await done();
}

async function paste(text: string): Promise<void> {
  await page.locator("textarea").fill(text);
  await page.waitForFunction(() => document.querySelector(".samples") instanceof HTMLSelectElement);
  await page.waitForFunction((length) => document.querySelector(".state")?.textContent?.includes(length), sizeOf(text));
  await done();
}

function sizeOf(text: string): string {
  const length = Buffer.byteLength(text);
  return length < 1000 ? `${length} B` : `${(length / 1e3).toFixed(length < 9995 ? 2 : length < 99950 ? 1 : 0)} kB`;
}

const names = (): Promise<string[]> => page.locator(".row .name").allTextContents();

test("it begins with a sample, validated, as a tree", async () => {
  await open();
  expect(await page.locator(".trace-title h2").textContent()).toBe("support chat");
  expect(await names()).toContain("lookup_order");
  expect(await page.locator(".trace-figures").textContent()).toContain("12 steps");
  expect(await page.locator("#tab-findings .badge").textContent()).toBe("✓");
});

test("open steps of a killed agent are abandoned", async () => {
  await open("#sample=killed");
  expect(await page.locator(".trace-title .status").textContent()).toBe("abandoned");
  expect(await page.locator(".row .bar-of.is-open").count()).toBe(3);
});

test("a click on a finding goes to its line, its step is one more click", async () => {
  await open("#sample=broken");
  const finding = page.locator(".finding", { hasText: "TW0203" });
  expect(await finding.locator(".fix").textContent()).toContain("exact digits");
  await finding.locator(".finding-main").click();
  expect(await page.locator(".input .number.chosen").textContent()).toBe("4");
  expect(await page.locator(".input .line.chosen .under-error").first().textContent()).toBe("12345678901234567890");
  await finding.getByText("step", { exact: true }).click();
  await page.locator(".detail").waitFor();
  expect(await page.locator(".detail h2").textContent()).toBe("tides");
  expect(await page.locator(".detail .odd").count()).toBeGreaterThanOrEqual(3);
});

test("a step shows its messages, its tokens and its place in the input", async () => {
  await open();
  await page.locator(".row", { hasText: "gpt-5-mini" }).first().click();
  await page.locator(".detail").waitFor();
  expect(await page.locator(".role-user").first().textContent()).toContain("torn jib sheet");
  expect(await page.locator(".figure").first().textContent()).toContain("1,412");
  await page.locator(".detail-head .link").click();
  expect(await page.locator(".input .number.chosen").count()).toBe(1);
});

test("the tree is used by the keyboard", async () => {
  await open();
  await page.locator(".rows").focus();
  const all = (await names()).length;
  await page.keyboard.press("ArrowDown");
  await page.keyboard.press("ArrowLeft");
  expect(await names()).toEqual(["support chat"]);
  await page.keyboard.press("ArrowRight");
  expect((await names()).length).toBe(all);
  await page.keyboard.press("End");
  await page.keyboard.press("Enter");
  await page.locator(".detail").waitFor();
  expect(await page.locator(".detail h2").textContent()).toBe("answer");
  await page.keyboard.press("Escape");
  expect(await page.locator(".detail").count()).toBe(0);
  await page.locator("#tab-trace").focus();
  await page.keyboard.press("ArrowRight");
  expect(await page.locator("#tab-findings").getAttribute("aria-selected")).toBe("true");
});

test("every encoding is written, and read again it is the same trace", async () => {
  await open("#sample=killed");
  const before = await names();
  await page.locator("#tab-encodings").click();
  await page.waitForFunction(() => document.querySelectorAll(".form-actions").length === 6);
  await page.getByText("Count tokens").click();
  await page.waitForFunction(
    () => ![...document.querySelectorAll(".form-row .right")].some((cell) => cell.textContent === "…"),
  );
  const tokens = await page.locator(".form-row:not(.form-head)").first().locator(".right").nth(2).textContent();
  expect(Number(tokens?.replace(",", ""))).toBeGreaterThan(1000);
  for (const [form, name] of [
    ["Protobuf", "trace.binpb"],
    ["TOON", "trace.toon"],
    ["JSON", "trace.json"],
    ["JSON Lines", "trace.jsonl"],
  ]) {
    const [download] = await Promise.all([
      page.waitForEvent("download"),
      page.getByLabel(`Download as ${form}`, { exact: true }).click(),
    ]);
    expect(download.suggestedFilename()).toBe(name);
    const path = join(folder, name as string);
    await download.saveAs(path);
    const other = await page.context().newPage();
    await other.goto(`${server.address}#sample=broken`);
    await other.locator("input[type=file]").setInputFiles(path);
    await other.locator("#tab-trace").click();
    await other.locator(".trace-title h2", { hasText: "research" }).waitFor();
    expect(await other.locator(".row .name").allTextContents()).toEqual(before);
    await other.close();
  }
});

test("an address carries the recording, to whoever opens it", async () => {
  await open();
  const text = readFileSync(join(HERE, "samples/broken.jsonl"), "utf8").replace(
    "answer a question",
    "a question of mine",
  );
  await paste(text);
  await page.getByText("Share").click();
  await page.locator(".toast.is-seen").waitFor();
  const address = await page.evaluate(() => navigator.clipboard.readText());
  const other = await page.context().newPage();
  await other.goto(address);
  await other.locator("textarea").waitFor();
  await other.waitForFunction(
    () => document.querySelectorAll(".row").length > 0 || document.querySelectorAll(".finding").length > 0,
  );
  expect(await other.locator("textarea").inputValue()).toBe(text);
  await other.close();
});

test("what cannot be read says so, and nothing is a state of its own", async () => {
  await open();
  await paste("this is not a trace {");
  expect(await page.locator(".trace-head h2").textContent()).toBe("No trace to show");
  await page.locator("#tab-findings").click();
  expect(await page.locator(".finding").first().textContent()).toContain("TW0001");
  await page.locator("textarea").fill("");
  await page.locator(".hint").waitFor({ state: "visible" });
  await page.locator("#tab-trace").click();
  await page.getByText("Paste one, drop a file").waitFor();
});

test("a large file is read in the worker while the page goes on", async () => {
  await open();
  const line = (seq: number, id: string) =>
    `{"body":{"input":"${"x".repeat(400)}","name":"step ${seq}"},"kind":"step","seq":${seq},"span_id":"${id}",${PLACE}}`;
  const path = join(folder, "large.jsonl");
  writeFileSync(
    path,
    Array.from({ length: 20_000 }, (_, at) => line(at + 1, (at + 1).toString(16).padStart(16, "0"))).join("\n"),
  );
  await page.locator("input[type=file]").setInputFiles(path);
  // Clicks are answered although nothing is known of the file yet.
  await page.locator("#tab-encodings").click();
  expect(await page.locator("#tab-encodings").getAttribute("aria-selected")).toBe("true");
  await page.locator("#tab-trace").click();
  await page.getByText("20,000 steps").waitFor();
  expect(await page.locator(".row").count()).toBeLessThan(200);
  await page.locator(".rows").focus();
  await page.keyboard.press("End");
  await page.locator("#step-19999").waitFor();
  expect(await page.locator(".input .bar").textContent()).toContain("read only");
});
