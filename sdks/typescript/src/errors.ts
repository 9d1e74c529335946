/**
 * The errors of the package. Recording throws none of them unless `strict` is asked for; formats, envelopes and readers
 * do.
 *
 * @module
 */
import type { Verdict } from "./recording/verdict.ts";

/** Wrong use, or what cannot be done here. */
export class TracewireError extends Error {
  override readonly name: string = "TracewireError";
  /** Stable name of what went wrong. */
  readonly code: string;

  /**
   * @param code - stable name of what went wrong.
   * @param message - what went wrong, and how to mend it.
   */
  constructor(code: string, message: string, options?: ErrorOptions) {
    super(message, options);
    this.code = code;
  }
}

/** Thrown instead of a call that a guard stops; only where `init({ guards })` asked for it. */
export abstract class GuardStop extends TracewireError {
  override readonly name: string = "GuardStop";
  /** Which limit, and where it stands. */
  readonly verdict: Verdict;

  /** @internal */
  constructor(code: string, verdict: Verdict) {
    super(code, verdict.message);
    this.verdict = verdict;
  }
}

/**
 * Thrown instead of a call for which the budget of its session is too small.
 *
 * @example
 * ```ts
 * try {
 *   await agent("Find everything about otters.");
 * } catch (stop) {
 *   if (!(stop instanceof BudgetExceeded)) throw stop;
 *   console.log(stop.verdict.rule, stop.verdict.used, stop.verdict.limit);
 * }
 * ```
 */
export class BudgetExceeded extends GuardStop {
  /** The code of all of them. */
  static readonly CODE = "budget_exceeded";
  override readonly name: string = "BudgetExceeded";

  /** @internal */
  constructor(verdict: Verdict) {
    super(BudgetExceeded.CODE, verdict);
  }
}

/** Thrown instead of a call that an agent makes again and again. */
export class LoopDetected extends GuardStop {
  /** The code of all of them. */
  static readonly CODE = "loop_detected";
  override readonly name: string = "LoopDetected";

  /** @internal */
  constructor(verdict: Verdict) {
    super(LoopDetected.CODE, verdict);
  }
}

/** Where something cannot be read or written; whatever is not known is `undefined`. */
export interface FormatPlace {
  /** Bytes before the first bad one, of a text that was read. */
  readonly offset?: number | undefined;
  /** The line, from 1, of a text that was read. */
  readonly line?: number | undefined;
  /** Where in a value, as a JSON pointer; empty for all of it. */
  readonly path?: string | undefined;
}

/**
 * Thrown for what cannot be written or read in a format; the same input has the same error everywhere.
 *
 * `code` is one of the specification's (`json_syntax`, `toon_count`, `csv_shape`, …), or one of JavaScript's own values
 * (`value_unserializable`, `value_cycle`, `value_too_deep`, `value_too_large`, `value_surrogate`, `value_unreadable`),
 * or `format_unknown`, `encoding_unknown`, `level_unknown`, `option_invalid`, and of journals `journal_foreign`,
 * `journal_header`, `journal_newer`; of rules of redaction `redact_rule`, `redact_pattern`.
 *
 * @example
 * ```ts
 * try {
 *   decode('{"a":1,}');
 * } catch (error) {
 *   // FormatError: line 1, byte 7: a key is expected
 *   if (error instanceof FormatError) console.log(error.code, error.offset);
 * }
 * ```
 */
export class FormatError extends TracewireError implements FormatPlace {
  override readonly name: string = "FormatError";
  /** What is wrong, and how to mend it. */
  readonly reason: string;
  readonly offset: number | undefined;
  readonly line: number | undefined;
  readonly path: string | undefined;

  /**
   * @param code - stable name of what went wrong.
   * @param reason - what is wrong, and how to mend it.
   * @param place - where, as far as it is known.
   */
  constructor(code: string, reason: string, place: FormatPlace = {}) {
    const { offset, line, path } = place;
    const places = [
      ...(line === undefined ? [] : [`line ${line}`]),
      ...(offset === undefined ? [] : [`byte ${offset}`]),
      ...(path ? [path] : []),
    ];
    super(code, places.length > 0 ? `${places.join(", ")}: ${reason}` : reason);
    this.reason = reason;
    this.offset = offset;
    this.line = line;
    this.path = path;
  }
}

/** What the native half says of a failure; its errors carry this as JSON in their message. */
export interface NativeFailure extends FormatPlace {
  readonly code: string;
  readonly message: string;
}

/** Reads what the native half threw; `undefined` for any other error. */
export function nativeFailure(thrown: unknown): NativeFailure | undefined {
  const message: unknown = thrown instanceof Error ? thrown.message : undefined;
  if (typeof message !== "string" || !message.startsWith("{")) {
    return undefined;
  }
  try {
    const failure = JSON.parse(message) as NativeFailure;
    return typeof failure.code === "string" && typeof failure.message === "string" ? failure : undefined;
  } catch {
    return undefined;
  }
}

/** Codes of the native half that say nothing of a format. */
const OF_THE_LIBRARY: ReadonlySet<string> = /* @__PURE__ */ new Set([
  "internal",
  "unavailable",
  "config",
  "io",
  "closed",
]);

/**
 * Does what the native half can refuse.
 *
 * @throws {@link FormatError} for what was refused, {@link TracewireError} for a failure of the library itself.
 */
export function refusing<T>(work: () => T): T {
  try {
    return work();
  } catch (thrown) {
    const failure = nativeFailure(thrown);
    if (failure === undefined) {
      throw thrown;
    }
    const { code, message } = failure;
    throw OF_THE_LIBRARY.has(code) ? new TracewireError(code, message) : new FormatError(code, message, failure);
  }
}
