/**
 * For tests: a clock and ids that are the same in every run, and what was recorded, as JavaScript values.
 *
 * ```ts
 * test("it searches", async () => {
 *   using recorded = recording();
 *   await search("otters");
 *   const [span] = recorded.spans();
 *   expect(span.name).toBe("search");
 *   expect(span.output).toEqual(["Lutra lutra"]);
 * });
 * ```
 *
 * What was recorded is also there as the wire has it, byte for byte: `recorded.envelopes()`, and {@link seal} of a
 * journal.
 *
 * @module
 */
import { platform } from "#platform";
import { refusing, TracewireError } from "./errors.ts";
import { bytesOf } from "./formats/data.ts";
import { encode } from "./formats/index.ts";
import type { Data } from "./formats/options.ts";
import type { NativeRecorder } from "./native/contract.ts";
import { Client } from "./recording/client.ts";
import type { ClientOptions } from "./recording/config.ts";
import { useClient } from "./recording/default.ts";
import { eventsOf, spansOf, type TestEvent, type TestSpan } from "./testing/events.ts";
import { Kept } from "./testing/kept.ts";

export type { TestEvent, TestSpan } from "./testing/events.ts";

/** 2026-01-01T00:00:00Z */
const START_NANOS = 1_767_225_600_000_000_000n;

/** The specification's bounds and the sizes of journals on a disk: a browser's own would change what a test sees. */
const BOUNDS = {
  depth: 64,
  nodes: 50_000,
  text_bytes: 1 << 20,
  record_bytes: 4 << 20,
  inline_bytes: 256,
  envelope_events: 256,
  envelope_bytes: 256 << 10,
};
const FILE_BYTES = 32 << 20;
const QUOTA_BYTES = 2 ** 30;

/** What a journal becomes. */
export interface Sealed {
  /** Each envelope in canonical JSON, in order. */
  readonly envelopes: Uint8Array[];
  /** How many events stand behind the last boundary. */
  readonly pending: number;
}

/** The clock and ids of a test, and whatever a client takes. */
export interface RecordingOptions extends ClientOptions {
  /** The first reading of the clock, in nanoseconds since 1970 UTC. */
  readonly startNanos?: bigint | number | undefined;
  /** The first reading of the monotonic clock, which durations are made of, in nanoseconds. */
  readonly startMonotonicNanos?: bigint | number | undefined;
  /** How far both clocks go at each reading, in nanoseconds. */
  readonly stepNanos?: bigint | number | undefined;
  /** Readings that come before these, in order: nanoseconds since 1970 UTC, and nanoseconds of the monotonic clock. */
  readonly moments?: Iterable<readonly [wall: bigint | number, monotonic: bigint | number]> | undefined;
  /** Ids that new traces take, in order, each 32 hex digits; when they are used up, ids count from 1. */
  readonly traceIds?: readonly string[] | undefined;
  /** The same for steps and events, 16 hex digits. */
  readonly spanIds?: readonly string[] | undefined;
  /** The process part of the producer's name, 16 hex digits. */
  readonly process?: string | undefined;
  /** Bounds, by the names of the specification. */
  readonly limits?: Readonly<Record<string, number>> | undefined;
}

/** Checks and settlements of guards, given as JSON with their times: the operation `guard` of the conformance kit. */
export function checkScript(script: string): string {
  return refusing(() => {
    const native = platform.native();
    if (native.testingGuard === undefined) throw new TracewireError("unavailable", "there are no guards in this build");
    return native.testingGuard(script);
  });
}

/** What a program records, from {@link recording} on until {@link Recording.end}. */
export class Recording {
  /** What records: the default client meanwhile. */
  readonly client: Client;
  readonly #before: Client;
  readonly #kept: Kept;
  #isEnded = false;

  /** @internal */
  constructor(client: Client, before: Client, kept: Kept) {
    this.client = client;
    this.#before = before;
    this.#kept = kept;
  }

  /** All events in the order of their times, each in the specification's JSON form; contents are inline. */
  events(): TestEvent[] {
    return eventsOf(this.#kept);
  }

  /**
   * All steps in the order of their beginnings, each one object: what its start, updates and end say.
   *
   * `status` is absent from a step that has not ended. `events` lists what happened inside it.
   */
  spans(): TestSpan[] {
    return spansOf(this.events());
  }

  /** All envelopes, each in canonical JSON: behind the end whole, before it what a flush or a limit has ended. */
  envelopes(): Uint8Array[] {
    return this.#kept.envelopes();
  }

  /** Ends the recording: the client of before is the default one again, and what was recorded stays readable. */
  end(): void {
    if (this.#isEnded) return;
    this.#isEnded = true;
    useClient(this.#before);
    this.client._opened?.closeNow();
    this.#kept.end();
  }

  [Symbol.dispose](): void {
    this.end();
  }
}

/**
 * Records with injected clock and ids, in place of the process's recorder, until the recording is ended.
 *
 * @param options - the clock and ids; and options of `init`: `resource` (`{"service.name": "test"}`), `redact`,
 *   `sampling`, `mask`, ….
 * @throws `FormatError` for an option that cannot be used.
 *
 * @example
 * ```ts
 * using recorded = recording({ traceIds: ["0af7651916cd43dd8448eb211c80319c"] });
 * span("plan", () => {});
 * recorded.spans()[0].trace_id; // "0af7651916cd43dd8448eb211c80319c"
 * ```
 */
export function recording(options: RecordingOptions = {}): Recording {
  const { startNanos, startMonotonicNanos, stepNanos, moments, traceIds, spanIds, process, ...rest } = options;
  const script = JSON.stringify({
    start: [String(startNanos ?? START_NANOS), String(startMonotonicNanos ?? 0)],
    step: String(stepNanos ?? 1_000_000),
    moments: Array.from(moments ?? [], ([wall, monotonic]) => [String(wall), String(monotonic)]),
    trace_ids: traceIds ?? [],
    span_ids: spanIds ?? [],
    process: process ?? "0000000000000001",
  });
  const resource: unknown = JSON.parse(encode(rest.resource ?? { "service.name": "test" }));
  const kept = new Kept(rest.dir);
  let failure: unknown;
  // Without files what is recorded stays in memory, and is sent nowhere.
  const own: ClientOptions = kept.dir === undefined ? { browser: { storage: "memory" } } : { dir: kept.dir };
  const limits = { ...BOUNDS, ...rest.limits };
  const all: RecordingOptions = { fileBytes: FILE_BYTES, quotaBytes: QUOTA_BYTES, ...rest, ...own, limits };
  const client = new Client(all, (native, given) => {
    if (failure !== undefined) throw failure; // It is tried again with the defaults, and these are no test's.
    try {
      const exactly = JSON.stringify({ ...(JSON.parse(given) as object), resource });
      const recorder: NativeRecorder = refusing(() => native.openTesting(exactly, script));
      kept.keep(recorder);
      return recorder;
    } catch (error) {
      failure ??= error;
      throw error;
    }
  });
  if (failure !== undefined) {
    kept.end();
    throw failure;
  }
  return new Recording(client, useClient(client), kept);
}

/**
 * The envelopes of a journal, given by the bytes of its file.
 *
 * @throws `FormatError`: `journal_foreign`, `journal_header` or `journal_newer` for what cannot be read as one.
 *
 * @example
 * ```ts
 * const { envelopes, pending } = seal(readFileSync(path));
 * ```
 */
export function seal(journal: Data): Sealed {
  const bytes = bytesOf(journal);
  const { envelopes, pending } = refusing(() => platform.native().sealJournal(bytes, -1));
  return { envelopes, pending };
}

/**
 * The bytes of a journal's file as they are left by whoever finds it and knows that its writer is dead.
 *
 * What cannot be read as a journal stays as it is.
 *
 * @example
 * ```ts
 * seal(recover(torn)).envelopes;
 * ```
 */
export function recover(journal: Data): Uint8Array {
  const bytes = bytesOf(journal);
  return refusing(() => platform.native().recoverJournal(bytes));
}
