import { platform } from "#platform";
import { textOf } from "../formats/data.ts";
import type { NativeRecorder } from "../native/contract.ts";
import type { TestEvent } from "./events.ts";

/** Where a test's journals are: in a folder, or in memory. What was recorded stays readable behind the end. */
export class Kept {
  /** The folder; `undefined` where journals are memory. */
  readonly dir: string | undefined;
  readonly #remove: (() => void) | undefined;
  /** In memory: each producer's journal, in pieces. */
  readonly #journals = new Map<string, Uint8Array[]>();
  #recorder: NativeRecorder | undefined;
  #ended: { readonly events: TestEvent[]; readonly envelopes: Uint8Array[] } | undefined;

  constructor(dir: string | undefined) {
    const folder = dir === undefined && platform.hasFiles ? platform.temporary?.() : undefined;
    this.dir = dir ?? folder?.path;
    this.#remove = folder?.remove;
  }

  /** Takes a copy of what the recorder appends, which others take as well. */
  keep(recorder: NativeRecorder): void {
    this.#recorder = recorder;
    const take = recorder.takeChunk?.bind(recorder);
    if (take === undefined) return;
    recorder.takeChunk = () => {
      const chunk = take();
      if (chunk !== undefined) {
        const pieces = this.#journals.get(chunk.producer) ?? [];
        pieces.push(chunk.bytes.slice());
        this.#journals.set(chunk.producer, pieces);
      }
      return chunk;
    };
  }

  /** The folder, unless the native half keeps journals in memory whatever the platform could have. */
  get #folder(): string | undefined {
    return this.#recorder?.takeChunk === undefined ? this.dir : undefined;
  }

  envelopes(): Uint8Array[] {
    if (this.#ended !== undefined) return this.#ended.envelopes;
    const native = platform.native();
    if (this.#folder !== undefined) return native.testingSealDirectory?.(this.#folder).envelopes ?? [];
    return this.#sealed((journal) => journal);
  }

  /** All events, contents inline, in the order of their times. */
  events(): TestEvent[] {
    if (this.#ended !== undefined) return this.#ended.events;
    const native = platform.native();
    if (this.#folder !== undefined) return JSON.parse(native.testingRead?.(this.#folder) ?? "[]") as TestEvent[];
    // Whole as if its writer had died: what stands behind the last boundary is sealed then.
    const envelopes = this.#sealed((journal) => native.recoverJournal(journal));
    const read = envelopes.map((envelope) => JSON.parse(textOf(envelope)) as Envelope);
    return read.flatMap(withContents).sort((a, b) => (a.time < b.time ? -1 : a.time > b.time ? 1 : 0));
  }

  #sealed(prepare: (journal: Uint8Array) => Uint8Array): Uint8Array[] {
    while (this.#recorder?.takeChunk?.() !== undefined);
    const native = platform.native();
    return [...this.#journals.values()].flatMap((pieces) => native.sealJournal(prepare(joined(pieces)), -1).envelopes);
  }

  /** Reads now, for when the folder is gone. */
  end(): void {
    if (this.#recorder !== undefined) this.#ended = { events: this.events(), envelopes: this.envelopes() };
    this.#remove?.();
  }
}

function joined(pieces: readonly Uint8Array[]): Uint8Array {
  const whole = new Uint8Array(pieces.reduce((length, piece) => length + piece.length, 0));
  let at = 0;
  for (const piece of pieces) {
    whole.set(piece, at);
    at += piece.length;
  }
  return whole;
}

interface Envelope {
  readonly events: TestEvent[];
  readonly content?: Readonly<Record<string, { readonly value?: unknown }>>;
}

/** Contents of one producer that were carried so far stand in the place of their references. */
function withContents({ events, content }: Envelope, index: number, all: readonly Envelope[]): TestEvent[] {
  const contents = Object.assign({}, ...all.slice(0, index).map((envelope) => envelope.content), content);
  const resolved = (value: unknown): unknown => {
    if (typeof value !== "object" || value === null) return value;
    if (Array.isArray(value)) return value.map(resolved);
    const members = Object.entries(value);
    const [name, hash] = members[0] ?? [];
    const carried = members.length === 1 && name === "$ref" ? contents[String(hash)] : undefined;
    if (carried !== undefined && "value" in carried) return resolved(carried.value);
    return Object.fromEntries(members.map(([key, member]) => [key, resolved(member)]));
  };
  return events.map((event) => resolved(event) as TestEvent);
}
