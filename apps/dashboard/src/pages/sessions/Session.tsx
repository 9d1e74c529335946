import { useState } from "react";
import { Link } from "wouter";
import { useSession, useSpan } from "../../api/queries.ts";
import type { TraceRow } from "../../api/types.ts";
import { useUrl } from "../../app/url.ts";
import { Icon } from "../../design/Icon.tsx";
import { count, dayClock, duration, shortId } from "../../logic/format.ts";
import { preview } from "../../logic/json.ts";
import { nanosFrom } from "../../logic/time.ts";
import { visible } from "../../logic/visible.ts";
import { Cost, Data, ProblemBox, Skeleton, Time } from "../../parts/Basics.tsx";
import { KindMark, StatusMark } from "../../parts/Status.tsx";
import { nameOf, Tokens, took, traceOutcome } from "../traces/columns.tsx";

/** How many runs are shown at first, the latest. */
const STEP = 40;

/** One conversation: what was asked and answered in each run, in order. */
export function Session() {
  // An id may hold anything, dots and slashes too; in a path those would mean something.
  const id = useUrl().get("id") ?? "";
  const session = useSession(id);
  const { data } = session;
  const [shown, setShown] = useState(STEP);
  // As it was said, whatever the order of the answer.
  const turns = [...(data?.traces ?? [])].sort((a, b) => (a.start < b.start ? -1 : 1));
  return (
    <>
      <header className="top">
        <Link className="button quiet square" href="/sessions" aria-label="Back to the sessions">
          <Icon name="left" />
        </Link>
        <h1 className="cut">
          <Data>{id}</Data>
        </h1>
        {data !== undefined && (
          <dl className="facts-line wide-only">
            <div>
              <dt>runs</dt>
              <dd>{count(data.session.traces)}</dd>
            </div>
            <div>
              <dt>steps</dt>
              <dd>{count(data.session.spans)}</dd>
            </div>
            <div>
              <dt>tokens</dt>
              <dd>
                <Tokens input={data.session.input_tokens} output={data.session.output_tokens} />
              </dd>
            </div>
            <div>
              <dt>cost</dt>
              <dd>
                <Cost cost={data.session.cost} unpriced={data.session.unpriced} />
              </dd>
            </div>
          </dl>
        )}
        <span className="grow" />
        <Link className="button" href={`/traces?session=${encodeURIComponent(id)}`}>
          <Icon name="traces" size={14} />
          As a list
        </Link>
      </header>
      <div className="scroll">
        {session.isError ? (
          <ProblemBox error={session.error} retry={() => void session.refetch()} />
        ) : data === undefined ? (
          <Skeleton />
        ) : (
          <>
            {data.traces.length > shown && (
              <p className="pause">
                <button type="button" className="button" onClick={() => setShown(shown + STEP)}>
                  {count(data.traces.length - shown)} earlier runs
                </button>
              </p>
            )}
            <ol className="conversation">
              {turns.slice(-shown).map((row, index, all) => (
                <Turn key={row.trace_id} row={row} before={all[index - 1]} />
              ))}
            </ol>
          </>
        )}
      </div>
    </>
  );
}

function Turn({ row, before }: { row: TraceRow; before: TraceRow | undefined }) {
  const head = useSpan(row.trace_id, row.head ?? undefined, true);
  const root = head.data;
  const now = Date.now();
  const pause = before === undefined ? 0 : nanosFrom(before.last, row.start);
  const input = preview(root?.body?.["input"] ?? null, 1200);
  const output = preview(root?.body?.["output"] ?? null, 2400);
  return (
    <li>
      {pause > 60e9 && <p className="pause faint">{duration(pause)} later</p>}
      <div className="turn">
        {input !== "" && (
          <p className="bubble asked data" dir="auto">
            {visible(input)}
          </p>
        )}
        {root === undefined && head.isPending && row.head && <p className="bubble asked faint">…</p>}
        <div className="bubble answered">
          <div className="line turn-head">
            <StatusMark outcome={traceOutcome(row)} bare />
            <KindMark kind={row.kind} bare />
            <Link className="link" href={`/traces/${row.trace_id}`}>
              <Data>{nameOf(row)}</Data>
            </Link>
            <span className="faint">{shortId(row.trace_id)}</span>
            <span className="grow" />
            <span className="faint">
              {took(row, now)} · <Time at={row.start}>{dayClock(row.start, now)}</Time>
            </span>
          </div>
          {output !== "" ? (
            <p className="data said-text" dir="auto">
              {visible(output)}
            </p>
          ) : (
            <p className={root?.failed ? "bad" : "faint"}>
              {root?.failed
                ? visible(root.failure ?? "It failed.")
                : row.state === "in_flight"
                  ? "Still at work…"
                  : "It gave no output."}
            </p>
          )}
          <div className="line faint turn-foot">
            <span>{count(row.spans)} steps</span>
            {row.errors > 0 && <span className="bad">{count(row.errors)} failed</span>}
            <span>
              <Tokens input={row.input_tokens} output={row.output_tokens} /> tokens
            </span>
            <Cost cost={row.cost} unpriced={row.unpriced} />
          </div>
        </div>
      </div>
    </li>
  );
}
