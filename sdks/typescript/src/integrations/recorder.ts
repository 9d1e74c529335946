/**
 * Our client, as integrations see it.
 *
 * @module
 */
import { GuardStop } from "../errors.ts";
import type { Client } from "../recording/client.ts";
import { getClient } from "../recording/default.ts";

/** The recorder that was given, else the default one, as it is now. */
export function recorderOf(given: Client | undefined): Client {
  return given ?? getClient();
}

/** Runs what is ours inside a library's call: whatever it throws is counted, and the library goes on; but for guards. */
export function guarded<T>(recorder: Client, work: () => T): T | undefined {
  try {
    return work();
  } catch (error) {
    // A guard that somebody configured stops the call.
    if (error instanceof GuardStop) throw error;
    recorder.problem("integration", `something could not be recorded: ${described(error)}`, error);
    return undefined;
  }
}

function described(error: unknown): string {
  try {
    return String(error).slice(0, 200);
  } catch {
    return "an error that cannot be read";
  }
}
