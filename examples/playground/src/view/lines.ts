/**
 * Text in lines, of which only those in sight are drawn: a hundred megabytes scroll as ten lines do. To be written
 * in, it is a
 * `textarea` whose letters are invisible above the drawn ones.
 *
 * @module
 */
import type { Format, Severity } from "../engine/engine.ts";
import { h, perFrame } from "./dom.ts";
import { coloured, endOfPart } from "./highlight.ts";

export interface Mark {
  readonly severity: Severity;
  /** From 1. */
  readonly column: number | undefined;
}

/** Lines that nobody writes in are drawn up to here. */
const LONGEST_SHOWN = 20_000;
const LINE_PIXELS = 19;
const WORST: readonly Severity[] = ["error", "warning", "note"];

export class Lines {
  readonly element: HTMLElement;
  readonly #gutter = h("div", { class: "gutter", "aria-hidden": "true" });
  readonly #drawn = h("div", { class: "drawn", "aria-hidden": "true" });
  readonly #sizer = h("div", { class: "sizer" });
  readonly #scroller: HTMLElement;
  readonly #area: HTMLTextAreaElement | undefined;
  #lines: readonly string[] = [];
  #format: Format | "hex" = "json";
  #marks: ReadonlyMap<number, readonly Mark[]> = new Map();
  #chosen = 0;
  readonly #later = perFrame(() => this.#draw());

  /**
   * @param label - what a screen reader calls it.
   * @param onInput - given, it can be written in.
   */
  constructor(label: string, onInput?: (text: string) => void) {
    if (onInput === undefined) {
      this.#area = undefined;
      this.#scroller = h(
        "div",
        { class: "scroller", tabindex: "0", role: "region", "aria-label": label },
        this.#sizer,
        this.#drawn,
      );
    } else {
      const area = h("textarea", {
        class: "scroller area",
        "aria-label": label,
        spellcheck: "false",
        autocomplete: "off",
        autocapitalize: "off",
        wrap: "off",
        oninput: () => {
          this.#lines = area.value.split("\n");
          this.#marks = new Map();
          this.#chosen = 0;
          this.#draw();
          onInput(area.value);
        },
      });
      this.#area = area;
      this.#scroller = area;
    }
    this.#scroller.addEventListener("scroll", this.#later, { passive: true });
    const sheet = h("div", { class: "sheet" }, this.#area && this.#drawn, this.#scroller);
    this.element = h("div", { class: `lines ${onInput === undefined ? "fixed" : "written"}` }, this.#gutter, sheet);
    new ResizeObserver(this.#later).observe(this.element);
  }

  /** Shows another text. */
  show(text: string, format: Format | "hex"): void {
    this.#format = format;
    this.#lines = text.split("\n");
    this.#marks = new Map();
    this.#chosen = 0;
    if (this.#area !== undefined && this.#area.value !== text) this.#area.value = text;
    if (this.#area === undefined) {
      const longest = this.#lines.reduce((most, line) => Math.max(most, line.length), 0);
      this.#sizer.style.height = `${this.#lines.length * LINE_PIXELS + 16}px`;
      this.#sizer.style.width = `${Math.min(longest, LONGEST_SHOWN) + 2}ch`;
    }
    this.#scroller.scrollTo(0, 0);
    this.#draw();
  }

  set format(format: Format | "hex") {
    this.#format = format;
    this.#draw();
  }

  get length(): number {
    return this.#lines.length;
  }

  /** Marks lines, numbered from 1. */
  mark(marks: ReadonlyMap<number, readonly Mark[]>): void {
    this.#marks = marks;
    this.#draw();
  }

  /** Scrolls to a line, from 1, and shows which it is. */
  jump(line: number, column = 1, takesFocus = true): void {
    this.#chosen = line;
    const text = this.#lines[line - 1] ?? "";
    const { clientHeight, clientWidth } = this.#scroller;
    const isSeen =
      (line - 1) * LINE_PIXELS >= this.#scroller.scrollTop &&
      line * LINE_PIXELS <= this.#scroller.scrollTop + clientHeight - 8;
    const top = isSeen ? this.#scroller.scrollTop : Math.max(0, (line - 1) * LINE_PIXELS - clientHeight / 2.5);
    const left = Math.max(0, (column - 1) * this.#characterPixels() - clientWidth / 2);
    if (this.#area !== undefined && takesFocus) {
      let offset = 0;
      for (let at = 0; at < line - 1; at += 1) offset += (this.#lines[at]?.length ?? 0) + 1;
      const from = offset + Math.min(column - 1, text.length);
      this.#area.focus({ preventScroll: true });
      this.#area.setSelectionRange(from, from);
    }
    this.#scroller.scrollTo(left, top);
    this.#draw();
  }

  #characterPixels(): number {
    const probe = h("span", { class: "probe" }, "0".repeat(100));
    this.#drawn.append(probe);
    const width = probe.getBoundingClientRect().width / 100;
    probe.remove();
    return width || 7.5;
  }

  #draw(): void {
    const { scrollTop, scrollLeft, clientHeight } = this.#scroller;
    const first = Math.max(0, Math.floor(scrollTop / LINE_PIXELS) - 3);
    const last = Math.min(this.#lines.length, first + Math.ceil((clientHeight || 600) / LINE_PIXELS) + 6);
    const numbers: HTMLElement[] = [];
    const drawn: HTMLElement[] = [];
    for (let at = first; at < last; at += 1) {
      const marks = this.#marks.get(at + 1) ?? [];
      const worst = WORST.find((severity) => marks.some((mark) => mark.severity === severity));
      const chosen = at + 1 === this.#chosen ? " chosen" : "";
      numbers.push(h("div", { class: `number${worst === undefined ? "" : ` has-${worst}`}${chosen}` }, String(at + 1)));
      drawn.push(h("div", { class: `line${chosen}` }, ...this.#stretches(this.#lines[at] ?? "", marks)));
    }
    this.#gutter.style.setProperty("--digits", String(Math.max(2, String(this.#lines.length).length)));
    this.#gutter.replaceChildren(...numbers);
    this.#gutter.style.transform = `translateY(${first * LINE_PIXELS - scrollTop}px)`;
    this.#drawn.replaceChildren(...drawn);
    this.#drawn.style.transform =
      this.#area === undefined
        ? `translateY(${first * LINE_PIXELS}px)`
        : `translate(${-scrollLeft}px, ${first * LINE_PIXELS - scrollTop}px)`;
  }

  #stretches(line: string, marks: readonly Mark[]): Node[] {
    const isCut = this.#area === undefined && line.length > LONGEST_SHOWN;
    const text = isCut ? line.slice(0, LONGEST_SHOWN) : line;
    const spans = marks.flatMap(({ severity, column }) =>
      column === undefined ? [] : [{ severity, from: column - 1, to: endOfPart(text, column - 1) }],
    );
    const out: Node[] = [];
    let at = 0;
    for (const [part, style] of coloured(text, this.#format)) {
      // A mark may begin or end in the middle of a coloured stretch.
      const cuts = spans.flatMap(({ from, to }) => [from, to]).filter((cut) => cut > at && cut < at + part.length);
      const edges = [at, ...cuts.sort((a, b) => a - b), at + part.length];
      for (let edge = 1; edge < edges.length; edge += 1) {
        const [from, to] = [edges[edge - 1] as number, edges[edge] as number];
        const mark = spans.find((span) => span.from <= from && to <= span.to);
        const names = [style && `is-${style}`, mark && `under-${mark.severity}`].filter(Boolean).join(" ");
        const piece = text.slice(from, to);
        out.push(names === "" ? document.createTextNode(piece) : h("span", { class: names }, piece));
      }
      at += part.length;
    }
    if (isCut) out.push(h("span", { class: "is-cut" }, ` … ${line.length - LONGEST_SHOWN} more characters`));
    if (out.length === 0) out.push(document.createTextNode(" "));
    return out;
  }
}

/** Bytes as lines of 16: offset, hex digits, letters. */
export function hexOf(bytes: Uint8Array, most = 4_000_000): string {
  const lines: string[] = [];
  for (let at = 0; at < Math.min(bytes.length, most); at += 16) {
    const row = bytes.subarray(at, at + 16);
    const digits = Array.from(row, (byte, index) => (index === 8 ? " " : "") + byte.toString(16).padStart(2, "0")).join(
      " ",
    );
    const letters = Array.from(row, (byte) => (byte > 31 && byte < 127 ? String.fromCharCode(byte) : "·")).join("");
    lines.push(`${at.toString(16).padStart(8, "0")}  ${digits.padEnd(50)}${letters}`);
  }
  return lines.join("\n");
}
