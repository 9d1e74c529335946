/** What a guard says of a call. */

/** Which limit a verdict is about. */
export type Rule = "money" | "tokens" | "steps" | "wall" | "repeat" | "cycle" | "idle";

/** What a guard says of a call. */
export interface Verdict {
  /** `warn` for a call that begins near a limit, `stop` for one that does not begin. */
  readonly decision: "warn" | "stop";
  /** Which limit is meant. */
  readonly rule: Rule;
  /** For whom it holds: `session:` and its id, `run:` and the trace id, or `process`. */
  readonly scope: string;
  /** The kind of the call. */
  readonly kind: string;
  /** Its name. */
  readonly name: string;
  /** What the numbers count. */
  readonly unit: "usd" | "tokens" | "steps" | "seconds" | "times";
  /** The limit; this and the next three are decimal text, so that money is exact. */
  readonly limit: string;
  /** What calls that have ended used. */
  readonly used: string;
  /** What calls that are going on may use. */
  readonly reserved: string;
  /** What this call may use. */
  readonly asked: string;
  /** Whether no price is known for the call. */
  readonly unpriced: boolean;
  /** The same as a sentence. */
  readonly message: string;
}
