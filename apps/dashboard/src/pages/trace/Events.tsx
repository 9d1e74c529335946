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

/** The events that the trace was made of, as they were recorded. */
export function Events({ id, start, span }: { id: string; start: string; span: string | undefined }) {
  const events = useTraceEvents(id, true);
  const url = useUrl();
  const open = url.get("event");
  const setOpen = (key: string | undefined) => url.set({ event: key });
  const all = useMemo(() => events.data?.pages.flatMap((page) => page.items) ?? [], [events.data]);
  const rows = useMemo(() => (span === undefined ? all : all.filter((one) => one.event.span_id === span)), [all, span]);
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
        cell: (one) => (one.event.kind ? <KindMark kind={one.event.kind} /> : <Dash />),
      },
      { id: "said", head: "Says", width: "minmax(200px, 4fr)", cell: (one) => <Said located={one} /> },
      {
        id: "producer",
        head: "Recorded by",
        width: "minmax(90px, 1fr)",
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
    [start],
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
