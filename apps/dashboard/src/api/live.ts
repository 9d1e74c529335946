import { isMap } from "../logic/json.ts";
import { getJson, headers } from "./client.ts";
import { asProblem, type Problem, problemOf } from "./problem.ts";
import { readMessages } from "./sse.ts";
import type { Health, LocatedEvent, TraceRow } from "./types.ts";

/** What comes over `/v1/live`. */
export type LiveMessage =
  | { what: "event"; located: LocatedEvent }
  | { what: "trace"; row: TraceRow }
  | { what: "gap"; from?: string; to?: string };

/** How the connection is. */
export type LiveState = { word: "connecting" | "open" | "waiting"; problem?: Problem };

/** So many events that came before the page did are shown too. */
const BEFORE = 100;
/** The longest pause between two tries. */
const LONGEST_PAUSE = 10_000;

/** The place behind which the latest events are; unknown where the server does not say. */
async function latest(signal: AbortSignal): Promise<string | undefined> {
  try {
    const { store } = await getJson<Health>("/health", {}, signal);
    const last = isMap(store) ? store["last_event"] : undefined;
    return typeof last === "number" ? String(Math.max(0, last - BEFORE)) : undefined;
  } catch {
    return undefined;
  }
}

/**
 * Follows `/v1/live` from the latest events on until the signal says stop; what breaks is begun again where it was.
 * It reads by `fetch`, because an `EventSource` cannot send a key.
 */
export async function follow(
  query: string,
  on: (message: LiveMessage) => void,
  state: (state: LiveState) => void,
  signal: AbortSignal,
): Promise<void> {
  let last = await latest(signal);
  // What was deleted of the time before the page is nothing that it missed.
  let isBefore = true;
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
        isBefore &&= parsed?.what !== "event";
        if (parsed !== undefined && !(isBefore && parsed.what === "gap")) {
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

/** The event of this id, where it is still kept. */
export async function readOne(id: string, signal: AbortSignal): Promise<LocatedEvent | undefined> {
  if (!/^[1-9]\d{0,14}$/.test(id)) {
    return undefined;
  }
  const stop = new AbortController();
  const response = await fetch(`/v1/live?after=${Number(id) - 1}`, {
    headers: headers({ accept: "text/event-stream" }),
    signal: AbortSignal.any([signal, stop.signal]),
    cache: "no-store",
  });
  try {
    if (response.ok && response.body !== null) {
      for await (const message of readMessages(response.body)) {
        const parsed = parse(message.event, message.data);
        // The first event is it, or it is not there.
        if (parsed?.what === "event") {
          return String(parsed.located.id) === id ? parsed.located : undefined;
        }
      }
    }
    return undefined;
  } finally {
    stop.abort();
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
