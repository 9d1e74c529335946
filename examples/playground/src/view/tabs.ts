/**
 * Tabs, as the ARIA pattern has them: arrow keys move, one panel is seen.
 *
 * @module
 */
import { h, rove } from "./dom.ts";

export interface Tab {
  readonly id: string;
  readonly name: string;
  readonly panel: HTMLElement;
}

export class Tabs {
  readonly list: HTMLElement;
  readonly panels = h("div", { class: "panels" });
  readonly #tabs: readonly Tab[];
  readonly #buttons: readonly HTMLElement[];
  readonly #badges: readonly HTMLElement[];
  readonly #onShown: (id: string) => void;

  constructor(tabs: readonly Tab[], onShown: (id: string) => void) {
    this.#tabs = tabs;
    this.#onShown = onShown;
    this.#badges = tabs.map(() => h("span", { class: "badge" }));
    this.#buttons = tabs.map((tab, at) =>
      h(
        "button",
        {
          type: "button",
          role: "tab",
          id: `tab-${tab.id}`,
          "aria-controls": `panel-${tab.id}`,
          onclick: () => this.show(tab.id),
        },
        tab.name,
        this.#badges[at],
      ),
    );
    this.list = h(
      "div",
      {
        class: "tabs",
        role: "tablist",
        "aria-label": "What is shown",
        onkeydown: (event: KeyboardEvent) => this.#key(event),
      },
      ...this.#buttons,
    );
    for (const tab of tabs)
      this.panels.append(
        h(
          "div",
          { class: "panel", role: "tabpanel", id: `panel-${tab.id}`, "aria-labelledby": `tab-${tab.id}` },
          tab.panel,
        ),
      );
  }

  show(id: string): void {
    this.#tabs.forEach((tab, at) => {
      const isShown = tab.id === id;
      this.#buttons[at]?.setAttribute("aria-selected", String(isShown));
      this.#buttons[at]?.setAttribute("tabindex", isShown ? "0" : "-1");
      (this.panels.children[at] as HTMLElement).hidden = !isShown;
    });
    this.#onShown(id);
  }

  get shown(): string {
    return this.#tabs[this.#buttons.findIndex((button) => button.getAttribute("aria-selected") === "true")]?.id ?? "";
  }

  badge(id: string, text: string, tone: string): void {
    const badge = this.#badges[this.#tabs.findIndex((tab) => tab.id === id)];
    if (badge === undefined) return;
    badge.textContent = text;
    badge.className = `badge is-${tone}`;
  }

  #key(event: KeyboardEvent): void {
    const item = rove(event, this.#buttons, "ArrowLeft", "ArrowRight");
    if (item !== undefined) this.show(item.id.replace("tab-", ""));
  }
}
