/**
 * The library for Node as the contract has it: what Node-API cannot have is added here, a buffer that is used again and
 * `undefined` where nothing is.
 *
 * @module
 */
import type { NativeBatch, NativeModule, NativeRecorder, NativeShipper } from "./contract.ts";

/** What the library exports where that is not what the contract says. */
interface Library extends Omit<NativeModule, "open" | "openTesting" | "parseTraceparent"> {
  record(desk: number, operation: number, length: number): number;
  open(options: string): LibraryRecorder;
  openTesting(options: string, script: string): LibraryRecorder;
  parseTraceparent(header: string): Uint8Array | null;
}

interface LibraryRecorder
  extends Omit<NativeRecorder, "buffer" | "record" | "shipper" | "takeVerdict" | "guardStatus"> {
  takeVerdict(number: number): string | null;
  guardStatus(sessionId?: string, traceId?: string): string | null;
  attach(buffer: Uint8Array): number;
  shipper(sink: string, events: boolean): LibraryShipper;
}

interface LibraryShipper extends Omit<NativeShipper, "nextBatch"> {
  nextBatch(maxBytes: number): NativeBatch | null;
}

const FIRST_BYTES = 64 << 10;
/** A larger buffer is given back with the next small record, so that one huge record does not stay resident. */
const KEPT_BYTES = 256 << 10;

class Recorder implements NativeRecorder {
  private bytes!: Uint8Array;
  /** What the library knows the recorder and its buffer by. */
  private desk = 0;
  private readonly library: LibraryRecorder;
  private readonly write: Library["record"];

  constructor(library: Library, recorder: LibraryRecorder) {
    this.library = recorder;
    this.write = library.record;
    this.take(FIRST_BYTES);
  }

  buffer(bytes: number): Uint8Array {
    return bytes <= this.bytes.length ? this.bytes : this.grow(bytes);
  }

  private grow(bytes: number): Uint8Array {
    const before = this.bytes;
    this.take(Math.max(bytes, 2 * before.length));
    this.bytes.set(before);
    return this.bytes;
  }

  private take(bytes: number): void {
    // Of its own, never a part of the pool: the library keeps writing there.
    this.bytes = Buffer.allocUnsafeSlow(bytes).fill(0);
    this.desk = this.library.attach(this.bytes);
  }

  record(operation: number, length: number): number {
    const result = this.write(this.desk, operation, length);
    if (this.bytes.length > KEPT_BYTES && length <= FIRST_BYTES) this.take(FIRST_BYTES);
    return result;
  }

  mark(): void {
    this.library.mark();
  }

  flush(): string {
    return this.library.flush();
  }

  close(): string {
    return this.library.close();
  }

  stats(): string {
    return this.library.stats();
  }

  takeNotices(): string[] {
    return this.library.takeNotices();
  }

  takeVerdict(number: number): string | undefined {
    return this.library.takeVerdict(number) ?? undefined;
  }

  guardStatus(sessionId: string | undefined, traceId: string | undefined): string | undefined {
    return this.library.guardStatus(sessionId, traceId) ?? undefined;
  }

  shipper(sink: string, events: boolean): NativeShipper {
    const shipper = this.library.shipper(sink, events);
    return {
      nextBatch: (maxBytes) => shipper.nextBatch(maxBytes) ?? undefined,
      batchResult: (id, delivered) => shipper.batchResult(id, delivered),
      release: () => shipper.release(),
    };
  }
}

/** The library's exports as a {@link NativeModule}. */
export function adopt(exports: unknown): NativeModule {
  const library = exports as Library;
  return {
    ...library,
    open: (options) => new Recorder(library, library.open(options)),
    openTesting: (options, script) => new Recorder(library, library.openTesting(options, script)),
    parseTraceparent: (header) => library.parseTraceparent(header) ?? undefined,
  };
}
