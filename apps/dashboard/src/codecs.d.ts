/** What `vite.config.ts` makes of the modules of `cargo xtask wasm`; undefined where they were not built. */
declare module "virtual:tracewire-codecs" {
  /** The codecs of the module: bytes of one format as bytes of another. */
  export const instantiate:
    | ((module: WebAssembly.Module) => {
        convert(bytes: Uint8Array, from: string, fromOptions: string, to: string, toOptions: string): Uint8Array;
      })
    | undefined;
  /** Where the module is. */
  export const address: string | undefined;
}
