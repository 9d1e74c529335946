/**
 * A tab that goes away and comes back. Playwright waits for loads that a page from the back/forward cache does not have, so this one
 * speaks the browser's own protocol.
 *
 * @module
 */
import type { CDPSession } from "playwright-core";
import type { Chromium } from "./chromium.ts";

/** One tab. */
export class Visit {
  readonly #session: CDPSession;
  /** Loads of pages that are through, and who waits for one. */
  readonly #loaded = new Set<string>();
  readonly #waiting = new Map<string, () => void>();
  /** Why the last page that was gone back to had not been kept. */
  readonly refusals: string[] = [];

  private constructor(session: CDPSession) {
    this.#session = session;
    session.on("Page.backForwardCacheNotUsed", ({ notRestoredExplanations }) => {
      this.refusals.push(...notRestoredExplanations.map(({ reason }) => reason));
    });
    session.on("Page.lifecycleEvent", ({ name, loaderId }) => {
      if (name !== "load") return;
      this.#loaded.add(loaderId);
      this.#waiting.get(loaderId)?.();
    });
  }

  static async open(browser: Chromium, url: string): Promise<Visit> {
    const page = await browser.context.newPage();
    const session = await browser.context.newCDPSession(page);
    const visit = new Visit(session);
    await session.send("Page.enable");
    await session.send("Page.setLifecycleEventsEnabled", { enabled: true });
    await visit.go(url);
    return visit;
  }

  /** Goes to a page and waits until it has loaded. */
  async go(url: string): Promise<void> {
    const { loaderId } = await this.#session.send("Page.navigate", { url });
    await this.#load(loaderId ?? "");
  }

  /** This very load: what came back before may say "load" as well, and later. */
  async #load(loaderId: string): Promise<void> {
    if (!this.#loaded.has(loaderId)) await new Promise<void>((resolve) => this.#waiting.set(loaderId, resolve));
  }

  /** Goes back by one page; gives how it came: `BackForwardCacheRestore`, or `Navigation` when it has loaded anew. */
  async back(): Promise<string> {
    const arrived = new Promise<{ type: string; loaderId: string }>((resolve) => {
      this.#session.once("Page.frameNavigated", ({ type, frame }) => resolve({ type, loaderId: frame.loaderId }));
    });
    const { currentIndex, entries } = await this.#session.send("Page.getNavigationHistory");
    await this.#session.send("Page.navigateToHistoryEntry", { entryId: entries[currentIndex - 1]?.id ?? 0 });
    const { type, loaderId } = await arrived;
    if (type === "Navigation") await this.#load(loaderId);
    return type;
  }

  /** Runs a function in the page. It must need nothing of its surroundings. */
  async run<A extends unknown[], R>(work: (...given: A) => R, ...given: A): Promise<Awaited<R>> {
    const { result, exceptionDetails } = await this.#session.send("Runtime.evaluate", {
      expression: `(${work})(...${JSON.stringify(given)})`,
      awaitPromise: true,
      returnByValue: true,
    });
    if (exceptionDetails !== undefined) throw new Error(exceptionDetails.exception?.description);
    return result.value as Awaited<R>;
  }
}
