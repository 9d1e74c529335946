import { useMemo, useState } from "react";
import { Link } from "wouter";
import type { Query } from "../../api/client.ts";
import { useSearchSteps } from "../../api/queries.ts";
import type { SearchRow } from "../../api/types.ts";
import { go } from "../../app/url.ts";
import { ago, duration } from "../../logic/format.ts";
import { preview } from "../../logic/json.ts";
import { Dash, Data, ProblemBox, Skeleton, Time } from "../../parts/Basics.tsx";
import { type Column, Grid } from "../../parts/Grid.tsx";
import { KindMark, outcomeOf, StatusMark } from "../../parts/Status.tsx";

function to(row: SearchRow): string {
  return `/traces/${row.trace_id ?? ""}${row.span_id ? `?span=${row.span_id}` : ""}`;
}

const columns: Column<SearchRow>[] = [
  {
    id: "status",
    head: "Status",
    width: "100px",
    cell: (row) =>
      row.type === "span" ? (
        <StatusMark outcome={outcomeOf("ended", row.status)} />
      ) : (
        <span className="muted">{row.type}</span>
      ),
  },
  { id: "kind", head: "Kind", width: "100px", cell: (row) => <KindMark kind={row.kind} /> },
  {
    id: "name",
    head: "Step",
    width: "minmax(120px, 1fr)",
    cell: (row) => (
      <Link href={to(row)} tabIndex={-1}>
        <Data>{row.name ?? row.type}</Data>
      </Link>
    ),
  },
  {
    id: "said",
    head: "In and out",
    width: "minmax(240px, 4fr)",
    cell: (row) => (
      <Data className="muted">{[preview(row.input), preview(row.output)].filter(Boolean).join("  →  ")}</Data>
    ),
  },
  {
    id: "service",
    head: "Service",
    width: "minmax(80px, .7fr)",
    cell: (row) => (row.service ? <Data className="muted">{row.service}</Data> : <Dash />),
  },
  { id: "duration", head: "Duration", width: "80px", end: true, cell: (row) => duration(row.duration_nanos) },
  {
    id: "time",
    head: "When",
    width: "84px",
    end: true,
    cell: (row) => <Time at={row.time}>{ago(row.time, Date.now())}</Time>,
  },
];

/** The steps that a search found, each with what it was given and gave. */
export function Steps({ query }: { query: Query }) {
  // A step has no model, name or openness to be searched by; that its trace failed is its own status.
  const { model: _, name: __, open: ___, failed, ...rest } = query;
  const found = useSearchSteps({ ...rest, ...(failed === undefined ? {} : { status: "error" }) });
  const [selected, setSelected] = useState<string | undefined>();
  const rows = useMemo(() => found.data?.pages.flatMap((page) => page.items) ?? [], [found.data]);
  if (found.isError) {
    return (
      <div className="scroll">
        <ProblemBox error={found.error} retry={() => void found.refetch()} />
      </div>
    );
  }
  if (found.isPending) {
    return (
      <div className="scroll">
        <Skeleton />
      </div>
    );
  }
  if (rows.length === 0) {
    return <p className="scroll muted">No step says that.</p>;
  }
  return (
    <Grid
      label="Steps"
      columns={columns}
      rows={rows}
      rowKey={(row) => `${row.trace_id}/${row.span_id}/${row.time}`}
      selected={selected}
      onSelect={setSelected}
      onOpen={(row) => go(to(row))}
      onEnd={() => void (found.hasNextPage && !found.isFetchingNextPage && found.fetchNextPage())}
      small={(row) => (
        <>
          <div className="small-first">
            <KindMark kind={row.kind} bare />
            <span className="cut">
              <Data>{row.name ?? row.type}</Data>
            </span>
            <span>{duration(row.duration_nanos)}</span>
          </div>
          <div className="small-second">
            {row.status && <StatusMark outcome={outcomeOf("ended", row.status)} bare size={13} />}
            <Data className="cut">{preview(row.output) || preview(row.input)}</Data>
            <span className="grow" />
            <span className="one">{ago(row.time, Date.now())}</span>
          </div>
        </>
      )}
    />
  );
}
