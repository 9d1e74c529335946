import { useMemo } from "react";
import { Link } from "wouter";
import { useSessions } from "../../api/queries.ts";
import type { SessionRow } from "../../api/types.ts";
import { Top } from "../../app/Shell.tsx";
import { go, useUrl } from "../../app/url.ts";
import { ago, count, duration } from "../../logic/format.ts";
import { bounds, nanosFrom } from "../../logic/time.ts";
import { Cost, Dash, Data, ProblemBox, Skeleton, Snippet, Time } from "../../parts/Basics.tsx";
import { type Column, Grid } from "../../parts/Grid.tsx";
import { useNow } from "../../parts/now.ts";
import { RangeSelect } from "../../parts/Range.tsx";
import { StatusMark } from "../../parts/Status.tsx";
import { Tokens } from "../traces/columns.tsx";

function to(row: SessionRow): string {
  return `/sessions/one?id=${encodeURIComponent(row.session_id)}`;
}

function columnsOf(now: number): Column<SessionRow>[] {
  return [
    {
      id: "name",
      head: "Session",
      width: "minmax(180px, 3fr)",
      cell: (row) => (
        <>
          <Link href={to(row)} tabIndex={-1}>
            <Data>{row.session_id}</Data>
          </Link>
          {row.open_spans > 0 && <StatusMark outcome="in_flight" />}
        </>
      ),
    },
    { id: "traces", head: "Runs", width: "64px", end: true, cell: (row) => count(row.traces) },
    { id: "spans", head: "Steps", width: "64px", end: true, cell: (row) => count(row.spans) },
    {
      id: "errors",
      head: "Failed",
      width: "64px",
      end: true,
      cell: (row) => (row.errors > 0 ? <span className="bad">{count(row.errors)}</span> : <Dash />),
    },
    {
      id: "tokens",
      head: "Tokens",
      width: "110px",
      end: true,
      cell: (row) => <Tokens input={row.input_tokens} output={row.output_tokens} />,
    },
    {
      id: "cost",
      head: "Cost",
      width: "90px",
      end: true,
      cell: (row) => <Cost cost={row.cost} unpriced={row.unpriced} />,
    },
    {
      id: "length",
      head: "Span of time",
      width: "100px",
      end: true,
      cell: (row) => duration(nanosFrom(row.start, row.last)),
    },
    {
      id: "last",
      head: "Last seen",
      width: "90px",
      end: true,
      cell: (row) => (
        <span className="muted">
          <Time at={row.last}>{ago(row.last, now)}</Time>
        </span>
      ),
    },
  ];
}

/** The conversations. */
export function Sessions() {
  const url = useUrl();
  const now = useNow(5000);
  const minute = Math.floor(now / 60_000) * 60_000;
  const since = url.get("since");
  const until = url.get("until");
  const sessions = useSessions(useMemo(() => bounds(since, until, minute), [since, until, minute]));
  const rows = useMemo(() => sessions.data?.pages.flatMap((page) => page.items) ?? [], [sessions.data]);
  const columns = useMemo(() => columnsOf(now), [now]);
  return (
    <>
      <Top title="Sessions">
        <span className="grow" />
        <RangeSelect
          since={since}
          until={until}
          whole="All time"
          onChange={(from, to) => url.set({ since: from, until: to })}
        />
      </Top>
      {sessions.isError ? (
        <div className="scroll">
          <ProblemBox error={sessions.error} retry={() => void sessions.refetch()} />
        </div>
      ) : sessions.isPending ? (
        <div className="scroll">
          <Skeleton />
        </div>
      ) : rows.length === 0 ? (
        <div className="scroll">
          <div className="empty">
            <h2>No session yet</h2>
            <p>
              A session is a conversation: all runs that say the same session id, from any process. Give it to the run
              that begins a turn.
            </p>
            <Snippet>{'with tracewire.span("answer", kind="agent", session_id="chat-7"): ...'}</Snippet>
          </div>
        </div>
      ) : (
        <Grid
          label="Sessions"
          columns={columns}
          rows={rows}
          rowKey={(row) => row.session_id}
          selected={url.get("at")}
          onSelect={(key) => url.set({ at: key })}
          onOpen={(row) => go(to(row))}
          onEnd={() => void (sessions.hasNextPage && !sessions.isFetchingNextPage && sessions.fetchNextPage())}
          small={(row) => (
            <>
              <div className="small-first">
                <Link href={to(row)} className="cut" tabIndex={-1}>
                  <Data>{row.session_id}</Data>
                </Link>
                <span>{count(row.traces)} runs</span>
              </div>
              <div className="small-second">
                <span>{count(row.spans)} steps</span>
                {row.errors > 0 && <span className="bad">{count(row.errors)} failed</span>}
                <span className="grow" />
                <Cost cost={row.cost} />
                <Time at={row.last}>{ago(row.last, now)}</Time>
              </div>
            </>
          )}
          width={860}
        />
      )}
    </>
  );
}
