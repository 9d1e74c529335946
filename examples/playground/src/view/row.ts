/**
 * One row of the waterfall.
 *
 * @module
 */
import type { Cost } from "../model/figures.ts";
import type { Row } from "../model/rows.ts";
import { duration, money, plural, short } from "../model/words.ts";
import { kindClass } from "./detail.ts";
import { h, ICONS, icon } from "./dom.ts";
import { statusWord } from "./status.ts";

/**
 * Draws a row.
 *
 * @param index - which of the trace.
 * @param lengthNanos - how long the trace took.
 */
export function rowView(
  row: Row,
  index: number,
  lengthNanos: number,
  isChosen: boolean,
  isFolded: boolean,
): HTMLElement {
  const [status, tone] = statusWord(row);
  const total = Math.max(lengthNanos, 1);
  const bar = h("span", {
    class: `${row.form === "span" || row.form === "missing" ? "bar-of" : "dot-of"} kind-${kindClass(row)} is-${tone}`,
  });
  bar.style.left = `${(row.start / total) * 100}%`;
  if (row.form === "span" || row.form === "missing") bar.style.width = `${(row.length / total) * 100}%`;
  const name = h(
    "span",
    { class: "cell-name" },
    row.hasChildren
      ? h("span", { class: `turn${isFolded ? "" : " is-open"}`, "aria-hidden": "true" }, icon(ICONS.turn))
      : h("span", { class: "turn" }),
    mark(tone, row),
    row.kind !== "" && h("span", { class: `kind kind-${kindClass(row)}` }, row.kind),
    h("span", { class: "name" }, row.name || "(no name)"),
    row.model !== undefined && h("span", { class: "quiet" }, row.model),
    row.service !== undefined && h("span", { class: "service" }, `@${row.service}`),
    status !== "" && tone !== "ok" && tone !== "quiet" && h("span", { class: `status is-${tone}` }, status),
    row.findings > 0 && h("span", { class: "found", title: plural(row.findings, "finding") }, String(row.findings)),
    h("span", { class: `preview${row.failure === undefined ? "" : " is-error"}` }, row.failure ?? row.preview),
  );
  name.style.setProperty("--depth", String(Math.min(row.depth, 24)));
  return h(
    "div",
    {
      class: `columns row${isChosen ? " chosen" : ""}`,
      id: `step-${index}`,
      role: "treeitem",
      "aria-level": row.depth + 1,
      "aria-expanded": row.hasChildren ? String(!isFolded) : undefined,
      "aria-selected": String(isChosen),
      "aria-label": [row.kind, row.name, status, row.form === "span" ? duration(row.length) : ""]
        .filter(Boolean)
        .join(", "),
      "data-index": index,
    },
    name,
    h("span", { class: "cell-bar" }, bar),
    h("span", { class: "right" }, timeOf(row)),
    h(
      "span",
      { class: "right quiet" },
      row.usage === undefined ? "" : `${short(row.usage.input)} → ${short(row.usage.output)}`,
    ),
    h("span", { class: "right quiet" }, row.cost === undefined ? "" : costText(row.cost)),
  );
}

function mark(tone: string, row: Row): Node {
  if (tone === "error") return icon(ICONS.cross, "is-error");
  if (tone === "open") return icon(ICONS.warning, "is-open");
  if (row.form === "log") return h("span", { class: `icon log-mark kind-${kindClass(row)}`, "aria-hidden": "true" });
  return icon(ICONS.check, row.form === "span" ? "is-ok" : "is-quiet");
}

/** How long it took; of an open one, how long at least. */
function timeOf(row: Row): string {
  if (row.form !== "span") return "";
  return row.isLengthKnown ? duration(row.length) : row.length === 0 ? "?" : `≥ ${duration(row.length)}`;
}

/** Amounts by currency, added. */
export function costText(cost: Cost): string {
  return Object.entries(cost)
    .map(([currency, amount]) => money(amount, currency))
    .join(" + ");
}
