import { existsSync } from "node:fs";
import { AxeBuilder } from "@axe-core/playwright";
import { type Browser, type BrowserContext, type BrowserContextOptions, chromium, type Page } from "playwright-core";

/** Where a Chromium may be. */
const BROWSERS = ["/usr/bin/chromium", "/usr/bin/google-chrome", "/usr/bin/chromium-browser"];

/** A page, and all that its console complained of. */
export type Opened = { page: Page; context: BrowserContext; complaints: string[] };

/** Starts a browser. */
export function launch(): Promise<Browser> {
  const path = process.env["TRACEWIRE_CHROMIUM"] ?? BROWSERS.find((one) => existsSync(one));
  if (path === undefined) {
    throw new Error("no Chromium: install it, or name one in TRACEWIRE_CHROMIUM");
  }
  return chromium.launch({ executablePath: path, args: ["--no-sandbox", "--disable-dev-shm-usage"] });
}

/** Opens a page that has nothing from before, and notes what it complains of, and whom it asks besides its own server. */
export async function openPage(browser: Browser, base: string, options: BrowserContextOptions = {}): Promise<Opened> {
  const context = await browser.newContext({
    baseURL: base,
    reducedMotion: "reduce",
    viewport: { width: 1440, height: 900 },
    ...options,
  });
  const page = await context.newPage();
  const complaints: string[] = [];
  page.on("console", (message) => {
    if (message.type() === "error") {
      complaints.push(message.text());
    }
  });
  page.on("pageerror", (error) => complaints.push(String(error)));
  page.on("request", (request) => {
    const url = new URL(request.url());
    if (!["blob:", "data:"].includes(url.protocol) && url.origin !== base) {
      complaints.push(`it asked ${url.origin}`);
    }
  });
  return { page, context, complaints };
}

/** What axe finds, in one line each; in the whole page, or within a part of it. */
export async function axe(page: Page, only?: string, within?: string): Promise<string[]> {
  const builder = within === undefined ? new AxeBuilder({ page }) : new AxeBuilder({ page }).include(within);
  const chosen =
    only === undefined
      ? builder.withTags(["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"])
      : builder.withRules([only]);
  const { violations } = await chosen.analyze();
  return violations.flatMap((violation) =>
    violation.nodes
      .slice(0, 3)
      .map(
        (node) =>
          `${violation.id}: ${node.target.join(" ")}: ${node.any.map((one) => one.message).join("; ") || node.failureSummary}`,
      ),
  );
}
