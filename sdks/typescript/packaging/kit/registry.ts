/**
 * A registry on loopback for the native packages: those that were packed, and the manifests of the others, so that npm finds each
 * version it asks for and nobody else's package of that name is ever installed.
 *
 * @module
 */
import { readFile } from "node:fs/promises";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { archive, type Manifest, NATIVES, OTHERS } from "./where.ts";

/** Starts it; gives its address and what ends it. */
export async function startRegistry(): Promise<{ address: string; stop: () => Promise<void> }> {
  let address = "";
  const server = createServer((request, response) => {
    const name = decodeURIComponent(new URL(request.url ?? "/", "http://localhost").pathname.slice(1));
    const packed = NATIVES.find(({ file }) => file === name);
    if (packed !== undefined) {
      readFile(archive(packed)).then(
        (bytes) => response.end(bytes),
        () => response.writeHead(500).end(),
      );
      return;
    }
    const native = NATIVES.find(({ manifest }) => manifest.name === name);
    const manifest = native?.manifest ?? OTHERS.find((other) => other.name === name);
    if (manifest === undefined) {
      response.writeHead(404).end("{}");
      return;
    }
    // What was not packed here is never fetched: it is for other systems.
    const dist = { tarball: `${address}${native?.file ?? "elsewhere.tgz"}`, integrity: native?.integrity };
    response.setHeader("content-type", "application/json");
    response.end(JSON.stringify(listing(manifest, dist)));
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  address = `http://127.0.0.1:${(server.address() as AddressInfo).port}/`;
  return {
    address,
    stop: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

function listing(manifest: Manifest, dist: object): object {
  const { name, version } = manifest;
  return { name, "dist-tags": { latest: version }, versions: { [version]: { ...manifest, dist } } };
}
