/**
 * Pages and their workers: the module came with the package, as text.
 *
 * @module
 */
import { wasm } from "../native/embedded.generated.js";
import type { Platform } from "./platform.ts";
import { fromBase64, webPlatform } from "./web.ts";

export const platform: Platform = /* @__PURE__ */ webPlatform("browser", () => fromBase64(wasm));
