import type { LocatedEvent } from "../api/types.ts";
import { preview } from "./json.ts";

/** What an event says in one line: its name, and what went in or came out. */
export function partsSaid(located: LocatedEvent, known?: string): { name: string; rest: string } {
  const body = located.event.body ?? {};
  const name = body["name"] ?? body["message"] ?? body["reason"] ?? known ?? null;
  const rest = body["output"] ?? body["input"] ?? body["data"] ?? body["exception"] ?? body["chunks"] ?? null;
  return { name: typeof name === "string" ? preview(name, 80) : "", rest: preview(rest, 120) };
}

/** The same as one text. */
export function saidBy(located: LocatedEvent, known?: string): string {
  const { name, rest } = partsSaid(located, known);
  return [name, rest].filter(Boolean).join("  ");
}
