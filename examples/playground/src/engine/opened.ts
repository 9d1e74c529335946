/**
 * One recording that is open: everything about it that is worked out once and asked for often. Runs in the worker.
 *
 * @module
 */
import { type Json, type JsonMap, resolved } from "../model/json.ts";
import { lineInToon, linesInJson, linesOfDocuments, placeKey, placeOf } from "../model/place.ts";
import { documentsOf, flattened, type Recording, read } from "../model/read.ts";
import { type Detail, detailOf, findingsOf, summaryOf } from "../model/rows.ts";
import { inOrder, type Node, type Trace, treesOf } from "../model/tree.ts";
import type { Codecs, Finding, Format, Report, Rules, Tokens } from "./engine.ts";
import type { Form, Opened, What } from "./messages.ts";

const UTF8 = new TextDecoder();

export class OpenRecording {
  readonly #codecs: Codecs;
  readonly #bytes: Uint8Array;
  readonly #format: Format;
  readonly #text: string;
  #recording: Recording = read([]);
  #traces: Trace[] = [];
  #nodes: Node[][] = [];
  #findings = new Map<string, Finding[]>();
  #lines: number[] = [];
  #inJson: Map<string, number> | undefined;
  #flat: Uint8Array | undefined;
  #partial: string | undefined;
  #millis = 0;

  constructor(codecs: Codecs, bytes: Uint8Array, format: Format) {
    this.#codecs = codecs;
    this.#bytes = bytes;
    this.#format = format;
    this.#text = format === "proto" ? "" : UTF8.decode(bytes);
  }

  /** Reads and draws up the trees. What cannot be read is part of the answer. */
  read(): Opened {
    const began = performance.now();
    this.#lines = this.#format === "jsonl" ? linesOfDocuments(this.#text) : [];
    this.#partial = this.#take();
    this.#traces = treesOf(this.#recording);
    this.#nodes = this.#traces.map((trace) => inOrder(trace.roots));
    this.#millis = performance.now() - began;
    return this.#answer(undefined, undefined);
  }

  /** The same with what the validator finds. Where there is none, `problem` says why. */
  validate(rules: Rules | undefined, problem: string | undefined): Opened {
    const began = performance.now();
    let report: Report | undefined;
    let why = problem;
    try {
      report = rules?.validate(this.#bytes, this.#format);
    } catch (error) {
      why = wordsOf(error);
    }
    const listed = report && withFewer(report);
    this.#millis += performance.now() - began;
    return this.#answer(listed, why);
  }

  #answer(report: Report | undefined, problem: string | undefined): Opened {
    const isFirst = report === undefined && problem === undefined;
    const found = report?.findings ?? [];
    const places = this.#placed(found);
    return {
      isPending: isFirst,
      report,
      problem,
      partial: this.#partial,
      ...(isFirst
        ? { traces: this.#traces.map((trace) => summaryOf(trace, this.#recording)) }
        : { traces: [], found: this.#nodes.map((nodes) => this.#countsOf(nodes)) }),
      jumps: this.#jumps(found, places),
      envelopes: this.#recording.envelopes,
      events: this.#recording.events.length,
      producers: this.#recording.producers.size,
      passedOver: this.#recording.passedOver,
      millis: this.#millis,
    };
  }

  #countsOf(nodes: readonly Node[]): (readonly [number, number])[] {
    if (this.#findings.size === 0) return [];
    return nodes.flatMap((node, row) => {
      const count = findingsOf(node, this.#findings).length;
      return count === 0 ? [] : [[row, count] as const];
    });
  }

  /** Everything of one step; `undefined` for one that is not there. */
  detail(trace: number, row: number): Detail | undefined {
    const [of, node] = [this.#traces[trace], this.#nodes[trace]?.[row]];
    return (
      of &&
      node &&
      detailOf(node, of, this.#recording, this.#findings, (document, index) => this.#lineOf(document, index))
    );
  }

  /** The recording in another form. */
  encode(what: What, form: Form): Uint8Array {
    const to: Format = form === "pretty" ? "json" : form;
    const indent = form === "pretty" ? 2 : 0;
    if (what === "given") return this.#codecs.convert(this.#bytes, this.#format, to, indent);
    this.#flat ??= new TextEncoder().encode(
      JSON.stringify(flattened(this.#recording, (value) => resolved(value, this.#recording.contents))),
    );
    return this.#codecs.convert(this.#flat, "json", to, indent);
  }

  tokens(vocabulary: Tokens, what: What, form: Form): number {
    return vocabulary.countTokens(UTF8.decode(this.encode(what, form)));
  }

  /** Reads as the specification says; where that fails, whatever lines are JSON. */
  #take(): string | undefined {
    try {
      const canonical = this.#codecs.convert(this.#bytes, this.#format, this.#format === "jsonl" ? "jsonl" : "json", 0);
      const text = UTF8.decode(canonical);
      this.#recording = read(
        this.#format === "jsonl" ? text.split("\n").filter(Boolean).map(parse) : documentsOf(parse(text)),
      );
      return undefined;
    } catch (error) {
      const [documents, unreadable] = this.#format === "jsonl" ? leniently(this.#text) : [[], 1];
      this.#recording = read(documents, unreadable);
      return wordsOf(error);
    }
  }

  /** Finds the event of each finding, and keeps the findings of each event. */
  #placed(findings: readonly Finding[]): (string | undefined)[] {
    this.#findings = new Map();
    return findings.map((finding) => {
      const place = placeOf(finding.pointer, finding.line, this.#format, this.#lines);
      if (place === undefined) return undefined;
      const key = placeKey(place.document, place.index);
      const known = this.#findings.get(key);
      if (known === undefined) this.#findings.set(key, [finding]);
      else known.push(finding);
      return key;
    });
  }

  #jumps(findings: readonly Finding[], places: readonly (string | undefined)[]): Opened["jumps"] {
    const steps = new Map<string, { trace: number; row: number }>();
    this.#nodes.forEach((nodes, trace) => {
      nodes.forEach((node, row) => {
        if (node.form === "missing") return;
        for (const { document, index } of node.events) steps.set(placeKey(document, index), { trace, row });
      });
    });
    return findings.map((finding, at) => {
      const step = steps.get(places[at] ?? "") ?? { trace: -1, row: -1 };
      const [document, index] = places[at]?.split("/").map(Number) ?? [];
      const line = finding.line ?? (document === undefined ? undefined : this.#lineOf(document, index));
      return { line, ...step };
    });
  }

  /** The line on which a document or an event of it begins, as far as the format lets one say. */
  #lineOf(document: number, index: number | undefined): number | undefined {
    if (this.#format === "jsonl") return this.#lines[document];
    if (this.#format === "toon") return lineInToon(this.#text, document);
    if (this.#format !== "json") return undefined;
    this.#inJson ??= linesInJson(this.#text);
    return this.#inJson.get(placeKey(document, index)) ?? this.#inJson.get(placeKey(document, undefined));
  }
}

function parse(text: string): Json {
  return JSON.parse(text) as Json;
}

function leniently(text: string): [Json[], number] {
  let unreadable = 0;
  const documents = text
    .split("\n")
    .filter((line) => line.trim() !== "")
    .map((line): Json => {
      try {
        return parse(line);
      } catch {
        unreadable += 1;
        // It keeps its place, so that the documents after it keep theirs.
        return { events: [] } satisfies JsonMap;
      }
    });
  return [documents, unreadable];
}

/** No page shows more findings than this; all are counted. */
const MOST_LISTED = 2_000;

function withFewer(report: Report): Report {
  if (report.findings.length <= MOST_LISTED) return report;
  const hidden = report.findings.length - MOST_LISTED;
  return { findings: report.findings.slice(0, MOST_LISTED), summary: { ...report.summary, hidden } };
}

/** What an error says, whatever was thrown. */
export function wordsOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
