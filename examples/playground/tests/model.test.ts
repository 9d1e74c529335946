import { expect, test } from "vitest";
import { formatOfBytes, formatOfName } from "../src/detect.ts";
import { plus } from "../src/model/decimal.ts";
import type { JsonMap } from "../src/model/json.ts";
import { linesInJson, linesOfDocuments, placeOf } from "../src/model/place.ts";
import { nanosOf, read } from "../src/model/read.ts";
import { summaryOf } from "../src/model/rows.ts";
import { treesOf } from "../src/model/tree.ts";
import { duration, money } from "../src/model/words.ts";
import { fragmentOf, shared } from "../src/share.ts";
import { coloured, endOfPart } from "../src/view/highlight.ts";

const TRACE = "5b8efff798038103d269b633813fc60c";

function event(type: string, second: number, span: string, more: JsonMap = {}): JsonMap {
  return { type, seq: second, time: `2026-11-21T09:00:0${second}.000000000Z`, trace_id: TRACE, span_id: span, ...more };
}

function rowsOf(documents: readonly JsonMap[]) {
  const recording = read(documents);
  const trees = treesOf(recording);
  return trees.map((tree) => summaryOf(tree, recording));
}

test("formats are told by names and by first bytes", () => {
  expect(formatOfName("Run.JSONL")).toBe("jsonl");
  expect(formatOfName("notes.txt")).toBeUndefined();
  const of = (text: string) => formatOfBytes(new TextEncoder().encode(text));
  expect(of('{"seq":1}\n{"seq":2}\n')).toBe("jsonl");
  expect(of('{"seq":1}')).toBe("jsonl");
  expect(of('{\n  "envelopes": []\n}')).toBe("json");
  expect(of('{"envelopes":[]}')).toBe("json");
  expect(of("[\n]")).toBe("json");
  expect(of("[2]:\n  - seq: 1\n")).toBe("toon");
  expect(of("[2]{seq,type}:\n  1,log\n")).toBe("toon");
  expect(of("producer,seq,type\r\na,1,log\r\n")).toBe("csv");
  expect(formatOfBytes(Uint8Array.of(0x12, 0xe4, 0x01, 0x12, 0x00, 0x08, 0x01))).toBe("proto");
});

test("a span's events are folded into one row, and what failed says so", () => {
  const [trace] = rowsOf([
    event("span.start", 1, "a", { kind: "agent", body: { name: "run" } }),
    event("span.start", 2, "b", {
      kind: "llm",
      parent_id: "a",
      body: { name: "chat", attributes: { "gen_ai.request.model": "m-1" } },
    }),
    event("span.end", 4, "b", {
      status: "timeout",
      duration_nanos: 1_500_000_000,
      body: { status_message: "too slow", usage: { input_tokens: 7, output_tokens: 2 } },
    }),
    event("span.end", 5, "a", {
      status: "ok",
      duration_nanos: 4_000_000_000,
      body: { usage: { input_tokens: 7, output_tokens: 2 } },
    }),
  ]);
  expect(trace).toMatchObject({
    name: "run",
    state: "ok",
    steps: 2,
    failed: 1,
    lengthNanos: 4_000_000_000,
    usage: { input: 7, output: 2 },
  });
  expect(
    trace?.rows.map(({ depth, name, kind, status, start, length, failure }) => ({
      depth,
      name,
      kind,
      status,
      start,
      length,
      failure,
    })),
  ).toEqual([
    { depth: 0, name: "run", kind: "agent", status: "ok", start: 0, length: 4_000_000_000, failure: undefined },
    {
      depth: 1,
      name: "chat",
      kind: "llm",
      status: "timeout",
      start: 1_000_000_000,
      length: 1_500_000_000,
      failure: "too slow",
    },
  ]);
});

test("an open span is abandoned where its producer closed, and has no end otherwise", () => {
  const start = event("span.start", 1, "a", { kind: "agent", body: { name: "run" } });
  const envelope = { spec: "1.0", producer: "p-1", events: [start] };
  expect(rowsOf([envelope])[0]?.rows[0]?.state).toBe("unknown");
  expect(rowsOf([{ ...envelope, close: "recovered" }])[0]?.rows[0]?.state).toBe("abandoned");
});

test("a parent that is not there gets a stand-in, and a circle of parents ends", () => {
  const [orphan] = rowsOf([event("span.start", 1, "b", { kind: "tool", parent_id: "a" })]);
  expect(orphan?.rows.map(({ form, depth }) => [form, depth])).toEqual([
    ["missing", 0],
    ["span", 1],
  ]);
  const [circle] = rowsOf([
    event("span.start", 1, "a", { kind: "tool", parent_id: "b" }),
    event("span.start", 2, "b", { kind: "tool", parent_id: "a" }),
  ]);
  expect(circle?.rows).toHaveLength(2);
});

test("contents are looked up where a reference stands", () => {
  const hash = `sha256:${"0".repeat(64)}`;
  const [trace] = rowsOf([
    {
      producer: "p",
      spec: "1.0",
      content: { [hash]: { value: "a long prompt" } },
      events: [event("span.start", 1, "a", { kind: "llm", body: { input: { $ref: hash } } })],
    },
  ]);
  expect(trace?.rows[0]?.preview).toBe("a long prompt");
});

test("costs are added exactly, by currency", () => {
  expect(plus("0.1", "0.2")).toBe("0.3");
  expect(plus("-1", "0.75")).toBe("-0.25");
  expect(plus("1e3", "2")).toBe("2");
  const cost = (total: string, currency: string) => ({
    status: "ok",
    duration_nanos: 1,
    body: { cost: { total, currency } },
  });
  const [trace] = rowsOf([
    event("span.start", 1, "a", { kind: "llm" }),
    event("span.end", 2, "a", cost("0.10", "USD")),
    event("span.start", 3, "b", { kind: "llm" }),
    event("span.end", 4, "b", cost("0.20", "USD")),
    event("span.start", 5, "c", { kind: "llm" }),
    event("span.end", 6, "c", cost("1", "EUR")),
  ]);
  expect(trace?.cost).toEqual({ USD: "0.3", EUR: "1" });
});

test("places of findings lead to events", () => {
  expect(linesOfDocuments('{"a":1}\n\n{"b":2}\n')).toEqual([1, 3]);
  expect(placeOf("/events/3/body", 3, "jsonl", [1, 3])).toEqual({ document: 1, index: 3 });
  expect(placeOf("/13/parent_id", null, "csv", [])).toEqual({ document: 13, index: undefined });
  expect(placeOf("/envelopes/1/events/2", null, "json", [])).toEqual({ document: 1, index: 2 });
  expect([
    ...linesInJson('{"envelopes": [\n  {"events": [\n    {"seq": 1},\n    {"seq": "}\\"{"}\n  ]},\n  {}\n]}'),
  ]).toEqual([
    ["0", 2],
    ["0/0", 3],
    ["0/1", 4],
    ["1", 6],
  ]);
  expect([...linesInJson('[\n{"x": [{}]},\n{}]')]).toEqual([
    ["0", 2],
    ["1", 3],
  ]);
});

test("times keep their nanoseconds", () => {
  expect(nanosOf("2026-11-21T09:00:00.000000001Z")).toBe(1_795_251_600_000_000_001n);
  expect(nanosOf("2026-11-21T10:00:00.5+01:00")).toBe(1_795_251_600_500_000_000n);
  expect(nanosOf("yesterday")).toBeUndefined();
});

test("numbers are written for people", () => {
  expect([0, 999, 1_000, 412_345, 1_304_000_000, 125_000_000_000].map(duration)).toEqual([
    "0 ns",
    "999 ns",
    "1.00 µs",
    "412 µs",
    "1.30 s",
    "2 min 05 s",
  ]);
  expect([money("0.0003146", "USD"), money("12.5", "EUR"), money("0.0000001", "USD"), money("0.3", "XAU")]).toEqual([
    "$0.00031",
    "€12.50",
    "$0.0000001",
    "0.30 XAU",
  ]);
});

test("a recording goes into an address and comes out of it", async () => {
  const bytes = new TextEncoder().encode('{"seq":1}\n'.repeat(50));
  const fragment = await fragmentOf(bytes, "jsonl");
  expect(fragment?.length).toBeLessThan(120);
  expect(await shared(fragment ?? "")).toEqual({ format: "jsonl", bytes });
  expect(await shared("#sample=killed")).toEqual({ sample: "killed" });
  expect(await shared("")).toBeUndefined();
  await expect(shared("#format=jsonl&data=AAAA")).rejects.toThrow("damaged");
  await expect(shared("#format=xml&data=AAAA")).rejects.toThrow("format");
  expect(await fragmentOf(crypto.getRandomValues(new Uint8Array(60_000)), "proto")).toBeUndefined();
});

test("colours change no letter", () => {
  const lines = [
    '{"a":[1,-2.5e3,true,null,"x\\"y"],"$int":"1"}',
    '  - key[2]{a,b}: 1,"two",null',
    'a,"b ""c""",3',
    "no format at all ❤ {",
  ];
  for (const line of lines)
    for (const format of ["json", "toon", "csv", "hex"] as const)
      expect(
        coloured(line, format)
          .map(([text]) => text)
          .join(""),
      ).toBe(line);
  expect(endOfPart('{"api_key":"x y",', 11)).toBe(16);
});
