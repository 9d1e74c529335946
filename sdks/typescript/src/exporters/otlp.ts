/**
 * Spans as OTLP/JSON writes them.
 *
 * @module
 */
import { isMap } from "../recording/steps.ts";
import { type EndedSpan, type Scope, said } from "./spans.ts";

/** A value of OTLP/JSON. */
export type AnyValue =
  | { readonly stringValue: string }
  | { readonly boolValue: boolean }
  | { readonly intValue: string }
  | { readonly doubleValue: number }
  | { readonly arrayValue: { readonly values: readonly AnyValue[] } };

/** An attribute of OTLP/JSON. */
export interface KeyValue {
  readonly key: string;
  readonly value: AnyValue;
}

const INTERNAL = 1;
const CLIENT = 3;
const OK = 1;
const ERROR = 2;
const MOST_INT = 2n ** 63n;

/** The document of spans of one resource, grouped by who made them. */
export function documentOf(resource: unknown, spans: readonly EndedSpan[]): object {
  const scopes = new Map<string, { scope: Scope; spans: object[] }>();
  for (const span of spans) {
    const key = JSON.stringify(span.scope);
    const known = scopes.get(key) ?? { scope: span.scope, spans: [] };
    known.spans.push(spanOf(span));
    scopes.set(key, known);
  }
  return { resourceSpans: [{ resource: { attributes: keyValues(resource) }, scopeSpans: [...scopes.values()] }] };
}

function spanOf(span: EndedSpan): object {
  return {
    traceId: span.traceId,
    spanId: span.spanId,
    ...(span.parentId === undefined ? {} : { parentSpanId: span.parentId }),
    ...(span.traceState === undefined ? {} : { traceState: span.traceState }),
    flags: span.flags,
    name: span.name,
    kind: span.isClient ? CLIENT : INTERNAL,
    startTimeUnixNano: String(span.start),
    endTimeUnixNano: String(span.end),
    attributes: keyValues(span.attributes),
    events: span.moments.map(({ time, name, attributes }) => {
      return { timeUnixNano: String(time), name, attributes: keyValues(attributes) };
    }),
    links: span.links.map(({ traceId, spanId, attributes }) => {
      return { traceId, spanId, attributes: keyValues(attributes) };
    }),
    status: statusOf(span),
  };
}

function statusOf({ status, message }: EndedSpan): object {
  if (status === "unset") return {};
  return status === "ok" ? { code: OK } : { code: ERROR, message };
}

/** Attributes as OTLP/JSON has them: plain values and lists of one plain type; all else is JSON. */
function keyValues(values: unknown): KeyValue[] {
  return Object.entries(said(values)).map(([key, value]) => ({ key, value: anyValue(value) }));
}

function anyValue(value: unknown): AnyValue {
  const plain = plainValue(value);
  if (plain !== undefined) return plain;
  if (Array.isArray(value)) {
    const values = value.map(plainValue);
    const [first] = values;
    const type = first === undefined ? "" : Object.keys(first).join();
    const isOne = values.every((item): item is AnyValue => item !== undefined && Object.keys(item).join() === type);
    if (isOne) return { arrayValue: { values } };
  }
  return { stringValue: JSON.stringify(value) };
}

function plainValue(value: unknown): AnyValue | undefined {
  if (typeof value === "string") return { stringValue: value };
  if (typeof value === "boolean") return { boolValue: value };
  if (typeof value === "number")
    return Number.isSafeInteger(value) ? { intValue: String(value) } : { doubleValue: value };
  if (isMap(value) && Object.keys(value).length === 1 && typeof value["$int"] === "string") {
    const digits = value["$int"];
    const number = digits.length < 21 ? BigInt(digits) : MOST_INT;
    return number < MOST_INT && number >= -MOST_INT ? { intValue: digits } : { stringValue: digits };
  }
  return undefined;
}
