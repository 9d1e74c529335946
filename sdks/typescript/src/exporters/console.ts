/**
 * A live tree of what happens, for people at a terminal.
 *
 * @module
 */
import { platform } from "#platform";
import type { Terminal } from "../platform/platform.ts";
import { type Body, isMap, Step } from "../recording/steps.ts";
import { unicodePattern } from "../values/text.ts";
import { type Batch, type Exporter, Undeliverable, type WireEvent } from "./base.ts";
import type { TextStream } from "./documents.ts";

const MOST_OPEN = 10_000;
const LONGEST_TEXT = 200;
const BAD: ReadonlySet<unknown> = /* @__PURE__ */ new Set(["error", "timeout", "cancelled"]);
const COLOURS: Readonly<Record<string, string>> = {
  dim: "\x1b[2m",
  bold: "\x1b[1m",
  error: "\x1b[31m",
  timeout: "\x1b[33m",
  cancelled: "\x1b[33m",
};

/** Options of {@link ConsoleExporter}. */
export interface ConsoleOptions {
  readonly name?: string;
  /** Where to print; standard error by default. */
  readonly stream?: TextStream;
  /** Whether to use colours; by default where standard error is a terminal and `NO_COLOR` is not set. */
  readonly colour?: boolean;
}

/**
 * Prints steps as they begin and end, indented by their depth.
 *
 * A step that has ended by the time it is shown takes one line. One that is still running gets `…`, and a line of its
 * own when it ends:
 *
 * ```text
 * agent answer …
 *   tool search 12 ms
 *   llm chat 830 ms 120+30 tokens
 *     ! RateLimitError: slow down
 * agent answer 1.20 s
 * ```
 *
 * @example
 * ```ts
 * init({ mode: "background", exporters: [new ConsoleExporter()] });
 * ```
 */
export class ConsoleExporter implements Exporter {
  readonly name: string;
  readonly onlyThisProcess = true;
  readonly usesEvents = true;
  readonly #given: ConsoleOptions;
  #terminal: Terminal | undefined;
  readonly #depths = new Map<string, number>();
  readonly #open = new Map<string, Step>();
  #last: { producer: string; seq: number } = { producer: "", seq: 0 };

  constructor(options: ConsoleOptions = {}) {
    this.#given = options;
    this.name = options.name ?? "console";
  }

  /** Prints what the batch tells. */
  export(batch: Batch): void {
    const from = this.#last.producer === batch.producer ? this.#last.seq : 0;
    const events = batch.events().filter((event) => seqOf(event) > from);
    const last = events.at(-1);
    if (last === undefined) return;
    const whole = new Map<string, Step>();
    for (const event of events) {
      const { type, span_id: spanId = "" } = event as { type?: string; span_id?: string };
      if (!type?.startsWith("span.")) continue;
      const step = whole.get(spanId) ?? this.#open.get(spanId) ?? new Step();
      step.add(event);
      whole.set(spanId, step);
    }
    const terminal = this.#found();
    const lines: string[] = [];
    const colour = this.#given.colour ?? terminal.hasColours;
    for (const event of events) this.#show(event, whole, lines, colour);
    this.#last = { producer: batch.producer, seq: seqOf(last) };
    this.#print(terminal, lines.map((line) => `${line}\n`).join(""));
  }

  #found(): Terminal {
    const { stream } = this.#given;
    if (this.#terminal === undefined) {
      if (stream === undefined) this.#terminal = platform.terminal();
      else this.#terminal = { hasColours: false, write: (text) => void stream.write(text) };
    }
    return this.#terminal;
  }

  #print(terminal: Terminal, text: string): void {
    if (text === "") return;
    try {
      terminal.write(text);
    } catch (error) {
      // Nobody is there any more; what is shown later would say nothing.
      throw new Undeliverable("console_closed", `the console cannot be written: ${error}`);
    }
  }

  #show(event: WireEvent, whole: ReadonlyMap<string, Step>, lines: string[], colour: boolean): void {
    const { type, span_id: spanId = "", parent_id: parentId = "" } = event as { [name: string]: string | undefined };
    const depthOf = (id: string): number => this.#depths.get(id) ?? -1;
    if (type === "span.start") {
      const step = whole.get(spanId);
      if (step === undefined) return;
      const depth = depthOf(parentId) + 1;
      this.#depths.set(spanId, depth);
      lines.push("  ".repeat(depth) + line(step, colour));
      if (step.status === undefined) this.#open.set(spanId, step);
      else lastWords(step, depth, lines, colour);
      bound(this.#depths);
      bound(this.#open);
    } else if (type === "span.end") {
      const ended = this.#open.get(spanId);
      if (ended === undefined) return;
      this.#open.delete(spanId);
      const depth = Math.max(0, depthOf(spanId));
      lines.push("  ".repeat(depth) + line(ended, colour));
      lastWords(ended, depth, lines, colour);
    } else if (type === "span.event" || type === "event" || type === "log" || type === "loss") {
      const text = told(type, (event as { body?: Body }).body ?? {});
      if (text !== "")
        lines.push("  ".repeat(depthOf(type === "event" ? parentId : spanId) + 1) + paint(text, "dim", colour));
    }
  }
}

function seqOf(event: WireEvent): number {
  const { seq } = event as { seq?: unknown };
  return typeof seq === "number" ? seq : 0;
}

function line(step: Step, colour: boolean): string {
  const words = [paint(clean(step.kind ?? "step"), "dim", colour), paint(clean(step.name || "?"), "bold", colour)];
  if (step.status === undefined) return [...words, "…"].join(" ");
  if (step.duration_nanos !== undefined) words.push(duration(step.duration_nanos));
  const { usage } = step.body as { usage?: unknown };
  if (isMap(usage) && ("input_tokens" in usage || "output_tokens" in usage)) {
    words.push(`${usage["input_tokens"] ?? 0}+${usage["output_tokens"] ?? 0} tokens`);
  }
  if (BAD.has(step.status)) words.push(paint(step.status, step.status, colour));
  return words.join(" ");
}

function lastWords(step: Step, depth: number, lines: string[], colour: boolean): void {
  if (step.status === undefined || !BAD.has(step.status)) return;
  const { exception, status_message: message } = step.body as { exception?: unknown; status_message?: unknown };
  const text = isMap(exception) ? exceptionText(exception) : message ? `! ${message}` : "";
  if (text !== "") lines.push("  ".repeat(depth + 1) + paint(clean(text), step.status, colour));
}

function exceptionText(exception: Body): string {
  return `! ${exception["type"] ?? "exception"}: ${exception["message"] ?? ""}`;
}

function told(type: string, body: Body): string {
  const { level, message, count, reason, exception, name } = body as { [name: string]: unknown };
  if (type === "log") return clean(`${level ?? "info"}: ${message ?? ""}`);
  if (type === "loss") return clean(`! ${count ?? "some"} records were dropped: ${reason ?? "unknown"}`);
  if ("chunks" in body) return ""; // A stream would push everything else away.
  return clean(isMap(exception) ? exceptionText(exception) : `· ${name ?? "event"}`);
}

/** One short line, without anything that a terminal would obey. */
function clean(text: string): string {
  const words = text.split(/\s+/).filter(Boolean).join(" ");
  const short = words.length <= LONGEST_TEXT ? words : `${words.slice(0, LONGEST_TEXT - 1)}…`;
  return short.replace(unicodePattern(String.raw`[\p{Cc}\p{Cf}\p{Co}\p{Cs}]`), "\ufffd");
}

function paint(text: string, colour: string, isOn: boolean): string {
  return isOn && COLOURS[colour] !== undefined ? `${COLOURS[colour]}${text}\x1b[0m` : text;
}

function duration(nanos: number): string {
  if (nanos < 1_000_000) return `${Math.floor(nanos / 1000)} µs`;
  if (nanos < 1_000_000_000) return `${Math.floor(nanos / 1_000_000)} ms`;
  if (nanos < 60_000_000_000) return `${(nanos / 1e9).toFixed(2)} s`;
  return `${Math.floor(nanos / 60e9)} min ${Math.floor(nanos / 1e9) % 60} s`;
}

/** Forgets the oldest: a step that never ends must not cost memory for ever. */
function bound(known: Map<string, unknown>): void {
  for (const key of known.keys()) {
    if (known.size <= MOST_OPEN) return;
    known.delete(key);
  }
}
