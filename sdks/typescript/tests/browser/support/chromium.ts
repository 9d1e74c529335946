/**
 * Chromium with a profile of its own.
 *
 * @module
 */
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { type BrowserContext, chromium } from "playwright-core";

const FLAGS = [
  "--no-sandbox",
  "--disable-gpu",
  "--disable-quic",
  "--no-first-run",
  "--disable-background-networking",
  "--disable-component-update",
  "--disable-sync",
];

/** A browser that can be ended hard and started again with what it left on the disk. */
export class Chromium {
  readonly #profile: string;
  readonly #left: readonly string[];
  #context: BrowserContext | undefined;

  private constructor(profile: string, left: readonly string[]) {
    this.#profile = profile;
    this.#left = left;
  }

  /** @param left - flags that Playwright gives and this browser is to do without. */
  static async open(left: readonly string[] = []): Promise<Chromium> {
    const browser = new Chromium(await mkdtemp(path.join(tmpdir(), "tracewire-chromium-")), left);
    await browser.start();
    return browser;
  }

  get context(): BrowserContext {
    if (this.#context === undefined) throw new Error("the browser is not running");
    return this.#context;
  }

  async start(): Promise<void> {
    this.#context = await chromium.launchPersistentContext(this.#profile, {
      executablePath: process.env["TRACEWIRE_CHROMIUM"] ?? "/usr/bin/chromium",
      headless: true,
      args: FLAGS,
      chromiumSandbox: false,
      ignoreDefaultArgs: [...this.#left],
    });
  }

  async stop(): Promise<void> {
    await this.#context?.close();
    this.#context = undefined;
  }

  /** Ends the browser as a fault of its own would: nothing is told, nothing is written. */
  async crash(): Promise<void> {
    const { context } = this;
    const page = await context.newPage();
    const session = await context.newCDPSession(page);
    const gone = new Promise((resolve) => context.once("close", resolve));
    session.send("Browser.crash").catch(() => undefined);
    await gone;
    this.#context = undefined;
  }

  async close(): Promise<void> {
    await this.stop();
    await rm(this.#profile, { recursive: true, force: true, maxRetries: 5 });
  }
}
