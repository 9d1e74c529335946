/**
 * The collector: how its exporter sends, and what can still be sent when the page goes away.
 *
 * @module
 */
import { joined } from "../exporters/base.ts";
import { HttpExporter } from "../exporters/http.ts";
import type { Parcel } from "./queue.ts";

/** A body that a page may send after its end; all of them together may not be much more. */
const MOST_LEAVING_BYTES = 60_000;
const TYPE = "application/x-ndjson";

/** A URL that envelopes are posted to, one a line. */
export class Endpoint {
  /** What sends while the page lives. */
  readonly exporter: HttpExporter;
  readonly #url: string;
  readonly #headers: Readonly<Record<string, string>> | undefined;
  /** What is on its way without an answer: once is enough. */
  readonly #left = new WeakSet<Parcel>();

  /** @throws `TypeError` for what is no URL of http or https. */
  constructor(url: string, headers: Readonly<Record<string, string>> | undefined) {
    const base = (globalThis as { location?: Location }).location?.href;
    this.#url = new URL(url, base).href;
    this.#headers = headers;
    this.exporter = new HttpExporter(this.#url, { headers, compress: false, fetch: send });
  }

  /** Sends what it can without waiting for an answer; nobody knows whether it arrives. Gives the parcels of which anything is on its way. */
  leave(parcels: Iterable<Parcel>): Parcel[] {
    let left = MOST_LEAVING_BYTES;
    const sent: Parcel[] = [];
    for (const parcel of parcels) {
      if (this.#left.has(parcel)) continue;
      const fitting: Uint8Array[] = [];
      for (const envelope of parcel.envelopes) {
        left -= envelope.length + 1;
        if (left < 0) break;
        fitting.push(envelope);
      }
      if (fitting.length === 0 || !this.#post(joined(fitting, "", "\n", ""))) break;
      sent.push(parcel);
      if (left < 0) break;
      this.#left.add(parcel);
    }
    return sent;
  }

  #post(body: Uint8Array): boolean {
    const bytes = body as Uint8Array<ArrayBuffer>;
    try {
      // A beacon has no headers; with a key it has to be a request that outlives its page.
      if (this.#headers === undefined && typeof navigator.sendBeacon === "function") {
        return navigator.sendBeacon(this.#url, new Blob([bytes], { type: TYPE }));
      }
      const headers = { "Content-Type": TYPE, ...this.#headers };
      fetch(this.#url, { method: "POST", body: bytes, headers, keepalive: true }).catch(() => undefined);
      return true;
    } catch {
      return false;
    }
  }
}

/** A page that nobody sees may be gone before the answer comes. */
const send: typeof fetch = (url, init) => {
  const headers = new Headers(init?.headers);
  headers.delete("User-Agent"); // The browser says its own.
  const length = (init?.body as Uint8Array | undefined)?.length ?? 0;
  const isHidden = typeof document !== "undefined" && document.visibilityState === "hidden";
  return fetch(url, { ...init, headers, keepalive: isHidden && length < MOST_LEAVING_BYTES });
};

/** How far envelopes got that were sent without their bytes being kept: `localStorage` is the one thing that needs no waiting. */
export class Reached {
  readonly #prefix: string;

  constructor(database: string) {
    this.#prefix = `tracewire:${database}:reached:`;
  }

  note(producer: string, end: number): void {
    try {
      if (this.of(producer) < end) localStorage.setItem(this.#prefix + producer, String(end));
    } catch {
      // Denied, or a worker: then the end of this journal may be sealed once more, with other bytes, and a reader says so.
    }
  }

  of(producer: string): number {
    try {
      return Number(localStorage.getItem(this.#prefix + producer) ?? 0);
    } catch {
      return 0;
    }
  }

  forget(producer: string): void {
    try {
      localStorage.removeItem(this.#prefix + producer);
    } catch {
      // As above.
    }
  }
}
