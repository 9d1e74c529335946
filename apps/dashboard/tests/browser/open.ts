import type { Browser, BrowserContextOptions } from "playwright-core";
import { type PreviewServer, preview } from "vite";
import { launch, type Opened, openPage } from "../chromium.ts";

export { axe } from "../chromium.ts";

/** The built pages with the made-up data, under the policy that the server sends, and a browser. */
export class Stage {
  private constructor(
    readonly base: string,
    readonly browser: Browser,
    private readonly server: PreviewServer,
  ) {}

  static async open(): Promise<Stage> {
    const server = await preview({ preview: { port: 0, host: "127.0.0.1" }, logLevel: "error" });
    const base = server.resolvedUrls?.local[0]?.replace(/\/$/, "") ?? "";
    return new Stage(base, await launch(), server);
  }

  async close(): Promise<void> {
    await this.browser.close();
    await this.server.close();
  }

  /** A page, and all that its console complained of. */
  async page(options: BrowserContextOptions & { fixtures?: string } = {}): Promise<Opened> {
    const { fixtures, ...rest } = options;
    const opened = await openPage(this.browser, this.base, rest);
    if (fixtures !== undefined) {
      await opened.context.addCookies([{ name: "fixtures", value: fixtures, url: this.base }]);
    }
    return opened;
  }
}
