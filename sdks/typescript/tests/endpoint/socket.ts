/**
 * A realtime session's other end: a WebSocket server that says what the test has it say.
 *
 * @module
 */
import { createHash } from "node:crypto";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import type { Duplex } from "node:stream";

const TEXT = 1;
const CLOSE = 8;

export class SocketEndpoint {
  readonly #server: Server;
  #socket: Duplex | undefined;
  #waiting: ((event: { readonly type: string }) => void)[] = [];
  #came: { readonly type: string }[] = [];

  private constructor(server: Server) {
    this.#server = server;
    server.on("upgrade", (request, socket) => {
      const key = request.headers["sec-websocket-key"];
      const accept = createHash("sha1").update(`${key}258EAFA5-E914-47DA-95CA-C5AB0DC85B11`).digest("base64");
      const head = ["HTTP/1.1 101 Switching Protocols", "Upgrade: websocket", "Connection: Upgrade"];
      socket.write(
        `${[...head, `Sec-WebSocket-Accept: ${accept}`, "Sec-WebSocket-Protocol: realtime"].join("\r\n")}\r\n\r\n`,
      );
      this.#socket = socket;
      let bytes: Buffer = Buffer.alloc(0);
      socket.on("data", (more: Buffer) => {
        bytes = this.#read(Buffer.concat([bytes, more]));
      });
      socket.on("error", () => undefined);
    });
  }

  static async start(): Promise<SocketEndpoint> {
    const server = createServer();
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    return new SocketEndpoint(server);
  }

  /** Where it listens, without a path. */
  get url(): string {
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  /** The next event that the client sends. */
  next(): Promise<{ readonly type: string }> {
    const first = this.#came.shift();
    return first === undefined ? new Promise((resolve) => this.#waiting.push(resolve)) : Promise.resolve(first);
  }

  /** Says something. */
  say(...said: object[]): void {
    for (const event of said) this.#write(TEXT, Buffer.from(JSON.stringify(event)));
  }

  /** Closes the connection with a code. */
  hangUp(code: number, reason: string): void {
    const body = Buffer.alloc(2 + reason.length);
    body.writeUInt16BE(code);
    body.write(reason, 2);
    this.#write(CLOSE, body);
    this.#socket?.end();
  }

  async close(): Promise<void> {
    this.#socket?.destroy();
    await new Promise((resolve) => this.#server.close(resolve));
  }

  #write(kind: number, body: Buffer): void {
    const head =
      body.length < 126
        ? Buffer.from([0x80 | kind, body.length])
        : Buffer.from([0x80 | kind, 126, body.length >> 8, body.length & 255]);
    this.#socket?.write(Buffer.concat([head, body]));
  }

  /** Reads whole frames, which clients mask; gives back what is left. */
  #read(bytes: Buffer): Buffer {
    let rest = bytes;
    for (;;) {
      if (rest.length < 6) return rest;
      const short = (rest[1] ?? 0) & 127;
      const start = short === 126 ? 4 : 2;
      const length = short === 126 ? rest.readUInt16BE(2) : short;
      if (rest.length < start + 4 + length) return rest;
      const mask = rest.subarray(start, start + 4);
      const body = rest.subarray(start + 4, start + 4 + length).map((byte, at) => byte ^ (mask[at % 4] ?? 0));
      const kind = (rest[0] ?? 0) & 15;
      rest = rest.subarray(start + 4 + length);
      if (kind === CLOSE) {
        this.#write(CLOSE, Buffer.from(body));
        this.#socket?.end();
      }
      if (kind !== TEXT) continue;
      const event = JSON.parse(Buffer.from(body).toString()) as { readonly type: string };
      const waiting = this.#waiting.shift();
      if (waiting === undefined) this.#came.push(event);
      else waiting(event);
    }
  }
}
