import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test, vi } from "vitest";
import { type Batch, type Exporter, RetryLater, Undeliverable } from "../../src/exporters/base.ts";
import { ConsoleExporter } from "../../src/exporters/console.ts";
import { CsvExporter } from "../../src/exporters/csv.ts";
import { JsonExporter, ToonExporter } from "../../src/exporters/documents.ts";
import { JsonLinesExporter } from "../../src/exporters/files.ts";
import { OpenTelemetryExporter } from "../../src/exporters/opentelemetry.ts";
import { decode } from "../../src/formats/index.ts";
import type { Client } from "../../src/recording/client.ts";
import { clientIn, folder } from "../recording/reading.ts";
import { serving } from "./server.ts";

function run(client: Client): void {
  client.span("answer", { kind: "agent", input: "x".repeat(400), sessionId: "s-1" }, (step) => {
    step.span("search", { kind: "tool", input: { query: "otters" } }, (tool) => {
      tool.usage({ inputTokens: 3, outputTokens: 4 });
    });
    try {
      step.span("chat", { kind: "llm" }, () => {
        throw new RangeError("slow\u001b[31m\n down");
      });
    } catch {
      // Goes on.
    }
  });
}

/** A stream of memory. */
function memory(): { write(text: string): void; text: string } {
  return {
    text: "",
    write(text) {
      this.text += text;
    },
  };
}

test.each([
  [true, 1],
  [false, 0],
])("journals wait for the local store (%s), or go when every exporter has them", async (store, left) => {
  const dir = folder();
  const { client } = clientIn({ dir, store, exporters: [new JsonLinesExporter(join(dir, "out.jsonl"))] });
  client.span("one", () => {});
  await client.shutdown();
  expect(readFileSync(join(dir, "out.jsonl"), "utf8")).toContain("span.end");
  expect(readdirSync(join(dir, "journal")).filter((name) => name.endsWith(".twj"))).toHaveLength(left);
});

test("the console shows a tree", async () => {
  const stream = memory();
  const { client } = clientIn({ exporters: [new ConsoleExporter({ stream })] });
  const open = client.startSpan("open");
  run(client);
  await client.flush();
  open.end();
  await client.flush();
  expect(stream.text.replace(/\d+ (µs|ms)/g, "N")).toBe(
    [
      "step open …",
      "agent answer N",
      "  tool search N 3+4 tokens",
      "  llm chat N error",
      "    ! RangeError: slow\ufffd[31m down",
      "step open N",
      "",
    ].join("\n"),
  );
});

test("JSON Lines are appended, and a file that is full is moved", async () => {
  const dir = folder();
  const path = join(dir, "sub", "traces.jsonl");
  const { client } = clientIn({ exporters: [new JsonLinesExporter(path, { maxBytes: 700, keep: 2 })] });
  for (let round = 0; round < 6; round++) {
    client.span(`round ${round}`, () => undefined);
    await client.flush();
  }
  const names = readdirSync(join(dir, "sub")).sort();
  expect(names).toEqual(["traces.jsonl", "traces.jsonl.1", "traces.jsonl.2"]);
  for (const name of names) {
    const text = readFileSync(join(dir, "sub", name), "utf8");
    expect(text.endsWith("\n")).toBe(true);
    for (const line of text.trim().split("\n")) expect(JSON.parse(line)).toMatchObject({ spec: "1.0" });
  }
});

test("documents of JSON and TOON stand in folders, and say the same", async () => {
  const dir = folder();
  const exporters = [new JsonExporter(join(dir, "json"), { indent: 2 }), new ToonExporter(join(dir, "toon"))];
  const { client } = clientIn({ exporters });
  run(client);
  await client.flush();
  const read = (kind: string) => {
    const [name = ""] = readdirSync(join(dir, kind));
    expect(name).toMatch(new RegExp(`^[0-9a-f]{16}-1-1\\.${kind}$`));
    return decode(readFileSync(join(dir, kind, name), "utf8"), kind as "json" | "toon", { tags: "keep" });
  };
  const json = read("json") as { events: unknown[] };
  expect(json.events).toHaveLength(6);
  expect(read("toon")).toEqual(json);
});

test("flattened, a document is a table of events", async () => {
  const stream = memory();
  const { client } = clientIn({ exporters: [new ToonExporter(stream, { flatten: true })] });
  run(client);
  await client.flush();
  const [header = ""] = stream.text.split("\n");
  expect(header).toMatch(/^\[6\]\{seq,type,time,trace_id,span_id,parent_id,kind,name,status,duration_nanos,input,/);
  expect(header).toContain("usage.input_tokens");
  expect(stream.text).toContain("x".repeat(400));
});

test("a table of events has one header, all columns, and comes back", async () => {
  const path = join(folder(), "events.csv");
  const { client } = clientIn({ exporters: [new CsvExporter(path)] });
  run(client);
  await client.flush();
  client.span("later", () => undefined);
  await client.flush();
  const text = readFileSync(path, "utf8");
  const columns = "producer,seq,type,time,trace_id,span_id,parent_id,kind,status,duration_nanos,nonce,body,other";
  expect(text.split("\r\n")[0]).toBe(columns);
  expect(text.split("producer,seq").length).toBe(2);
  const rows = decode(text, "csv") as { seq: number; type: string; body?: { input?: unknown } }[];
  expect(rows.map((row) => row.seq)).toEqual([1, 2, 3, 4, 5, 6, 7, 8]);
  expect(rows[0]?.body?.input).toBe("x".repeat(400));
});

test("steps are spans of OTLP", async () => {
  const { url, asked } = await serving(200);
  const { client } = clientIn({ service: "otters", exporters: [new OpenTelemetryExporter(url, { compress: false })] });
  run(client);
  const open = client.startSpan("open");
  await client.flush();
  client.point("event", { parent: open }, { name: "mcp.request", attributes: { a: 1 } });
  open.event("retry", { attempt: 2 });
  open.end();
  await client.flush();
  // biome-ignore lint/suspicious/noExplicitAny: the test looks into it.
  const [first, second] = asked.map(({ body }) => (JSON.parse(body) as any).resourceSpans[0]);
  expect(first.resource.attributes).toContainEqual({ key: "service.name", value: { stringValue: "otters" } });
  const [search, chat, answer] = first.scopeSpans[0].spans;
  expect([search.name, chat.name, answer.name]).toEqual(["search", "chat", "answer"]);
  expect(search.parentSpanId).toBe(answer.spanId);
  expect(BigInt(search.endTimeUnixNano) >= BigInt(search.startTimeUnixNano)).toBe(true);
  expect(search.attributes).toContainEqual({ key: "gen_ai.usage.input_tokens", value: { intValue: "3" } });
  expect(search.attributes).toContainEqual({ key: "gen_ai.tool.name", value: { stringValue: "search" } });
  expect(chat).toMatchObject({ kind: 3, status: { code: 2, message: "slow\u001b[31m\n down" } });
  expect(chat.events[0].name).toBe("exception");
  expect(answer.status).toEqual({ code: 1 });
  expect(answer.attributes).toContainEqual({ key: "gen_ai.conversation.id", value: { stringValue: "s-1" } });
  const names = second.scopeSpans[0].spans.map((span: { name: string }) => span.name);
  expect(names).toEqual(["mcp.request", "open"]);
  expect(second.scopeSpans[0].spans[1].events).toMatchObject([{ name: "retry" }]);
});

test("an exporter of one's own may do anything", async () => {
  const batches: Batch[] = [];
  const answers: (() => unknown)[] = [
    () => {
      throw new Error("no");
    },
    () => Promise.reject(new RetryLater("busy", "later", 0)),
    () => Promise.reject(null),
    () => false,
  ];
  const custom = {
    name: "own",
    close: vi.fn(() => Promise.reject(new Error("closing"))),
    export(batch: Batch) {
      const answer = answers.shift();
      if (answer !== undefined) return answer() as Promise<void>;
      batches.push(batch);
      return undefined;
    },
  } satisfies Exporter;
  const { client } = clientIn({ exporters: [custom] });
  run(client);
  // Each flush tries at once, and gives up where the wait is longer than it may take.
  vi.spyOn(Math, "random").mockReturnValue(1);
  let report = await client.flush(450);
  for (let attempt = 0; attempt < 3; attempt++) report = await client.flush(450);
  vi.restoreAllMocks();
  expect(report).toMatchObject({ sent: 6, pending: 0, errors: { export_failed: 3, busy: 1 } });
  expect(batches.flatMap((batch) => batch.events()).map((event) => event["seq"])).toEqual([1, 2, 3, 4, 5, 6]);
  expect(batches[0]?.events()[0]?.["body"]).toMatchObject({ input: "x".repeat(400) });
  await client.close();
  expect(custom.close).toHaveBeenCalledOnce();
  expect((await client.flush()).exporters["own"]?.errors["internal_error"]).toBe(1);
});

test("part of a batch can be refused", async () => {
  const own: Exporter = {
    export() {
      throw new Undeliverable("too_old", "too old", 2);
    },
  };
  const { client } = clientIn({ exporters: [own] });
  run(client);
  expect(await client.flush()).toMatchObject({ sent: 4, pending: 0, dropped: { too_old: 2 } });
});

test("an exporter that never settles costs what the flush may wait, and delays nothing", async () => {
  const { client, events } = clientIn({
    exporters: [{ name: "hangs", export: () => new Promise<void>(() => undefined) }],
  });
  run(client);
  expect(await client.flush(20)).toMatchObject({ pending: 6, errors: { export_timeout: 1 } });
  client.span("goes on", () => undefined);
  expect(events()).toHaveLength(8);
  expect((await client.close(20)).pending).toBe(8);
});

test("what an exporter does belongs to no step", async () => {
  const seen: unknown[] = [];
  const { client } = clientIn({ exporters: [{ export: () => void seen.push(client.currentSpan()) }] });
  await client.span("around", async () => {
    client.startSpan("inside").end();
    await client.flush();
  });
  expect(seen).toEqual([undefined]);
});

test("inline delivers when a run has ended, and not before", async () => {
  const seen: unknown[] = [];
  let resolve: () => void = () => undefined;
  const delivered = new Promise<void>((settle) => {
    resolve = settle;
  });
  const own: Exporter = {
    export(batch) {
      seen.push(...batch.events().map((event) => event["type"]));
      resolve();
    },
  };
  const { client } = clientIn({ mode: "inline", exporters: [own] });
  await client.span("run", async () => {
    client.startSpan("inside").end();
    await new Promise((settle) => setImmediate(settle));
    expect(seen).toEqual([]);
  });
  await delivered;
  expect(seen).toEqual(["span.start", "span.start", "span.end", "span.end"]);
});
