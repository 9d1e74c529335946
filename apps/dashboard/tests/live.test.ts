import { expect, test } from "vitest";
import { type Message, readMessages } from "../src/api/sse.ts";
import type { LocatedEvent, TraceRow, WireEvent } from "../src/api/types.ts";
import { saidBy } from "../src/logic/said.ts";
import { EMPTY, type Feed, received } from "../src/pages/live/feed.ts";
import { type LiveRow, outcomeOfRow, sayingOf } from "../src/pages/live/rows.ts";

async function read(...parts: string[]): Promise<Message[]> {
  const encoder = new TextEncoder();
  const stream = new ReadableStream<Uint8Array>({
    start(controller) {
      for (const part of parts) {
        controller.enqueue(encoder.encode(part));
      }
      controller.close();
    },
  });
  const all: Message[] = [];
  for await (const message of readMessages(stream)) {
    all.push(message);
  }
  return all;
}

test("messages come whole, however they were cut", async () => {
  const text = ':\n\nid: 7\nevent: event\ndata: {"a":"ä"}\n\ndata: one\ndata:two\n\nevent: trace\n\n';
  const whole = await read(text);
  expect(whole).toEqual([
    { id: "7", event: "event", data: '{"a":"ä"}' },
    { event: "message", data: "one\ntwo" },
  ]);
  expect(await read(...text)).toEqual(whole);
  expect(await read(...text.replaceAll("\n", "\r\n"))).toEqual(whole);
  expect(await read("data: cut off")).toEqual([]);
});

let next = 1;
const event = (type: string, span?: string, more: Partial<WireEvent> = {}, id = next++) => ({
  what: "event" as const,
  located: {
    id,
    producer: "p",
    event: { type, time: `t${id}`, ...(span === undefined ? {} : { trace_id: "t", span_id: span }), ...more },
  } satisfies LocatedEvent,
});
const begins = (span: string, name = span) => event("span.start", span, { kind: "tool", body: { name } });
const ends = (span: string, status: "ok" | "error" = "ok") =>
  event("span.end", span, { status, duration_nanos: 5, body: { output: `of ${span}` } });
const row = (trace_id: string, state: TraceRow["state"]) => ({
  what: "trace" as const,
  row: {
    trace_id,
    start: trace_id,
    last: "",
    state,
    events: 1,
    spans: 1,
    open_spans: 0,
    errors: 0,
    input_tokens: 0,
    output_tokens: 0,
  } satisfies TraceRow,
});
/** Rows in words. */
const words = (feed: Feed) =>
  feed.rows.map((one) => `${one.name ?? one.first.event.type} ${outcomeOfRow(one, true, feed.ended) ?? "-"}`);

test("the latest stands first, the oldest goes, nothing comes twice", () => {
  const all = [1, 2, 3, 4].map((id) => event("log", undefined, {}, 1000 + id));
  const first = received(EMPTY, all.slice(0, 3), true, 3);
  expect(first.rows.map((one) => one.key)).toEqual(["1003", "1002", "1001"]);
  expect(received(first, all.slice(2), true, 3).rows.map((one) => one.key)).toEqual(["1004", "1003", "1002"]);
});

test("a step is one row: it begins on top, and ends where it stands", () => {
  const begun = received(EMPTY, [begins("a"), begins("b"), event("log")]);
  expect(words(begun)).toEqual(["log -", "b in_flight", "a in_flight"]);
  const ended = received(begun, [begins("c"), ends("a", "error"), event("span.update", "b", { body: { output: 1 } })]);
  expect(words(ended)).toEqual(["c in_flight", "log -", "b in_flight", "a error"]);
  expect(ended.rows.map((one) => one.key).slice(1)).toEqual(begun.rows.map((one) => one.key));
  expect(saidBy(sayingOf(ended.rows[3] as LiveRow))).toBe("of a");
  expect(saidBy(sayingOf(ended.rows[2] as LiveRow))).toBe("1");
  expect([...ended.steps.keys()]).toEqual(["t/b", "t/c"]);
  // In one batch too.
  expect(words(received(EMPTY, [begins("a"), ends("a")]))).toEqual(["a ok"]);
});

test("an end whose row has gone is a row on top, by its name; one whose beginning nobody saw is one too", () => {
  const gone = received(EMPTY, [begins("a"), event("log"), event("log")], true, 2);
  const late = received(gone, [ends("a"), ends("z")], true, 3);
  expect(words(late)).toEqual(["span.end ok", "a ok", "log -"]);
  expect(late.steps.size).toBe(0);
});

test("a step in flight is so no longer when its process has died", () => {
  const begun = received(EMPTY, [begins("a")]);
  expect(words(received(begun, [row("t", "in_flight")]))).toEqual(["a in_flight"]);
  expect(words(received(begun, [row("t", "ended")]))).toEqual(["a in_flight"]);
  expect(words(received(begun, [row("t", "abandoned")]))).toEqual(["a abandoned"]);
});

test("who asks for one type of event gets each as a row, and nothing ticks", () => {
  const feed = received(EMPTY, [begins("a"), ends("a")], false);
  expect(feed.rows.map((one) => one.first.event.type)).toEqual(["span.end", "span.start"]);
  expect(feed.rows.map((one) => outcomeOfRow(one, false, feed.ended))).toEqual(["ok", undefined]);
});

test("what ends is no longer in flight, and gaps are counted", () => {
  const first = received(EMPTY, [row("a", "in_flight"), row("b", "in_flight"), { what: "gap" }]);
  expect(first.open.map((one) => one.trace_id)).toEqual(["b", "a"]);
  expect(first.gaps).toBe(1);
  expect(received(first, [row("b", "ended")]).open.map((one) => one.trace_id)).toEqual(["a"]);
});

test("whatever comes, what is kept has a bound", () => {
  let feed = EMPTY;
  for (let batch = 0; batch < 100; batch++) {
    const starts = Array.from({ length: 100 }, (_, place) => begins(`${batch}-${place}`));
    feed = received(feed, [...starts, row(`trace-${batch}`, "ended")], true, 500);
  }
  expect([feed.rows.length, feed.steps.size, feed.seen.length]).toEqual([500, 5_000, 200]);
});
