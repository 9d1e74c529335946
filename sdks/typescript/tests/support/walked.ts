/**
 * What a walker writes, as bytes.
 *
 * @module
 */
import { DEFAULT_LIMITS, type Limits } from "../../src/values/limits.ts";
import { Walker } from "../../src/values/walker.ts";

/** A buffer that grows and, as one in memory may, moves whenever it is asked for more. */
export class Moving {
  bytes: Uint8Array<ArrayBuffer> = new Uint8Array(8);

  buffer(bytes: number): Uint8Array {
    if (bytes > this.bytes.length) {
      const grown = new Uint8Array(bytes);
      grown.set(this.bytes);
      this.bytes.fill(0xee);
      this.bytes = grown;
    }
    return this.bytes;
  }
}

/** The bytes of what `write` writes. */
export function written(write: (walker: Walker) => void, limits: Partial<Limits> = {}): Uint8Array {
  const sink = new Moving();
  const walker = new Walker(sink, { ...DEFAULT_LIMITS, ...limits });
  walker.begin(0);
  write(walker);
  return sink.bytes.slice(0, walker.length);
}

/** The bytes of one value. */
export function walked(value: unknown, limits: Partial<Limits> = {}): Uint8Array {
  return written((walker) => walker.value(value), limits);
}

/** The same as hex digits. */
export function hex(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString("hex");
}
