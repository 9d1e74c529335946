import { Link } from "wouter";
import type { State } from "../../api/types.ts";
import { Icon } from "../../design/Icon.tsx";
import { clockMillis, duration, shortId } from "../../logic/format.ts";
import { nanosFrom } from "../../logic/time.ts";
import { Dash, Data, Time } from "../../parts/Basics.tsx";
import type { Column } from "../../parts/Grid.tsx";
import { useNow } from "../../parts/now.ts";
import { Said } from "../../parts/Said.tsx";
import { KindMark, StatusMark } from "../../parts/Status.tsx";
import { type LiveRow, outcomeOfRow, sayingOf } from "./rows.ts";

/** What rows are shown by. */
export type Look = {
  /** A step's events are one row. */
  isJoined: boolean;
  /** When the feed was paused: clocks stand at it. */
  pausedAt: number | undefined;
  /** How traces ended. */
  ended: ReadonlyMap<string, State>;
};

/** How long something has been going on, by a clock that runs; it stands while the feed is paused. */
export function Ticking({ since, pausedAt }: { since: string; pausedAt: number | undefined }) {
  const now = useNow(100, pausedAt === undefined);
  const here = new Date(pausedAt ?? now).toISOString();
  return <span className="ticking">{duration(Math.max(0, nanosFrom(since, here)))}</span>;
}

/** What a row is by shape: a step that goes on or how it ended, or the type of what happened. */
export function RowMark({ row, look }: { row: LiveRow; look: Look }) {
  const outcome = outcomeOfRow(row, look.isJoined, look.ended);
  if (outcome !== undefined) {
    return <StatusMark outcome={outcome} />;
  }
  const { type } = row.first.event;
  if (type === "span.start") {
    return (
      <span className="type begins">
        <i aria-hidden="true" /> begins
      </span>
    );
  }
  return (
    <span className="type muted">
      <Icon name={type === "log" ? "log" : type === "loss" ? "warning" : "event"} size={13} />{" "}
      {type.replace("span.", "")}
    </span>
  );
}

/** How long a row's step took or has been going on. */
export function Took({ row, look }: { row: LiveRow; look: Look }) {
  const nanos = row.end?.event.duration_nanos;
  if (nanos !== undefined && nanos !== null) {
    return duration(nanos);
  }
  return outcomeOfRow(row, look.isJoined, look.ended) === "in_flight" ? (
    <Ticking since={row.first.event.time} pausedAt={look.pausedAt} />
  ) : (
    <Dash />
  );
}

/** Where a row's trace is, at its step. */
export function to({ first }: LiveRow): string {
  return `/traces/${first.event.trace_id ?? ""}${first.event.span_id ? `?span=${first.event.span_id}` : ""}`;
}

/** The columns of the feed. */
export function columnsOf(look: Look): Column<LiveRow>[] {
  return [
    {
      id: "time",
      head: "Time",
      width: "104px",
      cell: ({ first }) => <Time at={first.event.time}>{clockMillis(first.event.time)}</Time>,
    },
    { id: "type", head: "What", width: "104px", cell: (row) => <RowMark row={row} look={look} /> },
    { id: "took", head: "Took", width: "80px", end: true, cell: (row) => <Took row={row} look={look} /> },
    {
      id: "kind",
      head: "Kind",
      width: "112px",
      cell: (row) => (row.kind ? <KindMark kind={row.kind} /> : <Dash />),
    },
    {
      id: "said",
      head: "Says",
      width: "minmax(220px, 4fr)",
      cell: (row) => <Said located={sayingOf(row)} known={row.name} />,
    },
    {
      id: "service",
      head: "Service",
      width: "minmax(90px, 1fr)",
      cell: ({ first }) => (first.service ? <Data className="muted">{first.service}</Data> : <Dash />),
    },
    {
      id: "trace",
      head: "Trace",
      width: "84px",
      cell: (row) =>
        row.first.event.trace_id ? (
          <Link className="link mono" href={to(row)} tabIndex={-1}>
            {shortId(row.first.event.trace_id)}
          </Link>
        ) : (
          <Dash />
        ),
    },
  ];
}
