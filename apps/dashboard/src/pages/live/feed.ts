import { useEffect, useRef, useState } from "react";
import { follow, type LiveMessage, type LiveState } from "../../api/live.ts";
import type { LocatedEvent, State, TraceRow } from "../../api/types.ts";
import { joined, type LiveRow, type OpenSteps, rowOf } from "./rows.ts";

/** How many rows are kept; the oldest go. */
export const KEPT = 2_000;
/** How many events wait while the feed is paused; beyond it they are only counted. */
const WAITING = 2_000;
/** So many traces are remembered to have ended. */
const ENDED = 2_000;
/** So many of the latest events are known again when they come twice. */
const SEEN = 200;
/** Events are drawn together, at most so often; what comes after a pause at once. */
const EVERY = 100;

/** What came in, and how the connection is. */
export type Feed = {
  state: LiveState;
  rows: readonly LiveRow[];
  /** Steps in flight. */
  steps: OpenSteps;
  seen: readonly LocatedEvent["id"][];
  /** Traces in flight, the latest first. */
  open: TraceRow[];
  /** How traces ended that were seen to. */
  ended: ReadonlyMap<string, State>;
  waiting: number;
  /** Something was not sent, because this page was too slow or away for too long. */
  gaps: number;
};

/** Before anything came. */
export const EMPTY: Feed = {
  state: { word: "connecting" },
  rows: [],
  steps: new Map(),
  seen: [],
  open: [],
  ended: new Map(),
  waiting: 0,
  gaps: 0,
};

/** The next state of the feed when a batch comes in; pure, so that it can be tested. `isJoined`: a step's events are one row. */
export function received(feed: Feed, batch: readonly LiveMessage[], isJoined = true, kept = KEPT): Feed {
  const events: LocatedEvent[] = [];
  const open = new Map(feed.open.map((row) => [row.trace_id, row]));
  const ended = new Map(feed.ended);
  let { gaps } = feed;
  const seen = new Set(feed.seen);
  for (const message of batch) {
    if (message.what === "event" && !seen.has(message.located.id)) {
      seen.add(message.located.id);
      events.push(message.located);
    } else if (message.what === "trace") {
      const { trace_id, state } = message.row;
      if (state === "in_flight") {
        open.set(trace_id, message.row);
        ended.delete(trace_id);
      } else {
        open.delete(trace_id);
        ended.set(trace_id, state);
      }
    } else if (message.what === "gap") {
      gaps++;
    }
  }
  for (const [id] of ended) {
    if (ended.size <= ENDED) {
      break;
    }
    ended.delete(id);
  }
  const next = isJoined
    ? joined(feed.rows, feed.steps, events, kept)
    : { rows: [...events.map(rowOf).reverse(), ...feed.rows].slice(0, kept), steps: feed.steps };
  return {
    ...feed,
    rows: next.rows,
    steps: next.steps,
    seen: [...seen].slice(-SEEN),
    open: [...open.values()].sort((a, b) => (a.start < b.start ? 1 : -1)),
    ended,
    gaps,
  };
}

/** Follows `/v1/live`. While paused nothing moves; what comes is kept and counted. */
export function useFeed(query: string, paused: boolean, isJoined: boolean): Feed {
  const [feed, setFeed] = useState<Feed>(EMPTY);
  const stopped = useRef(paused);
  const held = useRef<LiveMessage[]>([]);
  const soon = useRef<() => void>(() => {});
  stopped.current = paused;
  useEffect(() => {
    const abort = new AbortController();
    setFeed((before) => ({ ...before, rows: [], steps: new Map(), seen: [], waiting: 0 }));
    held.current = [];
    let timer: number | undefined;
    let drawn = 0;
    // Who comes to a feed that is paused sees what was there.
    let isFirst = true;
    const draw = () => {
      timer = undefined;
      drawn = performance.now();
      if (held.current.length === 0) {
        return;
      }
      const waiting = held.current.filter((message) => message.what === "event").length;
      if (stopped.current && !isFirst) {
        setFeed((before) => (before.waiting === waiting ? before : { ...before, waiting }));
        return;
      }
      isFirst &&= waiting === 0;
      const batch = held.current;
      held.current = [];
      setFeed((before) => ({ ...received(before, batch, isJoined), waiting: 0 }));
    };
    soon.current = () => {
      timer ??= window.setTimeout(draw, Math.max(0, drawn + EVERY - performance.now()));
    };
    void follow(
      query,
      (message) => {
        held.current.push(message);
        if (held.current.length > WAITING * 2) {
          held.current.splice(0, WAITING);
        }
        soon.current();
      },
      (state) => setFeed((before) => ({ ...before, state })),
      abort.signal,
    );
    return () => {
      abort.abort();
      window.clearTimeout(timer);
    };
  }, [query, isJoined]);
  useEffect(() => {
    if (!paused) {
      soon.current();
    }
  }, [paused]);
  return feed;
}
