import { FormatError, refusing } from "../errors.ts";
import { bytesOf } from "./data.ts";
import { encode } from "./index.ts";
import { type Data, type Delimiter, type Format, nativeOptions } from "./options.ts";
import { tool } from "./tools.ts";

/** What a rule looks at: the form of events, what they mean together, or the exact bytes. */
export type Level = "schema" | "semantic" | "canonical";
/** How bad a finding is. */
export type Severity = "error" | "warning" | "note";

const WEIGHTS: Readonly<Record<Severity, number>> = { note: 0, warning: 1, error: 2 };
/** What is kept of what was found. */
const MOST_KEPT = 10_000;

/** One thing that is wrong, where, and how to mend it. */
export interface Finding {
  /** Stable, `TW` and four digits; the specification has a page for each. */
  readonly code: string;
  /** The same in words, such as `time-digits`. */
  readonly name: string;
  readonly severity: Severity;
  /** From which level on it is looked for. */
  readonly level: Level;
  /** What of the specification it stands on, such as `TW-TIME-001`. */
  readonly requirement: string | null;
  /** Where in the document, as a JSON pointer; empty for all of it. */
  readonly pointer: string;
  /** The line, from 1, where known. */
  readonly line: number | null;
  /** The column in characters, from 1, where known. */
  readonly column: number | null;
  /** What is wrong here, in one sentence. */
  readonly message: string;
  /** How to mend it, in one sentence. */
  readonly fix: string | null;
}

/** In how much it was looked for, and how much was found. */
export interface Summary {
  /** Lines of JSON Lines, or one. */
  readonly documents: number;
  readonly envelopes: number;
  /** Those in envelopes included. */
  readonly events: number;
  /** Steps that were started. */
  readonly spans: number;
  readonly errors: number;
  readonly warnings: number;
  readonly notes: number;
}

/** What was found, and in how much. */
export class Report {
  /** What was found, in the order of the input; the first 10,000 of it. */
  readonly findings: readonly Finding[];
  readonly summary: Summary;

  /** @internal */
  constructor(found: Found) {
    this.findings = found.findings.slice(0, MOST_KEPT);
    this.summary = found.summary;
  }

  /** Whether no error was found. */
  get isValid(): boolean {
    return this.summary.errors === 0;
  }

  /** The codes of what was found, each once, sorted. */
  get codes(): string[] {
    return [...new Set(this.findings.map((finding) => finding.code))].sort();
  }

  /**
   * Throws for the first finding of this severity, or a worse one.
   *
   * @throws {@link FormatError} with the finding's `code`, `line`, and its pointer as `path`.
   */
  throwForFindings(severity: Severity = "error"): void {
    const found = this.findings.filter((finding) => WEIGHTS[finding.severity] >= WEIGHTS[severity]);
    const first = found[0];
    if (first !== undefined) {
      const more = found.length > 1 ? ` (and ${found.length - 1} more)` : "";
      const reason = `${[first.message, ...(first.fix ? [first.fix] : [])].join("; ")}${more}`;
      throw new FormatError(first.code, reason, { line: first.line ?? undefined, path: first.pointer });
    }
  }

  toString(): string {
    const { errors, warnings, notes, events } = this.summary;
    const totals = [some(errors, "error"), some(warnings, "warning"), some(notes, "note")].join(", ");
    return [...this.findings.map(lineOf), `${totals} in ${some(events, "event")}`].join("\n");
  }
}

interface Found {
  readonly findings: readonly Finding[];
  readonly summary: Summary;
}

function withoutLine(finding: Finding): Finding {
  return { ...finding, line: null, column: null };
}

function lineOf({ severity, code, line, pointer, message, fix }: Finding): string {
  const place = [...(line === null ? [] : [`line ${line}`]), ...(pointer ? [pointer] : [])].join(" ");
  return `${severity} ${code} ${place}${place ? ": " : ""}${message}${fix ? `; ${fix}` : ""}`;
}

function some(count: number, what: string): string {
  return `${count} ${what}${count === 1 ? "" : "s"}`;
}

/** Options of {@link validate}. */
export interface ValidateOptions {
  /**
   * `schema` looks at shapes, `semantic` (the default) also at what members and events say together, `canonical` also
   * at the bytes.
   */
  level?: Level | undefined;
  /** One of `FORMATS`; by default JSON or JSON Lines, told apart by the input. */
  format?: Format | undefined;
  /** What separates the cells of CSV. */
  delimiter?: Delimiter | undefined;
}

/**
 * Says what is wrong with events or envelopes that some emitter wrote, where, and how to mend it.
 *
 * @param data - text or bytes; or events and envelopes as values in the specification's JSON form.
 * @throws {@link FormatError} `level_unknown`, `format_unknown`. What is wrong with the input is a finding instead.
 *   `TracewireError` `unavailable` in a browser before `loadTools()`.
 *
 * @example
 * ```ts
 * const report = validate('{"seq":1,"time":"2026-11-21T04:30:00Z","type":"log"}');
 * report.findings.map((finding) => `${finding.code} ${finding.pointer}`); // ["TW0107 /time"]
 * ```
 */
export function validate(data: Data | object, options: ValidateOptions = {}): Report {
  const { level, format, delimiter } = options;
  const isData = typeof data === "string" || data instanceof ArrayBuffer || ArrayBuffer.isView(data);
  const bytes = bytesOf(isData ? (data as Data) : encode(data, "json", { tags: "keep", lenient: true }));
  const given = nativeOptions(format ?? "json", { delimiter });
  const all = { ...(given === "" ? {} : (JSON.parse(given) as object)), level, format: isData ? format : undefined };
  const check = tool("validate");
  const found = JSON.parse(refusing(() => check(bytes, JSON.stringify(all)))) as Found;
  // A value has no lines: those of the text that was made of it would say nothing.
  return new Report(isData ? found : { ...found, findings: found.findings.map(withoutLine) });
}
