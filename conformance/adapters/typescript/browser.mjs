/**
 * Runs the adapter in Chromium, which has no standard input: `node browser.mjs FOLDER CHROMIUM`, with the folder that
 * `build.mjs` wrote into.
 *
 * The page is served on loopback, for only an origin has what a browser stores; a line goes in, its answer comes out.
 */
import { readFile } from "node:fs/promises";
import { createServer } from "node:http";
import { createRequire } from "node:module";
import { join } from "node:path";
import { createInterface } from "node:readline";

const sdk = new URL("../../../sdks/typescript/", import.meta.url);
const { chromium } = createRequire(new URL("package.json", sdk))("playwright-core");
const [folder = ".", executablePath = "/usr/bin/chromium"] = process.argv.slice(2);
const HTML = '<!doctype html><meta charset="utf-8"><script type="module" src="/browser.mjs"></script>';
const FLAGS = ["--no-sandbox", "--disable-gpu", "--no-first-run", "--disable-background-networking"];
const MORE_FLAGS = ["--disable-component-update", "--disable-sync"];
const wasm = (name) => ["application/wasm", () => readFile(new URL(`wasm/${name}.wasm`, sdk))];
const FILES = {
  "/": ["text/html", () => HTML],
  "/browser.mjs": ["text/javascript", () => readFile(join(folder, "browser.mjs"))],
  ...Object.fromEntries(["tools", "tracewire-rules"].map((name) => [`/${name}.wasm`, wasm(name)])),
};

const server = createServer(async (request, response) => {
  const [type, read] = FILES[request.url] ?? ["text/plain", () => ""];
  response.setHeader("content-type", type);
  response.end(await read());
});
await new Promise((resolve) => server.listen(0, "127.0.0.1", resolve));
const browser = await chromium.launch({ executablePath, args: [...FLAGS, ...MORE_FLAGS] });
const page = await browser.newPage();
page.on("console", (message) => process.stderr.write(`${message.text()}\n`));
page.on("pageerror", (error) => process.stderr.write(`${error.stack}\n`));
await page.goto(`http://127.0.0.1:${server.address().port}/`);
await page.waitForFunction(() => typeof globalThis.answer === "function");
await page.evaluate(() => globalThis.ready);
for await (const line of createInterface({ input: process.stdin })) {
  process.stdout.write(`${await page.evaluate((request) => globalThis.answer(request), line)}\n`);
}
await browser.close();
server.close();
