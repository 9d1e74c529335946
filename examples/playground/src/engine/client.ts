/**
 * The page's side of the worker. A recording that is replaced before it was worked through takes its worker with it:
 * nobody waits
 * for what nobody wants any more.
 *
 * @module
 */
import type { Format } from "./engine.ts";
import type { Answer, Detail, Form, Opened, Request, What } from "./messages.ts";

/** Another worker is started where the old one is still at work on what was replaced after this long. */
const PATIENCE_MILLIS = 400;

type Settle = {
  readonly early?: ((opened: Opened) => void) | undefined;
  readonly resolve: (answer: Answer) => void;
  readonly reject: (error: Error) => void;
};
// `Omit` of a union is that of what its members share.
type Asked = Request extends infer R ? (R extends Request ? Omit<R, "id"> : never) : never;

export class Analyst {
  readonly #start: () => Worker;
  #worker: Worker | undefined;
  #waiting = new Map<number, Settle>();
  #next = 1;
  #openSince: number | undefined;
  #first: Opened | undefined;

  /** @param start - makes a worker. */
  constructor(start: () => Worker) {
    this.#start = start;
  }

  /**
   * Works through a recording. Rejects with `Replaced` where another one comes before it is done.
   *
   * @param early - gets what is known before the validator is there.
   */
  async open(bytes: Uint8Array, format: Format, early: (opened: Opened) => void): Promise<Opened> {
    this.#replace();
    this.#openSince = performance.now();
    const answer = await this.#ask({ kind: "open", bytes, format }, early);
    this.#openSince = undefined;
    const { found, ...opened } = (answer as Answer & { kind: "opened" }).opened;
    return found === undefined ? opened : { ...opened, traces: withCounts(this.#first?.traces ?? [], found) };
  }

  async detail(trace: number, row: number): Promise<Detail> {
    return ((await this.#ask({ kind: "detail", trace, row })) as Answer & { kind: "detail" }).detail;
  }

  async encode(what: What, form: Form): Promise<Uint8Array> {
    return ((await this.#ask({ kind: "encode", what, form })) as Answer & { kind: "encoded" }).bytes;
  }

  async tokens(what: What, form: Form): Promise<number> {
    return ((await this.#ask({ kind: "tokens", what, form })) as Answer & { kind: "tokens" }).tokens;
  }

  #ask(request: Asked, early?: (opened: Opened) => void): Promise<Answer> {
    const id = this.#next;
    this.#next += 1;
    return new Promise((resolve, reject) => {
      this.#waiting.set(id, { resolve, reject, early });
      this.#running().postMessage({ id, ...request });
    });
  }

  /** Whoever still waits for the recording before is told. */
  #replace(): void {
    for (const { reject } of this.#waiting.values()) reject(new Replaced());
    this.#waiting.clear();
    const isBusy = this.#openSince !== undefined && performance.now() - this.#openSince > PATIENCE_MILLIS;
    if (isBusy) this.#stop();
  }

  #stop(): void {
    this.#worker?.terminate();
    this.#worker = undefined;
    this.#openSince = undefined;
  }

  #running(): Worker {
    if (this.#worker !== undefined) return this.#worker;
    const worker = this.#start();
    worker.addEventListener("message", (event: MessageEvent<Answer>) => {
      const settle = this.#waiting.get(event.data.id);
      if (event.data.kind === "opened" && event.data.opened.isPending) {
        this.#openSince = undefined;
        this.#first = event.data.opened;
        settle?.early?.(this.#first);
        return;
      }
      this.#waiting.delete(event.data.id);
      if (event.data.kind === "failed") settle?.reject(new Error(event.data.message));
      else settle?.resolve(event.data);
    });
    worker.addEventListener("error", (event) => {
      const waiting = [...this.#waiting.values()];
      this.#waiting.clear();
      if (this.#worker === worker) this.#stop();
      for (const { reject } of waiting)
        reject(new Error(event.message || "The worker of this page could not be started."));
    });
    this.#worker = worker;
    return worker;
  }
}

/** The rows of the first answer with what the second one says. Rows without findings stay the same objects. */
function withCounts(traces: Opened["traces"], found: NonNullable<Opened["found"]>): Opened["traces"] {
  return traces.map((trace, at) => {
    const counts = found[at] ?? [];
    if (counts.length === 0) return trace;
    const rows = [...trace.rows];
    for (const [row, findings] of counts) {
      const old = rows[row];
      if (old !== undefined) rows[row] = { ...old, findings };
    }
    return { ...trace, rows };
  });
}

/** What was asked is about a recording that is not open any more. */
export class Replaced extends Error {
  constructor() {
    super("replaced");
  }
}
