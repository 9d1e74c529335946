import { expect, test } from "vitest";
import { guardVerdict, verdictSaid } from "../src/logic/guards.ts";
import { partsSaid } from "../src/logic/said.ts";

const STOP = {
  "tracewire.guard.decision": "stop",
  "tracewire.guard.message": 'step budget of session "chat-7" would be exceeded',
};

test("a verdict is told by its attributes, and by nothing else", () => {
  const verdict = guardVerdict(STOP);
  expect(verdict && verdictSaid(verdict)).toBe('stop: step budget of session "chat-7" would be exceeded');
  for (const other of [
    undefined,
    null,
    {},
    { ...STOP, "tracewire.guard.message": 7 },
    { "gen_ai.request.model": "m" },
  ]) {
    expect(guardVerdict(other)).toBeUndefined();
  }
});

test("an event that holds one says it, in the feed and among the events", () => {
  const event = {
    type: "event",
    time: "2026-11-21T04:30:00Z",
    trace_id: "a".repeat(32),
    span_id: "b".repeat(16),
    body: { name: "tracewire.guard", attributes: STOP },
  } as const;
  const said = partsSaid({ id: 1, producer: "p", service: null, event } as Parameters<typeof partsSaid>[0]);
  expect(said).toEqual({ name: "tracewire.guard", rest: expect.stringContaining("stop: step budget") });
});
