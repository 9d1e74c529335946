/**
 * Node.js: journals are files, the current step is kept by `AsyncLocalStorage`.
 *
 * @module
 */
import { AsyncLocalStorage } from "node:async_hooks";
import type { NativeModule } from "../native/contract.ts";
import { fallback } from "./fallback.ts";
import { loadNative } from "./loader.ts";
import { files } from "./node-files.ts";
import type { ContextStorage, Platform, PlatformDefaults } from "./platform.ts";
import { temporary } from "./temporary.ts";
import { MEMORY_DEFAULTS } from "./web.ts";

let native: NativeModule | undefined;
let failure: unknown;
const exits = new Set<() => void>();

export const platform: Platform & { defaults?: PlatformDefaults } = {
  name: "node",
  hasFiles: true,
  native() {
    if (native === undefined) {
      // A library that could not be loaded will not be there a microsecond later: each step would look for it again.
      if (failure !== undefined) throw failure;
      try {
        native = load();
      } catch (error) {
        failure = error;
        throw error;
      }
    }
    return native;
  },
  async moduleFile(name) {
    const { readFile } = await import("node:fs/promises");
    return new Uint8Array(await readFile(new URL(`../../wasm/${name}`, import.meta.url)));
  },
  contextStorage: <T>() => new NodeStorage<T>(),
  environment: (name) => process.env[name],
  environments: () => ({ ...process.env }) as Record<string, string>,
  atExit(work) {
    if (exits.size === 0) process.on("exit", leave);
    exits.add(work);
    return () => {
      exits.delete(work);
      if (exits.size === 0) process.off("exit", leave);
    };
  },
  every(millis, work) {
    const timer = setInterval(work, millis);
    timer.unref();
    return () => clearInterval(timer);
  },
  resource: () => ({
    "process.runtime.name": runtime(),
    "process.runtime.version": process.versions.node,
    "service.name": process.env["OTEL_SERVICE_NAME"] || script() || "node",
    "telemetry.sdk.language": "nodejs",
  }),
  warn: (message) => process.emitWarning(message, "TracewireWarning"),
  files,
  terminal: () => ({
    write: (text) => void process.stderr.write(text),
    hasColours: process.stderr.isTTY === true && !process.env["NO_COLOR"] && process.env["TERM"] !== "dumb",
  }),
  temporary,
};

function load(): NativeModule {
  try {
    return loadNative();
  } catch (error) {
    const { native, message } = fallback(error);
    platform.defaults = MEMORY_DEFAULTS;
    platform.warn(message);
    return native;
  }
}

/** Keeps the current step across promises, timers and callbacks. */
class NodeStorage<T> implements ContextStorage<T> {
  readonly #storage = new AsyncLocalStorage<T | undefined>();

  get(): T | undefined {
    return this.#storage.getStore();
  }

  run<R>(value: T | undefined, work: () => R): R {
    return this.#storage.run(value, work);
  }

  runWith<R, A>(value: T | undefined, work: (argument: A) => R, argument: A): R {
    return this.#storage.run(value, work, argument);
  }
}

function leave(): void {
  for (const work of [...exits]) {
    try {
      work();
    } catch {
      // The process ends: there is nobody left to tell, and what is recorded is in the journal.
    }
  }
}

function runtime(): string {
  if ("bun" in process.versions) return "bun";
  return "deno" in process.versions ? "deno" : "nodejs";
}

function script(): string {
  const path = process.argv[1] ?? "";
  return path.slice(Math.max(path.lastIndexOf("/"), path.lastIndexOf("\\")) + 1);
}
