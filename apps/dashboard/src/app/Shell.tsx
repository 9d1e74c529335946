import { type ReactNode, useEffect, useState } from "react";
import { Link, useLocation } from "wouter";
import { useHealth } from "../api/queries.ts";
import { Icon, Logo } from "../design/Icon.tsx";
import { Toasts } from "../parts/Toast.tsx";
import { Help } from "./Help.tsx";
import { beginGoing, endGoing, isGoing, isTyping, useKeys } from "./keys.ts";
import { Palette } from "./Palette.tsx";
import { PLACES } from "./places.ts";
import { chooseTheme, type Theme, useTheme } from "./theme.ts";
import { go } from "./url.ts";

const NEXT: Record<Theme, Theme> = { system: "light", light: "dark", dark: "system" };

/** What stands around every page: the way to the others, the palette, the keys. */
export function Shell({ children }: { children: ReactNode }) {
  const [place] = useLocation();
  const [open, setOpen] = useState<"palette" | "help" | undefined>();
  const [going, setGoing] = useState(false);
  const close = () => setOpen(undefined);

  useEffect(() => {
    const listener = (event: KeyboardEvent) => {
      if ((event.ctrlKey || event.metaKey) && event.key.toLowerCase() === "k") {
        event.preventDefault();
        setOpen((now) => (now === "palette" ? undefined : "palette"));
        return;
      }
      if (event.ctrlKey || event.metaKey || event.altKey || isTyping(event.target)) {
        return;
      }
      if (isGoing()) {
        const to = PLACES.find((one) => one.key === event.key);
        endGoing();
        setGoing(false);
        if (to !== undefined) {
          event.preventDefault();
          event.stopImmediatePropagation();
          go(to.path);
        }
      } else if (event.key === "g") {
        beginGoing();
        setGoing(true);
        setTimeout(() => setGoing(isGoing()), 1250);
      }
    };
    // Before the keys of the pages.
    document.addEventListener("keydown", listener, true);
    return () => document.removeEventListener("keydown", listener, true);
  }, []);
  useKeys({ "?": () => setOpen("help") });

  return (
    <div className={going ? "shell going" : "shell"}>
      <a className="skip" href="#page">
        Skip to the page
      </a>
      <Side place={place} onPalette={() => setOpen("palette")} />
      <main className="page" id="page" tabIndex={-1}>
        {children}
      </main>
      <nav className="tabs-phone" aria-label="Pages">
        {PLACES.slice(0, 4).map((one) => (
          <Link key={one.path} href={one.path} aria-current={place.startsWith(one.path) ? "page" : undefined}>
            <Icon name={one.icon} size={18} />
            {one.word}
          </Link>
        ))}
        <button type="button" onClick={() => setOpen("palette")}>
          <Icon name="more" size={18} />
          More
        </button>
      </nav>
      {open === "palette" && <Palette close={close} />}
      {open === "help" && <Help close={close} />}
      <Toasts />
    </div>
  );
}

function Side({ place, onPalette }: { place: string; onPalette: () => void }) {
  const { chosen } = useTheme();
  const health = useHealth();
  const icon = { system: "system", light: "sun", dark: "moon" } as const;
  const words = { system: "Theme: system", light: "Theme: light", dark: "Theme: dark" };
  const state = health.isError ? "error" : health.data === undefined ? "unset" : "ok";
  return (
    <header className="side">
      <Link className="brand" href="/traces" aria-label="tracewire">
        <Logo />
        <span>tracewire</span>
      </Link>
      <nav className="nav" aria-label="Pages">
        {PLACES.map((one) => (
          <Link
            key={one.path}
            href={one.path}
            title={`${one.word}: ${one.about}`}
            aria-current={place.startsWith(one.path) ? "page" : undefined}
          >
            <Icon name={one.icon} />
            <span>{one.word}</span>
            <kbd aria-hidden="true">g {one.key}</kbd>
          </Link>
        ))}
      </nav>
      <div className="foot">
        <button type="button" className="palette-button" onClick={onPalette} aria-label="Commands and search">
          <Icon name="search" />
          <span>Go to…</span>
          <kbd aria-hidden="true">Ctrl K</kbd>
        </button>
        <button
          type="button"
          className="theme"
          onClick={() => chooseTheme(NEXT[chosen])}
          aria-label={`${words[chosen]}. Change it`}
        >
          <Icon name={icon[chosen]} />
          <span>{words[chosen]}</span>
        </button>
        <div className="server" title={health.isError ? "The server does not answer" : "The server answers"}>
          <i className={`dot ${state}`} />
          <span className="cut">
            {health.isError
              ? "no answer from the server"
              : health.data === undefined
                ? "…"
                : `${health.data.project ?? "tracewire"} · ${health.data.version}`}
          </span>
        </div>
      </div>
    </header>
  );
}

/** The upper edge of a page. */
export function Top({ title, children }: { title: ReactNode; children?: ReactNode }) {
  return (
    <header className="top">
      <h1>{title}</h1>
      {children}
    </header>
  );
}
