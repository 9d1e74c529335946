import { useMemo } from "react";
import { useTraceEvents } from "../../api/queries.ts";
import type { Json, LocatedEvent } from "../../api/types.ts";
import { useUrl } from "../../app/url.ts";
import { Icon } from "../../design/Icon.tsx";
import { clockMillis, duration } from "../../logic/format.ts";
import { nanosFrom } from "../../logic/time.ts";
import { Dash, Data, ProblemBox, Skeleton, Time } from "../../parts/Basics.tsx";
import { type Column, Grid } from "../../parts/Grid.tsx";
import { JsonTree } from "../../parts/JsonTree.tsx";
import { Said } from "../../parts/Said.tsx";
import { KindMark } from "../../parts/Status.tsx";

type Known = ReadonlyMap<LocatedEvent["event"]["span_id"], { name: Json | undefined }>;

function nameOf(known: Known, { event }: LocatedEvent): string | undefined {
  const name = known.get(event.span_id)?.name;
  return typeof name === "string" ? name : undefined;
}

/** The events that the trace was made of, as they were recorded. */
export function Events({ id, start, span }: { id: string; start: string; span: string | undefined }) {
  const events = useTraceEvents(id, true);
  const url = useUrl();
  const open = url.get("event");
  const setOpen = (key: string | undefined) => url.set({ event: key });
  const all = useMemo(() => events.data?.pages.flatMap((page) => page.items) ?? [], [events.data]);
  const rows = useMemo(() => (span === undefined ? all : all.filter((one) => one.event.span_id === span)), [all, span]);
  // An end repeats neither name nor kind of its step.
  const known = useMemo(() => {
    const begun = all.filter((one) => one.event.type === "span.start" && one.event.span_id);
    return new Map(begun.map(({ event }) => [event.span_id, { name: event.body?.["name"], kind: event.kind }]));
  }, [all]);
  const columns = useMemo<Column<LocatedEvent>[]>(
    () => [
      {
        id: "after",
        head: "After",
        width: "84px",
        end: true,
        cell: (one) => <span className="muted">+{duration(Math.max(0, nanosFrom(start, one.event.time)))}</span>,
      },
      { id: "type", head: "Event", width: "96px", cell: (one) => <code>{one.event.type}</code> },
      {
        id: "kind",
        head: "Kind",
        width: "110px",
        cell: (one) => {
          const kind = one.event.kind ?? (one.event.type === "span.end" && known.get(one.event.span_id)?.kind);
          return kind ? <KindMark kind={kind} /> : <Dash />;
        },
      },
      {
        id: "said",
        head: "Says",
        width: "minmax(120px, 4fr)",
        cell: (one) => <Said located={one} known={one.event.type === "span.end" ? nameOf(known, one) : undefined} />,
      },
      {
        id: "producer",
        head: "By",
        width: "minmax(60px, 1fr)",
        cell: (one) => <Data className="faint mono">{one.producer}</Data>,
      },
      {
        id: "time",
        head: "Time",
        width: "100px",
        end: true,
        cell: (one) => <Time at={one.event.time}>{clockMillis(one.event.time)}</Time>,
      },
    ],
    [start, known],
  );
  if (events.isError) {
    return (
      <div className="scroll">
        <ProblemBox error={events.error} retry={() => void events.refetch()} />
      </div>
    );
  }
  if (events.isPending) {
    return (
      <div className="scroll">
        <Skeleton />
      </div>
    );
  }
  const chosen = rows.find((one) => String(one.id) === open);
  return (
    <div className="split">
      <Grid
        label="Events"
        columns={columns}
        rows={rows}
        rowKey={(one) => String(one.id)}
        selected={open}
        onSelect={setOpen}
        onOpen={(one) => setOpen(String(one.id))}
        onEnd={() => void (events.hasNextPage && !events.isFetchingNextPage && events.fetchNextPage())}
        width={700}
      />
      {chosen !== undefined && (
        <aside className="inspector" aria-label="Event">
          <header>
            <div className="line">
              <code className="grow">{chosen.event.type}</code>
              <button
                type="button"
                className="button quiet square"
                onClick={() => setOpen(undefined)}
                aria-label="Close the event"
                title="Close"
              >
                <Icon name="close" size={14} />
              </button>
            </div>
          </header>
          {/* biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reachable by keyboard */}
          <div className="inspector-body" tabIndex={0}>
            <JsonTree value={chosen as unknown as Json} open={4} />
          </div>
        </aside>
      )}
    </div>
  );
}
