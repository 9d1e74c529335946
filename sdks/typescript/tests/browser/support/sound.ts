/**
 * What has arrived, as the command line judges it.
 *
 * @module
 */
import { execFileSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import type { Site } from "./site.ts";

/** Nothing that has arrived contradicts; throws what the command line says otherwise. Gives its list of runs. */
export function expectSound(site: Site): string {
  const envelopes = site.envelopes.map(({ bytes }) => Buffer.from(bytes).toString());
  const folder = mkdtempSync(path.join(tmpdir(), "tracewire-verify-"));
  try {
    const file = path.join(folder, "arrived.jsonl");
    writeFileSync(file, `${envelopes.join("\n")}\n`);
    const environment = { ...process.env, TRACEWIRE_DIR: path.join(folder, "store") };
    const tracewire = process.env["TRACEWIRE_BIN"] ?? "tracewire";
    execFileSync(tracewire, ["import", file], { env: environment, stdio: "pipe" });
    execFileSync(tracewire, ["verify"], { env: environment, stdio: "pipe" });
    return execFileSync(tracewire, ["list"], { env: environment, stdio: "pipe" }).toString();
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
