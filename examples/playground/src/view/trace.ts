/**
 * A trace as a waterfall. Only the rows in sight are drawn.
 *
 * Keys: up and down choose, left and right fold and unfold, Enter opens, Escape closes.
 *
 * @module
 */
import type { Opened } from "../engine/messages.ts";
import type { Detail, Row, Summary } from "../model/rows.ts";
import { duration, moment, plural, short } from "../model/words.ts";
import { type DetailHost, detailView } from "./detail.ts";
import { blank, h, ICONS, perFrame } from "./dom.ts";
import { costText, rowView } from "./row.ts";

const ROW_PIXELS = 27;
/** The scale stays above the rows. */
const HEAD_PIXELS = 24;

export interface TraceHost extends Omit<DetailHost, "close"> {
  detail(trace: number, row: number): Promise<Detail>;
}

export class TraceView {
  readonly element = h("section", { class: "trace", "aria-label": "Trace" });
  readonly #host: TraceHost;
  readonly #list = h("div", { class: "rows-sizer" });
  readonly #scroller: HTMLElement;
  readonly #head = h("div", { class: "trace-head" });
  readonly #scale = h("div", { class: "columns scale", "aria-hidden": "true" });
  readonly #side = h("div", { class: "side" });
  #opened: Opened | undefined;
  #trace = 0;
  #folded = new Set<number>();
  #shown: number[] = [];
  #chosen = -1;
  #words = "";
  readonly #later = perFrame(() => this.#draw());

  constructor(host: TraceHost) {
    this.#host = host;
    this.#scroller = h(
      "div",
      {
        class: "rows",
        role: "tree",
        tabindex: "0",
        "aria-label": "Steps",
        onkeydown: (event: KeyboardEvent) => this.#key(event),
      },
      this.#scale,
      this.#list,
    );
    this.#scroller.addEventListener("scroll", this.#later, { passive: true });
    this.#list.addEventListener("click", (event) => this.#click(event));
    this.#list.addEventListener("mousedown", (event) => event.detail > 1 && event.preventDefault());
    new ResizeObserver(this.#later).observe(this.#scroller);
    this.#side.hidden = true;
    this.element.append(this.#head, h("div", { class: "waterfall" }, this.#scroller), this.#side);
  }

  show(opened: Opened): void {
    if (this.#opened?.isPending === true && isSame(this.#opened, opened)) {
      // The same with findings: whoever has chosen a step meanwhile keeps it.
      this.#opened = opened;
      this.#layOut();
      if (!this.#side.hidden) void this.#openDetail(this.#chosen);
      return;
    }
    this.#opened = opened;
    this.#trace = 0;
    this.#words = "";
    this.#reset();
  }

  /** Shows a step, and opens it. */
  choose(trace: number, row: number): void {
    if (trace !== this.#trace) {
      this.#trace = trace;
      this.#reset();
    }
    const rows = this.#summary?.rows ?? [];
    for (let above = rows[row]?.parent ?? -1; above >= 0; above = rows[above]?.parent ?? -1) this.#folded.delete(above);
    if (this.#words !== "") {
      this.#words = "";
      this.#drawHead();
    }
    this.#layOut();
    this.#select(row, true);
    this.#scroller.focus({ preventScroll: true });
  }

  get #summary(): Summary | undefined {
    return this.#opened?.traces[this.#trace];
  }

  #reset(): void {
    this.#folded = new Set();
    this.#chosen = -1;
    this.#close();
    this.#drawHead();
    this.#scroller.scrollTo(0, 0);
    this.#layOut();
  }

  #drawHead(): void {
    const [opened, summary] = [this.#opened, this.#summary];
    this.element.classList.toggle("is-empty", summary === undefined);
    if (opened === undefined || summary === undefined) {
      const why =
        opened?.partial ??
        (opened?.isEmpty === true ? "Paste one, drop a file, or begin with a sample." : "There are no events in it.");
      this.#head.replaceChildren(blank(ICONS.open, "is-quiet", "No trace to show", why));
      return;
    }
    const picker =
      opened.traces.length > 1 &&
      h(
        "select",
        {
          class: "picker",
          "aria-label": "Trace",
          onchange: (event: Event) => this.#pick(Number((event.target as HTMLSelectElement).value)),
        },
        ...opened.traces.map((trace, index) =>
          h(
            "option",
            { value: index, selected: index === this.#trace },
            [trace.name, plural(trace.steps, "step"), trace.traceId.slice(0, 8)].filter(Boolean).join(" · "),
          ),
        ),
      );
    const search = h("input", {
      type: "search",
      class: "search",
      placeholder: "Find steps",
      "aria-label": "Find steps",
      value: this.#words,
      oninput: (event: Event) => this.#find((event.target as HTMLInputElement).value),
    });
    const figures = [
      duration(summary.lengthNanos),
      plural(summary.steps, "step"),
      summary.failed > 0 && h("b", { class: "is-error" }, `${summary.failed} failed`),
      summary.open > 0 && h("b", { class: "is-open" }, openWords(summary)),
      summary.logs > 0 && plural(summary.logs, "log line"),
      summary.metrics > 0 && plural(summary.metrics, "metric sample"),
      summary.usage !== undefined && `${short(summary.usage.input)} → ${short(summary.usage.output)} tokens`,
      summary.usage !== undefined && summary.usage.cacheRead > 0 && `${short(summary.usage.cacheRead)} from cache`,
      summary.cost !== undefined && costText(summary.cost),
    ].filter((part): part is string | HTMLElement => part !== false);
    const word = { ok: "ok", error: "error", abandoned: "abandoned", unknown: "no end" }[summary.state];
    const tone = { ok: "ok", error: "error", abandoned: "open", unknown: "open" }[summary.state];
    this.#head.replaceChildren(
      h(
        "div",
        { class: "trace-title" },
        picker || h("h2", {}, summary.name),
        h("span", { class: `status is-${tone}` }, word),
        h("span", { class: "spread" }),
        search,
      ),
      h("div", { class: "trace-figures" }, ...figures.map((part) => h("span", {}, part))),
      h(
        "div",
        { class: "trace-facts" },
        h("span", {}, moment(summary.startNanos)),
        ...summary.facts.map(([name, text]) => h("span", { title: text }, h("i", {}, name), " ", text)),
      ),
      ...[...summary.feedback, ...summary.losses].map((text) => h("div", { class: "trace-note" }, text)),
      h(
        "div",
        { class: "trace-note is-open", hidden: opened.partial === undefined },
        `Only part of it can be read: ${opened.partial ?? ""}`,
      ),
    );
  }

  #pick(trace: number): void {
    this.#trace = trace;
    this.#words = "";
    this.#reset();
    this.#head.querySelector<HTMLElement>(".picker")?.focus();
  }

  #find(words: string): void {
    this.#words = words;
    this.#scroller.scrollTo(0, 0);
    this.#layOut();
  }

  /**
   * Works out which rows there are: not those below folded ones, and while something is looked for only its
   * matches and what is above them.
   */
  #layOut(): void {
    const rows = this.#summary?.rows ?? [];
    const words = this.#words.trim().toLowerCase();
    const wanted = words === "" ? undefined : matching(rows, words);
    const hidden = new Set<number>();
    this.#shown = [];
    rows.forEach((row, index) => {
      if (wanted === undefined && row.parent >= 0 && (hidden.has(row.parent) || this.#folded.has(row.parent)))
        hidden.add(index);
      else if (wanted === undefined || wanted.has(index)) this.#shown.push(index);
    });
    this.#list.style.height = `${this.#shown.length * ROW_PIXELS}px`;
    this.#drawScale();
    this.#draw();
  }

  #drawScale(): void {
    const length = this.#summary?.lengthNanos ?? 0;
    const ticks = [0, 0.25, 0.5, 0.75].map((part) =>
      h("span", { class: `tick tick-${part * 4}` }, part === 0 ? "0" : duration(length * part)),
    );
    this.#scale.replaceChildren(
      h("span", {}, "step"),
      h("span", { class: "ticks" }, ...ticks),
      h("span", { class: "right" }, "time"),
      h("span", { class: "right" }, "tokens"),
      h("span", { class: "right" }, "cost"),
    );
  }

  #draw(): void {
    const summary = this.#summary;
    if (summary === undefined) {
      this.#list.replaceChildren();
      return;
    }
    const first = Math.max(0, Math.floor(this.#scroller.scrollTop / ROW_PIXELS) - 4);
    const last = Math.min(this.#shown.length, first + Math.ceil((this.#scroller.clientHeight || 600) / ROW_PIXELS) + 8);
    const drawn: HTMLElement[] = [];
    for (let at = first; at < last; at += 1) {
      const index = this.#shown[at] as number;
      const row = rowView(
        summary.rows[index] as Row,
        index,
        summary.lengthNanos,
        index === this.#chosen,
        this.#folded.has(index),
      );
      row.style.top = `${at * ROW_PIXELS}px`;
      drawn.push(row);
    }
    this.#list.replaceChildren(...drawn);
    const isSeen = this.#shown.slice(first, last).includes(this.#chosen);
    if (isSeen) this.#scroller.setAttribute("aria-activedescendant", `step-${this.#chosen}`);
    else this.#scroller.removeAttribute("aria-activedescendant");
  }

  #click(event: MouseEvent): void {
    const element = event.target instanceof Element ? event.target : undefined;
    const row = element?.closest<HTMLElement>(".row");
    if (row === null || row === undefined) return;
    const index = Number(row.dataset["index"]);
    if (element?.closest(".turn") !== null && this.#summary?.rows[index]?.hasChildren === true)
      this.#fold(index, !this.#folded.has(index));
    else this.#select(index, true);
  }

  #key(event: KeyboardEvent): void {
    const at = this.#shown.indexOf(this.#chosen);
    const row = this.#summary?.rows[this.#chosen];
    const page = Math.max(1, Math.floor(this.#scroller.clientHeight / ROW_PIXELS) - 1);
    const go = (to: number): void =>
      this.#select(this.#shown[Math.min(Math.max(to, 0), this.#shown.length - 1)] ?? -1, !this.#side.hidden);
    const keys: Readonly<Record<string, () => void>> = {
      ArrowDown: () => go(at + 1),
      ArrowUp: () => go(at - 1),
      PageDown: () => go(at + page),
      PageUp: () => go(at - page),
      Home: () => go(0),
      End: () => go(this.#shown.length - 1),
      ArrowRight: () =>
        row?.hasChildren === true && this.#folded.has(this.#chosen) ? this.#fold(this.#chosen, false) : go(at + 1),
      ArrowLeft: () => {
        if (row?.hasChildren === true && !this.#folded.has(this.#chosen)) this.#fold(this.#chosen, true);
        else if (row !== undefined && row.parent >= 0) this.#select(row.parent, !this.#side.hidden);
      },
      Enter: () => this.#select(this.#chosen, true),
      " ": () => this.#select(this.#chosen, true),
      Escape: () => this.#close(),
    };
    const act = keys[event.key];
    if (act === undefined || event.ctrlKey || event.metaKey || event.altKey) return;
    event.preventDefault();
    act();
  }

  #fold(index: number, isFolded: boolean): void {
    if (isFolded) this.#folded.add(index);
    else this.#folded.delete(index);
    this.#layOut();
  }

  #select(index: number, opens: boolean): void {
    if (index < 0) return;
    this.#chosen = index;
    const at = this.#shown.indexOf(index);
    const { scrollTop, clientHeight } = this.#scroller;
    if (at * ROW_PIXELS < scrollTop) this.#scroller.scrollTop = at * ROW_PIXELS;
    const below = (at + 1) * ROW_PIXELS + HEAD_PIXELS - clientHeight;
    if (below > scrollTop) this.#scroller.scrollTop = below;
    this.#draw();
    if (opens) void this.#openDetail(index);
  }

  async #openDetail(index: number): Promise<void> {
    const trace = this.#trace;
    const row = this.#summary?.rows[index];
    if (row === undefined) return;
    let detail: Detail;
    try {
      detail = await this.#host.detail(trace, index);
    } catch {
      // Another recording has come in the meantime.
      return;
    }
    if (trace !== this.#trace || index !== this.#chosen) return;
    const host: DetailHost = { ...this.#host, close: () => this.#close(true) };
    this.#side.replaceChildren(detailView(detail, row, host));
    this.#side.hidden = false;
    this.element.classList.add("has-detail");
    // On a phone it begins below what is in sight.
    this.#side.scrollIntoView({ block: "nearest" });
  }

  #close(takesFocus = false): void {
    this.#side.hidden = true;
    this.#side.replaceChildren();
    this.element.classList.remove("has-detail");
    if (takesFocus) this.#scroller.focus({ preventScroll: true });
  }
}

function isSame(one: Opened, other: Opened): boolean {
  const shapes = [one, other].map(({ traces }) =>
    traces.map(({ traceId, rows }) => `${traceId} ${rows.length}`).join(),
  );
  return one.events === other.events && shapes[0] === shapes[1];
}

/** How many steps were never ended, and what is known of that. */
function openWords({ open, rows }: Summary): string {
  const isSure = rows.every((row) => row.state !== "unknown");
  return `${open} ${isSure ? "abandoned" : "without an end"}`;
}

/** Rows in which the words stand, and all rows above them. */
function matching(rows: readonly Row[], words: string): Set<number> {
  const wanted = new Set<number>();
  rows.forEach((row, index) => {
    const { kind, name, status, state, model, service, failure, preview } = row;
    const text = [kind, name, status, state, model, service, failure, preview].join(" ");
    if (!words.split(/\s+/).every((word) => text.toLowerCase().includes(word))) return;
    for (let at = index; at >= 0 && !wanted.has(at); at = rows[at]?.parent ?? -1) wanted.add(at);
  });
  return wanted;
}
