import { useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { postJson } from "../../api/client.ts";
import { asProblem } from "../../api/problem.ts";
import { useFeedback } from "../../api/queries.ts";
import type { Judgement } from "../../api/types.ts";
import { Icon } from "../../design/Icon.tsx";
import { flat } from "../../logic/verdicts.ts";
import { visible } from "../../logic/visible.ts";
import { say } from "../../parts/Toast.tsx";
import { Verdict } from "../../parts/Verdict.tsx";

/** What was thought of a trace or a step, and a way to say it. */
export function Judgements({ trace, span }: { trace: string; span: string | undefined }) {
  const client = useQueryClient();
  const given = useFeedback({ trace });
  const [comment, setComment] = useState("");
  const all = (given.data?.pages.flatMap((page) => page.items) ?? [])
    .map(flat)
    .filter((one) => !one.span_id || one.span_id === span);
  const judge = async (value: boolean) => {
    try {
      await postJson<Judgement>("/feedback", {
        name: "helpful",
        value,
        source: "human",
        target: { trace_id: trace, ...(span === undefined ? {} : { span_id: span }) },
        ...(comment.trim() === "" ? {} : { comment: comment.trim() }),
      });
      setComment("");
      say("Recorded");
      await client.invalidateQueries({ queryKey: ["/feedback"] });
    } catch (error) {
      say(asProblem(error).title);
    }
  };
  return (
    <section>
      <h3 className="divider">Feedback</h3>
      {all.length > 0 && (
        <ul className="judgements">
          {all.map((one, index) => (
            <li key={one.feedback_id ?? index}>
              <Verdict judgement={one} />
              <span className="data muted">{visible(one.name ?? "")}</span>
              {one.comment && <span className="data">“{visible(one.comment)}”</span>}
              {one.source && <span className="faint">by {visible(one.source)}</span>}
            </li>
          ))}
        </ul>
      )}
      <div className="line judge">
        <span className="field grow">
          <input
            aria-label="Comment"
            placeholder="Why? (optional)"
            value={comment}
            onChange={(event) => setComment(event.target.value)}
          />
        </span>
        <button
          type="button"
          className="button square"
          onClick={() => void judge(true)}
          aria-label="Helpful"
          title="Helpful"
        >
          <Icon name="feedback" size={14} />
        </button>
        <button
          type="button"
          className="button square"
          onClick={() => void judge(false)}
          aria-label="Not helpful"
          title="Not helpful"
        >
          <Icon name="feedback" size={14} className="upside-down" />
        </button>
      </div>
    </section>
  );
}
