/**
 * Journals of tabs that are gone: recovered, sealed, put into the queue, and removed when everything of them has arrived.
 *
 * @module
 */
import type { NativeModule } from "../native/contract.ts";
import type { Reached } from "./endpoint.ts";
import type { Life } from "./life.ts";
import type { Parcel, Queue } from "./queue.ts";
import type { JournalRecord, Storage } from "./storage.ts";

/** Bytes of all journals that may be kept; the oldest of tabs that are gone give way. */
const MOST_STORED_BYTES = 64 << 20;
/** Envelopes of one parcel. */
const PARCEL_BYTES = 256 << 10;

/** What was found out, to be counted. */
export interface Findings {
  /** Events that gave way before they arrived. */
  dropped(reason: string, events: number): void;
  failed(code: string, error: unknown): void;
}

/** Looks for journals without a writer. */
export class Recovery {
  readonly #native: NativeModule;
  readonly #storage: Storage;
  readonly #life: Life;
  readonly #queue: Queue;
  readonly #reached: Reached;
  readonly #findings: Findings;
  readonly #most: number;
  /** Journals whose envelopes are in the queue, and how many parcels of each. */
  readonly #open = new Map<string, number>();
  /** Journals of this tab that are complete, and wait in the storage alone: its own, and claimed ones that found no room. */
  readonly #waiting = new Set<string>();
  #hasMore = false;

  constructor(given: {
    native: NativeModule;
    storage: Storage;
    life: Life;
    queue: Queue;
    reached: Reached;
    findings: Findings;
    mostBytes: number | undefined;
  }) {
    this.#native = given.native;
    this.#storage = given.storage;
    this.#life = given.life;
    this.#queue = given.queue;
    this.#reached = given.reached;
    this.#findings = given.findings;
    this.#most = given.mostBytes ?? MOST_STORED_BYTES;
  }

  /** Whether journals wait for room in the queue. */
  get hasMore(): boolean {
    return this.#hasMore;
  }

  /**
   * Looks once. Never rejects.
   *
   * @param isSending - whether there is anybody to send to; otherwise the oldest only give way.
   */
  async sweep(isSending: boolean): Promise<void> {
    try {
      await this.#life.alone(async () => {
        this.#hasMore = false;
        const left = await this.#makeRoom();
        if (!isSending) return;
        for (const journal of left) {
          if (this.#open.has(journal.producer)) continue;
          this.#hasMore = !this.#queue.hasRoom;
          if (this.#hasMore) return;
          await this.#recover(journal);
        }
      });
    } catch (error) {
      this.#findings.failed("recovery", error);
    }
  }

  /** Lets the oldest journal of a tab that is gone give way; `false` where there is none. */
  async makeRoom(): Promise<boolean> {
    for (const oldest of await this.#left()) {
      if (await this.#giveUp(oldest)) return true;
    }
    return false;
  }

  /** Journals that nobody writes and nobody has in hand, the oldest first. */
  async #left(journals?: readonly JournalRecord[]): Promise<JournalRecord[]> {
    const isGone = await this.#life.asked();
    const left = (journals ?? (await this.#storage.journals())).filter(
      ({ producer, owner, seen }) => isGone(owner, seen) || this.#waiting.has(producer),
    );
    return left.sort((one, other) => one.seen - other.seen);
  }

  /** Lets the oldest give way until all tabs together keep to the bound; gives those that are left. */
  async #makeRoom(): Promise<JournalRecord[]> {
    const journals = await this.#storage.journals();
    const left = await this.#left(journals);
    let bytes = journals.reduce((sum, journal) => sum + journal.bytes, 0);
    while (bytes > this.#most) {
      const oldest = left.shift();
      if (oldest === undefined) break;
      await this.#giveUp(oldest);
      bytes -= oldest.bytes;
    }
    return left;
  }

  async #giveUp(journal: JournalRecord): Promise<boolean> {
    const { producer, sent } = journal;
    if (!(await this.#claim(journal))) return false;
    const parcels = this.#sealed(await this.#storage.read(producer), producer, sent);
    await this.#forget(producer);
    this.#findings.dropped(
      "storage_full",
      parcels.reduce((sum, parcel) => sum + parcel.events, 0),
    );
    return true;
  }

  /** Of several tabs, and of the page itself when it comes back, one gets a journal. */
  async #claim({ producer, owner }: JournalRecord): Promise<boolean> {
    if (owner !== this.#life.owner && !(await this.#storage.claim(producer, owner, this.#life.owner))) return false;
    this.#waiting.delete(producer);
    return true;
  }

  async #recover(journal: JournalRecord): Promise<void> {
    if (!(await this.#claim(journal))) return;
    const { producer, sent } = journal;
    const { owner } = this.#life;
    const parcels = this.#sealed(await this.#storage.read(producer), producer, sent);
    // The page was put away meanwhile: it may be another one's by now.
    if (owner !== this.#life.owner) return;
    if (parcels.length === 0) return this.#forget(producer);
    this.#open.set(producer, parcels.length);
    for (const parcel of parcels) this.#queue.add(parcel);
  }

  #sealed(bytes: Uint8Array, producer: string, sent: number): Parcel[] {
    try {
      // What was sent from beyond the end of what is kept ended otherwise than a recovery would end it.
      const isShort = this.#reached.of(producer) > bytes.length;
      const journal = isShort ? bytes : this.#native.recoverJournal(bytes);
      const { envelopes, ends } = this.#native.sealJournal(journal, sent);
      return parcelsOf(producer, envelopes, ends);
    } catch (error) {
      // No journal of ours, or one of a version that this one does not know: nobody will ever read it.
      this.#findings.failed("recovery", error);
      return [];
    }
  }

  /** A parcel of a journal that was recovered has arrived everywhere. */
  async arrived({ producer, end }: Parcel): Promise<void> {
    const open = this.#open.get(producer);
    if (open === undefined) return;
    const left = open - 1;
    this.#open.set(producer, left);
    if (left > 0) await this.#storage.acknowledge(producer, end);
    else await this.#forget(producer);
  }

  /** It gave way to younger ones; it is taken again from where it is kept, here or by another page. */
  passedOver({ producer }: Parcel): void {
    this.#open.delete(producer);
    this.#queue.withdraw((parcel) => parcel.producer === producer);
    this.wait(producer);
  }

  /** A journal is complete, and is in the storage alone. */
  wait(producer: string): void {
    this.#waiting.add(producer);
    this.#hasMore = true;
  }

  /** The page was put away: what it had claimed is anybody's again. */
  letGo(): void {
    for (const producer of this.#open.keys()) this.#queue.withdraw((parcel) => parcel.producer === producer);
    this.#open.clear();
    this.#waiting.clear();
  }

  async #forget(producer: string): Promise<void> {
    this.#open.delete(producer);
    this.#waiting.delete(producer);
    await this.#storage.remove(producer);
    this.#reached.forget(producer);
  }
}

function parcelsOf(producer: string, envelopes: readonly Uint8Array[], ends: readonly number[]): Parcel[] {
  const decoder = new TextDecoder();
  const parcels: Parcel[] = [];
  let some: Uint8Array[] = [];
  let bytes = 0;
  let events = 0;
  for (const [index, envelope] of envelopes.entries()) {
    some.push(envelope);
    bytes += envelope.length;
    events += (JSON.parse(decoder.decode(envelope)) as { events: unknown[] }).events.length;
    const closed = index === envelopes.length - 1;
    if (bytes < PARCEL_BYTES && !closed) continue;
    parcels.push({ producer, envelopes: some, events, end: ends[index] ?? 0, closed, isOwn: false });
    [some, bytes, events] = [[], 0, 0];
  }
  return parcels;
}
