import { useEffect, useRef } from "react";

/** Keys and what they do. */
export type Keys = { [key: string]: (event: KeyboardEvent) => void };

/** Whether somebody types into a field, so that letters are letters. */
export function isTyping(target: EventTarget | null): boolean {
  if (!(target instanceof HTMLElement)) {
    return false;
  }
  if (target instanceof HTMLInputElement) {
    return !["checkbox", "radio", "button", "range"].includes(target.type);
  }
  return target instanceof HTMLTextAreaElement || target instanceof HTMLSelectElement || target.isContentEditable;
}

let going = 0;

/** After `g` the next letter is the name of a page, whatever else it would do. */
export function beginGoing(): void {
  going = Date.now();
}

/** Whether a `g` was pressed just before. */
export function isGoing(): boolean {
  return Date.now() - going < 1200;
}

/** Ends that. */
export function endGoing(): void {
  going = 0;
}

/** Whether a key belongs to what has the focus: Enter and Space press buttons and follow links. */
function belongsElsewhere(event: KeyboardEvent): boolean {
  const target = event.target;
  if (isTyping(target)) {
    return true;
  }
  if (!(target instanceof HTMLElement)) {
    return false;
  }
  if (target.closest(".popover, .dialog") !== null) {
    return true;
  }
  if (target instanceof HTMLInputElement && event.key.startsWith("Arrow")) {
    return true;
  }
  return (event.key === "Enter" || event.key === " ") && target.closest("a, button, summary, [role=tab]") !== null;
}

/** Hears keys while a part of the page is there. Keys with Ctrl, Alt or Meta are the browser's. */
export function useKeys(keys: Keys, when = true): void {
  const latest = useRef(keys);
  latest.current = keys;
  useEffect(() => {
    if (!when) {
      return;
    }
    const listener = (event: KeyboardEvent) => {
      if (
        event.defaultPrevented ||
        event.ctrlKey ||
        event.metaKey ||
        event.altKey ||
        isGoing() ||
        belongsElsewhere(event)
      ) {
        return;
      }
      const action = Object.hasOwn(latest.current, event.key) ? latest.current[event.key] : undefined;
      if (action !== undefined) {
        event.preventDefault();
        action(event);
      }
    };
    document.addEventListener("keydown", listener);
    return () => document.removeEventListener("keydown", listener);
  }, [when]);
}
