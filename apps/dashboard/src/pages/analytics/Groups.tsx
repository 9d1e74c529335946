import { Link } from "wouter";
import type { Group } from "../../api/types.ts";
import { duration, percent, short } from "../../logic/format.ts";
import { oneLine } from "../../logic/visible.ts";
import { Cost, Dash, Data, Skeleton, Wide } from "../../parts/Basics.tsx";

/** What steps can be grouped by. */
export const BY = [
  ["model", "Model"],
  ["agent", "Agent"],
  ["tool", "Tool"],
  ["kind", "Kind"],
  ["service", "Service"],
] as const;

/** One of them. */
export type By = (typeof BY)[number][0];

const FILTER: Record<By, string> = { model: "model", agent: "agent", tool: "name", kind: "kind", service: "service" };

/** Sums of what shares a value, with a way to its traces. */
export function Groups({ by, items, search }: { by: By; items: Group[] | undefined; search: string }) {
  if (items === undefined) {
    return <Skeleton rows={5} />;
  }
  if (items.length === 0) {
    return <p className="muted">Nothing in this time.</p>;
  }
  const since = new URLSearchParams(search).get("since") ?? "24h";
  return (
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
                {group.key === null ? (
                  <span className="faint">none</span>
                ) : by === "tool" || by === "kind" ? (
                  <Data>{oneLine(group.key, 60)}</Data>
                ) : (
                  <Link
                    className="link"
                    href={`/traces?${FILTER[by]}=${encodeURIComponent(group.key)}&since=${encodeURIComponent(since)}`}
                  >
                    <Data>{oneLine(group.key, 60)}</Data>
                  </Link>
                )}
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
  );
}
