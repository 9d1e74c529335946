import { existsSync } from "node:fs";
import { AxeBuilder } from "@axe-core/playwright";
import { type Browser, type BrowserContext, type BrowserContextOptions, chromium, type Page } from "playwright-core";
import { type PreviewServer, preview } from "vite";

/** Where a Chromium may be. */
const BROWSERS = ["/usr/bin/chromium", "/usr/bin/google-chrome", "/usr/bin/chromium-browser"];

/** The built pages with the made-up data, under the policy that the server sends, and a browser. */
export class Stage {
  private constructor(
    readonly base: string,
    readonly browser: Browser,
    private readonly server: PreviewServer,
  ) {}

  static async open(): Promise<Stage> {
    const path = process.env["CHROME"] ?? BROWSERS.find((one) => existsSync(one));
    if (path === undefined) {
      throw new Error("no Chromium: install it, or name one in CHROME");
    }
    const server = await preview({ preview: { port: 0, host: "127.0.0.1" }, logLevel: "error" });
    const base = server.resolvedUrls?.local[0]?.replace(/\/$/, "") ?? "";
    const browser = await chromium.launch({ executablePath: path, args: ["--no-sandbox", "--disable-dev-shm-usage"] });
    return new Stage(base, browser, server);
  }

  async close(): Promise<void> {
    await this.browser.close();
    await this.server.close();
  }

  /** A page, and all that its console complained of. */
  async page(
    options: BrowserContextOptions & { fixtures?: string } = {},
  ): Promise<{ page: Page; context: BrowserContext; complaints: string[] }> {
    const { fixtures, ...rest } = options;
    const context = await this.browser.newContext({
      baseURL: this.base,
      reducedMotion: "reduce",
      viewport: { width: 1440, height: 900 },
      ...rest,
    });
    if (fixtures !== undefined) {
      await context.addCookies([{ name: "fixtures", value: fixtures, url: this.base }]);
    }
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
      if (!["blob:", "data:"].includes(url.protocol) && url.origin !== this.base) {
        complaints.push(`it asked ${url.origin}`);
      }
    });
    return { page, context, complaints };
  }
}

/** What axe finds, in one line each. */
export async function axe(page: Page, only?: string): Promise<string[]> {
  const builder = new AxeBuilder({ page });
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
