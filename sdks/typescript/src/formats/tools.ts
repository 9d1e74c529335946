/**
 * What the recorder's own native half leaves out because of its size: the validator and what envelopes prove (in
 * browsers), and the vocabularies that tokens are counted with (everywhere). Modules of their own have them, see
 * `tracewire/tools`.
 *
 * @module
 */
import { platform } from "#platform";
import { TracewireError } from "../errors.ts";
import type { NativeModule } from "../native/contract.ts";

/** The calls of the native half that another module may have. */
export type Tools = Pick<NativeModule, ToolName>;

export type ToolName = "validate" | "verify" | "remove" | "countTokens";

let provided: Tools = {};

/** Has these do the work from now on. */
export function provideTools(tools: Tools): void {
  provided = { ...provided, ...tools };
}

/**
 * One of them, wherever it is.
 *
 * @throws {@link TracewireError} `unavailable` where it has not been loaded.
 */
export function tool<N extends ToolName>(name: N): NonNullable<Tools[N]> {
  const found = provided[name] ?? platform.native()[name];
  if (found === undefined) {
    const load = name === "countTokens" ? "loadTokens" : "loadTools";
    const fix = `import { ${load} } from "tracewire/tools" and await ${load}(…) once before`;
    throw new TracewireError("unavailable", `${name} is in a module of its own, which is not loaded: ${fix}`);
  }
  return found as NonNullable<Tools[N]>;
}
