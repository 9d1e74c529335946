/** What `cargo xtask wasm` writes for the module with the vocabularies. */
export interface TokensInstance {
  contractVersion(): number;
  version(): string;
  countTokens(text: string, encoding: string): number;
}

/** A fresh instance of the module, without waiting. */
export function instantiate(module: WebAssembly.Module | BufferSource): TokensInstance;
