import { useMemo, useRef, useState } from "react";
import { Link } from "wouter";
import { useFacets, useTraces } from "../../api/queries.ts";
import type { Json, LocatedEvent, TraceRow } from "../../api/types.ts";
import { useKeys } from "../../app/keys.ts";
import { Top } from "../../app/Shell.tsx";
import { changed, useUrl } from "../../app/url.ts";
import { Icon } from "../../design/Icon.tsx";
import { clockMillis, count, duration, shortId } from "../../logic/format.ts";
import { saidBy } from "../../logic/said.ts";
import { nanosFrom } from "../../logic/time.ts";
import { Dash, Data, Time } from "../../parts/Basics.tsx";
import { FirstTrace } from "../../parts/FirstTrace.tsx";
import { type Column, Grid } from "../../parts/Grid.tsx";
import { JsonTree } from "../../parts/JsonTree.tsx";
import { useNow } from "../../parts/now.ts";
import { Said } from "../../parts/Said.tsx";
import { KindMark, outcomeOf, StatusMark } from "../../parts/Status.tsx";
import { useFeed } from "./feed.ts";

const TYPES = ["span.start", "span.update", "span.event", "span.end", "event", "log", "metric", "feedback", "loss"];

/** An event's type by shape: a beginning opens, an end closes. */
function TypeMark({ located }: { located: LocatedEvent }) {
  const { type, status } = located.event;
  if (type === "span.end") {
    return <StatusMark outcome={outcomeOf("ended", status)} />;
  }
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

function columnsOf(known: ReadonlyMap<string, Begun>): Column<LocatedEvent>[] {
  return [
    {
      id: "time",
      head: "Time",
      width: "104px",
      cell: (one) => <Time at={one.event.time}>{clockMillis(one.event.time)}</Time>,
    },
    { id: "type", head: "What", width: "104px", cell: (one) => <TypeMark located={one} /> },
    {
      id: "kind",
      head: "Kind",
      width: "112px",
      cell: (one) => {
        const kind = one.event.kind ?? known.get(one.event.span_id ?? "")?.kind;
        return kind ? <KindMark kind={kind} /> : <Dash />;
      },
    },
    {
      id: "said",
      head: "Says",
      width: "minmax(220px, 4fr)",
      cell: (one) => <Said located={one} known={known.get(one.event.span_id ?? "")?.name} />,
    },
    {
      id: "service",
      head: "Service",
      width: "minmax(90px, 1fr)",
      cell: (one) => (one.service ? <Data className="muted">{one.service}</Data> : <Dash />),
    },
    {
      id: "took",
      head: "Took",
      width: "80px",
      end: true,
      cell: (one) => (one.event.duration_nanos ? duration(one.event.duration_nanos) : <Dash />),
    },
    {
      id: "trace",
      head: "Trace",
      width: "84px",
      cell: (one) =>
        one.event.trace_id ? (
          <Link className="link mono" href={to(one)} tabIndex={-1}>
            {shortId(one.event.trace_id)}
          </Link>
        ) : (
          <Dash />
        ),
    },
  ];
}

function to(one: LocatedEvent): string {
  return `/traces/${one.event.trace_id ?? ""}${one.event.span_id ? `?span=${one.event.span_id}` : ""}`;
}

/** What the beginning of a step said of it. */
type Begun = { name?: string; kind?: string };

/** Beginnings by the ids of their steps: an end repeats neither name nor kind. */
function beginnings(events: readonly LocatedEvent[]): Map<string, Begun> {
  const known = new Map<string, Begun>();
  for (const { event } of events) {
    const name = event.body?.["name"];
    if (event.span_id && event.type === "span.start") {
      known.set(event.span_id, {
        ...(typeof name === "string" ? { name } : {}),
        ...(event.kind ? { kind: event.kind } : {}),
      });
    }
  }
  return known;
}

/** What happens now, the latest first. */
export function Live() {
  const url = useUrl();
  const [paused, setPaused] = useState(false);
  const [chosen, setChosen] = useState<LocatedEvent | undefined>();
  const service = url.get("service");
  const type = url.get("type");
  const q = (url.get("q") ?? "").toLowerCase();
  const query = useMemo(() => changed("", { service, type }), [service, type]);
  const feed = useFeed(query, paused);
  const facets = useFacets();
  const field = useRef<HTMLInputElement>(null);
  const latest = useTraces({ limit: 1 });
  // What was in flight before this page came.
  const before = useTraces({ open: true, limit: 20, service });
  const open = useMemo(() => {
    const ids = new Set(feed.open.map((row) => row.trace_id));
    const earlier = before.data?.pages[0]?.items ?? [];
    const older = earlier.filter(
      (row) => row.state === "in_flight" && !ids.has(row.trace_id) && !feed.ended.has(row.trace_id),
    );
    return [...feed.open, ...older];
  }, [feed.open, feed.ended, before.data]);
  const now = useNow(250, !paused);
  const rows = useMemo(
    () =>
      feed.events.filter(
        (one) =>
          (service === undefined || one.service === service) &&
          (type === undefined || one.event.type === type) &&
          (q === "" ||
            `${one.event.kind} ${one.event.type} ${saidBy(one)} ${one.event.trace_id}`.toLowerCase().includes(q)),
      ),
    [feed.events, service, type, q],
  );
  const known = useMemo(() => beginnings(feed.events), [feed.events]);
  const columns = useMemo(() => columnsOf(known), [known]);
  useKeys({
    p: () => setPaused(!paused),
    " ": () => setPaused(!paused),
    "/": () => field.current?.focus(),
    Escape: () => setChosen(undefined),
  });
  const isNew = latest.isSuccess && latest.data.pages[0]?.items.length === 0 && rows.length === 0;
  return (
    <>
      <Top title="Live">
        <span className={`connection ${feed.state.word}`} role="status">
          <i className={`dot ${feed.state.word === "open" ? "ok" : "unset"}`} />
          {feed.state.word === "open"
            ? "connected"
            : feed.state.word === "connecting"
              ? "connecting"
              : (feed.state.problem?.title ?? "trying again")}
        </span>
        {feed.gaps > 0 && <span className="tag">{count(feed.gaps)} gaps: more came than could be sent</span>}
        <span className="grow" />
        <button
          type="button"
          className="button"
          aria-pressed={paused}
          onClick={() => setPaused(!paused)}
          title="Pause, go on (p)"
        >
          <Icon name={paused ? "play" : "pause"} size={13} />
          {paused ? (feed.waiting > 0 ? `Go on, ${count(feed.waiting)} wait` : "Go on") : "Pause"}
        </button>
      </Top>
      <div className="bar">
        <div className="field search">
          <Icon name="search" size={14} />
          <input
            ref={field}
            aria-label="Filter what is shown"
            placeholder="Filter what is shown"
            value={url.get("q") ?? ""}
            onChange={(event) => url.set({ q: event.target.value })}
            onKeyDown={(event) => event.key === "Escape" && event.currentTarget.blur()}
          />
          <kbd aria-hidden="true">/</kbd>
        </div>
        <select
          className="select"
          aria-label="Service"
          value={service ?? ""}
          onChange={(event) => url.set({ service: event.target.value })}
        >
          <option value="">Every service</option>
          {(facets.data?.services ?? []).map((facet) => (
            <option key={facet.value} value={facet.value}>
              {facet.value.slice(0, 60)}
            </option>
          ))}
        </select>
        <select
          className="select"
          aria-label="Type of event"
          value={type ?? ""}
          onChange={(event) => url.set({ type: event.target.value })}
        >
          <option value="">Every type</option>
          {TYPES.map((one) => (
            <option key={one}>{one}</option>
          ))}
        </select>
      </div>
      <OpenTraces rows={open} now={now} />
      {isNew ? (
        <div className="scroll">
          <FirstTrace />
        </div>
      ) : (
        <div className="split">
          {rows.length === 0 ? (
            <p className="split-main waiting muted">
              {q !== "" || service || type ? "Nothing that fits has come yet." : "Waiting for the next event…"}
            </p>
          ) : (
            <Grid
              label="Events"
              columns={columns}
              rows={rows}
              rowKey={(one) => String(one.id)}
              selected={chosen === undefined ? undefined : String(chosen.id)}
              onSelect={(id) => setChosen(rows.find((one) => String(one.id) === id))}
              onOpen={setChosen}
              small={(one) => (
                <>
                  <div className="small-first">
                    {one.event.kind ? (
                      <KindMark kind={one.event.kind} bare />
                    ) : (
                      <Icon name="event" size={13} className="faint" />
                    )}
                    <span className="cut">
                      <Said located={one} known={known.get(one.event.span_id ?? "")?.name} />
                    </span>
                  </div>
                  <div className="small-second">
                    <TypeMark located={one} />
                    <Data className="cut">{one.service ?? ""}</Data>
                    <span className="grow" />
                    <span>{clockMillis(one.event.time)}</span>
                  </div>
                </>
              )}
              width={860}
            />
          )}
          {chosen !== undefined && <EventPanel located={chosen} close={() => setChosen(undefined)} />}
        </div>
      )}
    </>
  );
}

/** What is under way, with clocks that run. */
function OpenTraces({ rows, now }: { rows: readonly TraceRow[]; now: number }) {
  const here = new Date(now).toISOString();
  return (
    <ul className="open-traces" aria-label="In flight">
      {rows.length === 0 && <li className="faint">Nothing is in flight.</li>}
      {rows.slice(0, 12).map((row) => (
        <li key={row.trace_id}>
          <Link href={`/traces/${row.trace_id}`} className="open-trace">
            <StatusMark outcome="in_flight" bare />
            <span className="cut">
              <Data>{row.name ?? shortId(row.trace_id)}</Data>
            </span>
            <span className="faint">{count(row.spans)} steps</span>
            <span className="ticking">{duration(Math.max(0, nanosFrom(row.start, here)))}</span>
          </Link>
        </li>
      ))}
      {rows.length > 12 && <li className="muted">and {count(rows.length - 12)} more</li>}
    </ul>
  );
}

function EventPanel({ located, close }: { located: LocatedEvent; close: () => void }) {
  const { event } = located;
  return (
    <aside className="inspector" aria-label="Event">
      <header>
        <div className="line">
          <code className="grow">{event.type}</code>
          <button
            type="button"
            className="button quiet square"
            onClick={close}
            aria-label="Close the event"
            title="Close (Esc)"
          >
            <Icon name="close" size={14} />
          </button>
        </div>
        <h2>
          <Data>{saidBy(located).slice(0, 300) || event.type}</Data>
        </h2>
        {event.trace_id && (
          <Link className="button" href={to(located)}>
            <Icon name="traces" size={14} />
            Open its trace
          </Link>
        )}
      </header>
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reachable by keyboard */}
      <div className="inspector-body" tabIndex={0}>
        <JsonTree value={located as unknown as Json} open={4} />
      </div>
    </aside>
  );
}
