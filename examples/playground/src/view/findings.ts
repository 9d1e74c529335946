/**
 * What the validator found: each with its code, its place and its remedy. A click goes to the line.
 *
 * @module
 */
import type { Finding, Severity } from "../engine/engine.ts";
import type { Opened } from "../engine/messages.ts";
import { count, plural } from "../model/words.ts";
import { blank, h, ICONS, icon, rove } from "./dom.ts";

export interface FindingsHost {
  /** Shows a line of the input. */
  toLine(line: number, column: number | undefined): void;
  /** Shows a step of a trace. */
  toStep(trace: number, row: number): void;
}

const SEVERITIES: readonly Severity[] = ["error", "warning", "note"];

export class Findings {
  readonly element = h("section", { class: "findings", "aria-label": "Findings" });
  readonly #host: FindingsHost;
  #opened: Opened | undefined;
  #left: ReadonlySet<Severity> = new Set();

  constructor(host: FindingsHost) {
    this.#host = host;
  }

  show(opened: Opened): void {
    this.#opened = opened;
    this.#left = new Set();
    this.#draw();
  }

  #draw(): void {
    const opened = this.#opened;
    if (opened === undefined) return;
    const { report } = opened;
    if (opened.isEmpty === true) {
      this.element.replaceChildren();
      return;
    }
    if (opened.isPending) {
      this.element.replaceChildren(h("div", { class: "blank" }, h("p", {}, "Loading the rules …")));
      return;
    }
    if (report === undefined) {
      this.element.replaceChildren(blank(ICONS.error, "is-error", "This cannot be validated", opened.problem ?? ""));
      return;
    }
    const { summary } = report;
    const hidden = summary.hidden ?? 0;
    const carried = opened.envelopes > 0 ? ` in ${plural(opened.envelopes, "envelope")}` : "";
    const seen = `${plural(opened.events, "event")}${carried}`;
    if (report.findings.length === 0) {
      const why = `${seen}: form, ids, times, order, spans, usage, content and names are as the specification has them.`;
      this.element.replaceChildren(blank(ICONS.check, "is-ok", "Nothing to mend", why));
      return;
    }
    const filters = SEVERITIES.map((severity) => {
      const number = { error: summary.errors, warning: summary.warnings, note: summary.notes }[severity];
      return h(
        "button",
        {
          type: "button",
          class: `filter is-${severity}`,
          "aria-pressed": String(!this.#left.has(severity)),
          disabled: number === 0,
          onclick: () => this.#toggle(severity),
        },
        icon(ICONS[severity]),
        plural(number, severity),
      );
    });
    const shown = report.findings
      .map((finding, at) => ({ finding, at }))
      .filter(({ finding }) => !this.#left.has(finding.severity));
    shown.sort(
      (a, b) =>
        (opened.jumps[a.at]?.line ?? Infinity) - (opened.jumps[b.at]?.line ?? Infinity) ||
        (a.finding.column ?? 0) - (b.finding.column ?? 0) ||
        a.at - b.at,
    );
    const list = h("ol", { class: "list" }, ...shown.map(({ finding, at }) => this.#item(finding, at)));
    list.addEventListener("keydown", (event) =>
      rove(event, [...list.querySelectorAll<HTMLElement>(".finding-main")], "ArrowUp", "ArrowDown"),
    );
    this.element.replaceChildren(
      h("div", { class: "bar" }, h("div", { class: "filters" }, ...filters), h("span", { class: "quiet" }, seen)),
      list,
      h("p", { class: "quiet padded", hidden: hidden === 0 }, `${count(hidden)} more are counted and not listed.`),
    );
  }

  #toggle(severity: Severity): void {
    const left = new Set(this.#left);
    if (!left.delete(severity)) left.add(severity);
    this.#left = left;
    this.#draw();
    this.element.querySelector<HTMLElement>(`.filter.is-${severity}`)?.focus();
  }

  #item(finding: Finding, at: number): HTMLElement {
    const jump = this.#opened?.jumps[at];
    const column = finding.column ?? undefined;
    const where = [
      jump?.line === undefined
        ? undefined
        : `line ${count(jump.line)}${column === undefined ? "" : `:${count(column)}`}`,
      finding.pointer === "" ? undefined : finding.pointer,
    ].filter((part) => part !== undefined);
    const go = (): void => {
      if (jump?.line !== undefined) this.#host.toLine(jump.line, column);
      else if (jump !== undefined && jump.row >= 0) this.#host.toStep(jump.trace, jump.row);
    };
    return h(
      "li",
      { class: `finding is-${finding.severity}` },
      h(
        "button",
        { type: "button", class: "finding-main", onclick: go },
        icon(ICONS[finding.severity]),
        h(
          "span",
          { class: "finding-text" },
          h(
            "span",
            { class: "finding-head" },
            h("code", {}, finding.code),
            h("span", { class: "finding-name" }, finding.name),
            h("span", { class: "where" }, where.join("  ")),
          ),
          h("span", { class: "message" }, ...marked(finding.message)),
          finding.fix !== null && finding.fix !== "" && h("span", { class: "fix" }, ...marked(finding.fix)),
        ),
      ),
      h(
        "span",
        { class: "finding-links" },
        jump !== undefined &&
          jump.row >= 0 &&
          h(
            "button",
            { type: "button", class: "link", onclick: () => this.#host.toStep(jump.trace, jump.row) },
            "step",
          ),
        finding.page !== null &&
          h("a", { class: "link", href: safeAddress(finding.page), target: "_blank", rel: "noreferrer" }, "rule"),
      ),
    );
  }
}

/** A sentence in which what stands between backticks is code. */
export function marked(sentence: string): (string | HTMLElement)[] {
  return sentence.split("`").map((part, at) => (at % 2 === 1 ? h("code", {}, part) : part));
}

/** Pages of rules are on the web; nothing else is a link. */
function safeAddress(address: string): string | undefined {
  return address.startsWith("https://") ? address : undefined;
}
