/** What a client of a test recorded, with the events of each step together. */

import type { Client } from "../../src/recording/client.ts";
import type { ClientOptions } from "../../src/recording/config.ts";
import { clientIn, type Event } from "../recording/reading.ts";

/** One step: the members of its start, updates and end, and its events. */
export interface Step {
  readonly id: string;
  readonly traceId: string;
  readonly parentId: string | undefined;
  readonly kind: string | undefined;
  readonly status: string | undefined;
  // biome-ignore lint/suspicious/noExplicitAny: tests look into it.
  readonly body: any;
  // biome-ignore lint/suspicious/noExplicitAny: tests look into it.
  readonly events: any[];
}

export interface Recorded {
  readonly client: Client;
  readonly events: () => Event[];
  readonly steps: () => Step[];
  readonly step: (name: string) => Step;
  readonly errors: () => Promise<Record<string, number>>;
}

/** A client that records into a folder of its own. */
export function recorded(options: ClientOptions = {}): Recorded {
  const { client, events } = clientIn(options);
  const steps = (): Step[] => stepsOf(events());
  return {
    client,
    events,
    steps,
    step: (name) => {
      const found = steps().filter((step) => step.body.name === name);
      if (found.length !== 1) throw new Error(`${found.length} steps are called ${name}`);
      return found[0] as Step;
    },
    errors: async () => ({ ...(await client.flush()).errors }),
  };
}

function stepsOf(events: Event[]): Step[] {
  const steps = new Map<string, Step>();
  for (const event of events) {
    const { type, span_id: id = "", trace_id: traceId = "", parent_id: parentId, kind, status, body } = event;
    if (!type.startsWith("span.")) continue;
    const before = steps.get(id) ?? { id, traceId, parentId, kind, status, body: {}, events: [] };
    if (type === "span.event") before.events.push(body);
    else {
      const attributes = { ...before.body.attributes, ...body.attributes };
      const merged = { ...before.body, ...body, ...(Object.keys(attributes).length > 0 ? { attributes } : {}) };
      steps.set(id, { ...before, kind: before.kind ?? kind, status, body: merged });
      continue;
    }
    steps.set(id, before);
  }
  return [...steps.values()];
}

/** All chunks of a step, in order. */
export function chunksOf(step: Step): unknown[] {
  return step.events.flatMap((event) => event.chunks ?? []);
}
