/**
 * Edge runtimes. Some of them compile nothing from bytes: `init({ wasm })` gives them the module that they compiled themselves
 * (`import wasm from "tracewire/tracewire.wasm"`).
 *
 * @module
 */
import { wasm } from "../native/embedded.generated.js";
import type { Platform } from "./platform.ts";
import { fromBase64, webPlatform } from "./web.ts";

export const platform: Platform = /* @__PURE__ */ webPlatform("worker", () => fromBase64(wasm));
