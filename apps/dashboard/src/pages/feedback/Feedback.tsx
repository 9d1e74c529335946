import { useCallback, useMemo } from "react";
import { Link } from "wouter";
import { useFeedback } from "../../api/queries.ts";
import type { Judgement } from "../../api/types.ts";
import { Top } from "../../app/Shell.tsx";
import { go, useUrl } from "../../app/url.ts";
import { ago, count, percent, shortId } from "../../logic/format.ts";
import { bounds } from "../../logic/time.ts";
import { flat, replaced, summary } from "../../logic/verdicts.ts";
import { Dash, Data, ProblemBox, Skeleton, Snippet, Time } from "../../parts/Basics.tsx";
import { type Column, Grid } from "../../parts/Grid.tsx";
import { useNow } from "../../parts/now.ts";
import { RangeSelect } from "../../parts/Range.tsx";
import { Verdict } from "../../parts/Verdict.tsx";

function to(one: Judgement): string | undefined {
  if (one.trace_id) {
    return `/traces/${one.trace_id}${one.span_id ? `?span=${one.span_id}` : ""}`;
  }
  return one.session_id ? `/sessions/one?id=${encodeURIComponent(one.session_id)}` : undefined;
}

function columnsOf(now: number, isGone: (one: Judgement) => boolean): Column<Judgement>[] {
  return [
    { id: "verdict", head: "Verdict", width: "110px", cell: (one) => <Verdict judgement={one} gone={isGone(one)} /> },
    {
      id: "what",
      head: "Of what",
      width: "minmax(90px, 1fr)",
      cell: (one) => (one.name ? <Data>{one.name}</Data> : <Dash />),
    },
    {
      id: "comment",
      head: "Comment",
      width: "minmax(200px, 3fr)",
      cell: (one) => (one.comment ? <Data>{one.comment}</Data> : <Dash />),
    },
    {
      id: "source",
      head: "By",
      width: "90px",
      cell: (one) => (one.source ? <Data className="muted">{one.source}</Data> : <Dash />),
    },
    {
      id: "about",
      head: "About",
      width: "130px",
      cell: (one) => {
        const address = to(one);
        return address === undefined ? (
          <Dash />
        ) : (
          <Link className="link" href={address} tabIndex={-1}>
            {one.trace_id ? (
              <>
                {one.span_id ? "step in " : "trace "}
                <code>{shortId(one.trace_id)}</code>
              </>
            ) : (
              <Data>{`session ${one.session_id ?? ""}`}</Data>
            )}
          </Link>
        );
      },
    },
    {
      id: "time",
      head: "When",
      width: "90px",
      end: true,
      cell: (one) => (one.time ? <Time at={one.time}>{ago(one.time, now)}</Time> : <Dash />),
    },
  ];
}

/** What people, models and tests thought of runs. */
export function Feedback() {
  const url = useUrl();
  const now = useNow(10_000);
  const minute = Math.floor(now / 60_000) * 60_000;
  const since = url.get("since");
  const name = url.get("name");
  const all = useFeedback(useMemo(() => bounds(since, undefined, minute), [since, minute]));
  const given = useMemo(() => all.data?.pages.flatMap((page) => page.items).map(flat) ?? [], [all.data]);
  const rows = useMemo(() => (name === undefined ? given : given.filter((one) => one.name === name)), [given, name]);
  const gone = useMemo(() => replaced(given), [given]);
  const isGone = useCallback((one: Judgement) => Boolean(one.feedback_id && gone.has(one.feedback_id)), [gone]);
  const sums = useMemo(() => summary(given.filter((one) => !isGone(one))), [given, isGone]);
  const columns = useMemo(() => columnsOf(now, isGone), [now, isGone]);
  const rowKey = (one: Judgement) => one.feedback_id ?? `${one.trace_id} ${one.time} ${one.name}`;
  return (
    <>
      <Top title="Feedback">
        <span className="grow" />
        <RangeSelect since={since} until={undefined} whole="All time" onChange={(from) => url.set({ since: from })} />
      </Top>
      {all.isError ? (
        <div className="scroll">
          <ProblemBox error={all.error} retry={() => void all.refetch()} />
        </div>
      ) : all.isPending ? (
        <div className="scroll">
          <Skeleton />
        </div>
      ) : given.length === 0 ? (
        <div className="scroll">
          <div className="empty">
            <h2>No feedback yet</h2>
            <p>
              A verdict of a user, a person who reviews, a model or a test, on a trace, a step or a session. Give it
              from your program, or on the page of any trace.
            </p>
            <Snippet>{'tracewire.feedback(score=0.5, name="helpful", target=step, comment="too short")'}</Snippet>
          </div>
        </div>
      ) : (
        <>
          <div className="bar">
            {sums.map((sum) => (
              <button
                key={sum.name}
                type="button"
                className="button sum"
                aria-pressed={name === sum.name}
                onClick={() => url.set({ name: name === sum.name ? undefined : sum.name })}
              >
                <Data>{sum.name}</Data>
                {sum.good !== undefined && <strong>{percent(sum.good)} yes</strong>}
                {sum.mean !== undefined && <strong>⌀ {sum.mean.toFixed(2)}</strong>}
                {sum.most !== undefined && <strong className="data">mostly {sum.most}</strong>}
                <span className="faint">{count(sum.count)}</span>
              </button>
            ))}
          </div>
          <Grid
            label="Feedback"
            columns={columns}
            rows={rows}
            rowKey={rowKey}
            selected={url.get("at")}
            onSelect={(key) => url.set({ at: key })}
            onOpen={(one) => {
              const address = to(one);
              if (address !== undefined) {
                go(address);
              }
            }}
            onEnd={() => void (all.hasNextPage && !all.isFetchingNextPage && all.fetchNextPage())}
            small={(one) => (
              <>
                <div className="small-first">
                  <Verdict judgement={one} gone={isGone(one)} />
                  <span className="cut">
                    <Data>{one.name ?? ""}</Data>
                  </span>
                  <span className="faint">{one.time ? ago(one.time, now) : ""}</span>
                </div>
                <div className="small-second cut">
                  <Data>{one.comment ?? "no comment"}</Data>
                </div>
              </>
            )}
            width={760}
          />
        </>
      )}
    </>
  );
}
