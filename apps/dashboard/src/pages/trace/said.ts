import type { LocatedEvent } from "../../api/types.ts";
import { preview } from "../../logic/json.ts";

/** What an event says in one line. */
export function saidBy(located: LocatedEvent, known?: string): string {
  const body = located.event.body ?? {};
  const name = body["name"] ?? body["message"] ?? body["reason"] ?? known ?? null;
  const rest = body["output"] ?? body["input"] ?? body["data"] ?? body["exception"] ?? body["chunks"] ?? null;
  return [typeof name === "string" ? preview(name, 80) : "", preview(rest, 120)].filter(Boolean).join("  ");
}
