/**
 * What the page needs of tracewire: three functions over bytes. `wasm.ts` is the real one; tests may bring another.
 *
 * @module
 */

/** The encodings of the specification, by the names that the command line uses. */
export type Format = "json" | "jsonl" | "toon" | "csv" | "proto";

export const FORMATS: readonly Format[] = ["json", "jsonl", "toon", "csv", "proto"];

/** How people call them, and what files are named. */
export const FORMAT_NAMES: Readonly<Record<Format, string>> = {
  json: "JSON",
  jsonl: "JSON Lines",
  toon: "TOON",
  csv: "CSV",
  proto: "Protobuf",
};

export const FORMAT_ENDINGS: Readonly<Record<Format, string>> = {
  json: ".json",
  jsonl: ".jsonl",
  toon: ".toon",
  csv: ".csv",
  proto: ".binpb",
};

export type Severity = "error" | "warning" | "note";

/** One thing that is wrong, in the form of `tracewire validate --json`. */
export interface Finding {
  readonly code: string;
  readonly name: string;
  readonly severity: Severity;
  readonly message: string;
  /** What to do about it. */
  readonly fix: string | null;
  readonly line: number | null;
  readonly column: number | null;
  /** JSON Pointer into the document. */
  readonly pointer: string;
  readonly requirement: string | null;
  /** The address of the rule's page. */
  readonly page: string | null;
}

export interface Report {
  readonly findings: readonly Finding[];
  readonly summary: {
    readonly errors: number;
    readonly warnings: number;
    readonly notes: number;
    /** Findings that are counted and not listed. */
    readonly hidden?: number;
    readonly envelopes: number;
    readonly events: number;
  };
}

/**
 * The small module. Its functions are synchronous, for they run in a worker; what cannot be done is thrown as an
 * `Error`.
 */
export interface Codecs {
  /**
   * Writes in one format what is read from another; `indent` spaces for JSON that people read, 0 for canonical
   * bytes.
   */
  convert(bytes: Uint8Array, from: Format, to: Format, indent?: number): Uint8Array;
}

/** The module with the rules. */
export interface Rules {
  validate(bytes: Uint8Array, from: Format): Report;
}

/** The large module, with the vocabularies. */
export interface Tokens {
  /** Tokens of a text in the vocabulary `o200k`. */
  countTokens(text: string): number;
}

/** Where they come from; each is loaded once, when it is asked for. */
export interface Engine {
  codecs(): Promise<Codecs>;
  rules(): Promise<Rules>;
  tokens(): Promise<Tokens>;
}
