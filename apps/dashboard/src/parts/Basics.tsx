import { type ReactNode, useEffect, useRef, useState } from "react";
import { asProblem } from "../api/problem.ts";
import type { Maybe, Money } from "../api/types.ts";
import { Icon, type IconName } from "../design/Icon.tsx";
import { exactMoney, fullTime, money } from "../logic/format.ts";
import { visible } from "../logic/visible.ts";
import { say } from "./Toast.tsx";

/** Text from data: nothing hidden in it, and its direction of writing ends with it. */
export function Data({ children, className = "", title }: { children: string; className?: string; title?: string }) {
  return (
    <span className={`data ${className}`} dir="auto" {...(title === undefined ? {} : { title: visible(title) })}>
      {visible(children)}
    </span>
  );
}

/** A dash for what is not known. */
export function Dash() {
  return (
    <span className="dash">
      <span aria-hidden="true">–</span>
      <span className="unseen">none</span>
    </span>
  );
}

/** An amount; the exact one is its title. */
export function Cost({ cost, unpriced }: { cost: Maybe<Money>; unpriced?: Maybe<number> }) {
  const known = Object.keys(cost ?? {}).length > 0;
  const without = unpriced ?? 0;
  if (!known && without === 0) {
    return <Dash />;
  }
  const missing = without > 0 ? `${without} ${without === 1 ? "call has" : "calls have"} no price` : "";
  return (
    <span title={[exactMoney(cost), missing].filter(Boolean).join("\n")}>
      {known ? money(cost) : ""}
      {without > 0 && <span className="faint">{known ? " + ?" : "no price"}</span>}
    </span>
  );
}

/** A time, in full when pointed at. */
export function Time({ at, children }: { at: string; children: ReactNode }) {
  return (
    <time dateTime={at} title={fullTime(at)}>
      {children}
    </time>
  );
}

/** Copies a text. */
export function CopyButton({
  text,
  label,
  className = "button quiet square copy",
}: {
  text: () => string;
  label: string;
  className?: string;
}) {
  const [done, setDone] = useState(false);
  const copy = async () => {
    try {
      await navigator.clipboard.writeText(text());
      setDone(true);
      setTimeout(() => setDone(false), 1500);
      say("Copied");
    } catch {
      say("The browser did not allow to copy");
    }
  };
  return (
    <button type="button" className={className} onClick={copy} aria-label={label} title={label}>
      <Icon name={done ? "check" : "copy"} size={14} />
    </button>
  );
}

/** Lines to type, with a button that copies them. */
export function Snippet({ children }: { children: string }) {
  return (
    <div className="snippet">
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reachable by keyboard */}
      <pre tabIndex={0}>{children}</pre>
      <CopyButton text={() => children} label="Copy these lines" />
    </div>
  );
}

/** What went wrong, and what to do. */
export function ProblemBox({ error, retry }: { error: unknown; retry?: () => void }) {
  const problem = asProblem(error);
  return (
    <div className="problem" role="alert">
      <Icon name="warning" size={18} />
      <div className="grow">
        <h2>{visible(problem.title)}</h2>
        {problem.detail !== undefined && <p>{visible(problem.detail)}</p>}
        <p className="advice">{visible(problem.advice)}</p>
        <footer>
          {retry !== undefined && (
            <button type="button" className="button" onClick={retry}>
              Try again
            </button>
          )}
          <code>{visible(problem.code)}</code>
          {problem.requestId !== undefined && <span>request {visible(problem.requestId)}</span>}
        </footer>
      </div>
    </div>
  );
}

/** A shape of what comes, seen only where it takes longer than a moment. */
export function Skeleton({ rows = 12 }: { rows?: number }) {
  const widths = [38, 52, 44, 60, 33, 48, 56, 41];
  return (
    <div className="skeleton" aria-hidden="true">
      {Array.from({ length: rows }, (_, row) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: they never change
        <div className="bone" key={row}>
          <i style={{ width: 16 }} />
          <i style={{ width: `${widths[row % widths.length]}%` }} />
          <i style={{ width: "12%", marginLeft: "auto" }} />
        </div>
      ))}
    </div>
  );
}

/** A button that opens a small window below it. Escape and a click elsewhere close it; focus goes back. */
export function Popover({
  label,
  icon,
  children,
  right = false,
  quiet = false,
  square = false,
  name,
}: {
  label: ReactNode;
  icon?: IconName;
  children: (close: () => void) => ReactNode;
  right?: boolean;
  quiet?: boolean;
  square?: boolean;
  /** The name for screen readers where the label is no text. */
  name?: string;
}) {
  const [open, setOpen] = useState(false);
  const anchor = useRef<HTMLDivElement>(null);
  const button = useRef<HTMLButtonElement>(null);
  useEffect(() => {
    if (!open) {
      return;
    }
    const outside = (event: PointerEvent) => {
      if (!anchor.current?.contains(event.target as Node)) {
        setOpen(false);
      }
    };
    document.addEventListener("pointerdown", outside);
    anchor.current?.querySelector<HTMLElement>(".popover input, .popover button, .popover a")?.focus();
    return () => document.removeEventListener("pointerdown", outside);
  }, [open]);
  const close = () => {
    setOpen(false);
    // Not within the key that closed it: Enter would press the button, and open it again.
    setTimeout(() => button.current?.focus());
  };
  return (
    // biome-ignore lint/a11y/noStaticElementInteractions: it hears the keys of what is inside
    <div
      className="popover-anchor"
      ref={anchor}
      onKeyDown={(event) => {
        if (!open) {
          return;
        }
        event.stopPropagation();
        if (event.key === "Escape") {
          close();
        }
        if (event.key === "ArrowDown" || event.key === "ArrowUp") {
          const all = [
            ...(anchor.current?.querySelectorAll<HTMLElement>(".popover input, .popover button, .popover a") ?? []),
          ];
          const at = all.indexOf(document.activeElement as HTMLElement);
          all[(at + (event.key === "ArrowDown" ? 1 : all.length - 1) + all.length) % all.length]?.focus();
          event.preventDefault();
        }
      }}
    >
      <button
        type="button"
        ref={button}
        className={`button${quiet ? " quiet" : ""}${square ? " square" : ""}`}
        aria-expanded={open}
        aria-haspopup="dialog"
        {...(name === undefined ? {} : { "aria-label": name, title: name })}
        onClick={() => setOpen(!open)}
      >
        {icon !== undefined && <Icon name={icon} size={14} />}
        {label}
      </button>
      {open && (
        <div
          className={`popover${right ? " right" : ""}`}
          role="dialog"
          aria-label={name ?? (typeof label === "string" ? label : "Options")}
        >
          {children(close)}
        </div>
      )}
    </div>
  );
}

/** A few choices of which one holds. */
export function Segments<T extends string>({
  value,
  options,
  onChange,
  label,
}: {
  value: T;
  options: readonly (readonly [T, string])[];
  onChange: (value: T) => void;
  label: string;
}) {
  return (
    <fieldset className="segments" aria-label={label} style={{ margin: 0 }}>
      {options.map(([option, word]) => (
        <button key={option} type="button" aria-pressed={option === value} onClick={() => onChange(option)}>
          {word}
        </button>
      ))}
    </fieldset>
  );
}

/** What may be wider than its place scrolls by itself, by keyboard too. */
export function Wide({ label, children }: { label: string; children: ReactNode }) {
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reachable by keyboard
    <section className="wide" aria-label={label} tabIndex={0}>
      {children}
    </section>
  );
}
