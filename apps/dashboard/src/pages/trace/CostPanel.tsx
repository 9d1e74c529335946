import { useCost } from "../../api/queries.ts";
import { amount, count } from "../../logic/format.ts";
import { visible } from "../../logic/visible.ts";
import { ProblemBox, Skeleton, Wide } from "../../parts/Basics.tsx";

/** A price, and of how many it is. */
function priceOf(price: string, per: number, currency: string): string {
  const shown = amount(price, currency);
  return per === 1 ? shown : `${shown} per ${per === 1_000_000 ? "million" : count(per)}`;
}

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
      {data.state !== "priced" && data.state !== "reported" ? (
        <p className="note">{visible(data.reason ?? "This step called no model.")}</p>
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
                <th className="end">Count</th>
                <th className="end">Price</th>
                <th className="end">Amount</th>
              </tr>
            </thead>
            <tbody>
              {data.lines.map((line) => (
                <tr key={`${line.what} ${line.price}`}>
                  <td>
                    {visible(line.what.replaceAll("_", " "))}
                    {line.from_tokens ? <span className="faint"> from {count(line.from_tokens)} tokens on</span> : null}
                  </td>
                  <td className="end">{count(line.count)}</td>
                  <td className="end">{priceOf(line.price, line.per, currency)}</td>
                  <td className="end" title={`${line.amount} ${currency}`}>
                    {amount(line.amount, currency)}
                  </td>
                </tr>
              ))}
            </tbody>
          </table>
        </Wide>
      )}
      {Object.keys(data.without_price ?? {}).length > 0 && (
        <p className="note">
          Without a price, and not in the sum:{" "}
          {Object.entries(data.without_price ?? {})
            .map(([unit, number]) => `${count(number)} ${visible(unit.replaceAll("_", " "))}`)
            .join(", ")}
        </p>
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
        {data.priced_as && (
          <>
            <dt>Priced as</dt>
            <dd className="data">{visible(data.priced_as)}</dd>
          </>
        )}
        {data.condition && (
          <>
            <dt>Priced for</dt>
            <dd className="data">{visible(data.condition)}</dd>
          </>
        )}
        {data.version && (
          <>
            <dt>Prices</dt>
            <dd className="data">
              {visible(data.version)}
              {data.local === true && <span className="faint"> your own list</span>}
            </dd>
          </>
        )}
      </dl>
    </div>
  );
}
