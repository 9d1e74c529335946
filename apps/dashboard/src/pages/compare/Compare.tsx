import { useEffect, useMemo, useState } from "react";
import { Link } from "wouter";
import { useComparison, useTraces } from "../../api/queries.ts";
import type { Comparison, Json, NodeRef, TraceSums } from "../../api/types.ts";
import { useKeys } from "../../app/keys.ts";
import { Top } from "../../app/Shell.tsx";
import { useUrl } from "../../app/url.ts";
import { Icon } from "../../design/Icon.tsx";
import { ago, change, count, duration, money, shortId } from "../../logic/format.ts";
import { isMap, preview } from "../../logic/json.ts";
import { oneLine, visible } from "../../logic/visible.ts";
import { Data, Popover, ProblemBox, Segments, Skeleton } from "../../parts/Basics.tsx";
import { JsonTree } from "../../parts/JsonTree.tsx";
import { KindMark, outcomeOf, StatusMark } from "../../parts/Status.tsx";

/** The sums that two traces are compared by. */
const TOTALS = [
  "duration_nanos",
  "spans",
  "model_calls",
  "tool_calls",
  "errors",
  "repeated",
  "input_tokens",
  "output_tokens",
  "cost",
] as const satisfies (keyof TraceSums)[];

const SIGNS = { same: "=", changed: "≠", added: "+", removed: "−", moved: "↕" } as const;
const WORDS = {
  same: "the same",
  changed: "changed",
  added: "only right",
  removed: "only left",
  moved: "moved",
} as const;

/** Two traces side by side: what is the same, what changed, what is only in one. */
export function Compare() {
  const url = useUrl();
  const a = url.get("a") ?? "";
  const b = url.get("b") ?? "";
  const comparison = useComparison(a, b);
  const only = url.get("show") === "changes";
  const ready = a !== "" && b !== "";
  return (
    <>
      <Top title="Compare">
        <span className="grow" />
        {ready && (
          <>
            <Segments
              label="Rows"
              value={only ? "changes" : "all"}
              onChange={(value) => url.set({ show: value === "changes" ? "changes" : undefined })}
              options={[
                ["all", "All steps"],
                ["changes", "Only differences"],
              ]}
            />
            <button
              type="button"
              className="button"
              aria-label="Swap the two"
              onClick={() => url.set({ a: b, b: a, row: undefined })}
            >
              <Icon name="handoff" size={14} />
              <span className="wide-only">Swap</span>
            </button>
          </>
        )}
      </Top>
      <div className="pair">
        <Side name="Left" id={a} summary={comparison.data?.a} onChoose={(id) => url.set({ a: id, row: undefined })} />
        <Side name="Right" id={b} summary={comparison.data?.b} onChoose={(id) => url.set({ b: id, row: undefined })} />
      </div>
      <div className="scroll">
        {!ready ? (
          <div className="empty">
            <h2>Choose two traces</h2>
            <p>
              Compare a run with the same run after a change of model, prompt or code. In the list of{" "}
              <Link className="link" href="/traces">
                traces
              </Link>
              , the key <kbd>x</kbd> marks one; <kbd>x</kbd> on another compares the two.
            </p>
          </div>
        ) : comparison.isError ? (
          <ProblemBox error={comparison.error} retry={() => void comparison.refetch()} />
        ) : comparison.data === undefined ? (
          <Skeleton />
        ) : (
          <Rows comparison={comparison.data} only={only} />
        )}
      </div>
    </>
  );
}

function Side({
  name,
  id,
  summary,
  onChoose,
}: {
  name: string;
  id: string;
  summary: TraceSums | undefined;
  onChoose: (id: string) => void;
}) {
  return (
    <div className="side-of">
      <span className="faint">{name}</span>
      {id !== "" && (
        <Link className="link cut" href={`/traces/${encodeURIComponent(id)}`}>
          <Data>{summary?.name ?? shortId(id)}</Data>
        </Link>
      )}
      {summary?.name && <code className="faint wide-only">{shortId(id)}</code>}
      <span className="grow" />
      <Popover label={id === "" ? "Choose" : "Other"} right>
        {(close) => (
          <Choose
            onChoose={(chosen) => {
              onChoose(chosen);
              close();
            }}
          />
        )}
      </Popover>
    </div>
  );
}

function Choose({ onChoose }: { onChoose: (id: string) => void }) {
  const [typed, setTyped] = useState("");
  const isId = /^[0-9a-f]{32}$/.test(typed.trim());
  const traces = useTraces({ q: isId ? undefined : typed.trim(), limit: 20 });
  const rows = (traces.data?.pages[0]?.items ?? []).slice(0, 20);
  const now = Date.now();
  return (
    <>
      <div className="field">
        <Icon name="search" size={14} />
        <input
          aria-label="Id, or what the trace says"
          placeholder="Id, or what the trace says"
          value={typed}
          onChange={(event) => setTyped(event.target.value)}
          onKeyDown={(event) => event.key === "Enter" && isId && onChoose(typed.trim())}
        />
      </div>
      {isId && (
        <button type="button" className="item" onClick={() => onChoose(typed.trim())}>
          Take {shortId(typed.trim())}
        </button>
      )}
      {rows.map((row) => (
        <button key={row.trace_id} type="button" className="item" onClick={() => onChoose(row.trace_id)}>
          <StatusMark outcome={outcomeOf(row.state, row.status)} bare />
          <span className="data cut">{oneLine(row.name ?? shortId(row.trace_id), 60)}</span>
          <span className="count">
            {duration(row.duration_nanos)} · {ago(row.start, now)}
          </span>
        </button>
      ))}
    </>
  );
}

/** Titles of totals that are called otherwise than the API does. */
const TITLES: Record<string, string> = { spans: "Steps", errors: "Failed", repeated: "Repeated" };
/** What a title does not say. */
const HINTS: Record<string, string> = { repeated: "Steps that repeat earlier ones, in loops" };

/** The name of a total as a title. */
function titled(name: string): string {
  const title = Object.hasOwn(TITLES, name) ? TITLES[name] : undefined;
  if (title !== undefined) {
    return title;
  }
  const words = name.replace(/_nanos$/, "").replaceAll("_", " ");
  return words.charAt(0).toUpperCase() + words.slice(1);
}

function shownAs(name: string, value: Json | undefined): string {
  if (value === null || value === undefined) {
    return "–";
  }
  if (name.includes("duration") || name.endsWith("_nanos")) {
    return typeof value === "number" ? duration(value) : preview(value);
  }
  if (isMap(value) && name === "cost") {
    return money(value as { [currency: string]: string });
  }
  return typeof value === "number" ? count(value) : preview(value, 200);
}

function moved(a: Json | undefined, b: Json | undefined): string {
  const said = change(numberOf(a), numberOf(b));
  return said === "=" ? "the same" : said;
}

function numberOf(value: Json | undefined): number | undefined {
  if (typeof value === "number") {
    return value;
  }
  const [first] = isMap(value ?? null) ? Object.values(value as { [name: string]: Json }) : [value];
  const number = typeof first === "string" || typeof first === "number" ? Number(first) : Number.NaN;
  return Number.isNaN(number) ? undefined : number;
}

function Rows({ comparison, only }: { comparison: Comparison; only: boolean }) {
  const rows = useMemo(
    () => comparison.rows.map((row, index) => ({ ...row, index })).filter((row) => !only || row.change !== "same"),
    [comparison, only],
  );
  const url = useUrl();
  const open = url.get("row") === undefined ? undefined : Number(url.get("row"));
  const setOpen = (row: number | undefined) => url.set({ row: row === undefined ? undefined : String(row) });
  const counts = useMemo(() => {
    const sums: Record<string, number> = {};
    for (const row of comparison.rows) {
      sums[row.change] = (sums[row.change] ?? 0) + 1;
    }
    return sums;
  }, [comparison]);
  const move = (by: number) => {
    const at = rows.findIndex((row) => row.index === open);
    const next = rows[Math.max(0, Math.min(rows.length - 1, at + by))];
    setOpen(next?.index);
    document.getElementById(`row-${next?.index}`)?.scrollIntoView({ block: "nearest" });
  };
  // Who comes by an address sees the row that it names.
  const [first] = useState(open);
  useEffect(() => {
    if (first !== undefined) {
      document.getElementById(`row-${first}`)?.scrollIntoView({ block: "center" });
    }
  }, [first]);
  useKeys({ j: () => move(1), k: () => move(-1), Escape: () => setOpen(undefined) });
  return (
    <div className="stack">
      <div className="cards two-values">
        {TOTALS.map((name) => [name, comparison.a[name], comparison.b[name]] as const)
          // Where neither goes round, there is nothing to say of it.
          .filter(([name, a, b]) => name !== "repeated" || a !== 0 || b !== 0)
          .map(([name, a, b]) => (
            <div className="card number" key={name} title={HINTS[name]}>
              <h2>{titled(name)}</h2>
              <p className="value small">
                {shownAs(name, a)} <span className="faint">→</span> {shownAs(name, b)}
              </p>
              <p className="faint">{moved(a, b)}</p>
            </div>
          ))}
      </div>
      <p className="muted">
        {(Object.keys(WORDS) as (keyof typeof WORDS)[])
          .filter((one) => (counts[one] ?? 0) > 0)
          .map((one) => `${count(counts[one] ?? 0)} ${WORDS[one]}`)
          .join(" · ")}
      </p>
      <ol className="aligned">
        {rows.map((row) => (
          <li key={row.index} id={`row-${row.index}`} className={row.change}>
            <button
              type="button"
              className="aligned-row"
              aria-expanded={open === row.index}
              disabled={row.differences.length === 0}
              onClick={() => setOpen(open === row.index ? undefined : row.index)}
            >
              <Half node={row.a} depth={row.depth} other={row.b} />
              <span className="sign" title={WORDS[row.change]}>
                <span aria-hidden="true">{SIGNS[row.change]}</span>
                <span className="unseen">{WORDS[row.change]}</span>
              </span>
              <Half node={row.b} depth={row.depth} other={row.a} />
            </button>
            {open === row.index && (
              <div className="differences">
                {row.differences.map((difference) => (
                  <div key={difference.what} className="difference">
                    <h3>{visible(difference.what)}</h3>
                    <Value what={difference.what} value={difference.a} />
                    <Value what={difference.what} value={difference.b} />
                  </div>
                ))}
              </div>
            )}
          </li>
        ))}
        {rows.length === 0 && <li className="muted">The two are the same in everything that is compared.</li>}
      </ol>
    </div>
  );
}

function Value({ what, value }: { what: string; value: Json }) {
  return typeof value === "object" && value !== null && what !== "cost" ? (
    <JsonTree value={value} open={1} />
  ) : (
    <p className="data said-text">
      {visible(what === "output" || what === "input" ? String(value ?? "–") : shownAs(what, value))}
    </p>
  );
}

function Half({ node, depth, other }: { node: NodeRef | null; depth: number; other: NodeRef | null }) {
  if (!node) {
    return <span className="half nothing" />;
  }
  const moved = other?.duration_nanos && node.duration_nanos ? change(other.duration_nanos, node.duration_nanos) : "";
  return (
    <span className="half" style={{ paddingLeft: 8 + Math.min(depth, 16) * 14 }}>
      <StatusMark outcome={outcomeOf(node.state, node.status)} bare size={13} />
      <KindMark kind={node.kind} bare size={13} />
      <span className="data cut">{oneLine(node.name ?? "?", 120)}</span>
      <span className="faint half-time" title={moved === "" ? undefined : `against the other: ${moved}`}>
        {duration(node.duration_nanos)}
      </span>
    </span>
  );
}
