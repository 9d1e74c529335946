/** The conformance adapter of the npm package, for Node and browsers: a request becomes calls of its public API. */
import { convert, decode, envelopes, FORMATS, FormatError, flush, init, manual, SpanContext, shutdown } from "tracewire";
import { checkScript, recording, recover, seal } from "tracewire/testing";
import { loadTools } from "tracewire/tools";

// biome-ignore lint/suspicious/noExplicitAny: requests are JSON of every shape.
type Json = any;

const HERE = typeof document === "undefined" ? [] : ["verify:keys"];
const OPERATIONS = ["record", "record:media", "seal", "recover", "verify", "withhold", "guard", ...HERE, ...FORMATS.map((name) => `convert:${name}`)];
const VALUES: Record<string, (given: Json) => Json> = {
  bytes,
  cycle: (kind) => (kind === "list" ? inItself([], 0) : inItself({}, "k")),
  double: (bits) => new DataView(Uint8Array.from(units(bits, 2)).buffer).getFloat64(0),
  foreign: (name) => new ({ [name]: class {} }[name] as new () => object)(),
  int: BigInt,
  map: (pairs) => mapOf(whole(new Map<Json, Json>(pairs.map(host)), pairs, "map")),
  moment: (moment) => new Date(moment.replace(/\.\d+/, milliseconds)),
  nest: ([kind, levels, inner]) =>
    Array.from({ length: levels }).reduce((it) => (kind === "list" ? [it] : { k: it }), host(inner)),
  set: (members) => whole(new Set(members.map(host)), members, "set"),
  utf16: (digits) => units(digits, 4).map((unit) => String.fromCharCode(unit)).join(""),
};
const ABSENT: Record<string, string> = {
  date: "date of its own",
  decimal: "decimal number",
  float: "32-bit float",
  local: "moment without a zone",
  time: "time of day",
  utf8: "text of bytes",
};

class Absent extends Error {}

/** Answers one request, a line of JSON. */
async function answer(line: string): Promise<string> {
  const { id, do: asked, case: given } = JSON.parse(line);
  const where = typeof document === "undefined" ? "Node" : "browser";
  const what = { name: `tracewire-${where.toLowerCase()}`, version: "0.1.0", language: `TypeScript (${where})` };
  const about = { ...what, protocol: "1.0", capabilities: OPERATIONS };
  if (asked === "start") return JSON.stringify({ ...about, id });
  try {
    return JSON.stringify({ result: await run(given), id });
  } catch (error) {
    if (error instanceof Absent) return JSON.stringify({ skipped: `JavaScript has no ${error.message}`, id });
    if (!(error instanceof FormatError)) throw error;
    return JSON.stringify({ error: { code: error.code, message: error.message }, id });
  }
}

/** Does what a case asks for. */
async function run(given: Json): Promise<Json> {
  switch (given.operation) {
    case "record":
      return { envelopes: (await record(given.settings ?? {}, given.script)).map(text) };
    case "seal": {
      const sealed = seal(bytes(given.journal));
      return { envelopes: sealed.envelopes.map(text), pending: sealed.pending };
    }
    case "recover":
      return { journal: text(recover(bytes(given.journal))) };
    case "verify": {
      const found = envelopes.verify(given.envelopes.map(bytes), given.keys ? { keys: given.keys } : {});
      return { sound: found.isSound, complete: found.isComplete, proved: found.isProved, findings: found.codes };
    }
    case "withhold": {
      const { contents = [], bodies = [], events = [] } = given;
      const remove = given.mark === "erased" ? envelopes.erase : envelopes.withhold;
      return { envelope: text(envelopes.withhold(remove(bytes(given.envelope), { contents, bodies }), { events })) };
    }
    case "guard":
      return { verdicts: text(checkScript(JSON.stringify(given))) };
    default: {
      const { delimiter, lenient, formula_safe: formulaSafe } = given.options ?? {};
      const options = { lenient, formulaSafe, ...(given.to === "toon" ? { delimiter } : {}) };
      return { bytes: text(convert(bytes(given.bytes), given.from, given.to, options)) };
    }
  }
}

/** Records a script with injected clock and ids. */
async function record(settings: Json, script: Json[]): Promise<Uint8Array[]> {
  const { clock = {}, resource = [["service.name", "conformance"]], trace_ids, span_ids, redact_key, media = false, ...rest } = settings;
  const times = { startNanos: clock.wall_nanos, startMonotonicNanos: clock.monotonic_nanos, moments: clock.moments };
  const attributes = resource.map(([key, value]: Json[]) => [key, decode(JSON.stringify(value))]);
  const ids = { traceIds: trace_ids, spanIds: span_ids, resource: Object.fromEntries(attributes) };
  const recorded = recording({ ...rest, media, redactKey: redact_key, ...times, stepNanos: clock.step_nanos, ...ids });
  try {
    const named = new Map<string, Json>();
    for (const step of script) await play(step, named);
  } finally {
    recorded.end();
  }
  return recorded.envelopes();
}

/** Does one step. */
async function play(step: Json, named: Map<string, Json>): Promise<void> {
  const body = Object.fromEntries(Object.entries(step.body ?? {}).map(([name, value]) => [name, host(value)]));
  const { traceparent, tracestate } = step.parent ?? {};
  const parent = traceparent ? SpanContext.fromTraceparent(traceparent, tracestate) : named.get(step.parent);
  const span = named.get(step.span);
  if (step.do === "start") named.set(step.as, manual.start(step.kind, body, { parent }));
  else if (step.do === "update") span.update(body);
  else if (step.do === "happen") span.event(body);
  else if (step.do === "end") span.end(step.status, body);
  else if (step.do === "flush") await flush();
  else if (step.do === "close") await shutdown();
  else if (step.type === "event") named.set(step.as ?? "", manual.event(body, { kind: step.kind, parent }));
  else manual[step.type as "log"](body, { parent });
}

/** The JavaScript value of a notation. */
function host(value: Json): Json {
  if (Array.isArray(value)) return value.map(host);
  if (typeof value !== "object" || value === null) return value;
  const [notation = "", given] = Object.entries<Json>(value)[0] ?? [];
  const make = VALUES[notation];
  if (make === undefined) throw new Absent(ABSENT[notation] ?? notation);
  return make(given);
}

/** An object keeps the order of all keys but those that look like numbers. */
function mapOf(map: Map<Json, Json>): Json {
  return [...map.keys()].every((key) => typeof key === "string" && !/^\d+$/.test(key)) ? Object.fromEntries(map) : map;
}

function whole<T extends { size: number }>(made: T, given: Json[], notation: string): T {
  if (made.size < given.length) throw new Absent(`${notation} with two members that are equal`);
  return made;
}

function milliseconds(fraction: string): string {
  if (/[1-9]/.test(fraction.slice(4))) throw new Absent("time finer than a millisecond");
  return fraction.slice(0, 4);
}

const inItself = (cycle: Json, key: string | number): Json => Object.assign(cycle, { [key]: cycle });
const units = (hex: string, width: number): number[] =>
  Array.from({ length: hex.length / width }, (_, at) => Number.parseInt(hex.slice(at * width, (at + 1) * width), 16));
const text = (given: Uint8Array | string): string => {
  const octets = typeof given === "string" ? new TextEncoder().encode(given) : given;
  return btoa(Array.from(octets, (octet) => String.fromCharCode(octet)).join(""));
};

function bytes(base64: string): Uint8Array {
  return Uint8Array.from(atob(base64), (unit) => unit.charCodeAt(0));
}

if (typeof document === "undefined") {
  const { createInterface } = process.getBuiltinModule("node:readline");
  for await (const line of createInterface({ input: process.stdin })) process.stdout.write(`${await answer(line)}\n`);
} else {
  const wasm = fetch("/tracewire-rules.wasm").then((found) => found.arrayBuffer());
  const ready = Promise.all([wasm.then((wasm) => void init({ wasm, disabled: true })), loadTools("/tools.wasm")]);
  Object.assign(globalThis, { answer, ready });
}
