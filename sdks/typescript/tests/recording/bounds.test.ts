import { expect, test, vi } from "vitest";
import type { Batch } from "../../src/exporters/base.ts";
import { type ClientOptions, Settings } from "../../src/recording/config.ts";
import { start } from "./programs/program.ts";
import { clientIn, type Event, eventsIn, folder } from "./reading.ts";

test("the kind of a trace's root has its own share", async () => {
  const { client } = clientIn({ sampling: { kinds: { http: 0 } } });
  client.span("fetch", { kind: "http" }, () => client.span("ask", { kind: "llm" }, () => {}));
  client.span("answer", { kind: "agent" }, () => client.span("fetch", { kind: "http" }, () => {}));
  const { written, unsampled } = await client.flush();
  expect([written, unsampled]).toEqual([4, 4]);
  for (const sampling of [{ kinds: { http: 2 } }, { kinds: { "": 1 } }, { rates: 1 }, [0.5]]) {
    expect(new Settings({ sampling } as unknown as ClientOptions).problems).toHaveLength(1);
  }
});

test("the oldest journals give way, and the numbers say so", async () => {
  const { client, dir } = clientIn({ quotaBytes: 262_144, whenFull: "drop_oldest" });
  for (let number = 0; number < 1500; number++) client.span("step", { input: "x".repeat(200) }, () => {});
  const report = await client.flush();
  const stats = client.stats();
  expect(Object.keys(report.dropped)).toEqual(["evicted"]);
  expect(report.written + (report.dropped["evicted"] ?? 0)).toBe(3000);
  expect(stats).toMatchObject({ directory: dir, mode: "local", written: report.written, dropped: report.dropped });
  expect(stats).toMatchObject({ quotaBytes: 262_144, pending: {}, withheld: 0, unsampled: 0 });
  expect(stats.bytes).toBeGreaterThan(0);
  expect(stats.bytes).toBeLessThanOrEqual(262_144);
});

test("nothing may stop the event loop, whoever asks for it", () => {
  const asked = { whenFull: "block" } as unknown as ClientOptions;
  expect(new Settings(asked).problems).toEqual([
    "whenFull = \"block\" (argument): drop_newest or drop_oldest is expected, such as whenFull: 'drop_oldest'; the default is used",
  ]);
  vi.stubEnv("TRACEWIRE_WHEN_FULL", "block");
  const { problems, values } = new Settings({});
  vi.unstubAllEnvs();
  expect(problems).toHaveLength(1);
  expect(problems[0]).toContain("to wait would stop the event loop");
  expect(values.whenFull).toBeUndefined();
});

test("exporters get every step, and the content of the traces that a rule keeps", async () => {
  const inputs: unknown[] = [];
  const exporter = {
    name: "inputs",
    export(batch: Batch): void {
      const events = [...batch.events()] as unknown as Event[];
      for (const { type, body } of events) if (type === "span.start") inputs.push(body.input);
    },
  };
  const { client, dir } = clientIn({ exporters: [exporter], mode: "local", tail: { errors: true, slowerThan: "1h" } });
  client.span("fine", { input: "hidden" }, () => {});
  expect(() =>
    client.span("broken", { input: "shown" }, () => {
      throw new Error("away");
    }),
  ).toThrow("away");
  expect(client.stats().pending).toEqual({ inputs: 4 });
  const { sent, pending, withheld } = await client.flush();
  expect([sent, pending, withheld, client.stats().withheld]).toEqual([4, 0, 1, 1]);
  expect(inputs).toEqual([{ $withheld: expect.stringMatching(/^sha256:/) }, "shown"]);
  expect(eventsIn(dir).map((event) => event.body.input)).toContain("hidden");
  for (const tail of [{ error: true }, { share: 2 }, { slowerThan: "soon" }, { costsOver: "much" }]) {
    expect(new Settings({ tail } as unknown as ClientOptions).problems).toHaveLength(1);
  }
});

test.runIf(process.platform === "linux")("by default there is no thread of its own and no socket", async () => {
  const { code, out, errors } = await start("alone", folder()).ended;
  expect([code, errors]).toEqual([0, ""]);
  const { before, after } = JSON.parse(out) as { before: object; after: object };
  expect(after).toEqual(before);
});
