/**
 * What pages, workers of pages and edge runtimes have in common: a module in WebAssembly, journals in memory, and no way to keep the
 * current step across a promise.
 *
 * @module
 */
import type { NativeModule } from "../native/contract.ts";
import type { ContextStorage, Platform, PlatformDefaults } from "./platform.ts";
import { wasmModule } from "./wasm.ts";

/** The module, or its bytes. */
export type Wasm = BufferSource | WebAssembly.Module;

/** Bounds that keep an envelope under 60 kB, which is what a page that goes away can still send. */
const LIMITS: Readonly<Record<string, number>> = { text_bytes: 32_768, record_bytes: 36_864, envelope_bytes: 16_384 };
/** Bytes of journals that may wait in memory. */
const QUOTA_BYTES = 16 << 20;
/** A journal is forgotten when all of it has arrived, so those of a page are short. */
const FILE_BYTES = 1 << 20;

/** What recorders in memory begin with. */
export const MEMORY_DEFAULTS: PlatformDefaults = {
  limits: LIMITS,
  quota_bytes: QUOTA_BYTES,
  file_bytes: FILE_BYTES,
};

/**
 * A platform without files.
 *
 * @param name - what it is called.
 * @param embedded - the module's bytes, where they came with the package.
 */
export function webPlatform(name: string, embedded: () => Wasm | undefined): Platform {
  let given: Wasm | undefined;
  let native: NativeModule | undefined;
  let failure: unknown;
  return {
    name,
    hasFiles: false,
    defaults: MEMORY_DEFAULTS,
    useWasm(wasm) {
      given = wasm as Wasm;
      failure = undefined;
    },
    native() {
      if (native !== undefined) return native;
      if (failure !== undefined) throw failure;
      try {
        const bytes = given ?? embedded();
        if (bytes === undefined) throw new Error(WITHOUT);
        native = wasmModule(bytes);
      } catch (error) {
        failure = error;
        throw error;
      }
      return native;
    },
    contextStorage: <T>() => new SynchronousStorage<T>(),
    environment: () => undefined,
    environments: () => ({}),
    // A page may come back, and its own listeners may record after ours: who delivers does what can be done without closing.
    atExit: () => () => undefined,
    every(millis, work) {
      const timer = setInterval(work, millis);
      return () => clearInterval(timer);
    },
    resource,
    warn: (message) => globalThis.console.warn(message),
    files: undefined,
    terminal: () => ({ write: (text) => globalThis.console.error(text.replace(/\n$/, "")), hasColours: false }),
  };
}

const WITHOUT =
  "this build of tracewire has no module in it: init({ wasm }) with the bytes of tracewire.wasm (or a WebAssembly.Module), " +
  'or import "tracewire" instead of "tracewire/slim"';

/** Keeps the current step while a function runs; what it begins and leaves running is for `span.run` and `span.bind`. */
class SynchronousStorage<T> implements ContextStorage<T> {
  #current: T | undefined;

  get(): T | undefined {
    return this.#current;
  }

  run<R>(value: T | undefined, work: () => R): R {
    const outer = this.#current;
    this.#current = value;
    try {
      return work();
    } finally {
      this.#current = outer;
    }
  }

  runWith<R, A>(value: T | undefined, work: (argument: A) => R, argument: A): R {
    const outer = this.#current;
    this.#current = value;
    try {
      return work(argument);
    } finally {
      this.#current = outer;
    }
  }
}

function resource(): Record<string, string> {
  const { navigator, location } = globalThis as { navigator?: Navigator; location?: Location };
  const agent = navigator?.userAgent;
  return {
    "process.runtime.name": "browser",
    "service.name": location?.hostname || "browser",
    "telemetry.sdk.language": "webjs",
    ...(agent ? { "user_agent.original": agent } : {}),
  };
}

/** Bytes of base64. */
export function fromBase64(text: string): Uint8Array<ArrayBuffer> {
  const { fromBase64: own } = Uint8Array as { fromBase64?: (text: string) => Uint8Array<ArrayBuffer> };
  if (own !== undefined) return own.call(Uint8Array, text);
  const binary = atob(text);
  const bytes = new Uint8Array(binary.length);
  for (let at = 0; at < binary.length; at++) bytes[at] = binary.charCodeAt(at);
  return bytes;
}
