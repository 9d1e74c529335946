/**
 * What goes wrong in recording: counted by a code, said once for each code, thrown in strict mode alone.
 *
 * @module
 */
import { platform } from "#platform";
import { TracewireError } from "../errors.ts";

/** Characters of a value in a message. */
const MOST_SHOWN = 80;

/** One client's. */
export class Problems {
  /** How often, by code. */
  readonly counts = new Map<string, number>();
  /** Whether they are thrown. */
  isStrict = false;
  /** What strict mode has to throw once the record that is being written stands. */
  owed: TracewireError | undefined;

  /**
   * Counts something, says it the first time, and in strict mode throws it.
   *
   * @throws {@link TracewireError} in strict mode.
   */
  note(code: string, message: string, cause?: unknown): void {
    this.count(code, message);
    if (this.isStrict) throw new TracewireError(code, message, { cause });
  }

  /** The same in the middle of a record, which is completed first; see {@link settle}. */
  noteLater(code: string, message: string, cause?: unknown): void {
    this.count(code, message);
    if (this.isStrict) this.owed ??= new TracewireError(code, message, { cause });
  }

  /** Throws what is owed. */
  settle(): void {
    const { owed } = this;
    this.owed = undefined;
    if (owed !== undefined) throw owed;
  }

  /** Counts and says, whatever the mode. */
  count(code: string, message: string, count = 1): void {
    const before = this.counts.get(code);
    this.counts.set(code, (before ?? 0) + count);
    if (before === undefined) say(message);
  }

  /** By code, for a report. */
  report(): Record<string, number> {
    return Object.fromEntries(this.counts);
  }
}

/** Says something to whoever runs the program; never an exception of theirs. */
export function say(message: string): void {
  try {
    platform.warn(`tracewire: ${message}`);
  } catch {
    // Whatever a replaced console does.
  }
}

/** A value for a message. Code of the host is not run for it. */
export function shown(value: unknown): string {
  if (typeof value === "string") return short(JSON.stringify(value));
  if (typeof value === "function") return "a function";
  if (typeof value !== "object" || value === null) return short(String(value));
  return `a ${typeName(value)}`;
}

/** What an object is called by its constructor, as far as that can be read. */
export function typeName(value: unknown): string {
  if (value === null || typeof value !== "object") return typeof value;
  try {
    const name: unknown = Object.getPrototypeOf(value)?.constructor?.name;
    return typeof name === "string" && name !== "" ? short(name) : "object";
  } catch {
    return "object";
  }
}

/** A text that a program gave, or the text of something else. */
export function textOf(value: unknown): string {
  if (typeof value === "string") return value;
  try {
    return String(value);
  } catch {
    return typeName(value);
  }
}

function short(text: string): string {
  return text.length <= MOST_SHOWN ? text : `${text.slice(0, MOST_SHOWN)}…`;
}
