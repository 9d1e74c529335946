import { expect, test } from "vitest";
import { Client } from "../../src/recording/client.ts";
import { clientIn, eventsIn, folder } from "./reading.ts";

const thrower = (): never => {
  throw new Error("hostile");
};
const hostile: Record<string, unknown> = {
  getter: Object.defineProperty({}, "x", { get: thrower, enumerable: true }),
  proxy: new Proxy(
    {},
    { get: thrower, ownKeys: thrower, getPrototypeOf: thrower, has: thrower, getOwnPropertyDescriptor: thrower },
  ),
  revoked: (() => {
    const { proxy, revoke } = Proxy.revocable({}, {});
    revoke();
    return proxy;
  })(),
  toJSON: { toJSON: thrower },
  toString: { toString: thrower, [Symbol.toPrimitive]: thrower },
  symbol: Symbol("s"),
  bigint: 2n ** 4000n,
  surrogate: "\ud800",
  null: null,
  number: Number.NaN,
  function: thrower,
  cycle: (() => {
    const value: Record<string, unknown> = {};
    value["self"] = value;
    return value;
  })(),
};

for (const [name, value] of Object.entries(hostile)) {
  test(`${name} never throws, wherever it is given`, async () => {
    const { client, events } = clientIn();
    // biome-ignore lint/suspicious/noExplicitAny: nothing that a program gives can be trusted.
    const any = value as any;
    client.startSpan(any, { input: any, attributes: any, kind: any, links: any, tags: any, sessionId: any }).end();
    client.startSpan("options", any).end();
    client.startSpan("parent", { parent: any }).end();
    const step = client.startSpan("methods");
    step.set(any, any).set(any).setOutput(any).setStatus(any, any).usage(any).cost(any, any, any);
    step
      .usage({ inputTokens: any, details: any, raw: any })
      .update(any)
      .update({ links: any, usage: any, cost: any, input: any });
    step.event(any, any, any).recordException(any, any).link(any, any).setError(any).end(any);
    let caught: unknown = "nothing";
    try {
      client.span("thrown", () => {
        throw any;
      });
    } catch (error) {
      caught = error;
    }
    expect(Object.is(caught, any)).toBe(true);
    client.point("event", { parent: any, kind: any }, { name: any, attributes: any, data: any });
    client.trace(any, () => undefined);
    client.attach(any, () => undefined);
    client.inject(any ?? {});
    client.extract(any);
    client.injectEnvironment(any ?? {});
    const report = await client.flush();
    expect(report.dropped).toEqual({});
    expect(report.errors["internal_error"]).toBeUndefined();
    // Everything that has begun has a record that can be read.
    expect(events().filter((event) => event.type === "span.start").length).toBeGreaterThanOrEqual(5);
  });
}

test("a record that cannot be handed over is counted as dropped, and costs nothing else", async () => {
  const dir = folder();
  let isBroken = false;
  const client = new Client({ dir }, (native, options) => {
    const recorder = native.open(options);
    const record = recorder.record.bind(recorder);
    recorder.record = (operation, length) => {
      if (isBroken) throw new Error("broken");
      return record(operation, length);
    };
    return recorder;
  });
  client.span("before", () => undefined);
  isBroken = true;

  const answer = client.span("lost", () => "mine");

  isBroken = false;
  expect(answer).toBe("mine");
  expect(await client.close()).toMatchObject({
    written: 2,
    dropped: { internal_error: 2 },
    errors: { internal_error: 2 },
  });
  expect(eventsIn(dir).map(({ type, body }) => [type, body.name])).toEqual([
    ["span.start", "before"],
    ["span.end", undefined],
  ]);
});
