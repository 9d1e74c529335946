/** The buffer that records are written into grows for a huge one and is given back behind it. */
import { expect, test } from "vitest";
import { clientIn } from "./reading.ts";

test("records before, in and behind a huge one are whole", async () => {
  const { client, events } = clientIn();
  const huge = "x".repeat(1 << 20);
  client.span("before", { kind: "tool", input: "a" }, (step) => step.setOutput("b"));
  client.span("huge", { kind: "tool", input: huge }, (outer) => {
    outer.span("inside", { kind: "llm", input: "c" }, (step) => step.setOutput(huge));
    outer.setOutput("d");
  });
  client.span("behind", { kind: "tool", correlationId: "order-1", input: "e" }, (step) => step.setOutput("f"));
  const report = await client.close();
  expect([report.written, report.dropped]).toEqual([8, {}]);

  const found = events();
  const starts = found.filter((event) => event.type === "span.start");
  expect(starts.map((event) => [event.body.name, event.kind, event.body.input])).toEqual([
    ["before", "tool", "a"],
    ["huge", "tool", huge],
    ["inside", "llm", "c"],
    ["behind", "tool", "e"],
  ]);
  const [before, outer, inside, behind] = starts;
  expect(inside?.parent_id).toBe(outer?.span_id);
  expect([outer?.parent_id, behind?.parent_id]).toEqual([undefined, undefined]);
  const ends = found.filter((event) => event.type === "span.end");
  expect(ends.map((event) => [event.span_id, event.status, event.body.output])).toEqual([
    [before?.span_id, "ok", "b"],
    [inside?.span_id, "ok", huge],
    [outer?.span_id, "ok", "d"],
    [behind?.span_id, "ok", "f"],
  ]);
});

test("recorders side by side keep to their own buffers", async () => {
  const one = clientIn();
  const other = clientIn();
  for (let index = 0; index < 3; index++) {
    one.client.span(`one ${index}`, { input: index === 1 ? "x".repeat(300_000) : "y" }, () =>
      other.client.span(`other ${index}`, () => undefined),
    );
  }
  await one.client.close();
  await other.client.close();
  const names = (events: { body: { name?: string } }[]) => events.map((event) => event.body.name).filter(Boolean);
  expect(names(one.events())).toEqual(["one 0", "one 1", "one 2"]);
  expect(names(other.events())).toEqual(["other 0", "other 1", "other 2"]);
});
