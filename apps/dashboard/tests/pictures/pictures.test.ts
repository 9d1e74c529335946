import { mkdirSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { IDS } from "../../dev/special.ts";
import { openPage } from "../chromium.ts";
import { Filled } from "../served/filled.ts";

/** Larger ones would make the documentation slow to load. */
const LIMIT = 120_000;

const out = process.env["TRACEWIRE_PICTURES"];
if (out === undefined) {
  throw new Error("TRACEWIRE_PICTURES names no folder: cargo xtask dashboard --pictures sets it");
}
mkdirSync(out, { recursive: true });

let filled: Filled;
beforeAll(async () => {
  filled = await Filled.open(1);
  await filled.agent.tell("judge", { trace_id: IDS.research, comment: "names its sources" });
  await filled.agent.tell("judge", { trace_id: IDS.again, value: false, comment: "the second claim has no source" });
  await filled.agent.tell("judge", { trace_id: IDS.coding, name: "resolved" });
  await filled.agent.tell("judge", { trace_id: filled.recorded.research });
  await filled.served.until<{ items: unknown[] }>("/feedback", ({ items }) => items.length === 4);
});
afterAll(() => filled.close());

/** Each picture: its name, the address, what is there once it is whole, and what is done before. */
const PICTURES: [string, string, string, ((page: Page) => Promise<void>)?][] = [
  ["traces", "/traces?since=24h", ".grid-row"],
  ["trace", `/traces/${IDS.research}`, ".wf-row", (page) => choose(page, "decide")],
  [
    "cost",
    `/traces/${IDS.research}`,
    ".wf-row",
    async (page) => {
      await choose(page, "draft");
      await page.getByRole("tab", { name: "Cost" }).click();
      await page.locator(".inspector .plain-table").waitFor();
    },
  ],
  ["steps", "/traces?q=otter&since=24h", ".grid-row"],
  [
    "events",
    `/traces/${IDS.research}?view=events`,
    ".grid-row",
    async (page) => {
      await page.locator(".grid-row").nth(4).click();
      await page.locator(".inspector").waitFor();
    },
  ],
  ["loops", `/traces/${IDS.loops}?loops=all`, ".loop", goRound],
  ["replay", `/traces/${IDS.research}`, ".wf-row", replay],
  ["graph", `/traces/${IDS.research}?view=graph`, ".react-flow__node"],
  ["live", "/live", ".connection.open", goOn],
  ["sessions", "/sessions", ".grid-row"],
  ["session", "/sessions/one?id=otters-1", ".turn"],
  ["analytics", "/analytics", ".u-legend"],
  ["compare", `/compare?a=${IDS.research}&b=${IDS.again}`, ".aligned-row"],
  ["feedback", "/feedback", ".grid-row"],
  ["health", "/health", ".plain-table"],
];

async function choose(page: Page, step: string): Promise<void> {
  await page.locator(".wf-row", { hasText: step }).first().click();
  await page.locator(".inspector").waitFor();
}

/** The heaviest loop, with its steps marked and none of them open. */
async function goRound(page: Page): Promise<void> {
  await page.keyboard.press("o");
  await page.locator(".inspector").waitFor();
  await page.keyboard.press("Escape");
  await page.locator(".inspector").waitFor({ state: "detached" });
  await page.locator(".wf-round").first().waitFor();
}

/** A moment of a replay in which something is under way and much has been. */
async function replay(page: Page): Promise<void> {
  await page.keyboard.press("r");
  await page.locator(".replay").waitFor();
  for (let step = 0; step < 60 && (await page.locator(".wf-row").count()) < 16; step++) {
    await page.keyboard.press("]");
  }
  await page.keyboard.press("]");
  await page.locator(".wf-bar.in_flight").first().waitFor();
}

/** Something is under way, and something comes. */
async function goOn(page: Page): Promise<void> {
  for (const question of ["What keeps a sea otter warm?", "And in winter?"]) {
    await filled.agent.tell("research", { question, session: "otters-3" });
  }
  await filled.agent.tell("begin", { name: "long watch", input: "Look after the holt." });
  await filled.agent.tell("tool", { name: "listen" });
  await expect.poll(() => page.locator(".grid-row").count()).toBeGreaterThan(12);
  await page.locator(".open-trace").first().waitFor();
  await page.locator(".grid-row .ticking").first().waitFor();
  // Long enough to be a time.
  await page.waitForTimeout(1_300);
}

const SCHEMES = ["light", "dark"] as const;

describe.each(SCHEMES)("in %s", (colorScheme) => {
  test.each(PICTURES)("%s", async (name, path, there, before) => {
    const { page, context } = await filled.page({ colorScheme });
    await page.goto(path);
    await page.locator(there).first().waitFor();
    await before?.(page);
    await settled(page);
    const picture = await packed(await page.screenshot());
    if (name === "live") {
      await filled.agent.tell("end");
    }
    const file = join(out ?? "", `${name}-${colorScheme}.webp`);
    writeFileSync(file, picture);
    expect(statSync(file).size).toBeLessThan(LIMIT);
    await context.close();
  });
});

/** Waits until fonts are there and nothing is a placeholder any more, and for two frames of it. */
async function settled(page: Page): Promise<void> {
  await page.mouse.move(720, 2);
  await expect.poll(() => page.locator("main .skeleton").count()).toBe(0);
  await page.evaluate(async () => {
    await document.fonts.ready;
    for (let frame = 0; frame < 2; frame++) {
      await new Promise(requestAnimationFrame);
    }
  });
}

/** The same picture as WebP: without loss where that is small enough, else with the little that makes it so. */
async function packed(png: Buffer): Promise<Buffer> {
  const { page, context } = await openPage(filled.browser, filled.served.url);
  try {
    for (const quality of [1, 0.98, 0.95, 0.9]) {
      const base64 = await page.evaluate(
        async ([given, quality]) => {
          const bytes = Uint8Array.from(atob(given as string), (letter) => letter.charCodeAt(0));
          const image = await createImageBitmap(new Blob([bytes]));
          const canvas = new OffscreenCanvas(image.width, image.height);
          canvas.getContext("2d")?.drawImage(image, 0, 0);
          const blob = await canvas.convertToBlob({ type: "image/webp", quality: quality as number });
          const made = new Uint8Array(await blob.arrayBuffer());
          return btoa(Array.from(made, (byte) => String.fromCharCode(byte)).join(""));
        },
        [png.toString("base64"), quality] as const,
      );
      const made = Buffer.from(base64, "base64");
      if (made.length < LIMIT || quality === 0.9) {
        return made;
      }
    }
  } finally {
    await context.close();
  }
  return png;
}
