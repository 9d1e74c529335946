import { Link } from "wouter";
import type { Groups as Found } from "../../api/types.ts";
import { count, duration, percent, short } from "../../logic/format.ts";
import { oneLine } from "../../logic/visible.ts";
import { Cost, Dash, Data, Skeleton, Wide } from "../../parts/Basics.tsx";

/** What steps can be grouped by. */
export const BY = [
  ["model", "Model"],
  ["agent", "Agent"],
  ["tool", "Tool"],
  ["kind", "Kind"],
  ["service", "Service"],
  ["session", "Session"],
] as const;

/** One of them. */
export type By = (typeof BY)[number][0];

/** How many groups are listed. */
export const MOST = 20;

/** Where the name of a group leads: to its traces, or to the session. Traces are not found by the tools and kinds in them. */
function wayTo(by: By, key: string, since: string): string | undefined {
  const value = encodeURIComponent(key);
  if (by === "session") {
    return `/sessions/one?id=${value}`;
  }
  return by === "tool" || by === "kind" ? undefined : `/traces?${by}=${value}&since=${encodeURIComponent(since)}`;
}

/** What groups are ordered by: of many sessions those are asked for that cost. */
export function orderOf(by: By): "cost" | "spans" {
  return by === "session" ? "cost" : "spans";
}

/** Sums of what shares a value, with a way to its traces. */
export function Groups({ by, found, search }: { by: By; found: Found | undefined; search: string }) {
  if (found === undefined) {
    return <Skeleton rows={5} />;
  }
  const { items, more } = found;
  if (items.length === 0) {
    return <p className="muted">Nothing in this time.</p>;
  }
  const since = new URLSearchParams(search).get("since") ?? "24h";
  return (
    <>
      <Wide label="Groups">
        <table className="plain-table">
          <thead>
            <tr>
              <th>{BY.find(([name]) => name === by)?.[1]}</th>
              <th className="end">Steps</th>
              <th className="end">Failed</th>
              <th className="end">p50</th>
              <th className="end">p95</th>
              <th className="end">Tokens</th>
              <th className="end">Cost</th>
            </tr>
          </thead>
          <tbody>
            {items.map((group) => (
              <tr key={group.key ?? ""}>
                <td className="cut group-name">
                  <Name text={group.key} to={group.key === null ? undefined : wayTo(by, group.key, since)} />
                </td>
                <td className="end">{short(group.spans)}</td>
                <td className="end">
                  {group.errors > 0 ? <span className="bad">{percent(group.error_rate)}</span> : <Dash />}
                </td>
                <td className="end">{duration(group.p50_nanos)}</td>
                <td className="end">{duration(group.p95_nanos)}</td>
                <td className="end">
                  {group.input_tokens + group.output_tokens > 0 ? (
                    short(group.input_tokens + group.output_tokens)
                  ) : (
                    <Dash />
                  )}
                </td>
                <td className="end">
                  <Cost cost={group.cost} unpriced={group.cost ? 0 : group.unpriced} />
                </td>
              </tr>
            ))}
          </tbody>
        </table>
      </Wide>
      {more && (
        <p className="faint">
          Only the {count(items.length)} with the {orderOf(by) === "cost" ? "highest cost" : "most steps"} are listed.
        </p>
      )}
    </>
  );
}

function Name({ text, to }: { text: string | null; to: string | undefined }) {
  if (text === null) {
    return <span className="faint">none</span>;
  }
  const name = <Data>{oneLine(text, 60)}</Data>;
  return to === undefined ? (
    name
  ) : (
    <Link className="link" href={to}>
      {name}
    </Link>
  );
}
