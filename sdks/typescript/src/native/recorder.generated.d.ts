/** What `cargo xtask wasm` writes for the module that every page loads. The module's own words; `platform/wasm.ts` makes the contract of them. */
export interface WasmRecorder {
  reserve(bytes: number): number;
  capacity(): number;
  record(operation: number, length: number): number;
  mark(): void;
  flush(): string;
  close(): string;
  stats(): string;
  takeNotices(): string[];
  takeChunk(): Uint8Array | undefined;
  nextBatch(maxBytes: number): Uint8Array | undefined;
  acknowledge(producer: string, end: number): void;
  /** Of the module that has guards. */
  takeVerdict(number: number): string | undefined;
  guardStatus(sessionId: string | undefined, traceId: string | undefined): string | undefined;
}

export interface WasmInstance {
  readonly memory: WebAssembly.Memory;
  /** What the module has: the functions below are those of all modules that this script can drive. */
  readonly exports: WebAssembly.Exports;
  contractVersion(): number;
  version(): string;
  testingPanic(): void;
  open(options: string): WasmRecorder;
  openTesting(options: string, script: string): WasmRecorder;
  parseTraceparent(header: string): Uint8Array | undefined;
  traceIdOf(correlationId: string): Uint8Array;
  convert(bytes: Uint8Array, from: string, fromOptions: string, to: string, toOptions: string): Uint8Array;
  encode(cbor: Uint8Array, format: string, options: string, keepTags: boolean): Uint8Array;
  decode(bytes: Uint8Array, format: string, options: string): Uint8Array;
  sealJournal(journal: Uint8Array, from: number): Uint8Array;
  recoverJournal(journal: Uint8Array): Uint8Array;
  checkGuards(limits: string): void;
  testingGuard(script: string): string;
}

/** A fresh instance of the module, without waiting. */
export function instantiate(module: WebAssembly.Module | BufferSource): WasmInstance;
