import { useEffect, useMemo, useRef, useState } from "react";
import { useKeys } from "../../app/keys.ts";
import { Icon } from "../../design/Icon.tsx";
import { duration } from "../../logic/format.ts";
import type { Layout } from "../../logic/layout.ts";
import { happenedAt, moments, placeOf } from "../../logic/replay.ts";
import { oneLine } from "../../logic/visible.ts";

/** A whole replay takes about this long, whatever the trace took. */
const PLAY_MILLIS = 12_000;

/** Goes through a trace as it happened: by moments, by time, or by itself. */
export function Replay({
  layout,
  at,
  onAt,
  onClose,
}: {
  layout: Layout;
  at: number;
  onAt: (at: number) => void;
  onClose: () => void;
}) {
  const all = useMemo(() => moments(layout), [layout]);
  const place = placeOf(all, at);
  const [playing, setPlaying] = useState(false);
  const now = useRef(at);
  now.current = at;
  useEffect(() => {
    if (!playing) {
      return;
    }
    let before = performance.now();
    let frame = requestAnimationFrame(function step(time) {
      const next = now.current + ((time - before) / PLAY_MILLIS) * layout.extent;
      before = time;
      if (next >= layout.extent) {
        onAt(layout.extent);
        setPlaying(false);
        return;
      }
      onAt(next);
      frame = requestAnimationFrame(step);
    });
    return () => cancelAnimationFrame(frame);
  }, [playing, layout.extent, onAt]);
  const to = (index: number) => {
    setPlaying(false);
    onAt(all[Math.max(0, Math.min(all.length - 1, index))] ?? 0);
  };
  const toggle = () => {
    if (!playing && at >= layout.extent) {
      onAt(0);
    }
    setPlaying(!playing);
  };
  useKeys({ "[": () => to(place - 1), "]": () => to(place + 1), " ": toggle });
  const happened = useMemo(() => (place < 0 ? undefined : happenedAt(layout, all[place] ?? 0)), [layout, all, place]);
  const named = (indexes: number[]) =>
    indexes
      .slice(0, 2)
      .map((index) => oneLine(layout.nodes[index]?.name ?? "?", 40))
      .join(", ") + (indexes.length > 2 ? ` and ${indexes.length - 2} more` : "");
  return (
    <section className="replay" aria-label="Replay">
      <button
        type="button"
        className="button square"
        onClick={() => to(place - 1)}
        disabled={place <= 0}
        aria-label="One moment back"
        title="One moment back ([)"
      >
        <Icon name="left" size={14} />
      </button>
      <button
        type="button"
        className="button square main"
        onClick={toggle}
        aria-label={playing ? "Pause" : "Play"}
        title="Play, pause (space)"
      >
        <Icon name={playing ? "pause" : "play"} size={14} />
      </button>
      <button
        type="button"
        className="button square"
        onClick={() => to(place + 1)}
        disabled={place >= all.length - 1}
        aria-label="One moment on"
        title="One moment on (])"
      >
        <Icon name="right" size={14} />
      </button>
      <input
        type="range"
        aria-label="Moment"
        aria-valuetext={`${duration(at)} after the start`}
        min={0}
        max={layout.extent}
        step={Math.max(1, layout.extent / 2000)}
        value={at}
        onChange={(event) => {
          setPlaying(false);
          onAt(Number(event.target.value));
        }}
      />
      <span className="replay-time">{duration(at)}</span>
      <span className="replay-what muted cut data">
        {happened !== undefined && happened.began.length > 0 && `began: ${named(happened.began)}`}
        {happened !== undefined && happened.began.length > 0 && happened.ended.length > 0 && " · "}
        {happened !== undefined && happened.ended.length > 0 && `ended: ${named(happened.ended)}`}
      </span>
      <span className="faint replay-count">
        {place + 1} of {all.length}
      </span>
      <button
        type="button"
        className="button quiet square"
        onClick={onClose}
        aria-label="End the replay"
        title="End (r)"
      >
        <Icon name="close" size={14} />
      </button>
    </section>
  );
}
