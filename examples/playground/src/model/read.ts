/**
 * From documents to events: envelopes are opened, their contents collected, and each event keeps its place in the
 * input.
 *
 * @module
 */
import { isList, isMap, type Json, type JsonMap, textAt } from "./json.ts";

/** One event of the recording. */
export interface Recorded {
  readonly event: JsonMap;
  /** Which producer's; a name of our own for events that name none. */
  readonly producer: string;
  /** Which document of the input (a line of JSON Lines, an item of a list), from 0. */
  readonly document: number;
  /** Which event of that document's envelope, where it is one. */
  readonly index: number | undefined;
  /** Nanoseconds since 1970; events without a time that can be read stand where the one before them stands. */
  readonly time: bigint;
}

export interface Producer {
  readonly name: string;
  readonly service: string | undefined;
  /** Why it ended, where it said so. */
  readonly close: string | undefined;
}

export interface Recording {
  readonly events: readonly Recorded[];
  readonly producers: ReadonlyMap<string, Producer>;
  readonly contents: ReadonlyMap<string, Json>;
  readonly envelopes: number;
  /** Documents that could not be read, or are neither envelopes nor events. */
  readonly passedOver: number;
}

const UNNAMED = "";

/** Takes whatever documents there are. */
export function read(documents: readonly Json[], unreadable = 0): Recording {
  const events: Recorded[] = [];
  const producers = new Map<string, Producer>();
  const contents = new Map<string, Json>();
  let [envelopes, passedOver, last] = [0, unreadable, 0n];

  const take = (event: Json, producer: string, document: number, index: number | undefined): void => {
    if (!isMap(event) || typeof event["type"] !== "string") {
      // A withheld event is a mark, and no fault.
      if (!isMap(event) || event["$withheld"] === undefined) passedOver += 1;
      return;
    }
    last = nanosOf(event["time"]) ?? last;
    const name = textAt(event, "producer") ?? producer;
    if (!producers.has(name)) producers.set(name, { name, service: undefined, close: undefined });
    events.push({ event, producer: name, document, index, time: last });
  };

  documents.forEach((document, place) => {
    if (isMap(document) && isList(document["events"])) {
      envelopes += textAt(document, "spec") === undefined && document["digest"] === undefined ? 0 : 1;
      const name = textAt(document, "producer") ?? UNNAMED;
      producers.set(name, {
        name,
        service: textAt(document["resource"], "service.name") ?? producers.get(name)?.service,
        close: textAt(document, "close") ?? producers.get(name)?.close,
      });
      for (const [hash, content] of Object.entries(isMap(document["content"]) ? document["content"] : {})) {
        if (isMap(content) && content["value"] !== undefined) contents.set(hash, content["value"]);
      }
      for (const [index, event] of document["events"].entries()) take(event, name, place, index);
    } else {
      take(document, UNNAMED, place, undefined);
    }
  });
  return { events, producers, contents, envelopes, passedOver };
}

/** The documents of a value: the items of a list, what `envelopes` or `events` hold, or the value itself. */
export function documentsOf(value: Json): readonly Json[] {
  if (isList(value)) return value;
  if (isMap(value) && isList(value["envelopes"])) return value["envelopes"];
  if (isMap(value) && isList(value["events"]) && value["producer"] === undefined) return value["events"];
  return [value];
}

const TIME = /^(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d)(?:\.(\d{1,9})\d*)?(Z|[+-]\d\d:\d\d)?$/;

/** A time of RFC 3339 with any number of fractional digits, as nanoseconds since 1970. */
export function nanosOf(value: Json | undefined): bigint | undefined {
  const found = typeof value === "string" ? TIME.exec(value) : null;
  if (found === null) return undefined;
  const millis = Date.parse(`${found[1]}${found[3] ?? "Z"}`);
  if (Number.isNaN(millis)) return undefined;
  return BigInt(millis) * 1_000_000n + BigInt((found[2] ?? "").padEnd(9, "0"));
}

/** Each event with its contents in place and its producer's name: what `tracewire export --events` writes. */
export function flattened(recording: Recording, resolve: (value: Json) => Json): JsonMap[] {
  return recording.events.map(({ event, producer }) => ({
    ...(producer === UNNAMED ? {} : { producer }),
    ...(resolve(event) as JsonMap),
  }));
}
