import { expect, test } from "vitest";
import { type Message, readMessages } from "../src/api/sse.ts";
import type { LocatedEvent, TraceRow } from "../src/api/types.ts";
import { type Feed, received } from "../src/pages/live/feed.ts";

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

const EMPTY: Feed = { state: { word: "open" }, events: [], open: [], ended: new Set(), waiting: 0, gaps: 0 };
const event = (id: number) => ({
  what: "event" as const,
  located: { id, producer: "p", event: { type: "log", time: "" } } satisfies LocatedEvent,
});
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

test("the latest stands first, the oldest goes, nothing comes twice", () => {
  const first = received(EMPTY, [event(1), event(2), event(3)], 3);
  expect(first.events.map((one) => one.id)).toEqual([3, 2, 1]);
  expect(received(first, [event(3), event(4)], 3).events.map((one) => one.id)).toEqual([4, 3, 2]);
});

test("what ends is no longer in flight, and gaps are counted", () => {
  const first = received(EMPTY, [row("a", "in_flight"), row("b", "in_flight"), { what: "gap" }]);
  expect(first.open.map((one) => one.trace_id)).toEqual(["b", "a"]);
  expect(first.gaps).toBe(1);
  expect(received(first, [row("b", "ended")]).open.map((one) => one.trace_id)).toEqual(["a"]);
});
