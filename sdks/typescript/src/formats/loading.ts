/**
 * Loads the modules that have what the recorder's own native half leaves out. Where that has it (validation in Node) there is nothing
 * to load.
 *
 * @module
 */
import { platform } from "#platform";
import { TracewireError } from "../errors.ts";
import { CONTRACT_VERSION } from "../native/contract.ts";
import { instantiate as instantiateTokens } from "../native/tokens.generated.js";
import { instantiate as instantiateTools } from "../native/tools.generated.js";
import { pack } from "../platform/wasm.ts";
import { provideTools } from "./tools.ts";

/** Where a module is: an address to fetch, an answer, its bytes, or what was compiled of them. */
export type ModuleSource = string | URL | Response | BufferSource | WebAssembly.Module;

/**
 * Loads `validate` and what `envelopes` needs, where it is not there already. Once is enough.
 *
 * @param source - where `tracewire/tools.wasm` is. In Node it may be left out.
 * @throws {@link TracewireError} `unavailable` where it cannot be loaded.
 *
 * @example
 * ```ts
 * import toolsUrl from "tracewire/tools.wasm?url"; // as Vite has it
 * await loadTools(toolsUrl);
 * const report = validate(text);
 * ```
 */
export async function loadTools(source?: ModuleSource): Promise<void> {
  if (source === undefined && platform.hasFiles) return;
  const tools = checked(instantiateTools(await compiled(source, "tools.wasm")));
  provideTools({
    validate: (bytes, options) => tools.validate(bytes, options),
    verify: (envelopes, keys) => tools.verify(pack(envelopes), keys),
    remove: (envelope, selection) => tools.remove(envelope, selection),
  });
}

/**
 * Loads the vocabularies that `countTokens` counts with: some megabytes. Once is enough.
 *
 * @param source - where `tracewire/tokens.wasm` is. In Node it may be left out.
 * @throws {@link TracewireError} `unavailable` where it cannot be loaded.
 */
export async function loadTokens(source?: ModuleSource): Promise<void> {
  const tokens = checked(instantiateTokens(await compiled(source, "tokens.wasm")));
  provideTools({ countTokens: (text, encoding) => tokens.countTokens(text, encoding) });
}

function checked<M extends { contractVersion(): number }>(module: M): M {
  if (module.contractVersion() === CONTRACT_VERSION) return module;
  throw new TracewireError("unavailable", "the module is of another version: take it from the same package");
}

async function compiled(source: ModuleSource | undefined, file: string): Promise<WebAssembly.Module> {
  try {
    const given = source ?? (await platform.moduleFile?.(file));
    if (given === undefined) {
      throw new Error(`say where it is: an address, its bytes, or a WebAssembly.Module of tracewire/${file}`);
    }
    // The type of a module has no member that others could be told apart by.
    if ((given as unknown) instanceof WebAssembly.Module) return given as WebAssembly.Module;
    const found: unknown =
      typeof given === "string" || (given as unknown) instanceof URL ? await fetch(given as string) : given;
    if (!(found instanceof Response)) return await WebAssembly.compile(found as BufferSource);
    if (!found.ok) throw new Error(`${found.url} answers ${found.status}`);
    // Not while it streams: many servers say another type than browsers insist on.
    return await WebAssembly.compile(await found.arrayBuffer());
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error);
    throw new TracewireError("unavailable", `${file} cannot be loaded: ${message}`, { cause: error });
  }
}
