/**
 * The native half as the tests have it, without the client around it.
 *
 * @module
 */
import { createRequire } from "node:module";
import type { NativeModule } from "../../src/native/contract.ts";
import { adopt } from "../../src/native/library.ts";

const path = process.env["TRACEWIRE_NATIVE"];
if (path === undefined) {
  throw new Error("TRACEWIRE_NATIVE names no library: build bindings/napi and set it");
}

export const native: NativeModule = adopt(createRequire(import.meta.url)(path));
