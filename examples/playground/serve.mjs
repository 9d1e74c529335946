/**
 * Serves the built page on loopback: to people by `node build.mjs --serve`, and to the tests.
 */
import { readFile } from "node:fs/promises";
import { createServer } from "node:http";
import { extname, join, normalize } from "node:path";
import { fileURLToPath } from "node:url";

const DIST = fileURLToPath(new URL("dist", import.meta.url));
/** @type {Readonly<Record<string, string>>} */
const TYPES = {
  ".html": "text/html; charset=utf-8",
  ".js": "text/javascript",
  ".css": "text/css",
  ".wasm": "application/wasm",
};

/**
 * @param {number} port - 0 for any that is free.
 * @returns {Promise<{ address: string, close: () => void }>}
 */
export async function serve(port = 0) {
  const server = createServer(async (request, response) => {
    try {
      const path = normalize(decodeURIComponent(new URL(request.url ?? "/", "http://localhost").pathname));
      const body = await readFile(join(DIST, path === "/" ? "index.html" : path));
      const type = TYPES[extname(path)] ?? TYPES[".html"];
      response.writeHead(200, { "content-type": type, "cache-control": "no-store" }).end(body);
    } catch {
      response.writeHead(404).end();
    }
  });
  await new Promise((resolve) => server.listen(port, "127.0.0.1", () => resolve(undefined)));
  const found = /** @type {import("node:net").AddressInfo} */ (server.address()).port;
  return { address: `http://127.0.0.1:${found}/`, close: () => server.close() };
}
