/**
 * Folders that go when nobody needs them: where tests record.
 *
 * @module
 */
import { join } from "node:path";
import { fileSystem, requireHere } from "./builtins.ts";

/** A new folder, and what removes it. */
export function temporary(): { readonly path: string; remove(): void } {
  const { mkdtempSync, rmSync } = fileSystem();
  const { tmpdir } = requireHere()("node:os") as typeof import("node:os");
  const path = mkdtempSync(join(tmpdir(), "tracewire-"));
  return { path, remove: () => rmSync(path, { recursive: true, force: true }) };
}
