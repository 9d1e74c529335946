/**
 * A site with pages, and a collector beside them.
 *
 * @module
 */
import { readFile } from "node:fs/promises";
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { bundled } from "./bundle.ts";

/** An envelope as it arrived. */
export interface Arrived {
  readonly bytes: Uint8Array;
  readonly value: Envelope;
}

/** What tests look at. */
export interface Envelope {
  readonly producer: string;
  readonly first_seq: number;
  readonly close?: string;
  readonly digest: string;
  readonly resource: Readonly<Record<string, unknown>>;
  readonly events: readonly { readonly type: string; readonly body?: { readonly name?: string } }[];
}

/** A site on loopback. */
export class Site {
  readonly envelopes: Arrived[] = [];
  /** What the collector answers; 0 cuts the connection. */
  answer = 200;
  /** What it says besides. */
  answerHeaders: Readonly<Record<string, string>> = {};
  /** Answers instead, if it says so: then nothing has arrived. */
  instead: ((response: ServerResponse, lines: number) => boolean) | undefined;
  readonly requests: { readonly headers: IncomingMessage["headers"]; readonly bytes: number }[] = [];
  readonly #server: Server;
  readonly #scripts = new Map<string, string | Uint8Array>();
  #waiting: (() => void)[] = [];

  constructor() {
    this.#server = createServer((request, response) => void this.#serve(request, response));
  }

  static async open(): Promise<Site> {
    const site = new Site();
    site.#scripts.set("/tracewire.js", await bundled("browser"));
    site.#scripts.set("/slim.js", await bundled("slim"));
    for (const name of ["tracewire.wasm", "tracewire-rules.wasm"]) {
      site.#scripts.set(`/${name}`, await readFile(new URL(`../../../wasm/${name}`, import.meta.url)));
    }
    site.#scripts.set("/worker.js", `importScripts("/tracewire.js"); onmessage = ${WORKER};`);
    site.#scripts.set("/module-worker.js", `${site.#scripts.get("/tracewire.js")}; onmessage = ${WORKER};`);
    await new Promise<void>((resolve) => site.#server.listen(0, "127.0.0.1", resolve));
    return site;
  }

  get origin(): string {
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  /** Settles when what has arrived fits. */
  async until(fits: (site: Site) => boolean): Promise<void> {
    while (!fits(this)) await new Promise<void>((resolve) => this.#waiting.push(resolve));
  }

  /** The names of all steps whose starts have arrived, each once, in order. */
  get names(): string[] {
    const starts = this.events.filter(({ type }) => type === "span.start");
    return starts.map(({ body }) => body?.name ?? "");
  }

  /** Events of all envelopes, each envelope once. */
  get events(): Envelope["events"] {
    const known = new Set<string>();
    return this.envelopes.flatMap(({ value }) => {
      if (known.has(value.digest)) return [];
      known.add(value.digest);
      return [...value.events];
    });
  }

  async close(): Promise<void> {
    this.#server.closeAllConnections();
    await new Promise((resolve) => this.#server.close(resolve));
  }

  async #serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const url = request.url ?? "/";
    const script = this.#scripts.get(url);
    if (request.method === "POST") return this.#collect(request, response);
    if (script !== undefined) {
      const type = url.endsWith(".wasm") ? "application/wasm" : "text/javascript";
      response.writeHead(200, { "Content-Type": type }).end(script);
      return;
    }
    const source = url.startsWith("/slim") ? "/slim.js" : "/tracewire.js";
    const denied = url.startsWith("/denied") ? `<script>${DENIED}</script>` : "";
    const body = url.startsWith("/bare") ? "" : `${denied}<script src="${source}"></script>`;
    response.writeHead(200, { "Content-Type": "text/html" }).end(`<!doctype html><title>page</title>${body}`);
  }

  async #collect(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const parts: Buffer[] = [];
    try {
      for await (const part of request) parts.push(part as Buffer);
    } catch {
      return; // The page was gone in the middle of it.
    }
    const body = Buffer.concat(parts);
    this.requests.push({ headers: request.headers, bytes: body.length });
    const lines = body.toString().split("\n").filter(Boolean);
    if (this.instead?.(response, lines.length) !== true) {
      if (this.answer === 0) request.socket.destroy();
      else response.writeHead(this.answer, this.answerHeaders).end();
      if (this.answer === 200) {
        for (const line of lines) {
          this.envelopes.push({ bytes: Buffer.from(line), value: JSON.parse(line) as Envelope });
        }
      }
    }
    const waiting = this.#waiting;
    this.#waiting = [];
    for (const resolve of waiting) resolve();
  }
}

/** As in a frame that may keep nothing. */
const DENIED = `IDBFactory.prototype.open = () => { throw new DOMException("denied", "SecurityError"); };`;

/** What a worker does when it is told: records steps, and says what its flush said. */
const WORKER = `async ({ data: { options, names } }) => {
  const client = new tracewire.Client(options);
  for (const name of names) client.span(name, () => 1);
  const report = await client.flush();
  postMessage(report);
}`;
