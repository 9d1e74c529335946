/**
 * What divides input and results: dragged, or moved with the arrow keys.
 *
 * @module
 */
import { h } from "./dom.ts";

export function splitter(): HTMLElement {
  let percent = 34;
  const element = h("div", {
    class: "splitter",
    role: "separator",
    tabindex: "0",
    "aria-orientation": "vertical",
    "aria-label": "Width of the input",
    "aria-valuemin": 15,
    "aria-valuemax": 75,
  });
  const move = (to: number): void => {
    percent = Math.min(75, Math.max(15, to));
    element.setAttribute("aria-valuenow", String(Math.round(percent)));
    element.parentElement?.style.setProperty("--input", `${percent}%`);
  };
  element.addEventListener("pointerdown", (event) => {
    element.setPointerCapture(event.pointerId);
    event.preventDefault();
  });
  element.addEventListener("pointermove", (event) => {
    if (element.hasPointerCapture(event.pointerId)) move((event.clientX / window.innerWidth) * 100);
  });
  element.addEventListener("keydown", (event) => {
    const step = event.key === "ArrowLeft" ? -2 : event.key === "ArrowRight" ? 2 : 0;
    if (step === 0) return;
    event.preventDefault();
    move(percent + step);
  });
  element.setAttribute("aria-valuenow", String(percent));
  return element;
}
