import { EventEmitter, once } from "node:events";
import { setTimeout as delay, setImmediate as immediate } from "node:timers/promises";
import { expect, test } from "vitest";
import type { Client } from "../../src/recording/client.ts";
import { SpanContext } from "../../src/recording/context.ts";
import type { Span } from "../../src/recording/span.ts";
import { clientIn, type Event } from "./reading.ts";

/** Who is below whom, by their names. */
function parents(events: Event[]): Record<string, string | undefined> {
  const starts = events.filter((event) => event.type === "span.start");
  const names = new Map(starts.map((event) => [event.span_id, event.body.name as string]));
  return Object.fromEntries(starts.map((event) => [event.body.name, names.get(event.parent_id)]));
}

test("steps that run at once have their own children", async () => {
  const { client, events } = clientIn();
  const branch = (name: string): Promise<void> =>
    client.span(name, async () => {
      await immediate();
      await client.span(`${name}.inner`, async () => delay(1));
      client.startSpan(`${name}.late`).end();
    });
  await client.span("root", () => Promise.all(["a", "b", "c"].map(branch)));
  const found = parents(events());
  for (const name of ["a", "b", "c"]) {
    expect(found).toMatchObject({ [name]: "root", [`${name}.inner`]: name, [`${name}.late`]: name });
  }
  expect(new Set(events().map((event) => event.trace_id)).size).toBe(1);
});

test("timers, ticks and microtasks keep the step that began them", async () => {
  const { client, events } = clientIn();
  let open = 0;
  const finished = new EventEmitter();
  const child = (name: string) => () => {
    client.startSpan(name).end();
    if (--open === 0) finished.emit("done");
  };
  client.span("root", () => {
    open = 5;
    setTimeout(child("timeout"), 1);
    setImmediate(child("immediate"));
    process.nextTick(child("tick"));
    queueMicrotask(child("microtask"));
    void Promise.resolve().then(child("promise"));
  });
  await once(finished, "done");
  const { root, ...below } = parents(events());
  expect(root).toBeUndefined();
  expect(below).toEqual({ timeout: "root", immediate: "root", tick: "root", microtask: "root", promise: "root" });
});

test("a listener runs below the step that emits, and a bound one below its own", () => {
  const { client, events } = clientIn();
  const emitter = new EventEmitter();
  const listens = client.startSpan("listens");
  emitter.on("x", () => client.startSpan("plain").end());
  emitter.on(
    "x",
    listens.bind(() => client.startSpan("bound").end()),
  );
  client.span("emits", () => emitter.emit("x"));
  listens.end();
  expect(parents(events())).toMatchObject({ plain: "emits", bound: "listens" });
});

test("an iterator that is abandoned leaves no step current", async () => {
  const { client, events } = clientIn();
  async function* numbers(): AsyncGenerator<number> {
    const step = client.startSpan("numbers");
    try {
      for (let number = 0; ; number++) {
        await immediate();
        yield step.run(() => {
          client.startSpan(`inside ${number}`).end();
          return number;
        });
      }
    } finally {
      step.end();
    }
  }
  await client.span("root", async () => {
    for await (const number of numbers()) {
      client.startSpan(`outside ${number}`).end();
      if (number === 1) break;
    }
    const abandoned = numbers();
    await abandoned.next();
    client.startSpan("after").end();
  });
  expect(parents(events())).toMatchObject({
    "inside 0": "numbers",
    "outside 0": "root",
    "outside 1": "root",
    after: "root",
  });
});

test("a step that is begun is not current, and run makes it so", () => {
  const { client, events } = clientIn();
  const step = client.startSpan("a");
  expect(client.currentSpan()).toBeUndefined();
  step.run(() => {
    expect(client.currentSpan()).toBe(step);
    client.startSpan("b").end();
  });
  step.startSpan("c").end();
  step.span("d", { kind: "tool" }, (inner: Span) => expect(client.currentSpan()).toBe(inner));
  step.end();
  expect(parents(events())).toEqual({ a: undefined, b: "a", c: "a", d: "a" });
});

test("a parent can be a step, a context, a header, something that knows its context, or nothing", () => {
  const { client, events } = clientIn();
  const above = client.startSpan("above");
  const context = above.context as SpanContext;
  client.span("current", () => {
    client.startSpan("step", { parent: above }).end();
    client.startSpan("context", { parent: context }).end();
    client.startSpan("header", { parent: context.traceparent }).end();
    client.startSpan("holder", { parent: { context } }).end();
    client.startSpan("none", { parent: null }).end();
  });
  above.end();
  const found = parents(events());
  expect(found).toMatchObject({ step: "above", context: "above", header: "above", holder: "above" });
  expect(found["none"]).toBeUndefined();
  expect(found["current"]).toBeUndefined();
});

test("a correlation id decides the trace of what begins inside", () => {
  const one = clientIn();
  const other = clientIn();
  const record = (client: Client) =>
    client.trace("order-17", () => client.span("root", () => client.startSpan("child").end()));
  record(one.client);
  record(other.client);
  const [first] = one.events();
  expect(first?.body.correlation_id).toBe("order-17");
  expect(other.events()[0]?.trace_id).toBe(first?.trace_id);
  expect(one.events().find((event) => event.body.name === "child")?.body.correlation_id).toBeUndefined();
});

test("two clients know of one current step", () => {
  const one = clientIn();
  const other = clientIn();
  one.client.span("outer", (outer) => {
    other.client.span("inner", (inner) => expect(inner.parentId).toBe(outer.spanId));
  });
  expect(other.events()[0]?.parent_id).toBe(one.events()[0]?.span_id);
});

test("what crosses a process is W3C Trace Context", () => {
  const { client, events } = clientIn();
  const traceparent = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01";
  const carriers: unknown[] = [
    { traceparent, tracestate: "vendor=1" },
    { Traceparent: [traceparent], TRACESTATE: ["vendor=1"] },
    new Headers({ traceparent, tracestate: "vendor=1" }),
    new Map([
      ["traceparent", traceparent],
      ["tracestate", "vendor=1"],
    ]),
    { _meta: { traceparent, tracestate: "vendor=1" }, name: "search" },
    Object.assign(Object.create(null), {
      traceparent: new TextEncoder().encode(traceparent),
      tracestate: " vendor=1 ",
    }),
  ];
  for (const carrier of carriers) {
    const context = client.extract(carrier);
    expect([context?.traceparent, context?.traceState]).toEqual([traceparent, "vendor=1"]);
  }
  client.attach(client.extract(carriers[0]), () => {
    client.span("remote", () => {
      client.span("below", (below) => {
        expect(client.inject()).toEqual({ traceparent: below.context?.traceparent, tracestate: "vendor=1" });
        expect(client.inject(new Headers()).get("traceparent")).toBe(below.context?.traceparent);
        const environment = client.injectEnvironment({ PATH: "/bin", TRACESTATE: "old", GONE: undefined });
        expect(environment).toEqual({ PATH: "/bin", TRACEPARENT: below.context?.traceparent, TRACESTATE: "vendor=1" });
      });
    });
  });
  const [remote, below] = events();
  expect([remote?.trace_id, remote?.parent_id]).toEqual(["0af7651916cd43dd8448eb211c80319c", "b7ad6b7169203331"]);
  expect(remote?.body).toEqual({ name: "remote", trace_state: "vendor=1" });
  expect(below?.body).toEqual({ name: "below" });
  expect(client.inject({})).toEqual({});
});

test.each([
  "",
  "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331",
  "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01-more",
  "00-00000000000000000000000000000000-b7ad6b7169203331-01",
  "00-0af7651916cd43dd8448eb211c80319c-0000000000000000-01",
  "00-0AF7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01",
  "ff-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01",
  "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-1",
])("no traceparent: %s", (header) => {
  expect(SpanContext.fromTraceparent(header)).toBeUndefined();
});

test("a later version is read by its first four parts", () => {
  const context = SpanContext.fromTraceparent("01-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-03-later");
  expect(context?.traceparent).toBe("00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-03");
  expect(context?.traceFlags).toBe(3);
});
