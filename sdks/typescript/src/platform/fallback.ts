/**
 * Node without its native library: the module in WebAssembly takes its place. Journals are in memory then, so exporters get what is
 * recorded and the disk does not.
 *
 * @module
 */
import type { NativeModule } from "../native/contract.ts";
import { fileSystem } from "./builtins.ts";
import { wasmModule } from "./wasm.ts";

/** From `src/platform` and from `dist/node` alike. */
const MODULE = "../../wasm/tracewire.wasm";

/**
 * The module that came with the package, and what is to be said about that.
 *
 * @param reason - why there is no library.
 * @throws `reason` where there is no module either, as in a bundle without the package's files.
 */
export function fallback(reason: unknown): { native: NativeModule; message: string } {
  const said = reason instanceof Error ? reason.message : String(reason);
  let native: NativeModule;
  try {
    native = wasmModule(fileSystem().readFileSync(new URL(MODULE, import.meta.url)));
  } catch {
    throw reason;
  }
  return {
    native,
    message: `${said}. Until then steps are recorded in memory alone: exporters get them, no file keeps them`,
  };
}
