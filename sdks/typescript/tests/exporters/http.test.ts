import { expect, test } from "vitest";
import type { HttpOptions } from "../../src/exporters/http.ts";
import { HttpExporter } from "../../src/exporters/http.ts";
import { clientIn } from "../recording/reading.ts";
import { serving, typesIn } from "./server.ts";

function recorded(url: string, options: HttpOptions = {}) {
  const { client } = clientIn({ mode: "local", exporters: [new HttpExporter(url, options)] });
  client.span("a", () => undefined);
  return client;
}

test("envelopes are posted one a line, packed, and counted", async () => {
  const { url, asked } = await serving(200);
  const client = recorded(url, { headers: async () => ({ Authorization: "Bearer k" }) });
  const report = await client.flush();
  expect(report).toMatchObject({ written: 2, sent: 2, pending: 0, dropped: {}, errors: {} });
  expect(report.exporters).toEqual({ [`http:${url}`]: { sent: 2, recovered: 0, pending: 0, dropped: {}, errors: {} } });
  expect(typesIn(asked)).toEqual(["span.start", "span.end"]);
  expect(asked[0]?.headers).toMatchObject({
    authorization: "Bearer k",
    "content-type": "application/x-ndjson",
    "content-encoding": "gzip",
  });
  expect(asked[0]?.headers["user-agent"]).toMatch(/^tracewire-javascript\//);
  // Nothing comes twice.
  await client.flush();
  expect(asked).toHaveLength(1);
});

test("a list of envelopes as JSON, unpacked, by name and password", async () => {
  const { url, asked } = await serving(200);
  await recorded(url.replace("//", "//me:p%40ss@"), { format: "json", compress: false }).flush();
  expect((JSON.parse(asked[0]?.body ?? "") as unknown[]).length).toBe(1);
  expect(asked[0]?.headers.authorization).toBe(`Basic ${Buffer.from("me:p@ss").toString("base64")}`);
});

test("what may work later is tried again until the flush is over", async () => {
  const { url, asked } = await serving(503, 200);
  const report = await recorded(url).flush(5000);
  expect(report).toMatchObject({ sent: 2, pending: 0, errors: { http_503: 1 } });
  expect(typesIn(asked)).toEqual(["span.start", "span.end", "span.start", "span.end"]);
});

test("a server's wait is kept to, also by a flush", async () => {
  const { url, asked } = await serving((response) => response.writeHead(429, { "Retry-After": "60" }).end(), 200);
  const client = recorded(url);
  expect(await client.flush(1000)).toMatchObject({ sent: 0, pending: 2, errors: { http_429: 1 } });
  expect(await client.flush(10)).toMatchObject({ sent: 0, pending: 2 });
  expect(asked).toHaveLength(1);
});

test("what can never work is dropped and counted by its reason", async () => {
  const { url } = await serving(400);
  const report = await recorded(url).flush();
  expect(report).toMatchObject({ sent: 0, pending: 0, dropped: { http_400: 2 }, errors: {} });
});

test("a body that is too large is halved, and one envelope that is too large is dropped", async () => {
  const { url, asked } = await serving((response, { body }) => {
    response.writeHead(body.includes("big") || body.trim().split("\n").length > 1 ? 413 : 200).end();
  });
  const { client } = clientIn({ mode: "local", exporters: [new HttpExporter(url)] });
  for (const name of ["one", "big", "three"]) {
    client.startSpan(name).end();
    // A mark ends the envelope.
    client._opened?.recorder?.mark();
  }
  expect(await client.flush()).toMatchObject({ written: 6, sent: 4, pending: 0, dropped: { http_413: 2 } });
  expect(asked.length).toBeGreaterThan(3);
});

test("a redirect is followed, and to another host without the keys", async () => {
  const other = await serving(200);
  const { url, asked } = await serving((response) => response.writeHead(307, { Location: other.url }).end());
  const report = await recorded(url, { headers: { Authorization: "Bearer k", "X-Own": "1" } }).flush();
  expect(report).toMatchObject({ sent: 2, errors: {} });
  expect(asked[0]?.headers["x-own"]).toBe("1");
  expect([other.asked[0]?.headers.authorization, other.asked[0]?.headers["x-own"]]).toEqual([undefined, undefined]);
});

test("a server that hangs, and one that is away, cost a bounded time", async () => {
  const { url } = await serving(() => undefined);
  expect(await recorded(url, { timeoutMillis: 20 }).flush(100)).toMatchObject({ sent: 0, pending: 2 });
  const late = await recorded(url).flush(50);
  expect(late.pending).toBe(2);
  const away = await recorded("http://127.0.0.1:9/").flush(50);
  expect(away).toMatchObject({ sent: 0, pending: 2, errors: { connection: 1 } });
});

test("what a process could not deliver, the next one does", async () => {
  const { url, asked } = await serving(500, 200);
  const first = clientIn({ mode: "local", exporters: [new HttpExporter(url, { name: "later" })] });
  first.client.span("a", () => undefined);
  await first.client.close(50);
  const { client } = clientIn({ dir: first.dir, mode: "local", exporters: [new HttpExporter(url, { name: "later" })] });
  const report = await client.flush();
  expect(report.exporters["later"]).toMatchObject({ sent: 0, recovered: 2, pending: 0 });
  expect(typesIn(asked.slice(1))).toEqual(["span.start", "span.end"]);
});

test("a URL that is none is a problem of the configuration, without its password", async () => {
  expect(() => new HttpExporter("ftp://me:secret@example.com")).toThrow(/^url is not one of http or https$/);
  const { client } = clientIn({ exporters: [{ type: "http", url: "nonsense" }, { type: "nothing" }, "console"] });
  expect((await client.flush()).errors).toEqual({ configuration: 2 });
});
