/** Records in the default mode, and says which threads and sockets this process has, before and after. */
import { readdirSync, readlinkSync } from "node:fs";
import { flush, init, span } from "../../../src/index.ts";

function linkOf(descriptor: string): string {
  try {
    return readlinkSync(`/proc/self/fd/${descriptor}`);
  } catch {
    return ""; // The one of the listing itself.
  }
}

function found(): { threads: number; sockets: number } {
  const sockets = readdirSync("/proc/self/fd").filter((descriptor) => linkOf(descriptor).startsWith("socket:"));
  return { threads: readdirSync("/proc/self/task").length, sockets: sockets.length };
}

const before = found();
init({ dir: process.env["TRACEWIRE_DIR"] });
span("run", { kind: "agent" }, () => span("step", () => {}));
await flush();
console.log(JSON.stringify({ before, after: found() }));
