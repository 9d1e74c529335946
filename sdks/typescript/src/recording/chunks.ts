/**
 * What a step yields, written many in one event and in order: the first one at once, then 64 at a time or what came in a tenth
 * of a second.
 *
 * @module
 */
import { platform } from "#platform";
import { inNobodysName } from "./guard.ts";
import type { Span } from "./span.ts";

const MOST_CHUNKS = 64;
const LONGEST_WAIT_MILLIS = 100;
const MOST_OUTPUT_LENGTH = 1 << 20;

/** The chunks of one step. */
export class Chunks {
  readonly #step: Span;
  readonly #now: () => number;
  readonly #write: (name: string, chunks: readonly unknown[]) => void;
  readonly #began: number;
  #written: number;
  #first: number | undefined;
  #name = "chunk";
  #waiting: unknown[] = [];
  #texts: string[] | undefined = [];
  #textLength = 0;
  #stopTimer: (() => void) | undefined;

  /**
   * @param now - milliseconds of a clock that only goes forward.
   * @param write - writes one event of the step.
   */
  constructor(step: Span, now: () => number, write: (name: string, chunks: readonly unknown[]) => void) {
    this.#step = step;
    this.#now = now;
    this.#write = write;
    this.#began = this.#written = now();
  }

  /** Notes the time of a chunk. */
  arrived(): number {
    const now = this.#now();
    if (this.#first === undefined) {
      this.#first = now - this.#began;
      this.#written = Number.NEGATIVE_INFINITY;
    }
    return now;
  }

  /**
   * Takes one chunk.
   *
   * @param name - of the event; chunks of one name that follow each other are written together.
   */
  add(name: string, item: unknown): void {
    const now = this.arrived();
    if (name !== this.#name) {
      if (this.#waiting.length > 0) this.flush(now);
      this.#name = name;
    }
    this.#waiting.push(item);
    this.#keepText(item);
    if (this.#waiting.length >= MOST_CHUNKS || now - this.#written >= LONGEST_WAIT_MILLIS) this.flush(now);
    else this.#stopTimer ??= platform.every(LONGEST_WAIT_MILLIS, () => inNobodysName(() => this.flush(this.#now())));
  }

  /** Writes what has come. */
  flush(now: number): void {
    this.#stopTimer?.();
    this.#stopTimer = undefined;
    this.#written = now;
    if (this.#waiting.length === 0) return;
    const chunks = this.#waiting;
    this.#waiting = [];
    this.#write(this.#name, chunks);
  }

  /** Writes the rest, and tells the step what it ends with: the texts together are its output, unless another one is set. */
  end(): void {
    this.flush(this.#written);
    if (this.#first !== undefined) {
      this.#step.endField("time_to_first_chunk_nanos", Math.max(0, Math.round(this.#first * 1e6)));
    }
    if (this.#texts !== undefined && this.#texts.length > 0) this.#step.offerOutput(this.#texts.join(""));
  }

  #keepText(item: unknown): void {
    if (this.#texts === undefined) return;
    if (typeof item !== "string") {
      this.#texts = undefined;
      return;
    }
    this.#textLength += item.length;
    this.#texts.push(item);
    if (this.#textLength > MOST_OUTPUT_LENGTH) this.#texts = undefined;
  }
}
