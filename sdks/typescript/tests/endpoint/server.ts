/**
 * The endpoint itself.
 *
 * @module
 */
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { type Answer, BREAK, Gate } from "./answers.ts";

/** A request as it came. */
export interface Request {
  readonly method: string;
  readonly path: string;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  // biome-ignore lint/suspicious/noExplicitAny: a test looks into it freely.
  readonly body: any;
  /** Whether the caller went away before the answer was complete. */
  readonly gone: Promise<void>;
}

export class Endpoint {
  /** What was asked, in order. */
  readonly requests: Request[] = [];
  #answers: Answer[] = [];
  #server: Server;

  private constructor(server: Server) {
    this.#server = server;
    server.on("request", (request, response) => void this.#serve(request, response));
  }

  static async start(): Promise<Endpoint> {
    const server = createServer();
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    return new Endpoint(server);
  }

  /** Where it listens, without a path. */
  get url(): string {
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  /** Lines up what to answer, in order. */
  answers(...answers: Answer[]): void {
    this.#answers.push(...answers);
  }

  /** How many answers nobody has asked for. */
  get left(): number {
    return this.#answers.length;
  }

  /** Forgets everything, for the next test. */
  reset(): void {
    this.#answers = [];
    this.requests.length = 0;
  }

  async close(): Promise<void> {
    this.#server.closeAllConnections();
    await new Promise((resolve) => this.#server.close(resolve));
  }

  async #serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    let text = "";
    for await (const piece of request.setEncoding("utf8")) text += piece;
    const gone = new Promise<void>((resolve) =>
      response.on("close", () => {
        if (!response.writableFinished) resolve();
      }),
    );
    this.requests.push({
      method: request.method ?? "",
      path: request.url ?? "",
      headers: request.headers,
      body: /json/.test(request.headers["content-type"] ?? "") && text !== "" ? JSON.parse(text) : text || undefined,
      gone,
    });
    const answer = this.#answers.shift();
    if (answer === undefined) {
      response.writeHead(500, { "x-should-retry": "false" }).end("the test has lined up no answer");
      return;
    }
    response.writeHead(answer.status, { "x-request-id": "req-1", "request-id": "req-1", ...answer.headers });
    response.flushHeaders();
    for (const part of answer.parts) {
      if (part instanceof Gate) {
        await Promise.race([part.opened, gone]);
      } else if (part === BREAK) {
        response.destroy();
      } else if (!response.destroyed) {
        await new Promise((resolve) => response.write(part, resolve));
      }
    }
    response.end();
  }
}
