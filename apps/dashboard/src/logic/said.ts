import type { Json, LocatedEvent } from "../api/types.ts";
import { guardVerdict, verdictSaid } from "./guards.ts";
import { isMap, preview } from "./json.ts";

/** What an event says in one line: its name, and what went in or came out. */
export function partsSaid(located: LocatedEvent, known?: string): { name: string; rest: string } {
  const body = located.event.body ?? {};
  const name = body["name"] ?? body["message"] ?? body["reason"] ?? known ?? null;
  const attributes = body["attributes"];
  const verdict = isMap(attributes) ? guardVerdict(attributes) : undefined;
  const rest =
    (verdict && verdictSaid(verdict)) ??
    body["output"] ??
    body["input"] ??
    body["data"] ??
    messageOf(body["exception"]) ??
    body["chunks"] ??
    null;
  return { name: typeof name === "string" ? preview(name, 80) : "", rest: preview(rest, 120) };
}

/** Of an exception, what it says. */
function messageOf(exception: Json | undefined): Json | undefined {
  return isMap(exception) && typeof exception["message"] === "string" ? exception["message"] : exception;
}

/** The same as one text. */
export function saidBy(located: LocatedEvent, known?: string): string {
  const { name, rest } = partsSaid(located, known);
  return [name, rest].filter(Boolean).join("  ");
}
