/**
 * A worker in `workerd`, as it is deployed: one script with its compiled modules.
 *
 * @module
 */
import { spawn } from "node:child_process";
import { mkdirSync, writeFileSync } from "node:fs";
import path from "node:path";

/** Starts it on a free port of loopback. */
export function serve(
  program: string,
  folder: string,
  script: string,
  modules: Map<string, Uint8Array>,
): Promise<{ address: string; stop: () => void }> {
  mkdirSync(folder, { recursive: true });
  writeFileSync(path.join(folder, "worker.js"), script);
  const embedded = [...modules].map(([name, bytes], index) => {
    const file = `module-${index}.wasm`;
    writeFileSync(path.join(folder, file), bytes);
    return `(name = ${JSON.stringify(name)}, wasm = embed "${file}")`;
  });
  writeFileSync(
    path.join(folder, "config.capnp"),
    `using Workerd = import "/workerd/workerd.capnp";
const config :Workerd.Config = (
  services = [(name = "main", worker = (
    modules = [${[`(name = "worker.js", esModule = embed "worker.js")`, ...embedded].join(", ")}],
    compatibilityDate = "2026-01-01",
  ))],
  sockets = [(name = "http", address = "127.0.0.1:0", http = (), service = "main")],
);
`,
  );
  const child = spawn(program, ["serve", "--control-fd=3", "config.capnp"], {
    cwd: folder,
    stdio: ["ignore", "inherit", "inherit", "pipe"],
  });
  const stop = () => void child.kill();
  return new Promise((resolve, reject) => {
    child.on("error", reject);
    child.on("exit", (code) => reject(new Error(`workerd ended with ${code} before it listened`)));
    let said = "";
    child.stdio[3]?.on("data", (bytes: Buffer) => {
      said += bytes.toString();
      const port = /"event":"listen".*"port":(\d+)/.exec(said)?.[1];
      if (port !== undefined) {
        resolve({ address: `http://127.0.0.1:${port}/`, stop });
      }
    });
  });
}

/** What it answers, as JSON. */
export async function request(address: string): Promise<unknown> {
  const response = await fetch(address);
  const text = await response.text();
  if (!response.ok) {
    throw new Error(`${response.status}: ${text}`);
  }
  return JSON.parse(text);
}
