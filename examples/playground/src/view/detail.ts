/**
 * All that is known of one step.
 *
 * @module
 */
import { isMap, type Json } from "../model/json.ts";
import type { Detail, Row } from "../model/rows.ts";
import { count, duration, money } from "../model/words.ts";
import { h, ICONS, iconButton } from "./dom.ts";
import { statusWord } from "./status.ts";
import { valueView } from "./value.ts";

export interface DetailHost {
  close(): void;
  toLine(line: number): void;
  toFinding(code: string): void;
  copy(text: string, what: string): void;
}

export function detailView(detail: Detail, row: Row, host: DetailHost): HTMLElement {
  const [status, tone] = statusWord(row);
  const length = row.isLengthKnown ? duration(row.length) : `open for ${duration(row.length)} at least`;
  const from = row.start === 0 ? "the beginning" : duration(row.start);
  const times = row.form === "span" ? `${length}, from ${from}` : `at ${duration(row.start)}`;
  return h(
    "section",
    { class: "detail", "aria-label": "The chosen step" },
    h(
      "header",
      { class: "detail-head" },
      row.kind !== "" && h("span", { class: `kind kind-${kindClass(row)}` }, row.kind),
      h("h2", {}, detail.name || "(no name)"),
      status !== "" && h("span", { class: `status is-${tone}` }, status),
      h("span", { class: "quiet" }, times),
      h("span", { class: "spread" }),
      detail.line !== undefined &&
        h(
          "button",
          { type: "button", class: "link", onclick: () => host.toLine(detail.line as number) },
          `line ${count(detail.line)}`,
        ),
      iconButton(ICONS.cross, "Close (Esc)", () => host.close()),
    ),
    h(
      "div",
      { class: "detail-body" },
      detail.failure !== undefined && h("p", { class: "failure" }, detail.failure),
      detail.oddities.length > 0 && h("p", { class: "odd" }, `Recorded with ${detail.oddities.join(", ")}.`),
      ...detail.findings.map((finding) =>
        h(
          "p",
          { class: `odd is-${finding.severity}` },
          h("button", { type: "button", class: "link", onclick: () => host.toFinding(finding.code) }, finding.code),
          ` ${finding.message}`,
        ),
      ),
      figures(detail),
      ...detail.parts.map(([name, value]) => part(name, value, host)),
      detail.inside.length > 0 && inside(detail),
      detail.feedback.length > 0 && part("feedback", detail.feedback, host),
      h(
        "dl",
        { class: "facts" },
        ...detail.facts.map(([name, text]) => h("div", {}, h("dt", {}, name), h("dd", {}, text))),
      ),
    ),
  );
}

/** Tokens and costs in a line of figures. */
function figures(detail: Detail): HTMLElement | false {
  const { usage, cost } = detail;
  const boxes: HTMLElement[] = [];
  const box = (name: string, text: string, more = ""): void => {
    boxes.push(
      h(
        "div",
        { class: "figure" },
        h("span", { class: "figure-name" }, name),
        h("span", { class: "figure-value" }, text),
        more !== "" && h("span", { class: "quiet" }, more),
      ),
    );
  };
  if (usage !== undefined) {
    const cached = [
      usage.cacheRead > 0 ? `${count(usage.cacheRead)} from cache` : "",
      usage.cacheWrite > 0 ? `${count(usage.cacheWrite)} to cache` : "",
    ];
    box("input tokens", count(usage.input), cached.filter(Boolean).join(", "));
    box("output tokens", count(usage.output), usage.reasoning > 0 ? `${count(usage.reasoning)} reasoning` : "");
  }
  if (isMap(cost)) {
    const currency = typeof cost["currency"] === "string" ? cost["currency"] : "";
    for (const name of ["total", "input", "output"]) {
      const amount = cost[name];
      if (typeof amount === "string")
        box(
          name === "total" ? "cost" : `for ${name}`,
          money(amount, currency),
          name === "total" && typeof cost["price_source"] === "string" ? cost["price_source"] : "",
        );
    }
  }
  return boxes.length > 0 && h("div", { class: "figures" }, ...boxes);
}

function part(name: string, value: Json, host: DetailHost): HTMLElement {
  const copy = iconButton(ICONS.copy, `Copy ${name}`, (event) => {
    event.preventDefault(); // It stands in what a click folds.
    host.copy(typeof value === "string" ? value : JSON.stringify(value, undefined, 2), name);
  });
  return h(
    "details",
    { class: "part", open: true },
    h("summary", {}, h("span", {}, name.replaceAll("_", " ")), copy),
    h("div", { class: "part-body" }, valueView(value)),
  );
}

function inside(detail: Detail): HTMLElement {
  const rows = detail.inside.map(({ name, at, body }) =>
    h(
      "li",
      {},
      h("span", { class: "at" }, duration(at)),
      h("span", { class: "inside-name" }, name),
      h("div", {}, valueView(body)),
    ),
  );
  return h(
    "details",
    { class: "part", open: true },
    h("summary", {}, h("span", {}, "events")),
    h("ol", { class: "inside" }, ...rows),
  );
}

const GROUPS: Readonly<Record<string, string>> = {
  agent: "agent",
  workflow: "agent",
  handoff: "agent",
  chain: "agent",
  task: "agent",
  llm: "llm",
  stream: "llm",
  tool: "tool",
  retrieval: "memory",
  embedding: "memory",
  rerank: "memory",
  memory: "memory",
  guardrail: "guard",
  evaluator: "guard",
  http: "system",
  database: "system",
  cache: "system",
  file_io: "system",
};

/** The group of kinds that share a colour. */
export function kindClass(row: Row): string {
  if (row.form === "log") return /warn/.test(row.kind) ? "warning" : /error|fatal/.test(row.kind) ? "error" : "log";
  return GROUPS[row.kind] ?? "other";
}
