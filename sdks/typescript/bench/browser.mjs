/**
 * What the same step costs in Chromium, how long a page waits for the first one, and how large the module is.
 *
 *     node bench/browser.mjs --rounds 5
 *
 * The page is served from loopback, isolated from other origins: only then are its clocks fine enough (5 µs), and
 * steps are timed sixteen at a time.
 * What the page uses of the package is bundled into one file. `ready` is the time from the moment when the browser has
 * that file to the end of the first step: parsed, run, the module decoded, compiled and opened, the step recorded.
 * `download` is what loopback took before, uncompressed: a page's own way is another one. Each round is a browser
 * context of its own, which knows nothing of the rounds before.
 */
import { existsSync, readFileSync } from "node:fs";
import { createServer } from "node:http";
import { createRequire } from "node:module";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { gzipSync } from "node:zlib";
import { build } from "esbuild";
import { chromium } from "playwright-core";
import { ATTRIBUTES, INPUT, median, OUTPUT, row, rows } from "./work.mjs";

const SUBJECT = "tracewire (chromium)";
const FLAGS =
  "--headless --no-sandbox --disable-gpu --no-first-run --disable-background-networking " +
  "--disable-component-update --disable-sync";
const TYPES = { js: "text/javascript" };

const { values: options } = parseArgs({ options: { rounds: { type: "string", default: "5" } } });
const root = new URL("../", import.meta.url);

/** What a page uses of the package, in one file. */
async function bundle() {
  const stdin = {
    contents: 'export { Client } from "./dist/browser/index.js";',
    resolveDir: fileURLToPath(root),
  };
  const { outputFiles } = await build({ stdin, bundle: true, minify: true, format: "esm", write: false });
  return outputFiles[0].contents;
}

function serve(files) {
  const server = createServer((request, response) => {
    const path = new URL(request.url ?? "/", "http://localhost").pathname;
    const headers = {
      "content-type": TYPES[path.split(".").pop()] ?? "text/html",
      "cross-origin-opener-policy": "same-origin",
      "cross-origin-embedder-policy": "require-corp",
      "cache-control": "no-store",
    };
    const body = files.get(path);
    if (body === undefined) response.writeHead(404).end();
    else response.writeHead(200, headers).end(body);
  });
  return new Promise((resolve) => server.listen(0, "127.0.0.1", () => resolve(server)));
}

/** One round, in the page. */
async function inPage({ attributes, input, output }) {
  const [batch, batches, between] = [16, 250, 10];
  const asked = performance.now();
  const bytes = await (await fetch("/tracewire.js")).arrayBuffer();
  const download = performance.now() - asked;
  const script = URL.createObjectURL(new Blob([bytes], { type: "text/javascript" }));
  const began = performance.now();
  const { Client } = await import(script);
  const client = new Client({ service: "bench", browser: { storage: "memory" } });
  const given = { kind: "tool", attributes, input };
  const work = (step) => step.setOutput(output);
  const one = () => client.span("search", given, work);
  one();
  const ready = performance.now() - began;
  for (let index = 0; index < 500; index += 1) one();
  const times = [];
  let total = 0;
  for (let at = 0; at < batches; at += 1) {
    // The page's own work gets its turn, and what was recorded may leave.
    if (at % between === 0) await new Promise((resolve) => setTimeout(resolve, 0));
    const start = performance.now();
    for (let index = 0; index < batch; index += 1) one();
    const took = performance.now() - start;
    total += took;
    times.push(took / batch);
  }
  const report = await client.flush();
  return { download, ready, times, total: total / batch, steps: batches * batch + 501, report };
}

/** What a batch's steps took on average, in microseconds. */
function figures({ times, total }) {
  const sorted = [...times].sort((a, b) => a - b);
  const at = (share) => sorted[Math.floor(sorted.length * share)] * 1e3;
  return { p50_us: at(0.5), p99_us: at(0.99), spans_per_second: (times.length / total) * 1e3 };
}

async function main() {
  const bundled = await bundle();
  const server = await serve(
    new Map([
      ["/", "<!doctype html><title>bench</title>"],
      ["/tracewire.js", bundled],
    ]),
  );
  const browser = await chromium.launch({
    executablePath: process.env.TRACEWIRE_CHROMIUM ?? "/usr/bin/chromium",
    args: FLAGS.split(" "),
  });
  const version = `${createRequire(import.meta.url)("../package.json").version}, Chromium ${browser.version()}`;
  const found = [];
  try {
    for (let round = 0; round < Number(options.rounds); round += 1) {
      const context = await browser.newContext();
      const page = await context.newPage();
      await page.goto(`http://127.0.0.1:${server.address().port}/`);
      const one = await page.evaluate(inPage, { attributes: ATTRIBUTES, input: INPUT, output: OUTPUT });
      // A recorder that writes nothing is the fastest of all.
      if (one.report.written !== one.steps * 2)
        throw new Error(`${one.steps} steps recorded: ${JSON.stringify(one.report)}`);
      found.push(one);
      await context.close();
    }
  } finally {
    await browser.close();
    server.close();
  }
  rows(SUBJECT, version, found.map(figures));
  const ready = found.map((one) => one.ready);
  row(SUBJECT, version, "ready", "ms", median(ready));
  row(SUBJECT, version, "ready.least", "ms", Math.min(...ready));
  row(SUBJECT, version, "download", "ms", median(found.map((one) => one.download)));
  size("bundle", version, bundled);
  for (const name of ["tracewire.wasm", "tools.wasm", "tokens.wasm"]) {
    const path = new URL(`wasm/${name}`, root);
    if (existsSync(path)) size(name, version, readFileSync(path));
  }
}

/** How large something is, and how large when a server compresses it. */
function size(name, version, bytes) {
  row(SUBJECT, version, name, "B", bytes.length);
  row(SUBJECT, version, `${name}.gzip`, "B", gzipSync(bytes, { level: 9 }).length);
}

await main();
