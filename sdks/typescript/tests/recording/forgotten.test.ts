/** Steps that the program forgets end as cancelled, whenever the garbage collector finds them. */
import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import { expect, test } from "vitest";
import type { Client } from "../../src/recording/client.ts";
import { clientIn } from "./reading.ts";

setFlagsFromString("--expose-gc");
const collect = runInNewContext("gc") as () => void;

/** So many that end at once: those before them are young no more. */
function age(client: Client): void {
  for (let index = 0; index < 256; index++) client.startSpan("short").end();
}

/** Collects garbage until something holds. */
async function until(holds: () => boolean): Promise<void> {
  while (!holds()) {
    collect();
    await new Promise((resolve) => setImmediate(resolve));
  }
}

/** In a function of its own, so that nothing on the stack keeps the step. */
function forget(client: Client): string {
  const step = client.startSpan("forgotten");
  step.set("a", 1);
  return step.spanId;
}

test("a forgotten step ends as cancelled", async () => {
  const { client, events } = clientIn();
  const id = forget(client);
  const kept = client.startSpan("kept");
  age(client);
  const ends = () => events().filter(({ type, span_id }) => type === "span.end" && span_id === id);
  await until(() => ends().length > 0);
  expect(ends()).toMatchObject([
    { status: "cancelled", body: { status_message: "the step was dropped without an end" } },
  ]);
  expect(kept.ended).toBe(false);
  kept.end();
  expect(events().filter(({ span_id }) => span_id === kept.spanId)).toMatchObject([{}, { status: "ok" }]);
});

test("a step that was registered and then ended ends once", async () => {
  const { client, events } = clientIn();
  const ids = ((): string[] => {
    const steps = [client.startSpan("by end"), client.startSpan("by using"), client.startSpan("by an error")];
    age(client);
    steps[0]?.end();
    steps[1]?.[Symbol.dispose]();
    steps[2]?.end(new Error("no"));
    return steps.map(({ spanId }) => spanId);
  })();
  const witness = forget(client);
  age(client);
  const ends = () => events().filter(({ type }) => type === "span.end");
  await until(() => ends().some(({ span_id }) => span_id === witness));
  const found = ends().filter(({ span_id }) => ids.includes(span_id ?? ""));
  expect(found.map(({ status }) => status)).toEqual(["ok", "ok", "error"]);
});
