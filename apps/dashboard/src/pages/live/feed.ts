import { useEffect, useMemo, useRef, useState } from "react";
import { follow, type LiveMessage, type LiveState } from "../../api/live.ts";
import type { LocatedEvent, TraceRow } from "../../api/types.ts";

/** How many events are kept; the oldest go. */
export const KEPT = 2_000;
/** How many wait while the feed is paused; beyond it they are only counted. */
const WAITING = 2_000;
/** Events are drawn together, at most so often; what comes after a pause at once. */
const EVERY = 100;

/** What came in, and how the connection is. */
export type Feed = {
  state: LiveState;
  events: LocatedEvent[];
  open: TraceRow[];
  /** Traces that were seen to end. */
  ended: ReadonlySet<string>;
  waiting: number;
  /** Something was not sent, because this page was too slow or away for too long. */
  gaps: number;
};

/** The next state of the feed when a batch comes in; pure, so that it can be tested. */
export function received(feed: Feed, batch: readonly LiveMessage[], kept = KEPT): Feed {
  const events: LocatedEvent[] = [];
  const rows = new Map(feed.open.map((row) => [row.trace_id, row]));
  const ended = new Set(feed.ended);
  let { gaps } = feed;
  const known = new Set(feed.events.slice(0, 200).map((one) => one.id));
  for (const message of batch) {
    if (message.what === "event" && !known.has(message.located.id)) {
      known.add(message.located.id);
      events.unshift(message.located);
    } else if (message.what === "trace") {
      if (message.row.state === "in_flight") {
        rows.set(message.row.trace_id, message.row);
      } else {
        rows.delete(message.row.trace_id);
        ended.add(message.row.trace_id);
      }
    } else if (message.what === "gap") {
      gaps++;
    }
  }
  const open = [...rows.values()].sort((a, b) => (a.start < b.start ? 1 : -1));
  return { ...feed, events: [...events, ...feed.events].slice(0, kept), open, ended, gaps };
}

/** Follows `/v1/live`. While paused nothing moves; what comes is kept and counted. */
export function useFeed(query: string, paused: boolean): Feed & { clear: () => void } {
  const [feed, setFeed] = useState<Feed>({
    state: { word: "connecting" },
    events: [],
    open: [],
    ended: new Set(),
    waiting: 0,
    gaps: 0,
  });
  const stopped = useRef(paused);
  const held = useRef<LiveMessage[]>([]);
  const soon = useRef<() => void>(() => {});
  stopped.current = paused;
  useEffect(() => {
    const abort = new AbortController();
    setFeed((before) => ({ ...before, events: [], waiting: 0 }));
    held.current = [];
    let timer: number | undefined;
    let drawn = 0;
    const draw = () => {
      timer = undefined;
      drawn = performance.now();
      if (held.current.length === 0) {
        return;
      }
      if (stopped.current) {
        const waiting = held.current.filter((message) => message.what === "event").length;
        setFeed((before) => (before.waiting === waiting ? before : { ...before, waiting }));
        return;
      }
      const batch = held.current;
      held.current = [];
      setFeed((before) => ({ ...received(before, batch), waiting: 0 }));
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
  }, [query]);
  useEffect(() => {
    if (!paused) {
      soon.current();
    }
  }, [paused]);
  const clear = useMemo(() => () => setFeed((before) => ({ ...before, events: [], gaps: 0 })), []);
  return { ...feed, clear };
}
