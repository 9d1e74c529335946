/**
 * Envelopes by their bytes: what they prove, and how something is taken out of them without breaking a digest.
 *
 * ```ts
 * const found = envelopes.verify(readFileSync("audit.jsonl", "utf8").trim().split("\n"));
 * if (!found.isSound) throw new Error(String(found));
 *
 * const without = envelopes.erase(envelope, { contents: ["sha256:…"] });
 * ```
 *
 * @module
 */
import { refusing } from "./errors.ts";
import { bytesOf } from "./formats/data.ts";
import type { Data } from "./formats/options.ts";
import { tool } from "./formats/tools.ts";

/** Something in envelopes that contradicts. */
export interface Contradiction {
  /** `digest`, `sequence`, `chain`, `fork`, `content` or `closed`; of signed heads `head` or `signature`. */
  readonly code: string;
  /** Whose envelope it is. */
  readonly producer: string;
  /** The number of that envelope's first event. */
  readonly firstSeq: number;
  /** What is wrong, in one sentence. */
  readonly message: string;
}

interface Verified {
  readonly sound: boolean;
  readonly complete: boolean;
  readonly proved?: boolean;
  readonly findings: readonly (Omit<Contradiction, "firstSeq"> & { readonly first_seq: number })[];
  readonly producers: Readonly<Record<string, Readonly<Record<string, unknown>>>>;
}

/** What envelopes prove together. */
export class Verification {
  /** Whether nothing contradicts. What is missing, erased or withheld is no contradiction. */
  readonly isSound: boolean;
  /** Whether, besides, nothing is missing and every producer's end is known. */
  readonly isComplete: boolean;
  /** Where keys were given: whether they vouch for all of it, up to the signed head of each producer. */
  readonly isProved: boolean | undefined;
  /** What contradicts, in order of producer and place. */
  readonly findings: readonly Contradiction[];
  /** What is known of each producer, by its name: how many `envelopes` and `events`, which are missing, …. */
  readonly producers: Readonly<Record<string, Readonly<Record<string, unknown>>>>;

  /** @internal */
  constructor(report: Verified) {
    this.isSound = report.sound;
    this.isComplete = report.complete;
    this.isProved = report.proved;
    this.findings = report.findings.map(({ first_seq: firstSeq, ...found }) => ({ ...found, firstSeq }));
    this.producers = report.producers;
  }

  /** The codes of what contradicts, sorted, each once. */
  get codes(): string[] {
    return [...new Set(this.findings.map((found) => found.code))].sort();
  }

  toString(): string {
    const state = this.isComplete ? "complete" : this.isSound ? "sound" : "not sound";
    const found = this.findings.map((it) => `${it.code}: ${it.producer} from ${it.firstSeq}: ${it.message}`);
    const proved = this.isProved === undefined ? "" : this.isProved ? ", proved" : ", not proved";
    return [state + proved, ...found].join("\n");
  }
}

/** What is trusted. */
export interface VerifyOptions {
  /**
   * Public keys of Ed25519, each in PEM, hex or base64: what none of them signed is not proved. The native half for Node has no room
   * for signatures: `await loadTools(…)` with the address of `tracewire/tools.wasm` once before.
   */
  readonly keys?: Iterable<string>;
}

/**
 * Says what envelopes prove, each given in JSON: in any order, the same ones also repeatedly. Signed heads may be among them.
 *
 * @throws `FormatError` for the first that is neither envelope nor statement, and for what is no key; with code `unavailable` where keys are given and the module that checks them is not loaded.
 *
 * @example
 * ```ts
 * verify([envelope]).isSound; // true
 * verify(lines, { keys: [readFileSync("signing.pub", "utf8")] }).isProved;
 * ```
 */
export function verify(envelopes: Iterable<Data>, options: VerifyOptions = {}): Verification {
  const given = Array.from(envelopes, bytesOf);
  const keys = options.keys === undefined ? "" : JSON.stringify([...options.keys]);
  return new Verification(JSON.parse(refusing(() => tool("verify")(given, keys))) as Verified);
}

/** What is taken out of an envelope. */
export interface Parts {
  /** Contents by their hashes, wherever the envelope holds them. */
  readonly contents?: Iterable<string>;
  /** Events whose bodies go, by their `seq`. */
  readonly bodies?: Iterable<number>;
}

/**
 * Erases something for ever; gives the envelope without it, in canonical JSON. Every digest stays.
 *
 * @param envelope - in JSON.
 * @throws `FormatError` for what is no envelope, or no hash.
 *
 * @example
 * ```ts
 * erase(envelope, { contents: ["sha256:…"], bodies: [3] });
 * ```
 */
export function erase(envelope: Data, parts: Parts): Uint8Array {
  return remove(envelope, parts, [], true);
}

/**
 * Keeps something out of this copy; gives the envelope without it, in canonical JSON. Every digest stays.
 *
 * @param envelope - in JSON.
 * @param parts - `events` go whole, by their `seq`.
 * @throws `FormatError` for what is no envelope, or no hash.
 *
 * @example
 * ```ts
 * withhold(envelope, { events: [2] });
 * ```
 */
export function withhold(envelope: Data, parts: Parts & { readonly events?: Iterable<number> }): Uint8Array {
  return remove(envelope, parts, [...(parts.events ?? [])], false);
}

function remove(envelope: Data, parts: Parts, events: number[], erases: boolean): Uint8Array {
  const selection = { contents: [...(parts.contents ?? [])], bodies: [...(parts.bodies ?? [])], events, erases };
  const bytes = bytesOf(envelope);
  return refusing(() => tool("remove")(bytes, JSON.stringify(selection)));
}
