import { headers } from "./client.ts";
import { asProblem, type Problem, problemOf } from "./problem.ts";
import { readMessages } from "./sse.ts";
import type { LocatedEvent, TraceRow } from "./types.ts";

/** What comes over `/v1/live`. */
export type LiveMessage =
  | { what: "event"; located: LocatedEvent }
  | { what: "trace"; row: TraceRow }
  | { what: "gap"; from?: string; to?: string };

/** How the connection is. */
export type LiveState = { word: "connecting" | "open" | "waiting"; problem?: Problem };

/** The longest pause between two tries. */
const LONGEST_PAUSE = 10_000;

/**
 * Follows `/v1/live` until the signal says stop; what breaks is begun again where it was.
 * It reads by `fetch`, because an `EventSource` cannot send a key.
 */
export async function follow(
  query: string,
  on: (message: LiveMessage) => void,
  state: (state: LiveState) => void,
  signal: AbortSignal,
): Promise<void> {
  let last: string | undefined;
  let pause = 500;
  while (!signal.aborted) {
    state({ word: "connecting" });
    let problem: Problem | undefined;
    try {
      const more: Record<string, string> = { accept: "text/event-stream" };
      if (last !== undefined) {
        more["last-event-id"] = last;
      }
      const response = await fetch(`/v1/live${query}`, { headers: headers(more), signal, cache: "no-store" });
      if (!response.ok || response.body === null) {
        throw await problemOf(response);
      }
      state({ word: "open" });
      pause = 500;
      for await (const message of readMessages(response.body)) {
        last = message.id ?? last;
        const parsed = parse(message.event, message.data);
        if (parsed !== undefined) {
          on(parsed);
        }
      }
    } catch (error) {
      problem = asProblem(error);
    }
    if (signal.aborted) {
      return;
    }
    state(problem === undefined ? { word: "waiting" } : { word: "waiting", problem });
    await new Promise((resolve) => setTimeout(resolve, pause));
    pause = Math.min(pause * 2, LONGEST_PAUSE);
  }
}

function parse(event: string, data: string): LiveMessage | undefined {
  let value: unknown;
  try {
    value = JSON.parse(data);
  } catch {
    return undefined;
  }
  if (typeof value !== "object" || value === null) {
    return undefined;
  }
  switch (event) {
    case "event":
      return { what: "event", located: value as LocatedEvent };
    case "trace":
      return { what: "trace", row: value as TraceRow };
    case "gap":
      return { what: "gap", ...(value as { from?: string; to?: string }) };
    default:
      return undefined;
  }
}
