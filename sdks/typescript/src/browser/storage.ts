/**
 * Chunks of journals in IndexedDB, and how much of each journal has arrived.
 *
 * @module
 */
import type { JournalChunk } from "../native/contract.ts";

/** What is known of a journal besides its bytes. */
export interface JournalRecord {
  readonly producer: string;
  /** The tab that writes it. */
  readonly owner: string;
  /** Milliseconds since 1970 of the last commit. */
  readonly seen: number;
  /** Bytes that are kept. */
  readonly bytes: number;
  /** Everything up to here has arrived everywhere. */
  readonly sent: number;
}

/** Where journals are kept. Each of its promises may reject. */
export interface Storage {
  /**
   * Commits chunks of this tab's journals, all of them or none. Rejects with {@link Taken} where somebody else has claimed one.
   *
   * @param isLeaving - whether nothing of this page may run any more: then all is asked for at once.
   */
  append(chunks: readonly JournalChunk[], owner: string, isLeaving: boolean): Promise<void>;
  /** Makes a journal one of `owner`; `false` where it is not `from`'s any more. Of several that try, one gets it. */
  claim(producer: string, from: string, owner: string): Promise<boolean>;
  journals(): Promise<JournalRecord[]>;
  read(producer: string): Promise<Uint8Array>;
  acknowledge(producer: string, sent: number): Promise<void>;
  remove(producer: string): Promise<void>;
  close(): void;
}

/** Somebody took a journal for that of a tab that is gone. */
export class Taken extends Error {
  override readonly name = "Taken";
}

const VERSION = 1;
const JOURNALS = "journals";
const CHUNKS = "chunks";
/** Behind every key of a producer's chunks. */
const LAST = Number.MAX_VALUE;

/** Opens the database. Rejects where there is none, or it is denied. */
export function openStorage(name: string): Promise<Storage> {
  return new Promise((resolve, reject) => {
    if (typeof indexedDB === "undefined") throw new Error("there is no IndexedDB here");
    const request = indexedDB.open(name, VERSION);
    request.onupgradeneeded = () => {
      request.result.createObjectStore(JOURNALS, { keyPath: "producer" });
      request.result.createObjectStore(CHUNKS);
    };
    request.onsuccess = () => resolve(new Database(request.result));
    request.onerror = () => reject(request.error);
    // Only of a version that does not exist yet: nobody waits for another tab.
    request.onblocked = () => reject(new Error("another tab holds the database"));
  });
}

class Database implements Storage {
  readonly #database: IDBDatabase;
  /** What is known to have arrived of this tab's journals. */
  readonly #sent = new Map<string, number>();

  constructor(database: IDBDatabase) {
    this.#database = database;
    // Whoever deletes the database, or brings a newer version, must not wait for this tab.
    database.onversionchange = () => database.close();
  }

  append(chunks: readonly JournalChunk[], owner: string, isLeaving: boolean): Promise<void> {
    return this.#write((journals, bytes, transaction, refuse) => {
      const put = ({ producer, offset, bytes: chunk }: JournalChunk) => {
        // Who claims a journal puts an empty chunk behind it, so that this fails.
        bytes.add(chunk, [producer, offset]).onerror = ({ target }) => {
          const { error } = target as IDBRequest;
          if (error?.name === "ConstraintError") refuse(new Taken(producer));
        };
        const sent = this.#sent.get(producer) ?? 0;
        journals.put({ producer, owner, seen: Date.now(), bytes: offset + chunk.length, sent });
      };
      if (isLeaving) {
        for (const chunk of chunks) put(chunk);
        transaction.commit();
        return;
      }
      for (const chunk of chunks) {
        const request = journals.get(chunk.producer) as IDBRequest<JournalRecord | undefined>;
        request.onsuccess = () => {
          const known = request.result;
          const isOwn = known === undefined ? chunk.offset === 0 : known.owner === owner;
          try {
            if (isOwn) put(chunk);
            else refuse(new Taken(chunk.producer));
          } catch (error) {
            refuse(error);
          }
        };
      }
    });
  }

  async claim(producer: string, from: string, owner: string): Promise<boolean> {
    let isClaimed = false;
    await this.#write((journals, chunks) => {
      const request = journals.get(producer) as IDBRequest<JournalRecord | undefined>;
      request.onsuccess = () => {
        const known = request.result;
        if (known?.owner !== from) return;
        isClaimed = true;
        journals.put({ ...known, owner });
        chunks.put(new Uint8Array(0), [producer, known.bytes]);
      };
    });
    return isClaimed;
  }

  async journals(): Promise<JournalRecord[]> {
    const store = this.#database.transaction(JOURNALS).objectStore(JOURNALS);
    return await done(store.getAll() as IDBRequest<JournalRecord[]>);
  }

  async read(producer: string): Promise<Uint8Array> {
    const store = this.#database.transaction(CHUNKS).objectStore(CHUNKS);
    const range = rangeOf(producer);
    const [keys, chunks] = await Promise.all([
      done(store.getAllKeys(range)),
      done(store.getAll(range) as IDBRequest<Uint8Array[]>),
    ]);
    // Chunks follow each other; what is not there (the browser lost it) ends the journal.
    let end = 0;
    const whole: Uint8Array[] = [];
    for (const [index, chunk] of chunks.entries()) {
      if ((keys[index] as [string, number] | undefined)?.[1] !== end) break;
      whole.push(chunk);
      end += chunk.length;
    }
    const journal = new Uint8Array(end);
    let at = 0;
    for (const chunk of whole) {
      journal.set(chunk, at);
      at += chunk.length;
    }
    return journal;
  }

  acknowledge(producer: string, sent: number): Promise<void> {
    if ((this.#sent.get(producer) ?? 0) < sent) this.#sent.set(producer, sent);
    return this.#write((journals) => {
      const request = journals.get(producer) as IDBRequest<JournalRecord | undefined>;
      request.onsuccess = () => {
        const known = request.result;
        if (known !== undefined && known.sent < sent) journals.put({ ...known, sent });
      };
    });
  }

  remove(producer: string): Promise<void> {
    this.#sent.delete(producer);
    return this.#write((journals, chunks) => {
      journals.delete(producer);
      chunks.delete(rangeOf(producer));
    });
  }

  close(): void {
    this.#database.close();
  }

  /** A transaction, which is committed when nothing more is asked of it. */
  #write(work: Work): Promise<void> {
    return new Promise((resolve, reject) => {
      const transaction = this.#database.transaction([JOURNALS, CHUNKS], "readwrite", { durability: "relaxed" });
      let refusal: unknown;
      const refuse = (reason: unknown) => {
        refusal ??= reason;
        try {
          transaction.abort();
        } catch {
          // It is given up already.
        }
      };
      transaction.oncomplete = () => resolve();
      transaction.onabort = () => reject(refusal ?? transaction.error ?? new Error("the transaction was given up"));
      try {
        work(transaction.objectStore(JOURNALS), transaction.objectStore(CHUNKS), transaction, refuse);
      } catch (error) {
        refuse(error);
      }
    });
  }
}

type Work = (
  journals: IDBObjectStore,
  chunks: IDBObjectStore,
  transaction: IDBTransaction,
  refuse: (reason: unknown) => void,
) => void;

function rangeOf(producer: string): IDBKeyRange {
  return IDBKeyRange.bound([producer, 0], [producer, LAST]);
}

function done<T>(request: IDBRequest<T>): Promise<T> {
  return new Promise((resolve, reject) => {
    request.onsuccess = () => resolve(request.result);
    request.onerror = () => reject(request.error);
  });
}
