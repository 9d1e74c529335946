/**
 * The page: what is given goes to the worker, and what comes back to the views.
 *
 * @module
 */
import { Analyst, Replaced } from "./engine/client.ts";
import type { Opened } from "./engine/messages.ts";
import { plural, bytes as sizeOf } from "./model/words.ts";
import { SAMPLES } from "./samples.ts";
import { fragmentOf, shared } from "./share.ts";
import { h, ICONS, icon } from "./view/dom.ts";
import { Encodings } from "./view/encodings.ts";
import { Findings } from "./view/findings.ts";
import { fileButton, type Given, Input } from "./view/input.ts";
import { splitter } from "./view/splitter.ts";
import { Tabs } from "./view/tabs.ts";
import { themeButton } from "./view/theme.ts";
import { TraceView } from "./view/trace.ts";

/** A larger file would not fit into the memory of a page. */
const LARGEST_FILE = 400_000_000;

const analyst = new Analyst(() => new Worker(new URL("worker.js", import.meta.url), { type: "module" }));
const toast = h("div", { class: "toast", role: "status", "aria-live": "polite" });
const state = h("span", { class: "state", role: "status" });
let toastTimer: ReturnType<typeof setTimeout> | undefined;
let sample = "";

const input = new Input(
  (given, isTyped) => void analyse(given, isTyped),
  () => void indent(),
);
const findings = new Findings({ toLine, toStep });
const trace = new TraceView({
  detail: (of, row) => analyst.detail(of, row),
  toLine: (line) => toLine(line, undefined),
  toFinding: (code) => {
    tabs.show("findings");
    const found = [...findings.element.querySelectorAll<HTMLElement>(".finding-main")].find(
      (item) => item.querySelector("code")?.textContent === code,
    );
    found?.focus();
  },
  copy,
});
const encodings = new Encodings({
  encode: (what, form) => analyst.encode(what, form),
  tokens: (what, form) => analyst.tokens(what, form),
  copy,
  download,
  say,
});
const tabs = new Tabs(
  [
    { id: "trace", name: "Trace", panel: trace.element },
    { id: "findings", name: "Findings", panel: findings.element },
    { id: "encodings", name: "Encodings", panel: encodings.element },
  ],
  (id) => id === "encodings" && void encodings.look(),
);
const results = h("div", { class: "results" }, h("div", { class: "tab-bar" }, tabs.list, state), tabs.panels);
const main = h("main", {}, input.element, splitter(), results);
const samples = h(
  "select",
  { class: "samples", "aria-label": "Samples", onchange: () => openSample(samples.value) },
  h("option", { value: "" }, "Samples"),
  ...SAMPLES.map(({ id, name }) => h("option", { value: id }, name)),
);

document.body.append(
  h(
    "header",
    { class: "top" },
    h("h1", {}, icon("M2 4h9M5 8h9M5 12h5", "brand"), "tracewire", h("span", { class: "quiet" }, " playground")),
    samples,
    h("span", { class: "spread" }),
    fileButton((file) => void openFile(file)),
    h(
      "button",
      { type: "button", class: "action", onclick: () => void share() },
      icon(ICONS.share),
      h("span", { class: "label" }, "Share"),
    ),
    themeButton(),
  ),
  main,
  toast,
);

async function analyse(given: Given, isTyped: boolean): Promise<void> {
  if (isTyped) forgetSample();
  if (given.bytes.length === 0) return show({ ...nothing(""), partial: undefined, isEmpty: true }, given);
  state.textContent = "working …";
  results.classList.add("is-busy");
  let opened: Opened;
  try {
    opened = await analyst.open(given.bytes, given.format, (early) => show(early, given));
  } catch (error) {
    if (error instanceof Replaced) return;
    opened = nothing(error instanceof Error ? error.message : String(error));
  }
  show(opened, given);
}

function show(opened: Opened, given: Given): void {
  results.classList.remove("is-busy");
  input.mark(opened);
  findings.show(opened);
  trace.show(opened);
  encodings.show(opened);
  describe(opened, given);
  if (tabs.shown === "encodings") void encodings.look();
}

/** Takes the input as indented JSON: one document, whatever it was. */
async function indent(): Promise<void> {
  try {
    const bytes = await analyst.encode("given", "pretty");
    forgetSample();
    input.take(bytes, "", "json");
  } catch (error) {
    if (!(error instanceof Replaced)) say(error instanceof Error ? error.message : String(error));
  }
}

function nothing(problem: string): Opened {
  return {
    isPending: false,
    report: undefined,
    problem,
    traces: [],
    envelopes: 0,
    events: 0,
    producers: 0,
    passedOver: 0,
    partial: problem,
    jumps: [],
    millis: 0,
  };
}

function describe(opened: Opened, given: Given): void {
  const summary = opened.report?.summary;
  if (opened.isEmpty === true) {
    for (const id of ["trace", "findings"]) tabs.badge(id, "", "quiet");
    state.textContent = "";
    return;
  }
  const bad = (summary?.errors ?? 1) > 0 ? "error" : (summary?.warnings ?? 0) > 0 ? "warning" : "quiet";
  const number = summary === undefined ? "!" : String(summary.errors + summary.warnings + summary.notes);
  tabs.badge(
    "findings",
    summary !== undefined && number === "0" ? "✓" : number,
    summary !== undefined && number === "0" ? "ok" : bad,
  );
  if (opened.isPending) tabs.badge("findings", "…", "quiet");
  tabs.badge("trace", opened.traces.length > 1 ? String(opened.traces.length) : "", "quiet");
  const took = `${sizeOf(given.bytes.length)} in ${Math.max(1, Math.round(opened.millis))} ms`;
  state.textContent = `${plural(opened.events, "event")} · ${took}`;
}

function openSample(id: string): void {
  const found = SAMPLES.find((one) => one.id === id);
  if (found === undefined) return;
  sample = id;
  samples.value = id;
  history.replaceState(null, "", `#sample=${id}`);
  tabs.show(found.tab);
  input.take(new TextEncoder().encode(found.text), "", found.format);
}

function forgetSample(): void {
  sample = "";
  samples.value = "";
  if (location.hash !== "") history.replaceState(null, "", location.pathname + location.search);
}

async function openFile(file: File): Promise<void> {
  if (file.size > LARGEST_FILE)
    return say(
      `${file.name} has ${sizeOf(file.size)}, of which this page takes ${sizeOf(LARGEST_FILE)}: use tracewire validate`,
    );
  forgetSample();
  try {
    input.take(new Uint8Array(await file.arrayBuffer()), file.name);
  } catch {
    say(`${file.name} cannot be read.`);
  }
}

async function share(): Promise<void> {
  const { bytes, format } = input.given;
  if (bytes.length === 0) return say("There is nothing to share yet.");
  const fragment = sample === "" ? await fragmentOf(bytes, format).catch(() => undefined) : `#sample=${sample}`;
  if (fragment === undefined)
    return say(`${sizeOf(bytes.length)} are too much for an address. Download it from “Encodings”, and send the file.`);
  history.replaceState(null, "", fragment);
  await copy(location.href, "The address, with the recording in it,");
}

async function openShared(): Promise<void> {
  try {
    const found = await shared(location.hash);
    if (found === undefined) openSample("support");
    else if ("sample" in found) openSample(SAMPLES.some(({ id }) => id === found.sample) ? found.sample : "support");
    else input.take(found.bytes, "", found.format);
  } catch (error) {
    say(error instanceof Error ? error.message : String(error));
    input.take(new Uint8Array(), "");
  }
}

function toLine(line: number, column: number | undefined): void {
  input.jump(line, column);
  input.element.scrollIntoView({ block: "nearest" });
}

function toStep(of: number, row: number): void {
  tabs.show("trace");
  trace.choose(of, row);
}

async function copy(text: string, what: string): Promise<void> {
  try {
    await navigator.clipboard.writeText(text);
    say(`${what} is copied.`);
  } catch {
    say("The browser does not let this page copy.");
  }
}

function download(bytes: Uint8Array, name: string): void {
  const address = URL.createObjectURL(new Blob([bytes as Uint8Array<ArrayBuffer>]));
  h("a", { href: address, download: name }).click();
  setTimeout(() => URL.revokeObjectURL(address), 10_000);
}

function say(text: string): void {
  toast.textContent = text;
  toast.classList.add("is-seen");
  clearTimeout(toastTimer);
  toastTimer = setTimeout(() => toast.classList.remove("is-seen"), 4_500);
}

document.addEventListener("dragover", (event) => {
  event.preventDefault();
  document.body.classList.add("is-dropping");
});
document.addEventListener("dragleave", (event) => {
  if (event.relatedTarget === null) document.body.classList.remove("is-dropping");
});
document.addEventListener("drop", (event) => {
  event.preventDefault();
  document.body.classList.remove("is-dropping");
  const file = event.dataTransfer?.files[0];
  const text = event.dataTransfer?.getData("text/plain") ?? "";
  if (file !== undefined) void openFile(file);
  else if (text !== "") {
    forgetSample();
    input.take(new TextEncoder().encode(text), "");
  }
});
window.addEventListener("hashchange", () => void openShared());

tabs.show("trace");
void openShared();
