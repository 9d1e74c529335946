/**
 * The only one that touches the native recorder's buffer: the fixed part of a record and, by the walker, its members.
 *
 * @module
 */
import {
  CALL,
  CHECK,
  END,
  type NativeRecorder,
  NOTICES,
  SETTLE,
  SPAN_EVENT,
  START,
  UPDATE,
  VERDICT,
} from "../native/contract.ts";
import {
  CORRELATION_LENGTH,
  FIXED_BYTES,
  KIND_LENGTH,
  MONOTONIC_MILLIS,
  STATE_WORDS,
  TRACE_STATE_LENGTH,
  VERDICT_NUMBER,
  WALL_MILLIS,
} from "../native/layout.ts";
import type { Limits } from "../values/limits.ts";
import { Walker } from "../values/walker.ts";

/** Writes the members of a record: for each `walker.member(name)` and then one value. It must not throw. */
export type Write<S> = (walker: Walker, source: S) => void;

/** Hears of what is no ordinary outcome. */
export interface Listener {
  /** The recorder has sentences for the host's log. */
  notices(sentences: readonly string[]): void;
  /** A record could not be handed over at all. */
  failed(error: unknown): void;
}

/** What came of asking the guards. */
export interface Checked {
  readonly reservation: number;
  readonly verdict: string | undefined;
}

const encoder = /* @__PURE__ */ new TextEncoder();
/** The part of the buffer that is never written by a member. */
const LEAST_BYTES = 64 << 10;

/** Writes records, one at a time. */
export class Pen {
  readonly #recorder: NativeRecorder;
  readonly #limits: Limits;
  readonly #listener: Listener;
  /** In memory the native half has no clock, and its buffer may move by itself. */
  readonly #isInMemory: boolean;
  /** What the guards said of the last {@link call}, unless they simply allowed it. */
  verdict: string | undefined;
  #walker: Walker;
  #bytes!: Uint8Array;
  #words!: Int32Array;
  #length = 0;
  #isBusy = false;

  constructor(recorder: NativeRecorder, limits: Limits, listener: Listener) {
    this.#recorder = recorder;
    this.#limits = limits;
    this.#listener = listener;
    this.#isInMemory = recorder.shipper === undefined;
    this.buffer(LEAST_BYTES);
    this.#walker = new Walker(this, limits);
  }

  /** The walker's sink: the recorder's buffer, at least `bytes` long; what was written stays. */
  buffer(bytes: number): Uint8Array {
    const found = this.#recorder.buffer(bytes);
    if (found !== this.#bytes) {
      this.#bytes = found;
      this.#length = found.length;
      this.#words = new Int32Array(found.buffer, found.byteOffset, FIXED_BYTES >> 2);
    }
    return found;
  }

  /**
   * Begins a step.
   *
   * @param kind - from the registry of span kinds.
   * @param place - the state of the step above it; `undefined` begins a trace.
   * @param correlationId - the application's own id of the trace.
   * @param traceState - the `tracestate` of a step above that is in another process.
   * @param write - writes the members.
   * @returns the step's own state.
   */
  start<S>(
    kind: string,
    place: Int32Array | undefined,
    correlationId: string | undefined,
    traceState: string | undefined,
    write: Write<S>,
    source: S,
  ): Int32Array {
    if (this.#isBusy) return this.#aside(() => this.start(kind, place, correlationId, traceState, write, source));
    this.#isBusy = true;
    const state = new Int32Array(STATE_WORDS);
    try {
      this.#begin(START, kind, place, correlationId, traceState, write, source);
      this.#take(state);
    } catch (error) {
      this.#listener.failed(error);
    } finally {
      this.#isBusy = false;
    }
    return state;
  }

  /**
   * Asks the guards whether a call may begin: what its start would be, likewise.
   *
   * @returns what is reserved for it, and what the guards say unless they simply allow it.
   */
  check<S>(
    kind: string,
    place: Int32Array | undefined,
    correlationId: string | undefined,
    write: Write<S>,
    source: S,
  ): Checked {
    if (this.#isBusy) return this.#aside(() => this.check(kind, place, correlationId, write, source));
    this.#isBusy = true;
    try {
      this.#open(place);
      const end = this.#text(CORRELATION_LENGTH, correlationId, this.#text(KIND_LENGTH, kind, FIXED_BYTES));
      const result = this.#write(CHECK, end, write, source);
      if (this.#isInMemory) this.buffer(FIXED_BYTES);
      const [low = 0, high = 0, number = 0] = this.#words;
      const verdict = (result & VERDICT) === 0 ? undefined : this.#recorder.takeVerdict?.(number >>> 0);
      return { reservation: (low >>> 0) + (high >>> 0) * 2 ** 32, verdict };
    } catch (error) {
      this.#listener.failed(error);
      return { reservation: 0, verdict: undefined };
    } finally {
      this.#isBusy = false;
    }
  }

  /**
   * Begins a step that is a call, unless the guards stop it: a check and a start in one, of the same members. {@link verdict} says what
   * they said. The step's end settles it.
   */
  call<S>(
    kind: string,
    place: Int32Array | undefined,
    correlationId: string | undefined,
    traceState: string | undefined,
    write: Write<S>,
    source: S,
  ): Int32Array {
    if (this.#isBusy) return this.#aside(() => this.call(kind, place, correlationId, traceState, write, source));
    this.#isBusy = true;
    let verdict: string | undefined;
    const state = new Int32Array(STATE_WORDS);
    try {
      const result = this.#begin(CALL, kind, place, correlationId, traceState, write, source);
      this.#take(state);
      if ((result & VERDICT) !== 0) {
        verdict = this.#recorder.takeVerdict?.((this.#words[VERDICT_NUMBER] as number) >>> 0);
      }
    } catch (error) {
      this.#listener.failed(error);
    } finally {
      this.#isBusy = false;
    }
    // Last: code of a value that was read may have made a call itself.
    this.verdict = verdict;
    return state;
  }

  /** Tells the guards what a call used for which something is reserved. */
  settle<S>(reservation: number, status: string, write: Write<S>, source: S): void {
    const state = new Int32Array(STATE_WORDS);
    state[0] = reservation;
    state[1] = reservation / 2 ** 32;
    this.#later(SETTLE, state, status, write, source);
  }

  /** Says what must be visible before a step ends. */
  update<S>(state: Int32Array, write: Write<S>, source: S): void {
    this.#later(UPDATE, state, undefined, write, source);
  }

  /** Records something that happened inside a step. */
  spanEvent<S>(state: Int32Array, write: Write<S>, source: S): void {
    this.#later(SPAN_EVENT, state, undefined, write, source);
  }

  /** Ends a step. Whoever calls sees to it that it ends once. */
  end<S>(state: Int32Array, status: string, write: Write<S>, source: S): void {
    this.#later(END, state, status, write, source);
  }

  /**
   * Records what is no step.
   *
   * @param operation - `POINT_EVENT`, `LOG`, `METRIC` or `FEEDBACK`.
   * @param kind - of a point event, if it has one.
   * @param place - the state of the step that it belongs to; `undefined` for none.
   * @param correlationId - the application's own id of the trace.
   * @returns the state of a point event; of the others what they belong to.
   */
  point<S>(
    operation: number,
    kind: string | undefined,
    place: Int32Array | undefined,
    correlationId: string | undefined,
    write: Write<S>,
    source: S,
  ): Int32Array {
    if (this.#isBusy) return this.#aside(() => this.point(operation, kind, place, correlationId, write, source));
    this.#isBusy = true;
    const state = new Int32Array(STATE_WORDS);
    try {
      this.#open(place);
      const end = this.#text(KIND_LENGTH, kind, FIXED_BYTES);
      this.#write(operation, this.#text(CORRELATION_LENGTH, correlationId, end), write, source);
      this.#take(state);
    } catch (error) {
      this.#listener.failed(error);
    } finally {
      this.#isBusy = false;
    }
    return state;
  }

  #begin<S>(
    operation: number,
    kind: string,
    place: Int32Array | undefined,
    correlationId: string | undefined,
    traceState: string | undefined,
    write: Write<S>,
    source: S,
  ): number {
    this.#open(place);
    let end = this.#text(KIND_LENGTH, kind, FIXED_BYTES);
    end = this.#text(CORRELATION_LENGTH, correlationId, end);
    end = this.#text(TRACE_STATE_LENGTH, traceState, end);
    return this.#write(operation, end, write, source);
  }

  #later<S>(operation: number, state: Int32Array, status: string | undefined, write: Write<S>, source: S): void {
    if (this.#isBusy) {
      this.#aside(() => this.#later(operation, state, status, write, source));
      return;
    }
    this.#isBusy = true;
    try {
      this.#open(state);
      this.#write(operation, this.#text(KIND_LENGTH, status, FIXED_BYTES), write, source);
    } catch (error) {
      this.#listener.failed(error);
    } finally {
      this.#isBusy = false;
    }
  }

  /** The fixed part, with no texts yet. */
  #open(state: Int32Array | undefined): void {
    // Another one than last time where the last record was huge, or in memory where the module's memory grew.
    this.buffer(LEAST_BYTES);
    if (this.#isInMemory) this.#tellTime();
    const words = this.#words;
    if (state === undefined) {
      for (let index = 0; index < STATE_WORDS; index++) words[index] = 0;
    } else {
      for (let index = 0; index < STATE_WORDS; index++) words[index] = state[index] as number;
    }
    words[KIND_LENGTH] = -1;
    words[CORRELATION_LENGTH] = -1;
    words[TRACE_STATE_LENGTH] = -1;
  }

  #tellTime(): void {
    const found = this.#bytes;
    const floats = new Float64Array(found.buffer, found.byteOffset, FIXED_BYTES >> 3);
    floats[WALL_MILLIS] = Date.now();
    floats[MONOTONIC_MILLIS] = performance.now();
  }

  /** Writes one of the texts of the fixed part, and gives where the next begins. */
  #text(length: number, text: string | undefined, at: number): number {
    if (text === undefined) return at;
    const count = text.length;
    // A character is at most three bytes of UTF-8 for each of its UTF-16 units.
    if (at + count * 3 > this.#length) this.buffer(at + count * 3);
    const bytes = this.#bytes;
    for (let index = 0; index < count; index++) {
      const unit = text.charCodeAt(index);
      if (unit > 127) {
        const { written } = encoder.encodeInto(text, bytes.subarray(at));
        this.#words[length] = written;
        return at + written;
      }
      bytes[at + index] = unit;
    }
    this.#words[length] = count;
    return at + count;
  }

  #write<S>(operation: number, offset: number, write: Write<S>, source: S): number {
    const walker = this.#walker;
    walker.begin(offset);
    write(walker, source);
    const result = this.#recorder.record(operation, walker.length);
    if ((result & NOTICES) !== 0) this.#listener.notices(this.#recorder.takeNotices());
    return result;
  }

  /** Copies the state that the recorder wrote over the fixed part. */
  #take(state: Int32Array): void {
    // In memory the buffer may have moved; its views are empty then.
    if (this.#isInMemory) this.buffer(FIXED_BYTES);
    const words = this.#words;
    for (let index = 0; index < STATE_WORDS; index++) state[index] = words[index] as number;
  }

  /**
   * Records in the middle of another record: the code of a value that was being read (a getter, a mask) records
   * something itself. What stands in the buffer is put aside meanwhile.
   */
  #aside<T>(work: () => T): T {
    const outer = this.#walker;
    const kept = new Uint8Array(this.#bytes.subarray(0, outer.length)); // A slice of a Buffer is no copy.
    this.#walker = new Walker(this, this.#limits);
    this.#isBusy = false;
    try {
      return work();
    } finally {
      this.#isBusy = true;
      this.#walker = outer;
      this.buffer(kept.length).set(kept);
      outer.rebind();
    }
  }
}
