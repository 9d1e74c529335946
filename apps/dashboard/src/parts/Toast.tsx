import { useEffect, useState } from "react";

const listeners = new Set<(text: string) => void>();

/** Says something briefly. */
export function say(text: string): void {
  for (const listener of listeners) {
    listener(text);
  }
}

/** Where it is said; also to screen readers. */
export function Toasts() {
  const [text, setText] = useState("");
  useEffect(() => {
    let timer = 0;
    const listener = (said: string) => {
      setText(said);
      window.clearTimeout(timer);
      timer = window.setTimeout(() => setText(""), 2200);
    };
    listeners.add(listener);
    return () => {
      listeners.delete(listener);
      window.clearTimeout(timer);
    };
  }, []);
  return (
    <div className="toasts" role="status" aria-live="polite">
      {text !== "" && <div className="toast">{text}</div>}
    </div>
  );
}
