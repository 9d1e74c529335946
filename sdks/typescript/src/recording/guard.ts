/**
 * What a program's values throw while they are looked at does not get out.
 *
 * @module
 */
import { TracewireError } from "../errors.ts";
import { shown, typeName } from "./problems.ts";
import type { Seat } from "./seat.ts";

/** Runs work that reads values of the program. What they throw is counted, and `undefined` is given. */
export function guarded<T>(seat: Pick<Seat, "problem">, what: string, work: () => T): T | undefined {
  try {
    return work();
  } catch (error) {
    // Strict mode asked for it.
    if (error instanceof TracewireError) throw error;
    seat.problem("unreadable_value", `${what}: a value threw ${typeName(error)} while it was read`);
    return undefined;
  }
}

/** Runs work that no caller waits for: what strict mode throws is counted already, and must not end the process. */
export function inNobodysName(work: () => void): void {
  try {
    work();
  } catch {
    // See above.
  }
}

/** A text that a program gave, or the text of something plain; `undefined` for nothing. Code of the host is not run for it. */
export function optionalText(value: unknown): string | undefined {
  if (typeof value === "string") return value;
  return value === undefined || value === null ? undefined : shown(value);
}

/** Attributes with those that a program gave. What is no map is counted and left out. */
export function merged(
  seat: Pick<Seat, "problem">,
  facts: Readonly<Record<string, unknown>>,
  more: unknown,
): Record<string, unknown> {
  if (more === undefined || more === null) return { ...facts };
  if (typeof more === "object" && !Array.isArray(more)) {
    try {
      return { ...facts, ...(more instanceof Map ? Object.fromEntries(more) : more) };
    } catch {
      // Whatever a getter of the host throws.
    }
  }
  seat.problem("invalid_attributes", `attributes are an object with names, not ${shown(more)}`);
  return { ...facts };
}

/** The members that are there. */
export function present(members: Readonly<Record<string, unknown>>): Record<string, unknown> {
  const found: Record<string, unknown> = {};
  for (const name of Object.keys(members)) {
    const value = members[name];
    if (value !== undefined && value !== null) found[name] = value;
  }
  return found;
}
