/**
 * The input: written, pasted, dropped or opened. Texts that are too large to be written in, and bytes, are only shown.
 *
 * @module
 */
import { formatOfBytes, formatOfName } from "../detect.ts";
import { FORMAT_NAMES, FORMATS, type Format } from "../engine/engine.ts";
import type { Opened } from "../engine/messages.ts";
import { plural, bytes as sizeOf } from "../model/words.ts";
import { h, ICONS, icon } from "./dom.ts";
import { hexOf, Lines, type Mark } from "./lines.ts";

/** Larger texts make a `textarea` slow. */
const LARGEST_WRITTEN = 1_500_000;
/** Some people type. */
const PAUSE_MILLIS = 220;

export interface Given {
  readonly bytes: Uint8Array;
  readonly format: Format;
}

export class Input {
  readonly element = h("section", { class: "input", "aria-label": "Input" });
  readonly #onGiven: (given: Given, isTyped: boolean) => void;
  readonly #written: Lines;
  readonly #fixed = new Lines("The input, too large to be written in");
  readonly #format: HTMLSelectElement;
  readonly #facts = h("span", { class: "quiet" });
  readonly #indent: HTMLElement;
  readonly #hint = h("div", { class: "hint" });
  #bytes: Uint8Array = new Uint8Array();
  #said: Format | "" = "";
  #found: Format = "jsonl";
  #lines: Lines;
  #pause: ReturnType<typeof setTimeout> | undefined;

  /**
   * @param onGiven - hears of each new input, once whoever writes has paused.
   * @param onIndent - asks for the same as JSON that people read.
   */
  constructor(onGiven: (given: Given, isTyped: boolean) => void, onIndent: () => void) {
    this.#onGiven = onGiven;
    this.#written = new Lines("The trace: paste it here", (text) => this.#typed(text));
    this.#lines = this.#written;
    this.#fixed.element.hidden = true;
    this.#format = h("select", { "aria-label": "Format of the input", onchange: () => this.#chosen() });
    this.#hint.append(
      h("p", {}, "Paste a trace here, or drop a file."),
      h(
        "p",
        { class: "quiet" },
        "Envelopes or events as JSON, JSON Lines, TOON, CSV or protobuf. Nothing leaves this page.",
      ),
    );
    this.#indent = h(
      "button",
      { type: "button", class: "link", title: "Write it as indented JSON", onclick: onIndent },
      "indent",
    );
    this.element.append(
      h("div", { class: "bar" }, this.#format, this.#facts, h("span", { class: "spread" }), this.#indent),
      h("div", { class: "paper" }, this.#written.element, this.#fixed.element, this.#hint),
    );
    this.#describe();
  }

  /** Takes bytes of a file, a sample or an address. */
  take(bytes: Uint8Array, name: string, format?: Format): void {
    clearTimeout(this.#pause);
    this.#bytes = bytes;
    this.#said = "";
    this.#found = format ?? formatOfName(name) ?? formatOfBytes(bytes);
    this.#show();
    this.#give(false);
  }

  /** Marks the lines that something was found on. */
  mark(opened: Opened): void {
    const marks = new Map<number, Mark[]>();
    opened.report?.findings.forEach((finding, at) => {
      const line = opened.jumps[at]?.line;
      if (line === undefined) return;
      const mark: Mark = {
        severity: finding.severity,
        column: finding.line === null ? undefined : (finding.column ?? undefined),
      };
      const known = marks.get(line);
      if (known === undefined) marks.set(line, [mark]);
      else known.push(mark);
    });
    this.#lines.mark(marks);
  }

  jump(line: number, column?: number): void {
    this.#lines.jump(line, column);
  }

  get given(): Given {
    return { bytes: this.#bytes, format: this.#said || this.#found };
  }

  #typed(text: string): void {
    clearTimeout(this.#pause);
    this.#pause = setTimeout(() => {
      this.#bytes = new TextEncoder().encode(text);
      this.#found = formatOfBytes(this.#bytes);
      this.#lines.format = this.given.format;
      this.#describe();
      this.#give(true);
      if (this.#bytes.length > LARGEST_WRITTEN) this.#show();
    }, PAUSE_MILLIS);
    this.#hint.hidden = text !== "";
  }

  #chosen(): void {
    this.#said = this.#format.value as Format | "";
    this.#show();
    this.#give(false);
  }

  #show(): void {
    const { bytes, format } = this.given;
    const isBinary = format === "proto";
    const isFixed = isBinary || bytes.length > LARGEST_WRITTEN;
    this.#lines = isFixed ? this.#fixed : this.#written;
    this.#fixed.element.hidden = !isFixed;
    this.#written.element.hidden = isFixed;
    this.#lines.show(isBinary ? hexOf(bytes) : new TextDecoder().decode(bytes), isBinary ? "hex" : format);
    if (isFixed) this.#written.show("", format);
    this.#hint.hidden = bytes.length > 0;
    this.#describe();
  }

  #describe(): void {
    const { bytes, format } = this.given;
    this.#format.replaceChildren(
      h(
        "option",
        { value: "", selected: this.#said === "" },
        bytes.length === 0 ? "Any format" : `${FORMAT_NAMES[this.#found]} · detected`,
      ),
      ...FORMATS.map((one) => h("option", { value: one, selected: this.#said === one }, FORMAT_NAMES[one])),
    );
    const isFixed = this.#lines === this.#fixed;
    this.#indent.hidden = bytes.length === 0;
    this.#facts.textContent =
      bytes.length === 0
        ? ""
        : [sizeOf(bytes.length), format !== "proto" && plural(this.#lines.length, "line"), isFixed && "read only"]
            .filter(Boolean)
            .join(" · ");
  }

  #give(isTyped: boolean): void {
    this.#onGiven(this.given, isTyped);
  }
}

/** A button that opens files. */
export function fileButton(onFile: (file: File) => void): HTMLElement {
  const chooser = h("input", {
    type: "file",
    accept: ".json,.jsonl,.ndjson,.toon,.csv,.tsv,.binpb,.pb",
    hidden: true,
    tabindex: "-1",
  });
  chooser.addEventListener("change", () => {
    const file = chooser.files?.[0];
    if (file !== undefined) onFile(file);
    chooser.value = "";
  });
  return h(
    "span",
    {},
    chooser,
    h(
      "button",
      { type: "button", class: "action", onclick: () => chooser.click() },
      icon(ICONS.file),
      h("span", { class: "label" }, "Open a file"),
    ),
  );
}
