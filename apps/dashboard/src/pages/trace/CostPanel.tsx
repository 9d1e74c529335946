import { useCost } from "../../api/queries.ts";
import { amount, count } from "../../logic/format.ts";
import { visible } from "../../logic/visible.ts";
import { ProblemBox, Skeleton, Wide } from "../../parts/Basics.tsx";

/** How the price of a step came about, line by line. */
export function CostPanel({ trace, span }: { trace: string; span: string }) {
  const cost = useCost(trace, span, true);
  if (cost.isError) {
    return <ProblemBox error={cost.error} retry={() => void cost.refetch()} />;
  }
  if (cost.data === undefined) {
    return <Skeleton rows={3} />;
  }
  const { data } = cost;
  const currency = data.currency ?? "USD";
  return (
    <div className="stack">
      {data.state === "unpriced" ? (
        <p className="note">{visible(data.reason ?? "No price is known.")}</p>
      ) : (
        <p className="big-number">
          {amount(data.total ?? "0", currency)}{" "}
          <span className="faint">{data.state === "reported" ? "as the provider reported it" : ""}</span>
        </p>
      )}
      {data.lines.length > 0 && (
        <Wide label="Lines of the price">
          <table className="plain-table">
            <thead>
              <tr>
                <th>What</th>
                <th className="end">Tokens</th>
                <th className="end">Per million</th>
                <th className="end">Amount</th>
              </tr>
            </thead>
            <tbody>
              {data.lines.map((line) => (
                <tr key={`${line.what} ${line.per_million}`}>
                  <td>
                    {visible(line.what)}
                    {line.from_tokens ? <span className="faint"> from {count(line.from_tokens)} tokens on</span> : null}
                  </td>
                  <td className="end">{count(line.count)}</td>
                  <td className="end">{amount(line.per_million, currency)}</td>
                  <td className="end" title={`${line.amount} ${currency}`}>
                    {amount(line.amount, currency)}
                  </td>
                </tr>
              ))}
            </tbody>
          </table>
        </Wide>
      )}
      <dl className="facts">
        {data.model && (
          <>
            <dt>Model</dt>
            <dd className="data">{visible(data.model)}</dd>
          </>
        )}
        {data.provider && (
          <>
            <dt>Provider</dt>
            <dd className="data">{visible(data.provider)}</dd>
          </>
        )}
        {data.version && (
          <>
            <dt>Prices</dt>
            <dd className="data">{visible(data.version)}</dd>
          </>
        )}
      </dl>
    </div>
  );
}
