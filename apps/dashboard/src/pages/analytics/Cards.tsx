import type { Totals } from "../../api/types.ts";
import { amountOf } from "../../logic/charts.ts";
import { amount, change, count, duration, percent, short } from "../../logic/format.ts";

/** The sums of a time, each beside the time before it. */
export function Cards({
  totals,
  before,
  traces,
}: {
  totals: Totals;
  before: Totals;
  traces: [number, number | null | undefined];
}) {
  const currency = Object.keys(totals.cost ?? {})[0] ?? "USD";
  const cost = amountOf(totals.cost, currency);
  return (
    <div className="cards sums">
      <Figure name="Runs" value={count(traces[0])} before={traces[1]} now={traces[0]} />
      <Figure name="Steps" value={short(totals.spans)} before={before.spans} now={totals.spans} />
      <Figure
        name="Failed"
        value={percent(totals.error_rate)}
        before={before.error_rate}
        now={totals.error_rate}
        worse
      />
      <Figure name="p50" value={duration(totals.p50_nanos)} before={before.p50_nanos} now={totals.p50_nanos} worse />
      <Figure name="p95" value={duration(totals.p95_nanos)} before={before.p95_nanos} now={totals.p95_nanos} worse />
      <Figure
        name="Tokens"
        value={short(totals.input_tokens + totals.output_tokens)}
        before={before.input_tokens + before.output_tokens}
        now={totals.input_tokens + totals.output_tokens}
      />
      <Figure
        name="Cost"
        value={totals.cost ? amount(cost.toFixed(6), currency) : "–"}
        before={amountOf(before.cost, currency)}
        now={cost}
        more={totals.unpriced > 0 ? `${count(totals.unpriced)} unpriced` : undefined}
        why="So many calls of models are in no price list, and not in this sum"
      />
    </div>
  );
}

/** The same before anything is known: what comes has its place. */
export function CardsToCome() {
  return (
    <div className="cards sums" aria-hidden="true">
      {["Runs", "Steps", "Failed", "p50", "p95", "Tokens", "Cost"].map((name) => (
        <div className="card number" key={name}>
          <h2>{name}</h2>
          <p className="value">{"\u00a0"}</p>
          <p className="faint">{"\u00a0"}</p>
        </div>
      ))}
    </div>
  );
}

function Figure({
  name,
  value,
  before,
  now,
  worse = false,
  more,
  why,
}: {
  name: string;
  value: string;
  before: number | null | undefined;
  now: number | null | undefined;
  worse?: boolean;
  more?: string | undefined;
  why?: string;
}) {
  const moved = change(before, now);
  const up = (now ?? 0) > (before ?? 0);
  const isBad = worse && up && moved !== "=" && moved !== "new";
  return (
    <div className="card number">
      <h2>{name}</h2>
      <p className="value">{value}</p>
      <p className={isBad ? "bad" : "faint"} title="Against the same length of time before">
        {moved === "=" ? "as before" : moved === "new" ? "none before" : `${up ? "▲" : "▼"} ${moved}`}
        {more !== undefined && (
          <span className="faint" title={why}>
            {" "}
            · {more}
          </span>
        )}
      </p>
    </div>
  );
}
