/**
 * Keeps the journal: chunks into the storage, at most 100 ms after they were recorded.
 *
 * A storage that fails costs no record. The journal that it failed with is taken out of it, since a part of a journal that goes on
 * elsewhere would be sealed otherwise than the whole; the next journal is tried again.
 *
 * @module
 */
import type { JournalChunk, NativeModule } from "../native/contract.ts";
import type { MemoryRecorder } from "../platform/wasm.ts";
import type { Reached } from "./endpoint.ts";
import { Life } from "./life.ts";
import type { Parcel, Queue } from "./queue.ts";
import { Recovery } from "./recovery.ts";
import { openStorage, type Storage, Taken } from "./storage.ts";

/** The longest that a record is in memory alone. */
const COMMIT_MILLIS = 100;

/** What a keeper needs. */
export interface KeeperOptions {
  readonly recorder: MemoryRecorder;
  readonly native: NativeModule | undefined;
  /** The database; absent where nothing is to be kept. */
  readonly name: string | undefined;
  readonly queue: Queue;
  readonly reached: Reached;
  /** Whether there is anybody to send to; otherwise everything is only kept. */
  readonly isRecovering: boolean;
  /** Bytes that tabs which are gone may leave; the oldest journals give way. */
  readonly mostBytes: number | undefined;
  failed(code: string, error: unknown): void;
  dropped(reason: string, events: number): void;
  /** Something was committed, or it was found that nothing can be. */
  committed(): void;
  /** Somebody else sends what this tab had kept: it has to go on in a new journal. */
  taken(): void;
}

/** Keeps the journals of one recorder. */
export class Keeper {
  readonly #given: KeeperOptions;
  readonly #life: Life;
  #opened: Promise<void>;
  #storage: Storage | undefined;
  #recovery: Recovery | undefined;
  /** How far each journal is kept. */
  readonly #kept = new Map<string, number>();
  /** Journals that the storage failed with. */
  readonly #failed = new Set<string>();
  /** Journals of which something was passed over: what comes behind it must not be taken for arrived. */
  readonly #passedOver = new Set<string>();
  #isOpening = true;
  /** Whether the page is put away, so that others may take what it kept. */
  #isAway = false;
  #timer: ReturnType<typeof setTimeout> | undefined;
  #running: Promise<void> | undefined;
  #writes: Promise<unknown> = Promise.resolve();
  #durable = 0;
  /** Records whose chunks were taken out of the recorder. */
  #taken = 0;

  constructor(given: KeeperOptions) {
    this.#given = given;
    this.#life = new Life(given.name ?? "");
    this.#opened = this.#whileOpening(this.#open());
  }

  /** Nothing is committed before. */
  #whileOpening(work: Promise<void>): Promise<void> {
    this.#isOpening = true;
    return work.finally(() => {
      this.#isOpening = false;
      // It was put away meanwhile.
      if (this.#isAway) this.#life.end();
    });
  }

  async #open(): Promise<void> {
    const { name, native, queue, reached, failed, dropped, mostBytes } = this.#given;
    if (name === undefined) return;
    try {
      const storage = await openStorage(name);
      // Others must see that this tab lives before they can see its journal.
      await this.#life.begin();
      this.#storage = storage;
      if (native === undefined) return;
      const findings = { failed, dropped };
      this.#recovery = new Recovery({ native, storage, life: this.#life, queue, reached, findings, mostBytes });
    } catch (error) {
      failed("storage_denied", error);
    }
  }

  /** Records that survive the death of the tab. */
  get durable(): number {
    return this.#durable;
  }

  /** Whether envelopes of this journal can be sent that end here. */
  keeps(producer: string, end: number): boolean {
    if (this.#isOpening) return false;
    if (this.#storage === undefined || this.#failed.has(producer)) return true;
    return (this.#kept.get(producer) ?? 0) >= end;
  }

  /** Commits soon. Where nobody sees the page its timers are slow, so it is done at once. */
  commitSoon(): void {
    if (this.#timer !== undefined) return;
    const isHidden = typeof document !== "undefined" && document.visibilityState === "hidden";
    this.#timer = setTimeout(() => void this.commit(), isHidden ? 0 : COMMIT_MILLIS);
    (this.#timer as { unref?(): void }).unref?.();
    if (isHidden) queueMicrotask(() => void this.commit());
  }

  /**
   * Commits everything that was recorded before the call. Never rejects.
   *
   * @param isLeaving - whether nothing of this page may run any more: what is being written is not waited for.
   */
  commit(isLeaving = false): Promise<void> {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    if (isLeaving && !this.#isOpening) return this.#commit(true);
    if (this.#running !== undefined) return this.#running.then(() => this.commit());
    const work = this.#isOpening ? this.#opened.then(() => this.#commit(false)) : this.#commit(false);
    this.#running = work.finally(() => {
      this.#running = undefined;
    });
    return this.#running;
  }

  async #commit(isLeaving: boolean): Promise<void> {
    await this.#keepAll(isLeaving);
    this.#given.committed();
  }

  /** Keeps what was recorded until now. */
  async #keepAll(isLeaving: boolean): Promise<void> {
    const { recorder } = this.#given;
    const { owner } = this.#life;
    const { written = 0 } = JSON.parse(recorder.stats()) as { written?: number };
    const events = written - this.#taken;
    this.#taken = written;
    const chunks: JournalChunk[] = [];
    for (let chunk = recorder.takeChunk(); chunk !== undefined; chunk = recorder.takeChunk()) {
      if (!this.#failed.has(chunk.producer)) chunks.push(chunk);
    }
    const storage = this.#storage;
    if (chunks.length === 0 || storage === undefined) return;
    const outcome = await this.#keep(storage, chunks, owner, isLeaving);
    if (outcome === "kept") this.#durable = Math.max(this.#durable, written);
    else if (outcome === "taken") this.#given.dropped("taken_over", events);
  }

  async #keep(
    storage: Storage,
    chunks: readonly JournalChunk[],
    owner: string,
    isLeaving: boolean,
  ): Promise<"kept" | "taken" | "failed"> {
    try {
      await storage.append(chunks, owner, isLeaving).catch(async (error: unknown) => {
        // What tabs left that are gone is older.
        const hasRoom = isFull(error) && (await this.#recovery?.makeRoom());
        if (!hasRoom) throw error;
        await storage.append(chunks, owner, isLeaving);
      });
      for (const { producer, offset, bytes } of chunks) this.#kept.set(producer, offset + bytes.length);
      return "kept";
    } catch (error) {
      if (error instanceof Taken) {
        // Of a life that has ended nobody goes on.
        if (owner === this.#life.owner) this.#given.taken();
        return "taken";
      }
      this.#given.failed(isFull(error) ? "storage_full" : "storage_failed", error);
      for (const { producer } of chunks) {
        this.#failed.add(producer);
        this.#write(storage.remove(producer));
      }
      return "failed";
    }
  }

  /** The page may be put away: browsers keep none that holds a lock. Others may take what is kept from here on. */
  leave(): void {
    this.#isAway = true;
    if (!this.#isOpening) this.#life.end();
  }

  /** Whether others may have taken what this page kept. */
  get isAway(): boolean {
    return this.#isAway;
  }

  /** Whether journals of other tabs wait for room in the queue. */
  get hasMore(): boolean {
    return this.#recovery?.hasMore === true;
  }

  /** Whether what was recorded of a journal can only be sent from here. */
  isAlone(producer: string): boolean {
    return this.#storage === undefined || this.#failed.has(producer);
  }

  /**
   * The page is back: its journals are those of a tab that is gone, and it goes on in new ones.
   *
   * @param renew - has the recorder begin a new journal, and is called before this returns.
   */
  comeBack(renew: () => void): void {
    this.#isAway = false;
    if (this.#isOpening) return; // Nothing was kept that anybody could have taken.
    const running = this.#running;
    this.#recovery?.letGo();
    // What was recorded and is not kept yet belongs to the journal before; if nobody has taken that yet, it gets it.
    const late = this.#keepAll(false);
    this.#life.end();
    this.#life.renew();
    renew();
    this.#opened = this.#whileOpening(
      Promise.all([running, late])
        .then(() => this.#life.begin())
        .catch((error: unknown) => this.#given.failed("storage_failed", error)),
    );
  }

  /** Looks for what tabs left that are gone. Never rejects. */
  async sweep(): Promise<void> {
    await this.#opened;
    await this.#recovery?.sweep(this.#given.isRecovering);
  }

  /** A parcel has arrived everywhere. */
  arrived(parcel: Parcel): void {
    const { producer, end, closed, isOwn } = parcel;
    const storage = this.#storage;
    // Without a destination nothing arrives anywhere: it is kept for one that comes later.
    if (storage === undefined || !this.#given.isRecovering || this.#passedOver.has(producer)) return;
    if (!isOwn) {
      if (this.#recovery !== undefined) this.#write(this.#recovery.arrived(parcel));
    } else if (!this.#failed.has(producer)) {
      this.#write(closed ? storage.remove(producer) : storage.acknowledge(producer, end));
      if (closed) this.#given.reached.forget(producer);
    }
  }

  /** A parcel gave way to younger ones; whether it is kept all the same, and comes again from there. */
  passedOver(parcel: Parcel): boolean {
    const { producer, closed, isOwn } = parcel;
    if (!isOwn) {
      this.#recovery?.passedOver(parcel);
      return true;
    }
    if (this.isAlone(producer)) return false;
    this.#passedOver.add(producer);
    if (closed) this.#recovery?.wait(producer);
    return true;
  }

  /** A parcel of this tab is left to whoever takes its journal. */
  handedOver({ producer, closed }: Parcel): void {
    if (closed) this.#recovery?.wait(producer);
  }

  /** Whether a parcel of this tab is left where it is kept, with what was before it in its journal. */
  leaves(parcel: Parcel): boolean {
    const { producer, closed } = parcel;
    const isLeft = !this.isAlone(producer) && (!this.#given.isRecovering || this.#passedOver.has(producer));
    if (isLeft && closed) this.#recovery?.wait(producer);
    return isLeft;
  }

  /** Everything that was begun has been written. */
  async settled(): Promise<void> {
    await this.#writes;
  }

  #write(work: Promise<unknown>): void {
    const done = work.catch((error: unknown) => this.#given.failed("storage_failed", error));
    this.#writes = Promise.all([this.#writes, done]);
  }

  /** Lets other tabs have what is left. */
  close(): void {
    void this.#writes.finally(() => {
      this.#storage?.close();
      this.#life.end();
    });
  }
}

function isFull(error: unknown): boolean {
  return (error as { name?: unknown } | null)?.name === "QuotaExceededError";
}
