import type { Draft, Made } from "../../dev/build.ts";
import { IDS } from "../../dev/special.ts";
import { Store } from "../../dev/store.ts";
import type { Json } from "../../src/api/types.ts";
import type { Served } from "./server.ts";

/** Traces that are sent together. */
const BATCH = 25;

function special(now: number, id: string): Made {
  const found = new Store(now, 0).made.find((made) => made.id === id);
  if (found === undefined) {
    throw new Error(`the made-up data has no trace ${id}`);
  }
  return found;
}

/** The one of the made-up traces that tries to break out of where it is shown. */
export const hostile = (now: number): Made => special(now, IDS.hostile);

/** The one of ten thousand steps. */
export const long = (now: number): Made => special(now, IDS.long);

/** The one that goes round in circles, and the same run after a change. */
export const loops = (now: number): [Made, Made] => [special(now, IDS.loops), special(now, IDS.mended)];

/** Made-up traces of the last days, all of them over; without those that are only long, or hostile. */
export function history(now: number, days: number): Made[] {
  const isOver = (made: Made) => made.start + Math.max(...made.nodes.map((node) => node.to)) / 1e6 < now - 5_000;
  const isApart = (made: Made) => [IDS.long, IDS.hostile].some((id) => id === made.id) || made.dies !== undefined;
  return new Store(now, days).made.filter((made) => !isApart(made) && isOver(made));
}

/** Sends them as a program with an SDK of OpenTelemetry would. */
export async function sendAll(served: Served, all: readonly Made[]): Promise<void> {
  for (let at = 0; at < all.length; at += BATCH) {
    const batch = all.slice(at, at + BATCH);
    await served.send("/v1/traces", { resourceSpans: batch.flatMap(spansOf) });
    const resourceLogs = batch.map(logsOf).filter((one) => one !== undefined);
    if (resourceLogs.length > 0) {
      await served.send("/v1/logs", { resourceLogs });
    }
  }
}

function any(value: Json): Json {
  if (typeof value === "string") {
    return { stringValue: value };
  }
  if (typeof value === "boolean") {
    return { boolValue: value };
  }
  if (typeof value === "number") {
    return Number.isSafeInteger(value) ? { intValue: String(value) } : { doubleValue: value };
  }
  if (Array.isArray(value)) {
    return { arrayValue: { values: value.map(any) } };
  }
  return value === null ? {} : { kvlistValue: { values: attributes(value) } };
}

function attributes(map: { [name: string]: Json | undefined }): Json[] {
  return Object.entries(map).flatMap(([key, value]) => (value === undefined ? [] : [{ key, value: any(value) }]));
}

function resource(service: string): Json {
  return { attributes: attributes({ "service.name": service, "telemetry.sdk.language": "nodejs" }) };
}

function nanos(made: Made, offset: number): string {
  return String(BigInt(Math.round(made.start)) * 1_000_000n + BigInt(Math.round(offset)));
}

/** Each service's spans. */
function spansOf(made: Made): Json[] {
  const services = new Map<string, Json[]>();
  for (const node of made.nodes.filter((one) => one.form === "span")) {
    const service = node.producer ?? made.service;
    services.set(service, [...(services.get(service) ?? []), span(made, node)]);
  }
  return [...services].map(([service, spans]) => ({ resource: resource(service), scopeSpans: [{ spans }] }));
}

function span(made: Made, node: Draft): Json {
  const { input, output, session_id, user_id, tags } = node.body ?? {};
  const isModel = node.kind === "llm";
  const messages =
    isModel && typeof input === "object" && input !== null && !Array.isArray(input) ? input["messages"] : undefined;
  const first = node.time_to_first_chunk_nanos;
  const text = (value: Json | undefined) => (value === undefined ? undefined : JSON.stringify(value));
  const isBad = node.status === "error" || node.status === "timeout";
  return {
    traceId: made.id,
    spanId: node.span_id ?? "",
    parentSpanId: node.parent_id ?? "",
    name: node.name ?? "",
    kind: isModel ? 3 : 1,
    startTimeUnixNano: nanos(made, node.from),
    endTimeUnixNano: nanos(made, node.to),
    attributes: attributes({
      ...node.attributes,
      "tracewire.kind": node.kind ?? undefined,
      "tracewire.status": node.status === "timeout" ? "timeout" : undefined,
      "gen_ai.usage.input_tokens": node.usage?.input_tokens,
      "gen_ai.usage.output_tokens": node.usage?.output_tokens,
      "gen_ai.usage.cache_read.input_tokens": node.usage?.cache_read_input_tokens || undefined,
      "gen_ai.response.time_to_first_chunk": first ? first / 1e9 : undefined,
      [messages === undefined ? "tracewire.input" : "gen_ai.input.messages"]: text(messages ?? input),
      [isModel ? "gen_ai.output.messages" : "tracewire.output"]: text(
        isModel && output !== undefined ? [output] : output,
      ),
      "session.id": session_id,
      "user.id": user_id,
      "tracewire.tags": tags,
    }),
    status: isBad ? { code: 2, message: node.failure ?? "" } : { code: node.status === "ok" ? 1 : 0 },
    events: [
      ...(node.exceptions ?? []).map((one) => ({
        timeUnixNano: nanos(made, node.to),
        name: "exception",
        attributes: attributes({
          "exception.type": one.type ?? "",
          "exception.message": one.message ?? "",
          "exception.stacktrace": one.stacktrace ?? "",
        }),
      })),
      ...made.nodes
        .filter((one) => one.form === "event" && one.parent_id === node.span_id)
        .map((one) => ({
          timeUnixNano: nanos(made, one.from),
          name: one.name ?? "",
          attributes: attributes({ data: one.body?.["data"] }),
        })),
    ],
  };
}

function logsOf(made: Made): Json | undefined {
  const logRecords = made.nodes
    .filter((node) => node.form === "log")
    .map((node) => ({
      traceId: made.id,
      spanId: node.parent_id ?? "",
      timeUnixNano: nanos(made, node.from),
      severityNumber: node.body?.["level"] === "error" ? 17 : 13,
      body: { stringValue: node.name ?? "" },
      attributes: attributes(node.attributes ?? {}),
    }));
  return logRecords.length === 0 ? undefined : { resource: resource(made.service), scopeLogs: [{ logRecords }] };
}
