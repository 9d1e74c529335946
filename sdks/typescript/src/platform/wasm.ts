/**
 * The module in WebAssembly as the contract has it: lists are unpacked, the buffer is a view of the module's memory, and an instance
 * that died of a trap turns into one that does nothing and counts.
 *
 * @module
 */
import {
  CONTRACT_VERSION,
  type JournalChunk,
  type MemoryBatch,
  type NativeModule,
  type NativeRecorder,
  NOTICES,
} from "../native/contract.ts";
import { instantiate, type WasmInstance, type WasmRecorder } from "../native/recorder.generated.js";

/** A recorder in memory, of which somebody wants to know when it has news. */
export interface MemoryRecorder extends NativeRecorder {
  takeChunk(): JournalChunk | undefined;
  nextBatch(maxBytes: number): MemoryBatch | undefined;
  acknowledge(producer: string, end: number): void;
  /** Goes on in a new journal; what was recorded before and not taken out is forgotten. `false` where it cannot. */
  renew(): boolean;
  /** Called after each record, mark and close. Must not throw. */
  onNews: (() => void) | undefined;
}

/**
 * Instantiates the module.
 *
 * @param given - its bytes, or what the environment has compiled already.
 * @throws `Error` where the bytes are no such module, or one of another version.
 */
export function wasmModule(given: BufferSource | WebAssembly.Module): NativeModule {
  const module = new Module(instantiate(given));
  const version = module.contractVersion();
  if (version !== CONTRACT_VERSION) {
    throw new Error(
      `the module speaks version ${version} of the contract and this package version ${CONTRACT_VERSION}: ` +
        "take tracewire.wasm from the same version of the package",
    );
  }
  return module;
}

/** One instance. When it is dead, its memory says nothing reliable any more. */
class Module implements NativeModule {
  readonly #wasm: WasmInstance;
  #death: string | undefined;
  #count = 0;

  readonly checkGuards: NativeModule["checkGuards"];
  readonly testingGuard: NativeModule["testingGuard"];

  constructor(wasm: WasmInstance) {
    this.#wasm = wasm;
    const hasGuards = "checkGuards" in wasm.exports;
    this.checkGuards = hasGuards ? (limits) => this.call((wasm) => wasm.checkGuards(limits)) : undefined;
    this.testingGuard = hasGuards ? (script) => this.call((wasm) => wasm.testingGuard(script)) : undefined;
  }

  get isDead(): boolean {
    return this.#death !== undefined;
  }

  /** Calls the module. A trap ends the instance, and is refused like everything that comes later. */
  call<T>(work: (wasm: WasmInstance) => T): T {
    if (this.#death === undefined) {
      try {
        return work(this.#wasm);
      } catch (error) {
        if (!isTrap(error)) throw error;
        this.#death = error.message;
      }
    }
    this.#count++;
    throw new Error(
      JSON.stringify({
        code: "internal",
        message: `tracewire stopped inside itself (${this.#death}); load the page anew`,
      }),
    );
  }

  /** The same for what must not throw. */
  quietly<T>(fallback: T, work: (wasm: WasmInstance) => T): T {
    try {
      return this.call(work);
    } catch (error) {
      if (this.isDead) return fallback;
      throw error;
    }
  }

  contractVersion = (): number => this.call((wasm) => wasm.contractVersion());
  version = (): string => this.call((wasm) => wasm.version());
  internalErrors = (): string => JSON.stringify({ count: this.#count === 0 ? 0 : 1, message: this.#death ?? null });
  testingPanic = (): void => this.call((wasm) => wasm.testingPanic());
  open = (options: string): NativeRecorder =>
    this.call((wasm) => new Recorder(this, wasm.memory, wasm.open(options), () => wasm.open(withSeed(options))));
  openTesting = (options: string, script: string): NativeRecorder =>
    this.call((wasm) => new Recorder(this, wasm.memory, wasm.openTesting(options, script)));
  parseTraceparent = (header: string): Uint8Array | undefined => this.call((wasm) => wasm.parseTraceparent(header));
  traceIdOf = (id: string): Uint8Array => this.call((wasm) => wasm.traceIdOf(id));
  convert = (bytes: Uint8Array, from: string, fromOptions: string, to: string, toOptions: string): Uint8Array =>
    this.call((wasm) => wasm.convert(bytes, from, fromOptions, to, toOptions));
  encode = (cbor: Uint8Array, format: string, options: string, keepTags: boolean): Uint8Array =>
    this.call((wasm) => wasm.encode(cbor, format, options, keepTags));
  decode = (bytes: Uint8Array, format: string, options: string): Uint8Array =>
    this.call((wasm) => wasm.decode(bytes, format, options));
  recoverJournal = (journal: Uint8Array): Uint8Array => this.call((wasm) => wasm.recoverJournal(journal));

  sealJournal = (journal: Uint8Array, from: number) => {
    const [numbers, ...envelopes] = unpack(this.call((wasm) => wasm.sealJournal(journal, from)));
    const [pending = 0, ...ends] = doubles(numbers);
    return { envelopes, pending, ends };
  };
}

class Recorder implements MemoryRecorder {
  onNews: (() => void) | undefined;
  readonly #module: Module;
  readonly #memory: WebAssembly.Memory;
  readonly #reopen: (() => WasmRecorder) | undefined;
  #wasm: WasmRecorder;
  /** What the journals before this one counted. */
  #before: Report = {};
  #bytes: Uint8Array = new Uint8Array(0);
  /** What was lost since the instance died. */
  #lost = 0;

  constructor(module: Module, memory: WebAssembly.Memory, wasm: WasmRecorder, reopen?: () => WasmRecorder) {
    this.#module = module;
    this.#memory = memory;
    this.#wasm = wasm;
    this.#reopen = reopen;
  }

  renew(): boolean {
    const reopen = this.#reopen;
    if (reopen === undefined || this.#module.isDead) return false;
    const next = this.#module.quietly(undefined, reopen);
    if (next === undefined) return false;
    this.#before = JSON.parse(this.stats()) as Report;
    this.#wasm = next;
    this.#bytes = new Uint8Array(0);
    return true;
  }

  buffer(bytes: number): Uint8Array {
    // A memory that grew leaves its old views empty.
    if (bytes <= this.#bytes.length && this.#bytes.buffer === this.#memory.buffer) return this.#bytes;
    const address = this.#module.quietly(-1, () => this.#wasm.reserve(bytes));
    // Nothing that is written for a dead instance is read.
    this.#bytes =
      address < 0 ? new Uint8Array(bytes) : new Uint8Array(this.#memory.buffer, address, this.#wasm.capacity());
    return this.#bytes;
  }

  record(operation: number, length: number): number {
    const done = this.#module.quietly(NOTICES, () => this.#wasm.record(operation, length));
    if (this.#module.isDead) this.#lost++;
    else this.onNews?.();
    return done;
  }

  mark(): void {
    this.#module.quietly(undefined, () => this.#wasm.mark());
    this.onNews?.();
  }

  flush(): string {
    const report = this.#module.quietly(this.#lastReport(), () => summed(this.#before, this.#wasm.flush()));
    this.onNews?.();
    return report;
  }

  close(): string {
    const report = this.#module.quietly(this.#lastReport(), () => summed(this.#before, this.#wasm.close()));
    this.onNews?.();
    return report;
  }

  stats(): string {
    return this.#module.quietly(this.#lastReport(), () => summed(this.#before, this.#wasm.stats()));
  }

  takeNotices(): string[] {
    const said = "tracewire stopped inside itself: nothing is recorded until the page is loaded anew";
    return this.#module.quietly([said], () => this.#wasm.takeNotices());
  }

  takeChunk(): JournalChunk | undefined {
    const packed = this.#module.quietly(undefined, () => this.#wasm.takeChunk());
    if (packed === undefined) return undefined;
    const [producer, offset, bytes] = unpack(packed);
    return { producer: text(producer), offset: counts(offset)[0] ?? 0, bytes: bytes ?? new Uint8Array(0) };
  }

  nextBatch(maxBytes: number): MemoryBatch | undefined {
    const packed = this.#module.quietly(undefined, () => this.#wasm.nextBatch(maxBytes));
    if (packed === undefined) return undefined;
    const [producer, numbers, ...envelopes] = unpack(packed);
    const [events = 0, end = 0, closed = 0] = counts(numbers);
    return { producer: text(producer), envelopes, events, end, closed: closed === 1 };
  }

  takeVerdict(number: number): string | undefined {
    return this.#module.quietly(undefined, () => this.#wasm.takeVerdict(number));
  }

  guardStatus(sessionId: string | undefined, traceId: string | undefined): string | undefined {
    if (this.#module.checkGuards === undefined) return undefined;
    return this.#module.quietly(undefined, () => this.#wasm.guardStatus(sessionId, traceId));
  }

  acknowledge(producer: string, end: number): void {
    this.#module.quietly(undefined, () => this.#wasm.acknowledge(producer, end));
  }

  #lastReport(): string {
    return JSON.stringify({
      producer: null,
      written: 0,
      sealed: 0,
      sent: 0,
      pending: 0,
      dropped: { internal: this.#lost },
      unsampled: 0,
    });
  }
}

/** Counts of a recorder, by name; some in lists by reason. */
type Report = { readonly [name: string]: unknown };

/** A report with what journals before had counted. */
function summed(before: Report, report: string): string {
  return Object.keys(before).length === 0 ? report : JSON.stringify(added(before, JSON.parse(report) as Report));
}

/** What is no count of what has happened. */
const OF_NOW = new Set(["bytes", "quota_bytes"]);

function added(one: Report, other: Report): Report {
  const sum: { [name: string]: unknown } = { ...one };
  for (const [name, value] of Object.entries(other)) {
    const before = one[name];
    if (OF_NOW.has(name)) sum[name] = value;
    else if (typeof value === "number" && typeof before === "number") sum[name] = before + value;
    else if (isReport(value) && isReport(before)) sum[name] = added(before, value);
    else sum[name] = value ?? before;
  }
  return sum;
}

function isReport(value: unknown): value is Report {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** The same options, with ids of its own. */
function withSeed(options: string): string {
  const seed = Array.from(crypto.getRandomValues(new Uint8Array(16)), (byte) => byte.toString(16).padStart(2, "0"));
  return JSON.stringify({ ...(JSON.parse(options) as Report), seed: seed.join("") });
}

/** A panic of Rust, or memory that there is no more of. */
function isTrap(error: unknown): error is Error {
  return (
    error instanceof WebAssembly.RuntimeError ||
    error instanceof RangeError ||
    (error as Error)?.name === "RuntimeError"
  );
}

/** Lists of byte strings as one: for each its length in four bytes, then itself. */
export function pack(parts: readonly Uint8Array[]): Uint8Array {
  const packed = new Uint8Array(parts.reduce((sum, part) => sum + 4 + part.length, 0));
  const view = new DataView(packed.buffer);
  let at = 0;
  for (const part of parts) {
    view.setUint32(at, part.length, true);
    packed.set(part, at + 4);
    at += 4 + part.length;
  }
  return packed;
}

function unpack(packed: Uint8Array): Uint8Array[] {
  const view = new DataView(packed.buffer, packed.byteOffset, packed.length);
  const parts: Uint8Array[] = [];
  for (let at = 0; at < packed.length; ) {
    const length = view.getUint32(at, true);
    parts.push(packed.subarray(at + 4, at + 4 + length));
    at += 4 + length;
  }
  return parts;
}

function text(bytes: Uint8Array | undefined): string {
  return new TextDecoder().decode(bytes);
}

/** Whole numbers of eight bytes. */
function counts(bytes: Uint8Array = new Uint8Array(0)): number[] {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  return Array.from({ length: bytes.length >> 3 }, (_, index) => Number(view.getBigUint64(index * 8, true)));
}

function doubles(bytes: Uint8Array = new Uint8Array(0)): number[] {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  return Array.from({ length: bytes.length >> 3 }, (_, index) => view.getFloat64(index * 8, true));
}
