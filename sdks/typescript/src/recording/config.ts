/**
 * What a client is configured to do: arguments over `TRACEWIRE_…` in the environment over `tracewire.toml` or `.yaml`.
 *
 * A value that cannot be used is named with its key, its source and a remedy, once; recording goes on with what comes
 * after it.
 *
 * @module
 */
import { platform } from "#platform";
import { FormatError, refusing } from "../errors.ts";
import type { Exporter } from "../exporters/base.ts";
import type { ExporterConfig } from "../exporters/make.ts";
import { encode } from "../formats/index.ts";
import { VERSION } from "../version.ts";
import { CAPTURE, type Capture, capture } from "./capture.ts";
import { type Guards, plainGuards } from "./guards.ts";
import { shown, typeName } from "./problems.ts";
import { type Sampling, sampling, type Tail, table, tail } from "./sampling.ts";
import type { Mask } from "./writing.ts";

/** Who delivers, and when. */
export type Mode = "local" | "inline" | "background";

/**
 * Where traces go besides the local journal: an exporter, a name for one (`"console"`), or a table with its options.
 */
export type ExporterSetting = Exporter | ExporterConfig | string;

/** Something that can be found in texts, and groups of them. */
export type Detector =
  | "api_key"
  | "bearer_token"
  | "jwt"
  | "private_key"
  | "url_password"
  | "credential"
  | "assignment"
  | "email"
  | "phone"
  | "card"
  | "iban"
  | "ip"
  | "national_id"
  | "secrets"
  | "personal"
  | "all";

/** What a rule looks for, and what becomes of it: a mark, a mark with a keyed hash, nothing of the value, or all of it. */
export type RedactionRule = `@${Detector}` | `@${Detector} -> ${"mask" | "hash" | "drop" | "keep"}` | (string & {});

/** What the browser's side needs to know; elsewhere it means nothing. */
export interface BrowserOptions {
  /** Where envelopes are sent; without one they are only kept. */
  readonly endpoint?: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly storage?: "indexeddb" | "memory";
  readonly databaseName?: string;
  /** Bytes that tabs which are gone may leave in IndexedDB, 64 MB by default: beyond, the oldest journals give way and are counted. */
  readonly storageBytes?: number;
}

/** What can be configured. Each but `mask`, `browser` and `wasm` can also stand in the environment or in a file. */
export interface ClientOptions {
  /** The name of the program, `service.name` of its resource; else `OTEL_SERVICE_NAME` or the script's name. */
  readonly service?: string | undefined;
  /** Where journals live; else the nearest `.tracewire` from the working directory upward. */
  readonly dir?: string | undefined;
  /**
   * `local` writes the journal only, the default. `inline` also seals and delivers when a run ends, the default where
   * there are exporters. `background` delivers continuously.
   */
  readonly mode?: Mode | undefined;
  readonly exporters?: readonly ExporterSetting[] | ExporterSetting | undefined;
  /** The share of traces that is recorded, from 0 to 1, decided by the trace id; or shares by the kind of a trace's root. */
  readonly sampling?: number | Sampling | undefined;
  /** Of which traces exporters get inputs and outputs; of all by default. The local store has everything. Not in a browser. */
  readonly tail?: Tail | undefined;
  /**
   * What goes where `quotaBytes` is reached: the new record, or the oldest journals that nobody writes. What goes is counted. To wait
   * for room (`block`) would stop the event loop, so that is refused here.
   */
  readonly whenFull?: "drop_newest" | "drop_oldest" | undefined;
  /** Whether inputs and outputs are recorded: both (`true`), neither, or one of them; or which fields, `{ message: false }`. */
  readonly capture?: Capture | undefined;
  /** Called with a field's name and its value before anything is written; what it returns is recorded instead. */
  readonly mask?: Mask | undefined;
  /**
   * Limits that calls are checked against before they begin. Where one is reached, `BudgetExceeded` or `LoopDetected` is thrown
   * instead of the call.
   */
  readonly guards?: Guards | undefined;
  /** Throw `TracewireError` for wrong use, and from `flush()` when something was lost. */
  readonly strict?: boolean | undefined;
  /**
   * What never leaves the journal: keys (`"password"`), detectors (`"@email"`, `"@secrets"`, `"@all"`), patterns (`"/ORD-[0-9]{8}/"`), and
   * what is allowed (`"!support@example.com"`), each with what becomes of it (`"@email -> hash"`).
   */
  readonly redact?: readonly RedactionRule[] | RedactionRule | undefined;
  /** When that is removed: when the journal is sealed, or before a record is written, while the caller waits. */
  readonly redactAt?: "seal" | "record" | undefined;
  /** The key of hashes that stand for what was removed. */
  readonly redactKey?: string | undefined;
  /**
   * Whether images, sound and films are told by their bytes, in what the journal becomes, and carried once; true unless something else is
   * said. In a browser that takes the module with the rules of redaction.
   */
  readonly media?: boolean | undefined;
  /** Further attributes of the program. */
  readonly resource?: Readonly<Record<string, unknown>> | undefined;
  /** The conversation that runs belong to, where they do not say so themselves. */
  readonly sessionId?: string | undefined;
  /** The deployment, such as `production`. */
  readonly environment?: string | undefined;
  /** The version of the program. */
  readonly release?: string | undefined;
  /** Record nothing at all. */
  readonly disabled?: boolean | undefined;
  /** The most that all journals of the directory may take, in bytes; what exceeds it is dropped and counted. */
  readonly quotaBytes?: number | undefined;
  /** The size at which a journal file is closed and the next begun, in bytes. */
  readonly fileBytes?: number | undefined;
  /** Force each record to the disk, which protects against loss of power, not only against the death of the process. */
  readonly fsync?: boolean | undefined;
  /**
   * Whether journals wait for the local store. Without, they go when every exporter has them, and `query` may find nothing of them;
   * where there is no exporter they wait all the same.
   */
  readonly store?: boolean | undefined;
  /** What only a browser needs. */
  readonly browser?: BrowserOptions | undefined;
  /** The module's bytes, for `tracewire/slim`. */
  readonly wasm?: unknown;
}

type Check = (value: unknown) => unknown;

/** Settings that can be used. */
interface Values extends Omit<{ -readonly [K in keyof ClientOptions]: ClientOptions[K] }, "redact" | "exporters"> {
  redact?: readonly string[];
  exporters?: readonly ExporterSetting[];
  /** Bounds of records, for tests: by their names on the wire. */
  limits?: Readonly<Record<string, number>>;
  [key: string]: unknown;
}

/** What was found, and where. */
export class Settings {
  /** By the name of the option. What nobody said is absent. */
  readonly values: Values = {};
  /** Sentences about what could not be used. */
  readonly problems: string[] = [];
  /** Limits of guards, as the native half reads them. */
  readonly limits: object | undefined;
  readonly onWarning: Guards["onWarning"];
  /** What is wrong with guards. Without the limits that somebody asked for, a program must not go on unnoticed. */
  readonly refused: string | undefined;
  readonly #sources: { [key: string]: string } = {};

  constructor(given: ClientOptions) {
    this.#load();
    for (const [key, value] of this.#entries(given)) {
      if (value === undefined || value === null || key === "browser" || key === "wasm") continue;
      const setting = KEYS[key];
      if (setting === undefined) {
        this.problems.push(`${key} = ${shown(value)} (argument): there is no such setting${nearest(key)}`);
        continue;
      }
      const [check, expected, example] = setting;
      const checked = attempt(check, value);
      if (checked === undefined) {
        const given = key === "redactKey" ? "a secret" : shown(value);
        this.problems.push(
          `${key} = ${given} (argument): ${expected} is expected, such as ${key}: ${example}; ${this.#instead(key)}`,
        );
      } else {
        this.values[key] = checked;
        this.#sources[key] = "argument";
      }
    }
    if (this.values.tail !== undefined && !platform.hasFiles) {
      this.problems.push(
        `tail (${this.#sources["tail"]}): only where journals are files; everything is sent with its content`,
      );
      delete this.values.tail;
    }
    if (this.values.guards === undefined) return;
    try {
      const { limits, onWarning } = plainGuards(this.values.guards);
      const text = encode(limits, "json", { lenient: true });
      const native = platform.native();
      if (native.checkGuards === undefined)
        throw new TypeError(
          "there are none in this module; init({ wasm, guards }) with the bytes of tracewire/tracewire-rules.wasm has them",
        );
      refusing(() => native.checkGuards?.(text));
      const found = JSON.parse(text) as object;
      this.limits = Object.keys(found).length > 0 ? found : undefined;
      this.onWarning = onWarning;
    } catch (error) {
      const reason =
        error instanceof FormatError ? error.reason : error instanceof Error ? error.message : String(error);
      this.refused = `guards (${this.#sources["guards"]}): ${reason}`;
      this.problems.push(`${this.refused}; nothing is guarded`);
    }
  }

  /** The options, read once: they are the host's, and may throw. */
  #entries(given: ClientOptions): [string, unknown][] {
    try {
      return Object.entries(given);
    } catch (error) {
      this.problems.push(`the options could not be read: ${typeName(error)}; the defaults are used`);
      return [];
    }
  }

  #load(): void {
    let text: string | undefined;
    try {
      text = platform.native().loadConfig?.();
    } catch {
      // Without a native half nothing is recorded, and whoever opens the recorder says why.
    }
    if (text === undefined) return;
    const { settings, sources, problems } = JSON.parse(text) as Loaded;
    for (const [key, value] of Object.entries(settings)) {
      if (key === "when_full" && whenFull(value) === undefined) {
        this.problems.push(
          `${key} = ${shown(value)} (${sources[key]}): drop_newest or drop_oldest is expected here, for to wait would stop the event loop; the default is used`,
        );
        continue;
      }
      this.values[camel(key)] = value;
      this.#sources[camel(key)] = sources[key] ?? "";
    }
    for (const { key, message } of problems) this.problems.push(`${message}; ${this.#instead(camel(key))}`);
  }

  #instead(key: string): string {
    return key in this.values ? `${shown(this.values[key])} of ${this.#sources[key]} is used` : "the default is used";
  }

  /** Who delivers: with exporters it is `inline` by default, since they would be for nothing otherwise. */
  get mode(): Mode {
    const { exporters, mode } = this.values;
    return mode ?? (exporters !== undefined && exporters.length > 0 ? "inline" : "local");
  }

  /** What the root of each run says: name on the wire and value by the name of the option. */
  get rootFields(): ReadonlyMap<string, readonly [string, string]> | undefined {
    const fields = new Map<string, readonly [string, string]>();
    for (const [key, wire] of ROOT_FIELDS) {
      const value = this.values[key];
      if (typeof value === "string") fields.set(key, [wire, value]);
    }
    return fields.size === 0 ? undefined : fields;
  }

  /** What the program is, under OpenTelemetry's names, but for what it says itself. */
  get resource(): { [name: string]: unknown } {
    const { service, environment, release } = this.values;
    return {
      ...platform.resource(),
      "telemetry.sdk.name": "tracewire",
      "telemetry.sdk.version": VERSION,
      ...(service === undefined ? {} : { "service.name": service }),
      ...(environment === undefined ? {} : { "deployment.environment.name": environment }),
      ...(release === undefined ? {} : { "service.version": release }),
    };
  }
}

interface Loaded {
  readonly settings: { readonly [key: string]: unknown };
  readonly sources: { readonly [key: string]: string };
  readonly problems: readonly { readonly key: string; readonly message: string }[];
}

const ROOT_FIELDS: readonly (readonly [key: string, wire: string])[] = [
  ["environment", "environment"],
  ["release", "release"],
  ["sessionId", "session_id"],
];

const text: Check = (value) => (typeof value === "string" && value !== "" ? value : undefined);
const onOff: Check = (value) => (typeof value === "boolean" ? value : undefined);
const bytes: Check = (value) => (Number.isSafeInteger(value) && (value as number) > 0 ? value : undefined);
const list = (fits: (item: unknown) => boolean): Check => {
  return (value) => {
    const items = Array.isArray(value) ? [...value] : [value];
    return items.every(fits) ? items : undefined;
  };
};

/** Each setting: what it may be, in code, in words, and by an example. */
const KEYS: { readonly [key: string]: readonly [check: Check, expected: string, example: string] } = {
  capture: [capture, CAPTURE, "{ message: false }"],
  dir: [path, "a path", "'.tracewire'"],
  disabled: [onOff, "true or false", "true"],
  environment: [text, "a text", "'production'"],
  exporters: [list(isExporter), "a list of exporters, names and tables", "['console']"],
  fileBytes: [bytes, "a number of bytes", "67108864"],
  limits: [table, "an object", "{ depth: 3 }"],
  fsync: [onOff, "true or false", "true"],
  guards: [table, "an object of limits", "{ budget: { steps: 200 } }"],
  mask: [(value) => (typeof value === "function" ? value : undefined), "a function", "(field, value) => value"],
  media: [onOff, "true or false", "false"],
  mode: [mode, "one of local, inline, background", "'background'"],
  quotaBytes: [bytes, "a number of bytes", "4294967296"],
  redact: [list((item) => typeof item === "string"), "a list of texts", "['password']"],
  redactAt: [(value) => (value === "seal" || value === "record" ? value : undefined), "seal or record", "'record'"],
  redactKey: [text, "a text", "'a long secret'"],
  release: [text, "a text", "'2026.11.1'"],
  resource: [table, "an object", "{ team: 'search' }"],
  sampling: [sampling, "a number from 0 to 1", "0.1"],
  service: [text, "a text", "'research-agent'"],
  sessionId: [text, "a text", "'chat-7'"],
  store: [onOff, "true or false", "false"],
  strict: [onOff, "true or false", "true"],
  tail: [tail, "an object of rules", "{ errors: true, slowerThan: '2s' }"],
  whenFull: [whenFull, "drop_newest or drop_oldest", "'drop_oldest'"],
};

function path(value: unknown): unknown {
  if (value instanceof URL && value.protocol === "file:") return decodeURIComponent(value.pathname);
  return text(value);
}

function mode(value: unknown): unknown {
  return value === "local" || value === "inline" || value === "background" ? value : undefined;
}

function whenFull(value: unknown): unknown {
  return value === "drop_newest" || value === "drop_oldest" ? value : undefined;
}

function isExporter(item: unknown): boolean {
  if (typeof item === "string") return item !== "";
  if (typeof item !== "object" || item === null) return false;
  const { type, export: deliver } = item as { type?: unknown; export?: unknown };
  return typeof deliver === "function" || typeof type === "string";
}

/** A value of the host's may throw while it is read. */
function attempt(check: Check, value: unknown): unknown {
  try {
    return check(value);
  } catch {
    return undefined;
  }
}

function camel(key: string): string {
  return key.replace(/_([a-z])/g, (_, letter: string) => letter.toUpperCase());
}

/** The setting whose name is most like this one, or all of them. */
function nearest(name: string): string {
  const plain = name.toLowerCase().replace(/[^a-z]/g, "");
  let best = 3;
  let found: string | undefined;
  for (const key of Object.keys(KEYS)) {
    const far = distance(plain, key.toLowerCase());
    if (far < best) [best, found] = [far, key];
  }
  return found === undefined ? `; there are ${Object.keys(KEYS).join(", ")}` : `; did you mean ${found}?`;
}

/** How many letters have to be put in, taken out or changed (Levenshtein). */
function distance(one: string, other: string): number {
  let row = Array.from({ length: other.length + 1 }, (_, index) => index);
  for (let at = 1; at <= one.length; at++) {
    const next = [at];
    for (let to = 1; to <= other.length; to++) {
      const change = (row[to - 1] as number) + (one[at - 1] === other[to - 1] ? 0 : 1);
      next.push(Math.min(change, (row[to] as number) + 1, (next[to - 1] as number) + 1));
    }
    row = next;
  }
  return row[other.length] as number;
}
