import type { Json } from "../api/types.ts";

/** What a guard said of a call that it warned of or stopped. */
export type GuardVerdict = { decision: string; message: string };

/** The verdict that an event's attributes hold, if it is a guard's. */
export function guardVerdict(attributes: { [name: string]: Json } | null | undefined): GuardVerdict | undefined {
  const [decision, message] = [attributes?.["tracewire.guard.decision"], attributes?.["tracewire.guard.message"]];
  return typeof decision === "string" && typeof message === "string" ? { decision, message } : undefined;
}

/** The same in one line: `stop: step budget of session "chat-7" would be exceeded`. */
export function verdictSaid({ decision, message }: GuardVerdict): string {
  return `${decision}: ${message}`;
}
