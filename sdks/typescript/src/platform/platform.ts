/**
 * What differs between the environments that the SDK runs in. `#platform` is one of the modules beside this one; each
 * exports `platform`, and nothing else of the SDK asks where it is.
 *
 * @module
 */
import type { NativeModule } from "../native/contract.ts";

/** The step that is current, as far as the environment can tell. */
export interface ContextStorage<T> {
  get(): T | undefined;
  /** Runs `work` with another one; what it begins (promises, timers) keeps it where the environment can. */
  run<R>(value: T | undefined, work: () => R): R;
  /** The same for work that takes one argument, so that the way of every step needs no closure. */
  runWith<R, A>(value: T | undefined, work: (argument: A) => R, argument: A): R;
}

/** Files, for exporters that write some. */
export interface Files {
  /** The path from the root of the file system. */
  resolve(path: string): string;
  /** Bytes of a file; 0 where there is none. */
  size(path: string): Promise<number>;
  /** Appends all of it and makes the folder; half of it does not stay where nobody else writes to the file. */
  append(
    path: string,
    data: Uint8Array,
    options: { readonly isAlone: boolean; readonly fsync: boolean },
  ): Promise<void>;
  /** Has the file hold these bytes, from one moment to the next. */
  replace(path: string, data: Uint8Array): Promise<void>;
  /** Moves a file over another one, if there is one to move. */
  move(from: string, to: string): Promise<void>;
  remove(path: string): Promise<void>;
  /** Names in a folder; none where there is no folder. */
  list(folder: string): Promise<string[]>;
  read(path: string): Promise<Uint8Array>;
}

/** Where lines for people go. */
export interface Terminal {
  write(text: string): void;
  readonly hasColours: boolean;
}

/** See {@link Platform.defaults}. */
export interface PlatformDefaults {
  readonly limits: Readonly<Record<string, number>>;
  readonly quota_bytes: number;
  readonly file_bytes: number;
}

export interface Platform {
  /** `node`, `browser`, `worker` (edge runtimes). */
  readonly name: string;
  /**
   * The native half, loaded at the first call; throws what explains itself and names the remedy where there is none.
   */
  native(): NativeModule;
  /** Whether journals are files (Node) or memory. */
  readonly hasFiles: boolean;
  /** Options of recorders that differ here from the native half's own, under the names that it knows. */
  readonly defaults?: PlatformDefaults;
  /** The bytes of a module that lies in the package; absent where there are no files. */
  moduleFile?(name: string): Promise<Uint8Array>;
  /** Takes the module that `init({ wasm })` was given; absent where the native half is none. */
  useWasm?(wasm: unknown): void;
  contextStorage<T>(): ContextStorage<T>;
  environment(name: string): string | undefined;
  /** All of the environment, where there is one, for children. */
  environments(): Record<string, string>;
  /**
   * Has `work` called when the process, page or worker ends; gives a function that takes that back. Keeps nothing
   * alive.
   */
  atExit(work: () => void): () => void;
  /** A timer that keeps nothing alive; gives a function that ends it. */
  every(millis: number, work: () => void): () => void;
  /** Process, host and language, for the resource. */
  resource(): Record<string, string>;
  /** Says something once to whoever runs the program: it is no error of theirs, and never an exception. */
  warn(message: string): void;
  /** Absent where there are none. */
  readonly files: Files | undefined;
  /** Standard error, or the console of a browser. */
  terminal(): Terminal;
  /** A folder for a test, where journals are files. */
  temporary?(): { readonly path: string; remove(): void };
}
