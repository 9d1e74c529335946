import { Icon } from "../design/Icon.tsx";
import { dayClock } from "../logic/format.ts";
import { readSpan } from "../logic/time.ts";

const SPANS: readonly (readonly [string, string])[] = [
  ["15m", "Last 15 minutes"],
  ["1h", "Last hour"],
  ["6h", "Last 6 hours"],
  ["24h", "Last 24 hours"],
  ["7d", "Last 7 days"],
  ["30d", "Last 30 days"],
];

/** Which time is looked at; a stretch that was drawn on a chart is shown with its ends. */
export function RangeSelect({
  since,
  until,
  whole,
  onChange,
}: {
  since: string | undefined;
  until: string | undefined;
  /** The word for no limit, where that is a choice. */
  whole?: string;
  onChange: (since: string | undefined, until: string | undefined) => void;
}) {
  const drawn = since !== undefined && readSpan(since) === undefined;
  if (drawn || until !== undefined) {
    const now = Date.now();
    return (
      <span className="chip">
        <b>time</b>
        <span className="data cut">
          {since === undefined ? "…" : drawn ? dayClock(since, now) : since} –{" "}
          {until === undefined ? "now" : dayClock(until, now)}
        </span>
        <button type="button" aria-label="Look at all of the time again" onClick={() => onChange(undefined, undefined)}>
          <Icon name="close" size={12} />
        </button>
      </span>
    );
  }
  return (
    <select
      className="select"
      aria-label="Time"
      value={since ?? ""}
      onChange={(event) => onChange(event.target.value || undefined, undefined)}
    >
      {whole !== undefined && <option value="">{whole}</option>}
      {SPANS.map(([value, word]) => (
        <option key={value} value={value}>
          {word}
        </option>
      ))}
    </select>
  );
}
