import { useRef, useState } from "react";
import { clock, count, dayClock } from "../logic/format.ts";

/** A bar: how many, and how many of them failed. */
export type Bar = { at: number; count: number; bad: number };

/** Spans over time as small bars; a stretch that is drawn over becomes the range. */
export function Histogram({
  bars,
  from,
  to,
  step,
  onRange,
  height = 44,
  failed: isBroken = false,
}: {
  bars: readonly Bar[];
  from: number;
  to: number;
  step: number;
  onRange: (from: number, to: number) => void;
  height?: number;
  /** The counts could not be read. */
  failed?: boolean;
}) {
  const [drag, setDrag] = useState<[number, number] | undefined>();
  const [over, setOver] = useState<Bar | undefined>();
  const box = useRef<SVGSVGElement>(null);
  const most = Math.max(1, ...bars.map((bar) => bar.count));
  // By the square root: one huge trace must not flatten all others.
  const high = (value: number) => Math.sqrt(value / most) * (height - 4);
  const width = 1000;
  const x = (at: number) => ((at - from) / Math.max(1, to - from)) * width;
  const timeAt = (clientX: number) => {
    const edge = box.current?.getBoundingClientRect();
    return edge === undefined
      ? from
      : from + Math.max(0, Math.min(1, (clientX - edge.left) / edge.width)) * (to - from);
  };
  const total = bars.reduce((sum, bar) => sum + bar.count, 0);
  const bad = bars.reduce((sum, bar) => sum + bar.bad, 0);
  return (
    <figure className="histogram">
      <svg
        ref={box}
        viewBox={`0 0 ${width} ${height}`}
        preserveAspectRatio="none"
        height={height}
        role="img"
        aria-label={`${count(total)} steps from ${clock(from)} to ${clock(to)}, ${count(bad)} of them failed`}
        onPointerDown={(event) => {
          event.currentTarget.setPointerCapture(event.pointerId);
          const at = timeAt(event.clientX);
          setDrag([at, at]);
        }}
        onPointerMove={(event) => {
          const at = timeAt(event.clientX);
          setOver(bars.find((bar) => at >= bar.at && at < bar.at + step));
          if (drag !== undefined) {
            setDrag([drag[0], at]);
          }
        }}
        onPointerUp={() => {
          if (drag !== undefined && Math.abs(x(drag[0]) - x(drag[1])) > 8) {
            onRange(Math.min(...drag), Math.max(...drag));
          }
          setDrag(undefined);
        }}
        onPointerLeave={() => setOver(undefined)}
      >
        <line
          x1="0"
          x2={width}
          y1={height - 0.5}
          y2={height - 0.5}
          className="base"
          vectorEffect="non-scaling-stroke"
        />
        {bars.map((bar) => {
          const full = high(bar.count);
          const failed = full * (bar.bad / Math.max(1, bar.count));
          const begin = x(Math.max(from, bar.at));
          const wide = Math.max(1, x(bar.at + step) - begin - 1.5);
          return (
            <g key={bar.at} className={bar === over ? "over" : undefined}>
              <rect className="all" x={begin} width={wide} y={height - 1 - full} height={full} />
              {failed > 0 && <rect className="bad" x={begin} width={wide} y={height - 1 - failed} height={failed} />}
            </g>
          );
        })}
        {drag !== undefined && (
          <rect
            className="brush"
            x={x(Math.min(...drag))}
            width={Math.abs(x(drag[1]) - x(drag[0]))}
            y="0"
            height={height}
          />
        )}
      </svg>
      <figcaption>
        <span>{dayClock(new Date(from).toISOString(), to)}</span>
        <span className="said">
          {isBroken
            ? "The counts over time cannot be read"
            : over === undefined
              ? `${count(total)} steps${bad > 0 ? `, ${count(bad)} failed` : ""}`
              : `${clock(over.at)} · ${count(over.count)} steps${over.bad > 0 ? `, ${count(over.bad)} failed` : ""}`}
          {over === undefined && !isBroken && <span className="hint"> · drag to narrow</span>}
        </span>
        <span>{clock(to)}</span>
      </figcaption>
    </figure>
  );
}
