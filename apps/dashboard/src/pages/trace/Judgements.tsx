import { useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { postJson } from "../../api/client.ts";
import { asProblem } from "../../api/problem.ts";
import { useFeedback } from "../../api/queries.ts";
import type { Judgement } from "../../api/types.ts";
import { Icon } from "../../design/Icon.tsx";
import { keepOwn, ownJudgement, targetOf } from "../../logic/own.ts";
import { flat, replaced } from "../../logic/verdicts.ts";
import { visible } from "../../logic/visible.ts";
import { say } from "../../parts/Toast.tsx";
import { Verdict } from "../../parts/Verdict.tsx";

/** What was thought of a trace or a step, and a way to say it. */
export function Judgements({ trace, span }: { trace: string; span: string | undefined }) {
  const client = useQueryClient();
  const given = useFeedback({ trace });
  const [comment, setComment] = useState("");
  const [isSending, setSending] = useState(false);
  const everything = (given.data?.pages.flatMap((page) => page.items) ?? []).map(flat);
  const gone = replaced(everything);
  const all = everything.filter(
    (one) => (!one.span_id || one.span_id === span) && !(one.feedback_id && gone.has(one.feedback_id)),
  );
  const place = targetOf(trace, span);
  const own = all.find((one) => one.feedback_id && one.feedback_id === ownJudgement(localStorage, place));
  const judge = async (value: boolean) => {
    setSending(true);
    try {
      const row = await postJson<Judgement>("/feedback", {
        name: "helpful",
        value,
        source: "human",
        target: { trace_id: trace, ...(span === undefined ? {} : { span_id: span }) },
        ...(comment.trim() === "" ? {} : { comment: comment.trim() }),
        ...(own?.feedback_id ? { supersedes: own.feedback_id } : {}),
      });
      const id = flat(row).feedback_id;
      if (id) {
        keepOwn(localStorage, place, id);
      }
      setComment("");
      say(own === undefined ? "Recorded" : "Recorded, in place of what you said before");
      await client.invalidateQueries({ queryKey: ["/feedback"] });
    } catch (error) {
      const { title, detail } = asProblem(error);
      say(detail === undefined ? title : `${title}: ${detail}`);
    } finally {
      setSending(false);
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
          disabled={isSending}
          aria-pressed={own?.value === true}
          aria-label="Helpful"
          title="Helpful"
        >
          <Icon name="feedback" size={14} />
        </button>
        <button
          type="button"
          className="button square"
          onClick={() => void judge(false)}
          disabled={isSending}
          aria-pressed={own?.value === false}
          aria-label="Not helpful"
          title="Not helpful"
        >
          <Icon name="feedback" size={14} className="upside-down" />
        </button>
      </div>
    </section>
  );
}
