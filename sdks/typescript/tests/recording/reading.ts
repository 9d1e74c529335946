/** A client with a directory of its own, and what it recorded. */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { onTestFinished } from "vitest";
import { platform } from "#platform";
import { Client } from "../../src/recording/client.ts";
import type { ClientOptions } from "../../src/recording/config.ts";

/** One event as readers see it. */
export interface Event {
  readonly type: string;
  readonly trace_id?: string;
  readonly span_id?: string;
  readonly parent_id?: string;
  readonly kind?: string;
  readonly status?: string;
  readonly duration_nanos?: number;
  // biome-ignore lint/suspicious/noExplicitAny: tests look into it.
  readonly body: any;
}

/** A folder that goes with the test. */
export function folder(): string {
  const path = mkdtempSync(join(tmpdir(), "tracewire-"));
  onTestFinished(() => rmSync(path, { recursive: true, force: true }));
  return path;
}

/** A client that records into a folder of its own. */
export function clientIn(options: ClientOptions = {}): { client: Client; dir: string; events: () => Event[] } {
  const dir = options.dir ?? folder();
  const client = new Client({ ...options, dir });
  onTestFinished(async () => {
    await client.close(0).catch(() => undefined);
  });
  return { client, dir, events: () => eventsIn(dir) };
}

/** What all processes recorded below a directory, in order of time. */
export function eventsIn(dir: string): Event[] {
  const read = platform.native().testingRead as (directory: string) => string;
  const found = JSON.parse(read(dir)) as (Event | { event: Event })[];
  return found
    .map((entry) => ("event" in entry ? entry.event : entry))
    .map((event) => ({ ...event, body: event.body ?? {} }));
}
