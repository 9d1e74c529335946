/**
 * Pages and their workers without the module: `init({ wasm })` brings it.
 *
 * @module
 */
import type { Platform } from "./platform.ts";
import { webPlatform } from "./web.ts";

export const platform: Platform = /* @__PURE__ */ webPlatform("browser", () => undefined);
