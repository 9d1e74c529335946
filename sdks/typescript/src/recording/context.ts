/**
 * The ids that travel from one step to those it causes, in a process or between processes.
 *
 * @module
 */
import { FLAGS, PRESENT, STATE_BYTES, STATE_WORDS } from "../native/layout.ts";

/** Ids and flags of a step of this process or of another one. */
export class SpanContext {
  /** @internal */
  readonly _state: Int32Array;
  /** The W3C `tracestate` that came with it, if any did. */
  readonly traceState: string | undefined;

  /** @internal */
  constructor(state: Int32Array, traceState?: string) {
    this._state = state;
    this.traceState = traceState;
  }

  /**
   * Reads a W3C `traceparent`, and the `tracestate` beside it.
   *
   * @param header - such as `00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01`.
   * @param traceState - what other systems say of the trace; empty is none.
   * @returns `undefined` when the header is not valid.
   *
   * @example
   * ```ts
   * const parent = SpanContext.fromTraceparent(request.headers.traceparent);
   * ```
   */
  static fromTraceparent(header: string, traceState?: string): SpanContext | undefined {
    const state = stateOfTraceparent(header);
    return state && new SpanContext(state, traceState || undefined);
  }

  /** 32 hex digits. */
  get traceId(): string {
    return traceIdOf(this._state);
  }

  /** 16 hex digits. */
  get spanId(): string {
    return spanIdOf(this._state);
  }

  /** W3C trace flags; bit 0 says that the trace is sampled. */
  get traceFlags(): number {
    return bytesOf(this._state)[FLAGS] ?? 0;
  }

  /** The W3C `traceparent` header. */
  get traceparent(): string {
    return traceparentOf(this._state);
  }

  /** Whether both are the same step. */
  equals(other: SpanContext): boolean {
    return this.traceparent === other.traceparent && this.traceState === other.traceState;
  }

  /** The `traceparent`. */
  toString(): string {
    return this.traceparent;
  }

  /** The ids and the flags. */
  toJSON(): { traceId: string; spanId: string; traceFlags: number } {
    return { traceId: this.traceId, spanId: this.spanId, traceFlags: this.traceFlags };
  }
}

const HEX: string[] = [];

/** Nothing is made hex digits until somebody asks. */
function hex(bytes: Uint8Array, from: number, to: number): string {
  if (HEX.length === 0) for (let byte = 0; byte < 256; byte++) HEX.push(byte.toString(16).padStart(2, "0"));
  let text = "";
  for (let index = from; index < to; index++) text += HEX[bytes[index] ?? 0];
  return text;
}

function bytesOf(state: Int32Array): Uint8Array {
  return new Uint8Array(state.buffer, state.byteOffset, STATE_BYTES);
}

/** The trace of a state, 32 hex digits. */
export function traceIdOf(state: Int32Array): string {
  return hex(bytesOf(state), 0, 16);
}

/** The step of a state, 16 hex digits. */
export function spanIdOf(state: Int32Array): string {
  return hex(bytesOf(state), 16, 24);
}

/** The parent of a state, 16 hex digits; `undefined` for the root of a run. */
export function parentIdOf(state: Int32Array): string | undefined {
  return state[6] === 0 && state[7] === 0 ? undefined : hex(bytesOf(state), 24, 32);
}

/** The W3C header of a state. */
export function traceparentOf(state: Int32Array): string {
  const bytes = bytesOf(state);
  return `00-${hex(bytes, 0, 16)}-${hex(bytes, 16, 24)}-${hex(bytes, FLAGS, FLAGS + 1)}`;
}

/** The state of a trace's root-to-be: a trace and nothing in it. */
export function stateOfIds(traceId: string, spanId: string, flags: number): Int32Array | undefined {
  const state = new Int32Array(STATE_WORDS);
  const bytes = bytesOf(state);
  if (!readHex(traceId, bytes, 0, 16) || !readHex(spanId, bytes, 16, 8)) return undefined;
  bytes[FLAGS] = flags;
  bytes[PRESENT] = 1;
  return state;
}

/**
 * W3C Trace Context §3.2: lower-case hex, no zeros; version 00 has four parts, a later one may have more, ff is none.
 */
function stateOfTraceparent(header: string): Int32Array | undefined {
  const [version = "", traceId = "", spanId = "", flags = "", ...more] = header.split("-", 6);
  if (!/^[0-9a-f]{2}$/.test(version) || version === "ff" || !/^[0-9a-f]{2}$/.test(flags)) return undefined;
  if (version === "00" && more.length > 0) return undefined;
  return stateOfIds(traceId, spanId, Number.parseInt(flags, 16));
}

function readHex(text: string, into: Uint8Array, at: number, count: number): boolean {
  if (text.length !== count * 2 || !/^[0-9a-f]+$/.test(text) || /^0+$/.test(text)) return false;
  for (let index = 0; index < count; index++)
    into[at + index] = Number.parseInt(text.slice(index * 2, index * 2 + 2), 16);
  return true;
}
