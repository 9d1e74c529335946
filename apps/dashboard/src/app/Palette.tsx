import { useQuery } from "@tanstack/react-query";
import { useMemo, useState } from "react";
import { getJson } from "../api/client.ts";
import type { Page, TraceRow } from "../api/types.ts";
import { Icon, type IconName } from "../design/Icon.tsx";
import { duration, shortId } from "../logic/format.ts";
import { GIVEN, readViews } from "../logic/views.ts";
import { oneLine } from "../logic/visible.ts";
import { Dialog } from "./Dialog.tsx";
import { PLACES } from "./places.ts";
import { chooseTheme } from "./theme.ts";
import { go } from "./url.ts";

type Command = { id: string; word: string; hint: string; icon: IconName; run: () => void };

const HEX = /^[0-9a-f]{6,32}$/i;

function fixed(): Command[] {
  return [
    ...PLACES.map(
      (place): Command => ({
        id: place.path,
        word: place.word,
        hint: place.about,
        icon: place.icon,
        run: () => go(place.path),
      }),
    ),
    ...[...GIVEN, ...readViews(localStorage)].map(
      (view): Command => ({
        id: `view ${view.name}`,
        word: view.name,
        hint: "view of traces",
        icon: "bookmark",
        run: () => go(`/traces${view.search === "" ? "" : `?${view.search}`}`),
      }),
    ),
    { id: "dark", word: "Dark theme", hint: "", icon: "moon", run: () => chooseTheme("dark") },
    { id: "light", word: "Light theme", hint: "", icon: "sun", run: () => chooseTheme("light") },
    { id: "system", word: "Theme of the system", hint: "", icon: "system", run: () => chooseTheme("system") },
  ];
}

/** Every page, every view, and every trace by its id or by what it says. */
export function Palette({ close }: { close: () => void }) {
  const [typed, setTyped] = useState("");
  const [at, setAt] = useState(0);
  const needle = typed.trim().toLowerCase();
  const found = useQuery({
    queryKey: ["palette", needle],
    queryFn: ({ signal }) => getJson<Page<TraceRow>>("/traces", { q: needle, limit: 6 }, signal),
    enabled: needle.length >= 2 && !HEX.test(needle),
  });
  const commands = useMemo(() => {
    const all = fixed().filter((one) => `${one.word} ${one.hint}`.toLowerCase().includes(needle));
    if (HEX.test(needle)) {
      all.unshift({
        id: "id",
        word: `Open ${needle}`,
        hint: "trace or step by its id",
        icon: "traces",
        run: () => go(`/find/${needle}`),
      });
    } else if (needle !== "") {
      all.push({
        id: "search",
        word: `Search for “${oneLine(typed, 60)}”`,
        hint: "in what steps say",
        icon: "search",
        run: () => go(`/traces?q=${encodeURIComponent(typed.trim())}`),
      });
    }
    const traces = (needle.length >= 2 ? (found.data?.items ?? []) : []).map(
      (row): Command => ({
        id: row.trace_id,
        word: oneLine(row.name ?? row.trace_id, 80),
        hint: `${shortId(row.trace_id)} · ${duration(row.duration_nanos)}`,
        icon: "traces",
        run: () => go(`/traces/${row.trace_id}`),
      }),
    );
    return [...all, ...traces];
  }, [needle, typed, found.data]);
  const chosen = Math.min(at, commands.length - 1);
  const run = (command: Command | undefined) => {
    if (command !== undefined) {
      close();
      command.run();
    }
  };
  return (
    <Dialog label="Commands" close={close}>
      <div className="dialog-head">
        <Icon name="search" />
        <input
          className="palette-input"
          placeholder="Page, view, trace id, or words that a run said"
          aria-label="Command"
          role="combobox"
          aria-expanded="true"
          aria-controls="commands"
          aria-activedescendant={commands[chosen] === undefined ? undefined : `command-${chosen}`}
          value={typed}
          onChange={(event) => {
            setTyped(event.target.value);
            setAt(0);
          }}
          onKeyDown={(event) => {
            const by = event.key === "ArrowDown" ? 1 : event.key === "ArrowUp" ? -1 : 0;
            if (by !== 0 && commands.length > 0) {
              setAt((chosen + by + commands.length) % commands.length);
              event.preventDefault();
            }
            if (event.key === "Enter") {
              run(commands[chosen]);
            }
          }}
        />
      </div>
      <div className="body" id="commands" role="listbox" aria-label="Commands">
        {commands.map((command, index) => (
          // biome-ignore lint/a11y/useKeyWithClickEvents: the field above has the focus and the keys
          <div
            key={command.id}
            id={`command-${index}`}
            className="item"
            role="option"
            aria-selected={index === chosen}
            onPointerMove={() => setAt(index)}
            onClick={() => run(command)}
            ref={index === chosen ? (element) => element?.scrollIntoView({ block: "nearest" }) : undefined}
          >
            <Icon name={command.icon} className="faint" />
            <span className="data cut">{command.word}</span>
            <span className="count cut">{command.hint}</span>
          </div>
        ))}
        {commands.length === 0 && <p className="item muted">Nothing of that name.</p>}
      </div>
      <div className="dialog-foot">
        <span>
          <kbd>↑</kbd> <kbd>↓</kbd> choose
        </span>
        <span>
          <kbd>Enter</kbd> go
        </span>
        <span>
          <kbd>Esc</kbd> close
        </span>
      </div>
    </Dialog>
  );
}
