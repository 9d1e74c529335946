import { useVirtualizer } from "@tanstack/react-virtual";
import { memo, useEffect, useMemo, useRef } from "react";
import type { TraceNode } from "../../api/types.ts";
import { Icon } from "../../design/Icon.tsx";
import { duration, money, short } from "../../logic/format.ts";
import { guardVerdict, verdictSaid } from "../../logic/guards.ts";
import { preview } from "../../logic/json.ts";
import { colourOf } from "../../logic/kinds.ts";
import { type Layout, selfParts, ticks } from "../../logic/layout.ts";
import { oneLine } from "../../logic/visible.ts";
import { KindMark, outcomeOf, StatusMark } from "../../parts/Status.tsx";

/** The stretch of time that is drawn, in nanoseconds after the start. */
export type Window = { from: number; to: number };

const ROW = 30;

/** Tree and waterfall: one list, of which only what is seen is drawn. */
export function Timeline({
  layout,
  rows,
  shown,
  window,
  selected,
  folded,
  matches,
  rounds,
  times,
  at,
  onSelect,
  onFold,
  onTree,
  tree,
}: {
  layout: Layout;
  rows: readonly number[];
  /** A node as it is to be shown: in a replay, as it was known then. */
  shown: (index: number) => TraceNode;
  window: Window;
  selected: number | undefined;
  folded: ReadonlySet<number>;
  matches: ReadonlySet<number>;
  /** In which round of the marked loop a step stands, and how many rounds there are. */
  rounds: ReadonlyMap<number, number>;
  times: number;
  at: number | undefined;
  onSelect: (index: number) => void;
  onFold: (index: number) => void;
  /** Share of the width that the tree has. */
  tree: number;
  onTree: (share: number) => void;
}) {
  const scroller = useRef<HTMLDivElement>(null);
  const place = useMemo(() => (selected === undefined ? -1 : rows.indexOf(selected)), [rows, selected]);
  const virtualizer = useVirtualizer({
    count: rows.length,
    getScrollElement: () => scroller.current,
    estimateSize: () => ROW,
    overscan: 16,
    scrollPaddingStart: 28,
    scrollPaddingEnd: 8,
  });
  useEffect(() => {
    if (place >= 0) {
      virtualizer.scrollToIndex(place);
    }
  }, [place, virtualizer]);
  const axis = useMemo(() => ticks(window.from, window.to, 6), [window.from, window.to]);
  const left = (nanos: number) => ((nanos - window.from) / Math.max(1, window.to - window.from)) * 100;
  return (
    <div className="timeline-box" style={{ "--tree": `${tree * 100}%` } as React.CSSProperties}>
      <Divider tree={tree} onTree={onTree} />
      <div
        className="timeline"
        ref={scroller}
        role="treegrid"
        aria-label="Steps"
        aria-rowcount={rows.length}
        tabIndex={0}
      >
        <div className="axis" role="row">
          <div className="axis-name" role="columnheader">
            Step
          </div>
          <div className="axis-time" role="columnheader" aria-label="Time">
            {axis.map((tick) => (
              <span key={tick} className="tick" style={{ left: `${left(tick)}%` }}>
                {duration(tick)}
              </span>
            ))}
          </div>
        </div>
        <div role="presentation" style={{ height: virtualizer.getTotalSize(), position: "relative" }}>
          <div className="lines" aria-hidden="true">
            {axis.map((tick) => (
              <i key={tick} style={{ left: `${left(tick)}%` }} />
            ))}
            {at !== undefined && <i className="head" style={{ left: `${left(at)}%` }} />}
          </div>
          {virtualizer.getVirtualItems().map((item) => {
            const index = rows[item.index];
            if (index === undefined) {
              return null;
            }
            return (
              <Row
                key={index}
                layout={layout}
                index={index}
                node={shown(index)}
                top={item.start}
                row={item.index}
                from={window.from}
                to={window.to}
                at={at}
                isSelected={index === selected}
                isFolded={folded.has(index)}
                isMatch={matches.has(index)}
                round={rounds.get(index)}
                times={times}
                onSelect={onSelect}
                onFold={onFold}
              />
            );
          })}
        </div>
      </div>
    </div>
  );
}

function Divider({ tree, onTree }: { tree: number; onTree: (share: number) => void }) {
  const limited = (share: number) => onTree(Math.max(0.2, Math.min(0.75, share)));
  return (
    <div
      className="divider-grip"
      role="separator"
      aria-orientation="vertical"
      aria-label="Width of the tree"
      aria-valuenow={Math.round(tree * 100)}
      aria-valuemin={20}
      aria-valuemax={75}
      tabIndex={0}
      onKeyDown={(event) => {
        if (event.key === "ArrowLeft" || event.key === "ArrowRight") {
          limited(tree + (event.key === "ArrowLeft" ? -0.03 : 0.03));
          event.preventDefault();
          event.stopPropagation();
        }
      }}
      onPointerDown={(event) => event.currentTarget.setPointerCapture(event.pointerId)}
      onPointerMove={(event) => {
        const box = event.currentTarget.parentElement?.getBoundingClientRect();
        if (event.buttons === 1 && box !== undefined) {
          limited((event.clientX - box.left) / box.width);
        }
      }}
    />
  );
}

const Row = memo(function Row({
  layout,
  index,
  node,
  top,
  row,
  from,
  to,
  at,
  isSelected,
  isFolded,
  isMatch,
  round,
  times,
  onSelect,
  onFold,
}: {
  layout: Layout;
  index: number;
  node: TraceNode;
  top: number;
  row: number;
  from: number;
  to: number;
  at: number | undefined;
  isSelected: boolean;
  isFolded: boolean;
  isMatch: boolean;
  round: number | undefined;
  times: number;
  onSelect: (index: number) => void;
  onFold: (index: number) => void;
}) {
  const isSpan = node.form === "span" || node.form === "missing_parent";
  const hasBelow = (layout.below[index] ?? 0) > index + 1;
  const name = oneLine(node.name ?? node.kind ?? node.form, 200);
  const isBad = node.failed || guardVerdict(node.attributes)?.decision === "stop";
  return (
    // biome-ignore lint/a11y/useKeyWithClickEvents: the keys are the page's
    <div
      className={`wf-row${isSelected ? " selected" : ""}${isMatch ? " match" : ""}${isSpan ? "" : " point"}${round === undefined ? "" : " looped"}`}
      role="row"
      aria-level={node.depth + 1}
      aria-rowindex={row + 1}
      aria-selected={isSelected}
      {...(hasBelow ? { "aria-expanded": !isFolded } : {})}
      style={{ transform: `translateY(${top}px)` }}
      onClick={() => onSelect(index)}
    >
      <div className="wf-name" role="gridcell" style={{ paddingLeft: 10 + Math.min(node.depth, 24) * 15 }}>
        {node.depth > 0 && <i className="guide" style={{ width: Math.min(node.depth, 24) * 15 }} aria-hidden="true" />}
        {hasBelow ? (
          <button
            type="button"
            className="fold"
            tabIndex={-1}
            aria-label={isFolded ? `Unfold ${name}` : `Fold ${name}`}
            onClick={(event) => {
              event.stopPropagation();
              onFold(index);
            }}
          >
            <Icon name={isFolded ? "right" : "down"} size={11} />
          </button>
        ) : (
          <i className="fold" />
        )}
        {isSpan ? (
          <>
            <StatusMark outcome={outcomeOf(node.state, node.status)} bare size={14} />
            <KindMark kind={node.kind} bare size={14} />
          </>
        ) : (
          <Icon name={node.form === "log" ? "log" : "event"} size={12} className="faint" />
        )}
        <span className="data cut wf-word">{name}</span>
        {isFolded && <span className="faint">+{(layout.below[index] ?? 0) - index - 1}</span>}
        {round !== undefined && <RoundMark round={round} times={times} />}
        <span className={`data cut wf-more ${isBad ? "bad" : "faint"}`}>{moreOf(node)}</span>
        <span className="wf-small">{isSpan ? lengthOf(layout, index, node, at) : ""}</span>
      </div>
      <div className="wf-time" role="gridcell">
        <Bar layout={layout} index={index} node={node} from={from} to={to} at={at} />
      </div>
    </div>
  );
});

/** In which round of a loop a step stands. */
function RoundMark({ round, times }: { round: number; times: number }) {
  const words = `round ${round} of ${times}`;
  return (
    <span className={`wf-round${round > 1 ? " again" : ""}`} title={words}>
      <Icon name="loop" size={10} />
      <span aria-hidden="true">
        {round}/{times}
      </span>
      <span className="unseen">{words}</span>
    </span>
  );
}

/** What a row says after its name: why it failed, what a guard said, else its model and price, else what it carried. */
function moreOf(node: TraceNode): string {
  if (node.failed) {
    return oneLine(node.failure ?? "", 120);
  }
  if (node.form === "log") {
    return typeof node.body?.["level"] === "string" ? oneLine(node.body["level"], 20) : "";
  }
  const verdict = guardVerdict(node.attributes);
  if (verdict !== undefined) {
    return oneLine(verdictSaid(verdict), 200);
  }
  const model = node.attributes?.["gen_ai.response.model"] ?? node.attributes?.["gen_ai.request.model"];
  if (typeof model === "string" && node.kind === "llm") {
    const tokens = node.usage ? `${short(node.usage.input_tokens)} → ${short(node.usage.output_tokens)}` : "";
    return oneLine([model, tokens, node.cost ? money(node.cost) : ""].filter(Boolean).join(" · "), 120);
  }
  return preview(node.body?.["input"] ?? node.body?.["data"] ?? null, 90);
}

function lengthOf(layout: Layout, index: number, node: TraceNode, at: number | undefined): string {
  const begin = layout.start[index] ?? 0;
  const end = Math.min(layout.end[index] ?? 0, at ?? Number.POSITIVE_INFINITY);
  if (node.state === "ended") {
    return duration(node.duration_nanos ?? end - begin);
  }
  return node.state === "in_flight" ? `${duration(end - begin)}…` : `≥ ${duration(end - begin)}`;
}

function Bar({
  layout,
  index,
  node,
  from,
  to,
  at,
}: {
  layout: Layout;
  index: number;
  node: TraceNode;
  from: number;
  to: number;
  at: number | undefined;
}) {
  const begin = layout.start[index] ?? 0;
  const end = Math.min(layout.end[index] ?? 0, at ?? Number.POSITIVE_INFINITY);
  const whole = Math.max(1, to - from);
  const x = (nanos: number) => ((nanos - from) / whole) * 100;
  if (end < from || begin > to) {
    return <span className={`wf-away ${begin > to ? "after" : ""}`} aria-hidden="true" />;
  }
  const left = Math.max(0, x(begin));
  const right = Math.min(100, x(end));
  if (node.form !== "span") {
    return <i className={`wf-point ${node.form}${node.failed ? " failed" : ""}`} style={{ left: `${left}%` }} />;
  }
  const wide = Math.max(0, right - left);
  const colour = node.failed ? "var(--error)" : colourOf(node.kind);
  const hasChildren = (layout.children[index] ?? 0) > 0;
  const parts = hasChildren && wide > 0.4 ? selfParts(layout, index) : undefined;
  const words = lengthOf(layout, index, node, at);
  return (
    <>
      <span
        className={`wf-bar ${node.state}${parts === undefined ? "" : " waits"}`}
        style={{ left: `${left}%`, width: `max(3px, ${wide}%)`, "--colour": colour } as React.CSSProperties}
      >
        {parts?.map(([a, b]) => {
          const start = Math.max(begin, a, from);
          const stop = Math.min(end, b, to);
          return stop <= start ? null : (
            <i
              key={a}
              style={{ left: `${((x(start) - left) / wide) * 100}%`, width: `${((x(stop) - x(start)) / wide) * 100}%` }}
            />
          );
        })}
      </span>
      {node.critical_nanos > 0 && at === undefined && (
        <span className="wf-critical" style={{ left: `${left}%`, width: `max(3px, ${wide}%)` }} />
      )}
      <span className="wf-label" style={{ left: `calc(max(${right}%, ${left}% + 3px) + 7px)` }}>
        {words}
      </span>
    </>
  );
}
