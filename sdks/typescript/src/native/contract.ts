/**
 * What the SDK asks of its native half. The library for Node (`bindings/napi`) and the module for everything else
 * (`bindings/wasm`) both have this shape, so that the SDK above it is one.
 *
 * Bytes, numbers and strings cross, nothing else: no callback, no promise. Whatever is refused is thrown as an `Error` whose
 * message is JSON: `{"code": …, "message": …}` and, where they are known, `"offset"`, `"line"`, `"path"`.
 *
 * @module
 */

/** Raised together with the native halves whenever this file changes in a way that they must know. */
export const CONTRACT_VERSION = 1;

/** What {@link NativeRecorder.record} records; `layout.ts` says what stands in the buffer for each. */
export const START = 0;
export const UPDATE = 1;
export const SPAN_EVENT = 2;
export const END = 3;
export const POINT_EVENT = 4;
export const LOG = 5;
export const METRIC = 6;
export const FEEDBACK = 7;
/** Asks the guards whether a call may begin, by what its start would be; {@link VERDICT} where they have something to say. */
export const CHECK = 8;
/** Tells the guards what a call used, by what its end is. */
export const SETTLE = 9;
/** Begins a step that is a call, unless the guards stop it: {@link CHECK} and {@link START} of the same members. Its {@link END} settles it. */
export const CALL = 10;

/** Bits of what {@link NativeRecorder.record} gives: {@link NativeRecorder.takeVerdict} has something to say, */
export const VERDICT = 1;
/** sampling leaves the trace out, which is counted, */
export const UNSAMPLED = 2;
/** {@link NativeRecorder.takeNotices} has something to say. */
export const NOTICES = 8;

/** The whole module. */
export interface NativeModule {
  /** {@link CONTRACT_VERSION} of the half that was built. */
  contractVersion(): number;
  /** Version of the package that the half was built with. */
  version(): string;
  /** How many panics were stopped, and the message of the last: `{"count": 1, "message": "…"}`. */
  internalErrors(): string;
  /** Panics inside the boundary: throws, code `internal`. */
  testingPanic(): void;

  /**
   * Opens a recorder.
   *
   * @param options - JSON: `dir`, `mode` (`local`, `inline`, `background`), `resource` (map of plain JSON values in wire form), `redact` (keys),
   *   `sinks` (names of the host's own), `sampling`, `limits` (by name), `quota_bytes`, `file_bytes`, `fsync`, `store`, `guards` (limits), `seed` (16 hex digits or more
   *   of randomness; needed in memory, ignored by files). What is unknown is passed over, what cannot be used is refused with its name.
   */
  open(options: string): NativeRecorder;
  /**
   * The same with injected clock and ids.
   *
   * @param script - JSON: `process` (16 hex digits), `start` `[wall, monotonic]`, `moments` `[[wall, monotonic], …]`, `step` (all
   *   nanoseconds, as text), `trace_ids`, `span_ids` (hex digits).
   */
  openTesting(options: string, script: string): NativeRecorder;

  /** Refuses limits (JSON) that cannot be used, by the name of the member at fault. Absent where there are no guards. */
  readonly checkGuards?: ((limits: string) => void) | undefined;
  /** Checks and settlements of guards with their times, JSON in and out. Likewise. */
  readonly testingGuard?: ((script: string) => string) | undefined;

  /** Reads a W3C `traceparent`: the {@link STATE_BYTES} of a parent, or `undefined` for what is none. */
  parseTraceparent(header: string): Uint8Array | undefined;
  /** The trace id (16 bytes) that a correlation id stands for. */
  traceIdOf(correlationId: string): Uint8Array;

  /** Writes in one format what is read from another. Options are JSON or empty: `delimiter`, `indent`, `formula_safe`, `lenient`, `uniform`. */
  convert(bytes: Uint8Array, from: string, fromOptions: string, to: string, toOptions: string): Uint8Array;
  /** Writes a value that the walker wrote as CBOR. `keepTags`: maps in the wire's form (`{"$int": …}`) are taken as what they say. */
  encode(cbor: Uint8Array, format: string, options: string, keepTags: boolean): Uint8Array;
  /** Reads a value; gives JSON in wire form, members in the order in which they stand. */
  decode(bytes: Uint8Array, format: string, options: string): Uint8Array;
  /** The envelopes' proof, as JSON in the form of the command `tracewire verify`. `keys`: a JSON list, or empty. Absent where another module has it. */
  verify?(envelopes: Uint8Array[], keys: string): string;
  /** Without these parts. `selection` is JSON: `contents` (hashes), `bodies`, `events` (sequence numbers), `erases`. Likewise. */
  remove?(envelope: Uint8Array, selection: string): Uint8Array;
  /** Envelopes of a journal given by its bytes. With `from`, those that end behind this offset alone. */
  sealJournal(journal: Uint8Array, from: number): SealedJournal;
  /** A journal as it is left by whoever finds it and knows that its writer is dead. */
  recoverJournal(journal: Uint8Array): Uint8Array;

  /** What a recording has wrong, as JSON in the form of `tracewire validate --json`. Absent where another module has it. */
  validate?(bytes: Uint8Array, options: string): string;

  /** How many tokens a text has for a model's encoding. Absent where another module has it. */
  countTokens?(text: string, encoding: string): number;

  /** Settings of files and the environment, as JSON. Files only. */
  loadConfig?(): string;
  /** Opens the store of a directory, by default that of a recorder. Files only. */
  openStore?(directory: string | undefined): NativeStore;
  /** Each journal below a directory as JSON events with contents inline, in order of time. Files only. */
  testingRead?(directory: string): string;
  /** The envelopes of a directory's journals. Files only. */
  testingSealDirectory?(directory: string): SealedJournal;
}

/** Envelopes in canonical JSON, in order; how many events stand behind the last boundary; where each envelope ends in the file. */
export interface SealedJournal {
  readonly envelopes: Uint8Array[];
  readonly pending: number;
  readonly ends: number[];
}

/** One journal of this process. */
export interface NativeRecorder {
  /**
   * The buffer that the next record is written into, at least `bytes` long; what was written stays. The same one until it has to
   * grow or, in memory, moves: ask again before each record, it costs next to nothing.
   */
  buffer(bytes: number): Uint8Array;
  /** Records what stands in the first `length` bytes of the buffer, and writes a start's or point's own state over the fixed part. */
  record(operation: number, length: number): number;
  /** Ends the current envelope. */
  mark(): void;
  /** Ends the envelope and reports, as JSON: `written`, `sealed`, `sent`, `pending`, `dropped` (by reason), `unsampled`, `withheld`. */
  flush(): string;
  /** Closes the journal and reports. */
  close(): string;
  /** JSON: `producer`, `directory`, `mode`, `written`, `dropped`, `bytes`, `quota_bytes`, `withheld`, `unsampled`. */
  stats(): string;
  /** Sentences for the host's log, each given once. */
  takeNotices(): string[];
  /** What the guards said, by the number that {@link CHECK} left, as JSON; given once. Absent where there are no guards. */
  takeVerdict?(number: number): string | undefined;
  /** Where a session stands before its guards, or a run by its trace id, as JSON. Likewise. */
  guardStatus?(sessionId: string | undefined, traceId: string | undefined): string | undefined;
  /** One exporter's way through the journals; `events`: batches carry events with contents. Files only. */
  shipper?(sink: string, events: boolean): NativeShipper;

  /** What was appended since the last call, to be kept elsewhere. In memory only. */
  takeChunk?(): JournalChunk | undefined;
  /** The next envelopes to send, about `maxBytes` of them and at least one. The same ones until {@link acknowledge}. In memory only. */
  nextBatch?(maxBytes: number): MemoryBatch | undefined;
  /** The receiver has everything of this producer up to here: it may be forgotten. In memory only. */
  acknowledge?(producer: string, end: number): void;
}

/** Bytes of a journal as they follow those of the chunk before. */
export interface JournalChunk {
  readonly producer: string;
  /** Where they stand in the journal. */
  readonly offset: number;
  readonly bytes: Uint8Array;
}

/** Envelopes of one producer, in order. */
export interface MemoryBatch {
  readonly producer: string;
  readonly envelopes: Uint8Array[];
  readonly events: number;
  /** The offset behind them. */
  readonly end: number;
  /** Whether they are the producer's last. */
  readonly closed: boolean;
}

/** See `core/recorder/src/ship`. */
export interface NativeShipper {
  nextBatch(maxBytes: number): NativeBatch | undefined;
  batchResult(id: number, delivered: boolean): void;
  release(): void;
}

/** Envelopes of one producer, in order, for an exporter. */
export interface NativeBatch {
  readonly id: number;
  readonly producer: string;
  readonly isOwn: boolean;
  readonly events: number;
  readonly envelopes: Uint8Array[];
  /** JSON list of `{"event": …, "producer": …}`; empty unless the shipper was made with `events`. */
  readonly eventsJson: string;
}

/** The local store of a directory. */
export interface NativeStore {
  /** Takes in what was recorded since; gives how many events were new. */
  sweep(): number;
  /** The page of rows that a query (JSON) asks for, as JSON. */
  search(query: string): string;
  /** What a query (JSON) asks to be counted, as JSON. */
  numbers(query: string): string;
  /** The events of traces found by `what` (`trace`, `span`, `session`, `correlation`) and `id`, as JSON. */
  traces(what: string, id: string): string;
}
