import { useEffect, useState } from "react";

/** What was chosen: the system's, or one of two. */
export type Theme = "system" | "light" | "dark";

const KEY = "tracewire.theme";
const listeners = new Set<() => void>();

/** The theme that was chosen. */
export function chosenTheme(): Theme {
  const value = localStorage.getItem(KEY);
  return value === "light" || value === "dark" ? value : "system";
}

/** Chooses a theme. */
export function chooseTheme(theme: Theme): void {
  if (theme === "system") {
    localStorage.removeItem(KEY);
    delete document.documentElement.dataset["theme"];
  } else {
    localStorage.setItem(KEY, theme);
    document.documentElement.dataset["theme"] = theme;
  }
  for (const listener of listeners) {
    listener();
  }
}

/** The chosen theme, and which one it comes to; drawn things that read colours draw again. */
export function useTheme(): { chosen: Theme; dark: boolean } {
  const [, redraw] = useState(0);
  useEffect(() => {
    const listener = () => redraw((count) => count + 1);
    const media = matchMedia("(prefers-color-scheme: dark)");
    listeners.add(listener);
    media.addEventListener("change", listener);
    return () => {
      listeners.delete(listener);
      media.removeEventListener("change", listener);
    };
  }, []);
  const chosen = chosenTheme();
  return {
    chosen,
    dark: chosen === "dark" || (chosen === "system" && matchMedia("(prefers-color-scheme: dark)").matches),
  };
}
