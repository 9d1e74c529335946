import { Link } from "wouter";
import type { TraceRow } from "../../api/types.ts";
import { ago, count, duration, short, shortId } from "../../logic/format.ts";
import { nanosFrom } from "../../logic/time.ts";
import { Cost, Dash, Data, Time } from "../../parts/Basics.tsx";
import type { Column } from "../../parts/Grid.tsx";
import { KindMark, outcomeOf, StatusMark } from "../../parts/Status.tsx";

/** The outcome of a trace: its root's, or failed where something below failed and the root does not say. */
export function traceOutcome(row: TraceRow) {
  return outcomeOf(row.state, row.status);
}

/** How long a trace took, or has been going on for. */
export function took(row: TraceRow, now: number): string {
  if (row.duration_nanos !== null && row.duration_nanos !== undefined) {
    return duration(row.duration_nanos);
  }
  if (row.state === "in_flight") {
    return `${duration(Math.max(0, nanosFrom(row.start, new Date(now).toISOString())))}…`;
  }
  return `≥ ${duration(nanosFrom(row.start, row.last))}`;
}

/** The name of a trace, or what stands for it. */
export function nameOf(row: TraceRow): string {
  return row.name ?? shortId(row.trace_id);
}

/** Tokens in and out. */
export function Tokens({ input, output }: { input: number; output: number }) {
  if (input === 0 && output === 0) {
    return <Dash />;
  }
  return (
    <span title={`${count(input)} tokens in, ${count(output)} out`}>
      {short(input)} <span className="faint">→</span> {short(output)}
    </span>
  );
}

/** The columns of the list of traces. */
export function columnsOf(now: number): Column<TraceRow>[] {
  const word = (value: string | null | undefined) => (value ? <Data className="muted">{value}</Data> : <Dash />);
  const words = (values: string[] | null | undefined) => word(values?.join(", "));
  return [
    { id: "status", head: "Status", width: "106px", cell: (row) => <StatusMark outcome={traceOutcome(row)} /> },
    {
      id: "name",
      head: "Name",
      width: "minmax(180px, 2.6fr)",
      cell: (row) => (
        <>
          <KindMark kind={row.kind} bare />
          <Link href={`/traces/${row.trace_id}`} tabIndex={-1}>
            <Data>{nameOf(row)}</Data>
          </Link>
          {row.errors > 0 && (
            <span className="tag bad" title={`${count(row.errors)} of its steps failed`}>
              {count(row.errors)} failed
            </span>
          )}
        </>
      ),
    },
    { id: "service", head: "Service", width: "minmax(90px, 1fr)", cell: (row) => word(row.service) },
    { id: "agent", head: "Agent", width: "minmax(90px, 1fr)", cell: (row) => words(row.agents), hidden: true },
    { id: "model", head: "Model", width: "minmax(100px, 1.5fr)", cell: (row) => words(row.models) },
    {
      id: "session",
      head: "Session",
      width: "minmax(90px, 1fr)",
      cell: (row) =>
        row.session_id ? (
          <Link href={`/sessions/one?id=${encodeURIComponent(row.session_id)}`} className="muted" tabIndex={-1}>
            <Data>{row.session_id}</Data>
          </Link>
        ) : (
          <Dash />
        ),
    },
    { id: "spans", head: "Steps", width: "56px", end: true, cell: (row) => count(row.spans) },
    {
      id: "tokens",
      head: "Tokens",
      width: "104px",
      end: true,
      cell: (row) => <Tokens input={row.input_tokens} output={row.output_tokens} />,
    },
    {
      id: "cost",
      head: "Cost",
      width: "84px",
      end: true,
      cell: (row) => <Cost cost={row.cost} unpriced={row.unpriced} />,
    },
    { id: "duration", head: "Duration", width: "86px", end: true, cell: (row) => took(row, now) },
    {
      id: "start",
      head: "Started",
      width: "84px",
      end: true,
      cell: (row) => (
        <span className="muted">
          <Time at={row.start}>{ago(row.start, now)}</Time>
        </span>
      ),
    },
    {
      id: "id",
      head: "Id",
      width: "82px",
      cell: (row) => <code className="faint">{shortId(row.trace_id)}</code>,
      hidden: true,
    },
  ];
}

/** A trace in two lines, for phones. */
export function SmallTrace({ row, now }: { row: TraceRow; now: number }) {
  return (
    <>
      <div className="small-first">
        <StatusMark outcome={traceOutcome(row)} bare />
        <Link href={`/traces/${row.trace_id}`} className="cut" tabIndex={-1}>
          <Data>{nameOf(row)}</Data>
        </Link>
        <span>{took(row, now)}</span>
      </div>
      <div className="small-second">
        <KindMark kind={row.kind} bare />
        <span className="cut">
          <Data>{[row.service, ...(row.models ?? [])].filter(Boolean).join(" · ")}</Data>
        </span>
        <span className="grow" />
        {row.errors > 0 && <span className="bad">{count(row.errors)} failed</span>}
        <Cost cost={row.cost} />
        <Time at={row.start}>{ago(row.start, now)}</Time>
      </div>
    </>
  );
}
