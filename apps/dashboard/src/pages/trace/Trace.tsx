import { lazy, Suspense, useCallback, useDeferredValue, useEffect, useMemo, useRef, useState } from "react";
import { useTrace } from "../../api/queries.ts";
import type { Loop, TraceDocument } from "../../api/types.ts";
import { useKeys } from "../../app/keys.ts";
import { useUrl } from "../../app/url.ts";
import { Icon } from "../../design/Icon.tsx";
import { find } from "../../logic/find.ts";
import { count, shortId } from "../../logic/format.ts";
import { ancestors, foldFrom, type Layout, layOut, readFolds, rowsOf, writeFolds } from "../../logic/layout.ts";
import { loopId, roundsOf } from "../../logic/loops.ts";
import { asKnown } from "../../logic/replay.ts";
import { nanosFrom } from "../../logic/time.ts";
import { oneLine } from "../../logic/visible.ts";
import { ProblemBox, Skeleton } from "../../parts/Basics.tsx";
import { useNow } from "../../parts/now.ts";
import { Events } from "./Events.tsx";
import { Inspector } from "./Inspector.tsx";
import { Loops, useLoops } from "./Loops.tsx";
import { Minimap } from "./Minimap.tsx";
import { Replay } from "./Replay.tsx";
import { Timeline, type Window } from "./Timeline.tsx";
import { Back, TraceHeader } from "./TraceHeader.tsx";

const Graph = lazy(() => import("./Graph.tsx").then(({ Graph }) => ({ default: Graph })));

const TREE = "tracewire.tree";

/** One trace. */
export function Trace({ id }: { id: string }) {
  const trace = useTrace(id);
  if (trace.data !== undefined) {
    return <Shown document={trace.data} fetched={trace.dataUpdatedAt} />;
  }
  return (
    <>
      <header className="top">
        <Back />
        <h1 className="mono">{shortId(id)}</h1>
      </header>
      <div className="scroll">
        {trace.isError ? <ProblemBox error={trace.error} retry={() => void trace.refetch()} /> : <Skeleton rows={18} />}
      </div>
    </>
  );
}

function readWindow(text: string | undefined, extent: number): Window | undefined {
  const found = /^(\d+)-(\d+)$/.exec(text ?? "");
  if (found === null) {
    return undefined;
  }
  const from = Number(found[1]);
  const to = Number(found[2]);
  return to > from && from < extent ? { from, to: Math.min(to, extent) } : undefined;
}

function Shown({ document, fetched }: { document: TraceDocument; fetched: number }) {
  const url = useUrl();
  const isLive = document.counts.in_flight > 0;
  const tick = useNow(250, isLive);
  // The server's clock, moved on by ours: the two need not agree.
  const nowNanos = isLive ? nanosFrom(document.start, document.end) + Math.max(0, tick - fetched) * 1e6 : undefined;
  const layout = useMemo(() => layOut(document, nowNanos), [document, nowNanos]);
  const bySpan = useMemo(
    () => new Map(document.nodes.map((node, index) => [node.span_id ?? `i${index}`, index] as const).reverse()),
    [document],
  );
  // By id, not by place: while a trace goes on, places move.
  const keyOf = useCallback((index: number) => document.nodes[index]?.span_id ?? `i${index}`, [document]);
  const whole = useMemo(() => new Set([...foldFrom(layout, 1)].map(keyOf)), [layout, keyOf]);
  const [foldedIds, setFoldedIds] = useState<ReadonlySet<string>>(() => readFolds(url.get("folded"), whole));
  const folded = useMemo(
    () => new Set([...foldedIds].map((id) => bySpan.get(id)).filter((index) => index !== undefined)),
    [foldedIds, bySpan],
  );
  const [tree, setTree] = useState(() => Number(localStorage.getItem(TREE)) || 0.42);
  const [replayAt, setReplayAt] = useState<number | undefined>(() =>
    url.get("t") === undefined ? undefined : Number(url.get("t")) || 0,
  );
  const view = url.get("view") ?? "timeline";
  const logs = url.get("logs") !== "no";
  const events = url.get("events") !== "no";
  const critical = url.get("critical") === "only";
  const needle = useDeferredValue(url.get("find") ?? "");
  const selected = url.get("span") === undefined ? undefined : bySpan.get(url.get("span") ?? "");
  const window = readWindow(url.get("z"), layout.extent) ?? { from: 0, to: layout.extent };
  const rows = useMemo(
    () => rowsOf(layout, { folded, logs, events, critical, at: replayAt }),
    [layout, folded, logs, events, critical, replayAt],
  );
  const matches = useMemo(() => find(document, needle), [document, needle]);
  const matchSet = useMemo(() => new Set(matches), [matches]);
  const loops = useLoops(document, bySpan, url.get("loop"));
  const field = useRef<HTMLInputElement>(null);
  const { set } = url;
  useEffect(() => {
    const said = writeFolds(foldedIds, whole);
    if (said !== (new URLSearchParams(location.search).get("folded") ?? undefined)) {
      set({ folded: said });
    }
  }, [foldedIds, whole, set]);
  const title = oneLine(document.nodes[0]?.name ?? shortId(document.trace_id), 60);
  useEffect(() => {
    globalThis.document.title = `${title} · tracewire`;
  }, [title]);

  const uncover = useCallback(
    (indexes: readonly number[]) => {
      const above = new Set(indexes.flatMap((index) => ancestors(layout, index).map(keyOf)));
      setFoldedIds((before) =>
        [...before].some((id) => above.has(id)) ? new Set([...before].filter((id) => !above.has(id))) : before,
      );
    },
    [layout, keyOf],
  );
  const select = useCallback(
    (index: number | undefined) => {
      set({ span: index === undefined ? undefined : (document.nodes[index]?.span_id ?? `i${index}`) });
      if (index !== undefined) {
        uncover([index]);
      }
    },
    [set, document, uncover],
  );
  const chooseLoop = (loop: Loop | undefined) => {
    set({ loop: loop && loopId(loop) });
    const steps = [...roundsOf(loop, bySpan).keys()];
    if (steps.length > 0) {
      select(steps[0]);
      uncover(steps);
    }
  };
  const fold = useCallback(
    (index: number) =>
      setFoldedIds((before) => {
        const after = new Set(before);
        if (!after.delete(keyOf(index))) {
          after.add(keyOf(index));
        }
        return after;
      }),
    [keyOf],
  );
  const move = (by: number) => {
    const at = selected === undefined ? -1 : rows.indexOf(selected);
    const next = rows[at < 0 ? 0 : Math.max(0, Math.min(rows.length - 1, at + by))];
    if (next !== undefined) {
      select(next);
    }
  };
  const jump = (among: readonly number[], by: number) => {
    const from = selected ?? -1;
    const next =
      by > 0
        ? (among.find((index) => index > from) ?? among[0])
        : (among.findLast((index) => index < from) ?? among.at(-1));
    if (next !== undefined) {
      select(next);
    }
  };
  const stepOfLoop = (by: number) =>
    loops.chosen === undefined ? chooseLoop(loops.all[0]) : jump([...loops.rounds.keys()], by);
  const failed = useMemo(() => document.nodes.flatMap((node, index) => (node.failed ? [index] : [])), [document]);
  const moveTo = useCallback((at: number) => setReplayAt(at), []);
  const toggleReplay = () => setReplayAt((at) => (at === undefined ? 0 : undefined));
  // The address follows the replay when it rests.
  useEffect(() => {
    const timer = setTimeout(() => set({ t: replayAt === undefined ? undefined : String(Math.round(replayAt)) }), 300);
    return () => clearTimeout(timer);
  }, [replayAt, set]);
  const below = (index: number) => (layout.below[index] ?? 0) > index + 1;
  const isTree = view === "timeline";
  useKeys(
    {
      j: () => move(1),
      k: () => move(-1),
      ArrowDown: () => move(1),
      ArrowUp: () => move(-1),
      h: () =>
        selected !== undefined &&
        (below(selected) && !folded.has(selected)
          ? fold(selected)
          : select(layout.parent[selected] === -1 ? selected : layout.parent[selected])),
      l: () => selected !== undefined && folded.has(selected) && fold(selected),
      ArrowLeft: () => selected !== undefined && below(selected) && !folded.has(selected) && fold(selected),
      ArrowRight: () => selected !== undefined && folded.has(selected) && fold(selected),
    },
    isTree,
  );
  useKeys({
    n: () => jump(matches, 1),
    N: () => jump(matches, -1),
    e: () => jump(failed, 1),
    o: () => stepOfLoop(1),
    O: () => stepOfLoop(-1),
    f: () => field.current?.focus(),
    "/": () => field.current?.focus(),
    r: toggleReplay,
    "0": () => set({ z: undefined }),
    "1": () => set({ view: undefined }),
    "2": () => set({ view: "graph" }),
    "3": () => set({ view: "events" }),
    Escape: () => (selected === undefined ? chooseLoop(undefined) : select(undefined)),
  });

  const known = (index: number) =>
    asKnown(layout.nodes[index] as Layout["nodes"][number], layout.end[index] ?? 0, replayAt);
  const chosen = selected === undefined ? undefined : known(selected);
  return (
    <>
      <TraceHeader
        document={document}
        layout={layout}
        step={url.get("span")}
        onReplay={toggleReplay}
        replays={replayAt !== undefined}
      />
      <div className="trace-bar">
        <div className="segments" role="tablist" aria-label="View">
          {(
            [
              ["timeline", "Timeline"],
              ["graph", "Graph"],
              ["events", "Events"],
            ] as const
          ).map(([name, word]) => (
            <button
              key={name}
              type="button"
              role="tab"
              aria-selected={view === name}
              onClick={() => set({ view: name === "timeline" ? undefined : name })}
            >
              {word}
            </button>
          ))}
        </div>
        <div className="field find">
          <Icon name="search" size={14} />
          <input
            ref={field}
            aria-label="Find in the trace"
            placeholder="Find in the trace"
            value={url.get("find") ?? ""}
            onChange={(event) => set({ find: event.target.value })}
            onKeyDown={(event) => {
              if (event.key === "Enter") {
                // Of what the field says: whoever types fast is ahead of what is drawn.
                jump(find(document, event.currentTarget.value), event.shiftKey ? -1 : 1);
              }
              if (event.key === "Escape") {
                set({ find: undefined });
                event.currentTarget.blur();
              }
            }}
          />
          {needle !== "" && (
            <span className="faint" aria-live="polite">
              {matches.length === 0
                ? "none"
                : `${selected !== undefined && matchSet.has(selected) ? `${matches.indexOf(selected) + 1}/` : ""}${count(matches.length)}`}
            </span>
          )}
          <kbd aria-hidden="true">f</kbd>
        </div>
        <span className="grow" />
        {isTree && (
          <div className="line toggles">
            {failed.length > 0 && (
              <button
                type="button"
                className="button quiet bad"
                onClick={() => jump(failed, 1)}
                title="Next failed step (e)"
              >
                {count(failed.length)} failed
              </button>
            )}
            <button
              type="button"
              className="button quiet"
              aria-pressed={critical}
              onClick={() => set({ critical: critical ? undefined : "only" })}
              title="Only what makes the trace as long as it is"
            >
              Critical path
            </button>
            {document.counts.logs + document.counts.events > 0 && (
              <button
                type="button"
                className="button quiet"
                aria-pressed={logs && events}
                onClick={() => set(logs ? { logs: "no", events: "no" } : { logs: undefined, events: undefined })}
                title="Log lines and events"
              >
                Logs, events
              </button>
            )}
            <button
              type="button"
              className="button quiet"
              onClick={() => setFoldedIds(folded.size > 0 ? new Set() : whole)}
            >
              {folded.size > 0 ? "Unfold all" : "Fold all"}
            </button>
          </div>
        )}
      </div>
      {document.losses.length > 0 && (
        <p className="note trace-note">
          <Icon name="warning" size={14} />
          {document.losses
            .map((loss) => `${count(loss.count)} records were lost: ${loss.reason ?? "for an unknown reason"}`)
            .join("; ")}
        </p>
      )}
      {isTree && (
        <Loops
          all={loops.all}
          chosen={loops.chosen}
          open={url.get("loops") === "all"}
          nameOf={(span) => {
            const place = bySpan.get(span) ?? 0;
            return place === 0 ? undefined : (document.nodes[place]?.name ?? undefined);
          }}
          onChoose={chooseLoop}
          onStep={stepOfLoop}
          onOpen={(open) => set({ loops: open ? "all" : undefined })}
        />
      )}
      <div className="split">
        <div className="split-main">
          {isTree && (
            <Minimap
              layout={layout}
              marked={loops.rounds}
              window={window}
              onWindow={(next) =>
                set({ z: next === undefined ? undefined : `${Math.round(next.from)}-${Math.round(next.to)}` })
              }
            />
          )}
          {isTree && (
            <Timeline
              layout={layout}
              rows={rows}
              shown={known}
              window={window}
              selected={selected}
              folded={folded}
              matches={matchSet}
              rounds={loops.rounds}
              times={loops.chosen?.times ?? 0}
              at={replayAt}
              onSelect={select}
              onFold={fold}
              tree={tree}
              onTree={(share) => {
                setTree(share);
                localStorage.setItem(TREE, share.toFixed(3));
              }}
            />
          )}
          {view === "graph" && (
            <Suspense fallback={<Skeleton rows={6} />}>
              <Graph layout={layout} onSelect={select} />
            </Suspense>
          )}
          {view === "events" && <Events id={document.trace_id} start={document.start} span={url.get("span")} />}
        </div>
        {chosen !== undefined && selected !== undefined && view !== "events" && (
          <Inspector
            document={document}
            layout={layout}
            index={selected}
            node={chosen}
            tab={url.get("tab")}
            onTab={(tab) => set({ tab: tab === "said" ? undefined : tab })}
            onSelect={select}
            onClose={() => select(undefined)}
          />
        )}
      </div>
      {replayAt !== undefined && <Replay layout={layout} at={replayAt} onAt={moveTo} onClose={toggleReplay} />}
    </>
  );
}
