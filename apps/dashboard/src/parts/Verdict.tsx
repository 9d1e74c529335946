import type { Judgement } from "../api/types.ts";
import { Icon } from "../design/Icon.tsx";
import { preview } from "../logic/json.ts";
import { visible } from "../logic/visible.ts";

/** A verdict: a thumb for yes and no, a small bar for shares, the label itself otherwise; struck out where a later one replaces it. */
export function Verdict({ judgement, gone = false }: { judgement: Judgement; gone?: boolean }) {
  if (gone) {
    return (
      <s className="faint" title="A later judgement replaces this one">
        <Given judgement={judgement} />
      </s>
    );
  }
  return <Given judgement={judgement} />;
}

function Given({ judgement }: { judgement: Judgement }) {
  const { value } = judgement;
  if (typeof value === "boolean") {
    return (
      <span className={`verdict ${value ? "good" : "bad"}`}>
        <Icon name="feedback" size={14} {...(value ? {} : { className: "upside-down" })} />
        {value ? "yes" : "no"}
      </span>
    );
  }
  if (typeof value === "number" && value >= 0 && value <= 1) {
    return (
      <span className="verdict">
        <i className="share">
          <i style={{ width: `${value * 100}%` }} className={value < 0.5 ? "low" : undefined} />
        </i>
        {value.toFixed(2)}
      </span>
    );
  }
  return <span className="verdict data">{visible(preview(value ?? null, 60))}</span>;
}
