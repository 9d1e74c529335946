/**
 * What a test of an integration recorded, read back from the journal as one object for each step.
 *
 * @module
 */
import { Client } from "../../src/recording/client.ts";
import type { ClientOptions } from "../../src/recording/config.ts";
import { type Event, eventsIn, folder } from "../recording/reading.ts";

/** A step as readers see it. */
export interface Recorded {
  readonly name: string;
  readonly kind: string;
  readonly traceId: string;
  readonly spanId: string;
  readonly parentId: string | undefined;
  /** `undefined` while it is open. */
  readonly status: string | undefined;
  readonly message: string | undefined;
  readonly input: unknown;
  readonly output: unknown;
  readonly tools: unknown;
  readonly links: unknown;
  readonly attributes: Readonly<Record<string, unknown>>;
  readonly usage: Readonly<Record<string, unknown>> | undefined;
  /** Of the stream, in order. */
  readonly chunks: readonly unknown[];
  /** Names of what happened inside. */
  readonly events: readonly string[];
  readonly hasFirstChunk: boolean;
  readonly exception: { readonly type: string; readonly message: string } | undefined;
  readonly end: Event["body"];
}

/** A client with a folder of its own, for one test. */
export class Recording {
  readonly #dir = folder();
  readonly client: Client;

  constructor(options: ClientOptions = {}) {
    this.client = new Client({ ...options, dir: this.#dir });
  }

  /** Every step so far, in the order in which they began. */
  get steps(): Recorded[] {
    const events = eventsIn(this.#dir);
    return events
      .filter((event) => event.type === "span.start")
      .map((start) =>
        stepOf(
          start,
          events.filter((event) => event.span_id === start.span_id),
        ),
      );
  }

  /** What went wrong in recording, by code. */
  async problems(): Promise<Record<string, number>> {
    return (await this.client.flush()).errors;
  }
}

function stepOf(start: Event, own: Event[]): Recorded {
  const end = own.find((event) => event.type === "span.end");
  const updates = own.filter((event) => event.type === "span.update").map((event) => event.body);
  const inside = own.filter((event) => event.type === "span.event");
  return {
    name: start.body.name,
    kind: start.kind ?? "",
    traceId: start.trace_id ?? "",
    spanId: start.span_id ?? "",
    parentId: start.parent_id,
    status: end?.status,
    message: end?.body.status_message,
    input: start.body.input,
    output: end?.body.output,
    tools: start.body.tool_definitions,
    links: start.body.links,
    attributes: Object.assign({}, start.body.attributes, ...updates.map((one) => one.attributes), end?.body.attributes),
    usage: end?.body.usage,
    chunks: inside.flatMap((event) => event.body.chunks ?? []),
    events: inside.filter((event) => event.body.chunks === undefined).map((event) => event.body.name),
    hasFirstChunk: Number.isInteger(end?.body.time_to_first_chunk_nanos),
    exception: end?.body.exception,
    end: end?.body,
  };
}
