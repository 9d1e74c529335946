import { type ReactNode, useEffect, useRef } from "react";

/** A window above the page: keeps the focus, gives it back, closes by Escape and by a click beside it. */
export function Dialog({ label, close, children }: { label: string; close: () => void; children: ReactNode }) {
  const box = useRef<HTMLDivElement>(null);
  useEffect(() => {
    const before = document.activeElement;
    (box.current?.querySelector<HTMLElement>("input, button") ?? box.current)?.focus();
    return () => {
      if (before instanceof HTMLElement) {
        before.focus();
      }
    };
  }, []);
  return (
    <div
      className="veil"
      onPointerDown={(event) => {
        if (event.target === event.currentTarget) {
          close();
        }
      }}
    >
      <div
        className="dialog"
        ref={box}
        role="dialog"
        aria-modal="true"
        aria-label={label}
        tabIndex={-1}
        onKeyDown={(event) => {
          event.stopPropagation();
          if (event.key === "Escape") {
            close();
          }
          if (event.key === "Tab") {
            keepInside(event, box.current);
          }
        }}
      >
        {children}
      </div>
    </div>
  );
}

function keepInside(event: React.KeyboardEvent, box: HTMLElement | null): void {
  const all = [...(box?.querySelectorAll<HTMLElement>("button, input, a[href], [tabindex='0']") ?? [])];
  const first = all[0];
  const last = all.at(-1);
  if (event.shiftKey && document.activeElement === first) {
    last?.focus();
    event.preventDefault();
  } else if (!event.shiftKey && document.activeElement === last) {
    first?.focus();
    event.preventDefault();
  }
}
