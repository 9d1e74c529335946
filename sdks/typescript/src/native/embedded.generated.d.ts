/** The module's bytes in base64; `cargo xtask wasm` writes them. */
export const wasm: string;
