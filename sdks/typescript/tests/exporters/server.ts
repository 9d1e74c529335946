/** A server on the loopback that answers as it is told. */
import { createServer, type IncomingHttpHeaders, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { gunzipSync } from "node:zlib";
import { onTestFinished } from "vitest";

/** What it was asked. */
export interface Asked {
  readonly path: string;
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
}

/** Answers the requests in turn; the last one for ever. */
export type Answers = (number | ((response: ServerResponse, asked: Asked) => void))[];

export async function serving(...answers: Answers): Promise<{ url: string; asked: Asked[] }> {
  const asked: Asked[] = [];
  const server = createServer((request, response) => {
    const parts: Buffer[] = [];
    request.on("data", (data) => parts.push(data));
    request.on("end", () => {
      const bytes = Buffer.concat(parts);
      const body = (request.headers["content-encoding"] === "gzip" ? gunzipSync(bytes) : bytes).toString();
      const one = { path: request.url ?? "", headers: request.headers, body };
      asked.push(one);
      const answer = answers[Math.min(asked.length, answers.length) - 1] ?? 200;
      if (typeof answer === "number") response.writeHead(answer).end(answer === 200 ? "" : "said so");
      else answer(response, one);
    });
  });
  server.listen(0, "127.0.0.1");
  await new Promise((resolve) => server.once("listening", resolve));
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/v1/envelopes`, asked };
}

/** Types of the events in bodies of JSON Lines. */
export function typesIn(asked: readonly Asked[]): string[] {
  return asked.flatMap(({ body }) =>
    body
      .trim()
      .split("\n")
      .flatMap((line) => (JSON.parse(line) as { events: { type: string }[] }).events.map((event) => event.type)),
  );
}
