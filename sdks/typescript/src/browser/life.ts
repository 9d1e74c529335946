/**
 * Which tab lives: each holds a Web Lock for as long as it does, however it ends.
 *
 * @module
 */

/** Where there are no locks (pages that are not secure), a journal that nobody touched for so long has no writer. */
const FORGOTTEN_MILLIS = 24 * 3_600_000;

/** Life of this tab, or of this worker. A page that is put away (back/forward cache) ends it, and begins another one when it is back. */
export class Life {
  /** The tab's name among the origin's. */
  owner = newOwner();
  readonly #prefix: string;
  #end: (() => void) | undefined;
  #interrupt: (() => void) | undefined;

  /** @param database - tabs that share one share their locks. */
  constructor(database: string) {
    this.#prefix = `tracewire:${database}:`;
  }

  /** Settles when others can see that this tab lives: before, nothing may be kept. */
  begin(): Promise<void> {
    const locks = locksHere();
    if (locks === undefined) return Promise.resolve();
    return new Promise((resolve, reject) => {
      const held = new Promise<void>((end) => {
        this.#end = end;
      });
      const holding = locks.request(this.#prefix + this.owner, () => {
        resolve();
        return held;
      });
      holding.catch(reject);
    });
  }

  /** Lets others recover what this one left; no lock is held from the next microtask on. */
  end(): void {
    this.#end?.();
    this.#end = undefined;
    this.#interrupt?.();
  }

  /** Another name for what comes: what stands under the last one is of a tab that is gone. */
  renew(): void {
    this.owner = newOwner();
  }

  /** Tells of tabs whether they are gone. */
  async asked(): Promise<(owner: string, seen: number) => boolean> {
    const locks = locksHere();
    if (locks === undefined) return (owner, seen) => owner !== this.owner && Date.now() - seen > FORGOTTEN_MILLIS;
    const { held = [] } = await locks.query();
    const living = new Set(held.map((lock) => lock.name));
    return (owner) => owner !== this.owner && !living.has(this.#prefix + owner);
  }

  /** Does what only one tab may do at a time; nothing where another one does it. */
  async alone(work: () => Promise<void>): Promise<void> {
    const locks = locksHere();
    if (locks === undefined) return work();
    await locks.request(`${this.#prefix}recovery`, { ifAvailable: true }, async (lock) => {
      if (lock === null) return;
      // A page that holds a lock is not put away.
      const interrupted = new Promise<void>((resolve) => {
        this.#interrupt = resolve;
      });
      await Promise.race([work(), interrupted]);
    });
  }
}

function newOwner(): string {
  return crypto.getRandomValues(new Uint32Array(4)).join("-");
}

function locksHere(): LockManager | undefined {
  return (globalThis.navigator as Navigator | undefined)?.locks;
}
