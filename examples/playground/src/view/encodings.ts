/**
 * The recording in every encoding: how large each is, how many tokens a model would read, and the text itself.
 *
 * @module
 */
import { FORMAT_ENDINGS, FORMAT_NAMES } from "../engine/engine.ts";
import { FORMS, type Form, type Opened, type What } from "../engine/messages.ts";
import { count, bytes as sizeOf } from "../model/words.ts";
import { h, ICONS, iconButton, rove } from "./dom.ts";
import { hexOf, Lines } from "./lines.ts";

export interface EncodingsHost {
  encode(what: What, form: Form): Promise<Uint8Array>;
  tokens(what: What, form: Form): Promise<number>;
  copy(text: string, what: string): void;
  download(bytes: Uint8Array, name: string): void;
  say(text: string): void;
}

interface Known {
  bytes?: Uint8Array;
  problem?: string;
  tokens?: number;
}

export class Encodings {
  readonly element = h("section", { class: "encodings", "aria-label": "Encodings" });
  readonly #host: EncodingsHost;
  readonly #table = h("div", { class: "forms", role: "radiogroup", "aria-label": "Encoding" });
  readonly #bar = h("div", { class: "bar" });
  readonly #preview = new Lines("The recording in this encoding");
  #known = new Map<Form, Known>();
  #what: What = "given";
  #form: Form = "toon";
  #hasEnvelopes = false;
  #counts = false;
  #isStale = true;
  #pending: number | undefined;
  #isEmpty = true;
  #run = 0;

  constructor(host: EncodingsHost) {
    this.#host = host;
    this.element.append(this.#bar, this.#table, h("div", { class: "preview-pane" }, this.#preview.element));
    this.#table.addEventListener("keydown", (event) => {
      const item = rove(event, [...this.#table.querySelectorAll<HTMLElement>("[role=radio]")], "ArrowUp", "ArrowDown");
      if (item !== undefined) this.#pick(item.dataset["form"] as Form);
    });
  }

  /** Another recording is open. Nothing is written before somebody looks. */
  show(opened: Opened): void {
    // What the validator adds changes nothing here.
    if (this.#pending !== undefined && this.#pending === opened.events) {
      this.#pending = undefined;
      return;
    }
    this.#pending = opened.isPending ? opened.events : undefined;
    this.#hasEnvelopes = opened.envelopes > 0;
    this.#isEmpty = opened.isEmpty === true;
    this.#what = "given";
    this.#counts = false;
    this.#isStale = true;
    this.#known = new Map();
    this.#run += 1;
    if (this.#isEmpty) {
      this.#table.replaceChildren();
      this.#bar.replaceChildren();
      this.#preview.show("", "json");
    }
  }

  /** Somebody looks. */
  async look(): Promise<void> {
    if (!this.#isStale || this.#isEmpty) return;
    this.#isStale = false;
    await this.#fill();
  }

  async #fill(): Promise<void> {
    this.#run += 1;
    const run = this.#run;
    this.#known = new Map();
    this.#draw();
    this.#preview.show("", "json");
    // The one that is looked at comes first.
    for (const form of [this.#form, ...FORMS.filter((one) => one !== this.#form)]) {
      const known: Known = {};
      try {
        known.bytes = await this.#host.encode(this.#what, form);
      } catch (error) {
        known.problem = error instanceof Error ? error.message : String(error);
      }
      if (run !== this.#run) return;
      this.#known.set(form, known);
      this.#draw();
      if (form === this.#form) this.#drawPreview();
    }
    if (this.#counts) await this.#count(run);
  }

  async #count(run: number): Promise<void> {
    for (const form of FORMS) {
      const known = this.#known.get(form);
      if (form === "proto" || known?.bytes === undefined || known.tokens !== undefined) continue;
      try {
        known.tokens = await this.#host.tokens(this.#what, form);
      } catch (error) {
        this.#counts = false;
        this.#host.say(error instanceof Error ? error.message : String(error));
      }
      if (run !== this.#run) return;
      this.#draw();
    }
  }

  #pick(form: Form): void {
    this.#form = form;
    this.#draw();
    this.#table.querySelector<HTMLElement>(`[data-form=${form}]`)?.focus();
    this.#drawPreview();
  }

  #draw(): void {
    const base = this.#known.get("json");
    this.#bar.replaceChildren(
      h(
        "div",
        { class: "segments", role: "group", "aria-label": "What is written" },
        ...(["given", "events"] as const).map((what) =>
          h(
            "button",
            { type: "button", "aria-pressed": String(this.#what === what), onclick: () => this.#choose(what) },
            what === "events" ? "Events with content" : this.#hasEnvelopes ? "Envelopes" : "As given",
          ),
        ),
      ),
      h(
        "button",
        {
          type: "button",
          class: "action",
          "aria-pressed": String(this.#counts),
          disabled: this.#counts,
          onclick: () => this.#countAll(),
        },
        this.#counts ? "Tokens: o200k" : "Count tokens",
      ),
    );
    const hadFocus = this.#table.contains(document.activeElement)
      ? (document.activeElement as HTMLElement).dataset["form"]
      : undefined;
    this.#table.replaceChildren(
      h(
        "div",
        { class: "form-row form-head", "aria-hidden": "true" },
        h("span", {}, "encoding"),
        h("span", { class: "right" }, "size"),
        h("span", { class: "right" }, "of JSON"),
        h("span", { class: "right" }, "tokens"),
        h("span", {}),
      ),
      ...FORMS.map((form) => this.#row(form, base)),
    );
    if (hadFocus !== undefined) this.#table.querySelector<HTMLElement>(`[data-form=${hadFocus}]`)?.focus();
  }

  #row(form: Form, base: Known | undefined): HTMLElement {
    const known = this.#known.get(form);
    const size = known?.bytes?.length;
    const whole = base?.bytes?.length;
    const isChosen = form === this.#form;
    const name = nameOf(form);
    const share = size !== undefined && whole !== undefined && whole > 0 ? size / whole : undefined;
    const meter = h("span", { class: "meter" });
    if (share !== undefined) meter.style.setProperty("--share", `${Math.min(100, share * 60)}%`);
    return h(
      "div",
      { class: `form-row${isChosen ? " chosen" : ""}` },
      h(
        "button",
        {
          type: "button",
          role: "radio",
          class: "form-name",
          "aria-checked": String(isChosen),
          tabindex: isChosen ? 0 : -1,
          "data-form": form,
          onclick: () => this.#pick(form),
        },
        name,
      ),
      known?.problem === undefined
        ? h("span", { class: "right" }, size === undefined ? "…" : sizeOf(size))
        : h("span", { class: "form-problem", title: known.problem }, known.problem),
      known?.problem === undefined &&
        h("span", { class: "right share" }, share === undefined ? "" : `${Math.round(share * 100)} %`, meter),
      known?.problem === undefined &&
        h(
          "span",
          { class: "right" },
          known?.tokens === undefined ? (this.#counts && form !== "proto" ? "…" : "–") : count(known.tokens),
        ),
      known?.bytes !== undefined &&
        h(
          "span",
          { class: "form-actions" },
          form !== "proto" && iconButton(ICONS.copy, `Copy as ${name}`, () => this.#copy(form)),
          iconButton(ICONS.download, `Download as ${name}`, () => this.#download(form)),
        ),
    );
  }

  #drawPreview(): void {
    const known = this.#known.get(this.#form);
    if (known?.bytes === undefined) {
      this.#preview.show(known?.problem ?? "", "csv");
      return;
    }
    if (this.#form === "proto") this.#preview.show(hexOf(known.bytes), "hex");
    else this.#preview.show(new TextDecoder().decode(known.bytes), this.#form === "pretty" ? "json" : this.#form);
  }

  #choose(what: What): void {
    this.#what = what;
    void this.#fill();
  }

  #countAll(): void {
    this.#counts = true;
    this.#draw();
    void this.#count(this.#run);
  }

  #copy(form: Form): void {
    const bytes = this.#known.get(form)?.bytes;
    if (bytes !== undefined) this.#host.copy(new TextDecoder().decode(bytes), nameOf(form));
  }

  #download(form: Form): void {
    const bytes = this.#known.get(form)?.bytes;
    if (bytes !== undefined) this.#host.download(bytes, `trace${FORMAT_ENDINGS[form === "pretty" ? "json" : form]}`);
  }
}

function nameOf(form: Form): string {
  return form === "pretty" ? "JSON, indented" : FORMAT_NAMES[form];
}
