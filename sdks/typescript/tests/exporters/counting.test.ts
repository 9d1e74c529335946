import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { beforeAll, expect, test } from "vitest";
import { EnvelopeBatch } from "../../src/exporters/base.ts";
import { CsvExporter } from "../../src/exporters/csv.ts";
import { JsonExporter, ToonExporter } from "../../src/exporters/documents.ts";
import { loadTokens } from "../../src/formats/loading.ts";
import { countTokens } from "../../src/formats/tokens.ts";
import { folder } from "../recording/reading.ts";

function event(seq: number, body: object): object {
  const ids = { trace_id: "0af7651916cd43dd8448eb211c80319c", span_id: String(seq).padStart(16, "0") };
  return { seq, type: "span.start", time: `2026-01-01T00:00:0${seq}.000000000Z`, ...ids, kind: "plan", body };
}

function batch(...events: object[]): EnvelopeBatch {
  const envelope = { producer: "p-1", first_seq: 1, events, content: { "sha256:m": { value: { query: "otters" } } } };
  return new EnvelopeBatch("p-1", [new TextEncoder().encode(JSON.stringify(envelope))]);
}

const BATCH = batch(event(1, { name: "plan", input: { $ref: "sha256:m" } }), event(2, { name: "search" }));

beforeAll(() => loadTokens());

test("what is in a folder is counted, and is what would be counted of the batch", async () => {
  const path = folder();
  for (const exporter of [
    new ToonExporter(join(path, "toon"), { delimiter: "tab" }),
    new JsonExporter(join(path, "json")),
  ]) {
    const own = exporter.name.split(":")[0] as string;
    expect(await exporter.getTokenEstimate()).toBe(0);
    await exporter.export(BATCH);
    await exporter.export(BATCH);
    const [name = "", ...others] = readdirSync(join(path, own));
    expect([name, others]).toEqual([`p-1-1.${own}`, []]);
    const text = readFileSync(join(path, own, name), "utf8");
    expect(await exporter.getTokenEstimate()).toBe(countTokens(text));
    expect(await exporter.getTokenEstimate(BATCH)).toBe(countTokens(text));
    expect(await exporter.getTokenEstimate(undefined, { encoding: "cl100k" })).toBe(
      countTokens(text, { encoding: "cl100k" }),
    );
  }
});

test("events are counted without an envelope, and a table of them is shorter", async () => {
  const events = Array.from({ length: 9 }, (_, index) => event(index, { name: "plan", attributes: { a: 1 } }));
  const flat = await new ToonExporter("unused", { flatten: true }).getTokenEstimate(batch(...events).events());
  const plain = await new ToonExporter("unused").getTokenEstimate(batch(...events).events());
  expect(flat).toBeLessThan(plain);
  expect(plain).toBeGreaterThan(200);
});

test("a table of events is counted with its header", async () => {
  const path = join(folder(), "new", "events.csv");
  const exporter = new CsvExporter(path);
  expect(await exporter.getTokenEstimate()).toBe(0);
  await exporter.export(BATCH);
  expect(await exporter.getTokenEstimate()).toBe(countTokens(readFileSync(path, "utf8")));
  expect(await exporter.getTokenEstimate(BATCH)).toBe(await exporter.getTokenEstimate());
});

test("what went to a stream cannot be read back", async () => {
  const stream = { write: () => true };
  for (const exporter of [new ToonExporter(stream), new CsvExporter(stream), new JsonExporter(stream)]) {
    await expect(exporter.getTokenEstimate()).rejects.toThrow("name a batch, or events");
    expect(await exporter.getTokenEstimate(BATCH)).toBeGreaterThan(0);
  }
});
