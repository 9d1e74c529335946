/**
 * A folder in a real browser: served on loopback, opened without a window, its answer waited for.
 *
 * @module
 */
import { readFile } from "node:fs/promises";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import path from "node:path";
import { type Browser, chromium } from "playwright-core";
import { CHROMIUM } from "./where.ts";

const TYPES: Record<string, string> = {
  ".html": "text/html",
  ".js": "text/javascript",
  ".mjs": "text/javascript",
  ".wasm": "application/wasm",
  ".json": "application/json",
};

/** Nothing of the browser itself goes to the network. */
const FLAGS = [
  "--no-sandbox",
  "--disable-gpu",
  "--no-first-run",
  "--disable-background-networking",
  "--disable-component-update",
  "--disable-sync",
];

/** What a page gave, and what it complained of. */
export interface Shown<T> {
  readonly answer: T;
  readonly complaints: string[];
}

export class Pages {
  readonly #browser: Browser;

  private constructor(browser: Browser) {
    this.#browser = browser;
  }

  static async open(): Promise<Pages> {
    return new Pages(await chromium.launch({ executablePath: CHROMIUM, args: FLAGS, headless: true }));
  }

  close(): Promise<void> {
    return this.#browser.close();
  }

  /**
   * Opens a folder's page in a fresh profile and gives what its script puts into `globalThis.answer`.
   *
   * @param before - a script that runs before all of the page's
   */
  async show<T>(folder: string, before?: string): Promise<Shown<T>> {
    const { server, address } = await serve(folder);
    const context = await this.#browser.newContext();
    try {
      const page = await context.newPage();
      const complaints: string[] = [];
      page.on("pageerror", (error) => complaints.push(error.stack ?? error.message));
      page.on("console", (message) => {
        if (message.type() === "error" || message.type() === "warning") {
          complaints.push(message.text());
        }
      });
      if (before !== undefined) {
        await page.addInitScript(before);
      }
      await page.goto(address);
      const handle = await page
        .waitForFunction(() => (globalThis as { answer?: unknown }).answer, undefined, { timeout: 20_000 })
        .catch((error: unknown) => {
          throw new Error(`the page gave no answer; it said ${JSON.stringify(complaints)}`, { cause: error });
        });
      return { answer: (await handle.jsonValue()) as T, complaints };
    } finally {
      await context.close();
      server.closeAllConnections();
      server.close();
    }
  }
}

async function serve(folder: string): Promise<{ server: Server; address: string }> {
  const server = createServer((request, response) => {
    const name = new URL(request.url ?? "/", "http://localhost").pathname;
    if (name === "/favicon.ico") {
      response.writeHead(204).end();
      return;
    }
    const file = path.join(folder, name === "/" ? "index.html" : name);
    readFile(file).then(
      (bytes) => response.writeHead(200, { "content-type": TYPES[path.extname(file)] ?? "text/plain" }).end(bytes),
      () => response.writeHead(404).end(),
    );
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return { server, address: `http://127.0.0.1:${(server.address() as AddressInfo).port}/` };
}
