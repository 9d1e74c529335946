/**
 * Light, dark, or as the system has it. The choice is kept in this browser.
 *
 * @module
 */
import { h, ICONS, icon } from "./dom.ts";

const CHOICES = ["auto", "light", "dark"] as const;
const KEY = "tracewire-playground-theme";

export function themeButton(): HTMLElement {
  let choice = CHOICES.find((one) => one === kept()) ?? "auto";
  const button = h("button", { type: "button", class: "plain" }, icon(ICONS.theme));
  const apply = (): void => {
    if (choice === "auto") delete document.documentElement.dataset["theme"];
    else document.documentElement.dataset["theme"] = choice;
    button.title = `Colours: ${choice}`;
    button.setAttribute("aria-label", `Colours: ${choice}`);
  };
  button.addEventListener("click", () => {
    choice = CHOICES[(CHOICES.indexOf(choice) + 1) % CHOICES.length] ?? "auto";
    keep(choice);
    apply();
  });
  apply();
  return button;
}

function kept(): string | null {
  try {
    return localStorage.getItem(KEY);
  } catch {
    return null;
  }
}

function keep(choice: string): void {
  try {
    localStorage.setItem(KEY, choice);
  } catch {
    // Storage may be denied: then it holds as long as the page.
  }
}
