/**
 * Elements in few words. Text is always text: nothing that a trace says becomes markup.
 *
 * @module
 */

type Child = Node | string | undefined | null | false;
type Attributes = Readonly<Record<string, string | number | boolean | undefined | ((event: never) => void)>>;

/**
 * Makes an element. `on…` attributes are listeners; `true` is an attribute without a value; `undefined` and
 * `false` are none.
 */
export function h<K extends keyof HTMLElementTagNameMap>(
  tag: K,
  attributes: Attributes,
  ...children: Child[]
): HTMLElementTagNameMap[K] {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (typeof value === "function") element.addEventListener(name.slice(2), value as (event: Event) => void);
    else if (value !== undefined && value !== false) element.setAttribute(name, value === true ? "" : String(value));
  }
  element.append(
    ...children.filter((child): child is Node | string => child !== undefined && child !== null && child !== false),
  );
  return element;
}

const SVG = "http://www.w3.org/2000/svg";

/** A line icon of 16 by 16. */
export function icon(path: string, name = ""): SVGSVGElement {
  const svg = document.createElementNS(SVG, "svg");
  svg.setAttribute("viewBox", "0 0 16 16");
  svg.setAttribute("class", `icon ${name}`);
  svg.setAttribute("aria-hidden", "true");
  const line = document.createElementNS(SVG, "path");
  line.setAttribute("d", path);
  svg.append(line);
  return svg;
}

export const ICONS = {
  error: "M8 2.5 14 13.2H2ZM8 6.6v3M8 11.4v.1",
  cross: "M4.5 4.5l7 7M11.5 4.5l-7 7",
  check: "M3.5 8.5l3 3 6-7",
  warning: "M8 2.5 14 13.2H2ZM8 6.6v3M8 11.4v.1",
  note: "M8 2.5a5.5 5.5 0 1 0 .01 0ZM8 7.4v3.4M8 5.2v.1",
  open: "M8 2.5a5.5 5.5 0 1 0 .01 0",
  copy: "M5.5 5.5h7v8h-7zM10.5 5.5v-3h-7v8h2",
  download: "M8 2.5v7.5M4.8 7 8 10.2 11.2 7M3 13h10",
  share: "M6.8 9.2 9.2 6.8M7 5l1.6-1.6a2.4 2.4 0 0 1 3.4 3.4L10.4 8.4M9 11l-1.6 1.6A2.4 2.4 0 0 1 4 9.2L5.6 7.6",
  file: "M2.5 5.2V3.5h4l1.3 1.7h5.7v7.8h-11z",
  theme: "M8 2.5a5.5 5.5 0 1 0 .01 0ZM8 2.5v11",
  turn: "M6 4l4 4-4 4",
} as const;

/** What stands where there is nothing to list. */
export function blank(picture: string, tone: string, title: string, why: string): HTMLElement {
  return h("div", { class: "blank" }, icon(picture, tone), h("h2", {}, title), h("p", {}, why));
}

/** A button that is a picture, with what it does in words for those who do not see it. */
export function iconButton(picture: string, words: string, act: (event: MouseEvent) => void): HTMLButtonElement {
  const attributes = { type: "button", class: "plain", title: words, "aria-label": words, onclick: act };
  return h("button", attributes, icon(picture));
}

/** Draws at most once for each picture of the screen, however often it is asked to. */
export function perFrame(draw: () => void): () => void {
  let isDue = false;
  return () => {
    if (isDue) return;
    isDue = true;
    requestAnimationFrame(() => {
      isDue = false;
      draw();
    });
  };
}

/** Moves the focus among items with the arrow keys, Home and End. Gives the item that got it. */
export function rove(
  event: KeyboardEvent,
  items: readonly HTMLElement[],
  back: string,
  forth: string,
): HTMLElement | undefined {
  const at = items.indexOf(document.activeElement as HTMLElement);
  const to =
    event.key === forth
      ? at + 1
      : event.key === back
        ? at - 1
        : event.key === "Home"
          ? 0
          : event.key === "End"
            ? items.length - 1
            : -2;
  if (to === -2 || at < 0) return undefined;
  event.preventDefault();
  const item = items[(to + items.length) % items.length];
  item?.focus();
  return item;
}
