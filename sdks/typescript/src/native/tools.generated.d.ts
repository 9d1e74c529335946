/** What `cargo xtask wasm` writes for the module of `tracewire/tools`. */
export interface ToolsInstance {
  contractVersion(): number;
  version(): string;
  validate(bytes: Uint8Array, options: string): string;
  verify(envelopes: Uint8Array, keys: string): string;
  remove(envelope: Uint8Array, selection: string): Uint8Array;
}

/** A fresh instance of the module, without waiting. */
export function instantiate(module: WebAssembly.Module | BufferSource): ToolsInstance;
