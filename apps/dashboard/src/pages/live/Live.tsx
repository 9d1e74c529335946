import { useEffect, useMemo, useRef, useState } from "react";
import { Link } from "wouter";
import { readOne } from "../../api/live.ts";
import { useOpenTraces, useTraces } from "../../api/queries.ts";
import type { State, TraceRow } from "../../api/types.ts";
import { useKeys } from "../../app/keys.ts";
import { Top } from "../../app/Shell.tsx";
import { changed, useUrl } from "../../app/url.ts";
import { Icon } from "../../design/Icon.tsx";
import { clockMillis, count, shortId } from "../../logic/format.ts";
import { Data, ProblemBox } from "../../parts/Basics.tsx";
import { FirstTrace } from "../../parts/FirstTrace.tsx";
import { Grid } from "../../parts/Grid.tsx";
import { Said } from "../../parts/Said.tsx";
import { ServiceSelect } from "../../parts/ServiceSelect.tsx";
import { KindMark, StatusMark } from "../../parts/Status.tsx";
import { columnsOf, type Look, RowMark, Ticking, Took } from "./columns.tsx";
import { EventPanel } from "./EventPanel.tsx";
import { useFeed } from "./feed.ts";
import { fits, type LiveRow, rowOf, sayingOf } from "./rows.ts";

const TYPES = ["span.start", "span.update", "span.event", "span.end", "event", "log", "metric", "feedback", "loss"];

/** What happens now, the latest first. */
export function Live() {
  const url = useUrl();
  const paused = url.get("paused") === "1";
  const pause = () => url.set({ paused: paused ? undefined : "1" });
  const service = url.get("service");
  const type = url.get("type");
  const q = (url.get("q") ?? "").toLowerCase();
  // Who asks for one type of event sees events, not steps.
  const isJoined = type === undefined;
  const query = useMemo(() => changed("", { service, type }), [service, type]);
  const feed = useFeed(query, paused, isJoined);
  const field = useRef<HTMLInputElement>(null);
  const latest = useTraces({ limit: 1 });
  // What was in flight before this page came, and whose process has died since.
  const asked = useOpenTraces(service, !paused);
  const open = useMemo(() => {
    const ids = new Set(feed.open.map((row) => row.trace_id));
    const earlier = asked.data?.items ?? [];
    const older = earlier.filter(
      (row) => row.state === "in_flight" && !ids.has(row.trace_id) && !feed.ended.has(row.trace_id),
    );
    return [...feed.open.filter((row) => service === undefined || row.service === service), ...older];
  }, [feed.open, feed.ended, asked.data, service]);
  const ended = useMemo(() => {
    const all = new Map<string, State>(feed.ended);
    for (const row of asked.data?.items ?? []) {
      if (row.state !== "in_flight") {
        all.set(row.trace_id, row.state);
      }
    }
    return all;
  }, [feed.ended, asked.data]);
  const rows = useMemo(
    () =>
      feed.rows.filter(
        (row) =>
          (service === undefined || row.first.service === service) &&
          (type === undefined || row.first.event.type === type) &&
          (q === "" || fits(row, q)),
      ),
    [feed.rows, service, type, q],
  );
  const pausedAt = useMemo(() => (paused ? Date.now() : undefined), [paused]);
  const look: Look = useMemo(() => ({ isJoined, pausedAt, ended }), [isJoined, pausedAt, ended]);
  const columns = useMemo(() => columnsOf(look), [look]);
  const choose = (key: string | undefined) => url.set({ event: key });
  const chosen = useChosen(url.get("event"), feed.rows);
  useKeys({
    p: pause,
    " ": pause,
    "/": () => field.current?.focus(),
    Escape: () => choose(undefined),
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
        <button type="button" className="button" aria-pressed={paused} onClick={pause} title="Pause, go on (p)">
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
        <ServiceSelect value={service} onChange={(one) => url.set({ service: one })} />
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
      <OpenTraces rows={open} pausedAt={pausedAt} />
      {isNew ? (
        <div className="scroll">
          <FirstTrace />
        </div>
      ) : (
        <div className="split">
          {rows.length === 0 ? (
            <div className="split-main nothing-yet">
              {feed.state.word === "waiting" && feed.state.problem !== undefined ? (
                <ProblemBox error={feed.state.problem} />
              ) : (
                <p className="muted">
                  {q !== "" || service || type ? "Nothing that fits has come yet." : "Waiting for the next event…"}
                </p>
              )}
            </div>
          ) : (
            <Grid
              label="Events"
              columns={columns}
              rows={rows}
              rowKey={(row) => row.key}
              selected={chosen?.key}
              onSelect={choose}
              onOpen={(row) => choose(row.key)}
              isAnchored
              small={(row) => (
                <>
                  <div className="small-first">
                    {row.kind ? <KindMark kind={row.kind} bare /> : <Icon name="event" size={13} className="faint" />}
                    <span className="cut">
                      <Said located={sayingOf(row)} known={row.name} />
                    </span>
                  </div>
                  <div className="small-second">
                    <RowMark row={row} look={look} />
                    {row.first.event.type.startsWith("span.") && <Took row={row} look={look} />}
                    <Data className="cut">{row.first.service ?? ""}</Data>
                    <span className="grow" />
                    <span>{clockMillis(row.first.event.time)}</span>
                  </div>
                </>
              )}
              width={860}
            />
          )}
          {chosen !== undefined && <EventPanel row={chosen} look={look} close={() => choose(undefined)} />}
        </div>
      )}
    </>
  );
}

/** What is under way, with clocks that run. */
function OpenTraces({ rows, pausedAt }: { rows: readonly TraceRow[]; pausedAt: number | undefined }) {
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
            <Ticking since={row.start} pausedAt={pausedAt} />
          </Link>
        </li>
      ))}
      {rows.length > 12 && <li className="muted">and {count(rows.length - 12)} more</li>}
    </ul>
  );
}

/** The row that the address names; one that has gone by is asked for. */
function useChosen(key: string | undefined, rows: readonly LiveRow[]): LiveRow | undefined {
  const here = useMemo(() => rows.find((row) => row.key === key), [key, rows]);
  const [earlier, setEarlier] = useState<LiveRow | undefined>();
  const isHere = here !== undefined;
  useEffect(() => {
    if (key === undefined || isHere) {
      return;
    }
    const abort = new AbortController();
    readOne(key, abort.signal).then(
      (located) => located !== undefined && setEarlier(rowOf(located)),
      // What is gone is not shown.
      () => undefined,
    );
    return () => abort.abort();
  }, [key, isHere]);
  const last = useRef<LiveRow | undefined>(undefined);
  last.current = here ?? (last.current?.key === key ? last.current : undefined);
  return last.current ?? (earlier?.key === key ? earlier : undefined);
}
