/**
 * A page of the site, and what it knows of the package.
 *
 * @module
 */
import type { Page } from "playwright-core";
import type { Platform } from "../../../src/platform/platform.ts";
import type { Client } from "../../../src/recording/client.ts";
import type { FlushReport } from "../../../src/recording/report.ts";
import type { Chromium } from "./chromium.ts";
import type { Site } from "./site.ts";

export type { Page } from "playwright-core";
export type Report = FlushReport;

/** The global of the script. */
export interface Tracewire {
  readonly Client: typeof Client;
  readonly platform: Platform;
}

/** A page that has the package. */
export async function pageOf(browser: Chromium, site: Site, path = "/"): Promise<Page> {
  const page = await browser.context.newPage();
  await page.goto(site.origin + path);
  return page;
}
