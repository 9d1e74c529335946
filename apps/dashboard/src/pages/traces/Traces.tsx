import { useQuery, useQueryClient } from "@tanstack/react-query";
import { useCallback, useEffect, useMemo, useState } from "react";
import { getJson, type Query } from "../../api/client.ts";
import { useSeries, useTraces } from "../../api/queries.ts";
import type { Page, TraceRow } from "../../api/types.ts";
import { useKeys } from "../../app/keys.ts";
import { Top } from "../../app/Shell.tsx";
import { changed, go, useUrl } from "../../app/url.ts";
import { Icon } from "../../design/Icon.tsx";
import { type Filters, readFilters, writeFilters } from "../../logic/filters.ts";
import { bounds, millisOf, readSpan, stepFor, wireTime } from "../../logic/time.ts";
import { Popover, ProblemBox, Segments, Skeleton } from "../../parts/Basics.tsx";
import { FirstTrace } from "../../parts/FirstTrace.tsx";
import { Grid } from "../../parts/Grid.tsx";
import { Histogram } from "../../parts/Histogram.tsx";
import { useNow } from "../../parts/now.ts";
import { RangeSelect } from "../../parts/Range.tsx";
import { say } from "../../parts/Toast.tsx";
import { columnsOf, SmallTrace } from "./columns.tsx";
import { FilterBar } from "./FilterBar.tsx";
import { Steps } from "./Steps.tsx";
import { Views } from "./Views.tsx";

const COLUMNS = "tracewire.columns";

function readColumns(): { [column: string]: boolean } {
  try {
    const value: unknown = JSON.parse(localStorage.getItem(COLUMNS) ?? "{}");
    return typeof value === "object" && value !== null ? (value as { [column: string]: boolean }) : {};
  } catch {
    return {};
  }
}

/** Filters as the API takes them. */
function asQuery(filters: Filters, now: number): Query {
  const { since, until, ...rest } = filters;
  return { ...rest, ...bounds(since, until, now) };
}

/** The list of traces. */
export function Traces() {
  const url = useUrl();
  const now = useNow(1000);
  const filters = useMemo(() => readFilters(url.search), [url.search]);
  const minute = Math.floor(now / 10_000) * 10_000;
  const query = useMemo(() => asQuery(filters, minute), [filters, minute]);
  // Words are looked for in what steps say; names of traces are the other choice.
  const inSteps = filters.q !== undefined && url.get("in") !== "traces";
  const traces = useTraces(query, !inSteps);
  const selected = url.get("at");
  const marked = url.get("mark");
  const [shown, setShown] = useState(readColumns);
  const rows = useMemo(() => traces.data?.pages.flatMap((page) => page.items) ?? [], [traces.data]);
  const newest = useNewest(query, rows, !inSteps && traces.isSuccess);
  const columns = useMemo(() => columnsOf(now), [now]);
  const apply = (next: Filters) =>
    go(`/traces?${writeFilters(changed(url.search, { at: undefined }), next)}`, { replace: false });

  const mark = () => {
    if (selected === undefined) {
      return;
    }
    if (marked !== undefined && marked !== selected) {
      go(`/compare?a=${marked}&b=${selected}`);
    } else {
      url.set({ mark: marked === selected ? undefined : selected });
      say(marked === selected ? "No longer marked" : "Marked. x on another trace compares the two");
    }
  };
  useKeys({ x: mark });

  const { fetchNextPage, hasNextPage, isFetchingNextPage } = traces;
  const more = useCallback(() => {
    if (hasNextPage && !isFetchingNextPage) {
      void fetchNextPage();
    }
  }, [fetchNextPage, hasNextPage, isFetchingNextPage]);

  const narrowed = Object.keys(filters).length > 0;
  const isNew = traces.isSuccess && rows.length === 0 && !narrowed;
  return (
    <>
      <Top title="Traces">
        {newest.count > 0 && (
          <button type="button" className="tag new" onClick={newest.take}>
            <Icon name="plus" size={11} />
            {newest.count} new
          </button>
        )}
        <span className="grow" />
        {marked !== undefined && selected !== undefined && marked !== selected && (
          <button type="button" className="button main" onClick={mark}>
            Compare the two
          </button>
        )}
        <RangeSelect
          since={filters.since}
          until={filters.until}
          whole="All time"
          onChange={(since, until) =>
            apply({ ...omitTime(filters), ...(since ? { since } : {}), ...(until ? { until } : {}) })
          }
        />
        <Views filters={filters} onChoose={apply} />
        {/* Steps have the columns that they have. */}
        {!inSteps && (
          <Popover label="" icon="columns" name="Columns" square right>
            {() => (
              <>
                <p className="heading">Columns</p>
                {columns.map((column) => (
                  <label key={column.id} className="item">
                    <input
                      type="checkbox"
                      checked={shown[column.id] ?? !column.hidden}
                      disabled={column.id === "name"}
                      onChange={(event) => {
                        const next = { ...shown, [column.id]: event.target.checked };
                        setShown(next);
                        localStorage.setItem(COLUMNS, JSON.stringify(next));
                      }}
                    />
                    {column.head}
                  </label>
                ))}
              </>
            )}
          </Popover>
        )}
      </Top>
      <div className="bar">
        <FilterBar filters={filters} ofSteps={inSteps} onChange={apply} />
        {filters.q !== undefined && (
          <Segments
            label="What is found"
            value={inSteps ? "steps" : "traces"}
            options={[
              ["traces", "Traces"],
              ["steps", "Steps"],
            ]}
            onChange={(value) => url.set({ in: value === "traces" ? "traces" : undefined })}
          />
        )}
      </div>
      {!isNew && (
        <Spark
          filters={filters}
          minute={minute}
          onRange={(since, until) => apply({ ...filters, since: wireTime(since), until: wireTime(until) })}
        />
      )}
      {inSteps ? (
        <Steps query={query} />
      ) : traces.isError && rows.length === 0 ? (
        <div className="scroll">
          <ProblemBox error={traces.error} retry={() => void traces.refetch()} />
        </div>
      ) : traces.isPending ? (
        <div className="scroll">
          <Skeleton />
        </div>
      ) : rows.length === 0 ? (
        <div className="scroll">{narrowed ? <Nothing onClear={() => apply({})} /> : <FirstTrace />}</div>
      ) : (
        <Grid
          label="Traces"
          columns={columns}
          rows={newest.merged}
          rowKey={(row) => row.trace_id}
          selected={selected}
          onSelect={(key) => url.set({ at: key })}
          onOpen={(row) => go(`/traces/${row.trace_id}`)}
          onEnd={more}
          shown={shown}
          fresh={newest.fresh}
          small={(row) => <SmallTrace row={row} now={now} />}
          width={1000}
        />
      )}
    </>
  );
}

function omitTime({ since: _, until: __, ...rest }: Filters): Filters {
  return rest;
}

function Nothing({ onClear }: { onClear: () => void }) {
  return (
    <div className="empty">
      <h2>No trace fits</h2>
      <p>
        Take a filter away, look at a longer time, or search for fewer words. The search looks into names, inputs and
        outputs.
      </p>
      <button type="button" className="button" onClick={onClear}>
        Clear all filters
      </button>
    </div>
  );
}

function Spark({
  filters,
  minute,
  onRange,
}: {
  filters: Filters;
  minute: number;
  onRange: (from: number, to: number) => void;
}) {
  const from =
    filters.since === undefined
      ? minute - 86_400_000
      : minute - (readSpan(filters.since) ?? minute - millisOf(filters.since));
  const to = filters.until === undefined ? minute : millisOf(filters.until);
  const step = stepFor(to - from, 300);
  const width = { "60s": 60_000, "5m": 300_000, "1h": 3_600_000, "1d": 86_400_000 }[step] ?? 300_000;
  const series = useSeries({ since: wireTime(from), until: wireTime(to), step, service: filters.service });
  const bars = useMemo(() => {
    const sums = new Map<number, { at: number; count: number; bad: number }>();
    for (const group of series.data?.groups ?? []) {
      for (const point of group.points) {
        const at = millisOf(point.start);
        const bar = sums.get(at) ?? { at, count: 0, bad: 0 };
        sums.set(at, { at, count: bar.count + point.spans, bad: bar.bad + point.errors });
      }
    }
    return [...sums.values()];
  }, [series.data]);
  // Of what is long ago the server has hours, and says so, whatever was asked.
  const wide = series.data === undefined ? width : Math.max(width, series.data.step_nanos / 1e6);
  return <Histogram bars={bars} from={from} to={to} step={wide} onRange={onRange} failed={series.isError} />;
}

/** What came since the list was read: its number, and the rows that changed, in place. */
function useNewest(query: Query, rows: TraceRow[], when: boolean) {
  const client = useQueryClient();
  const [fresh, setFresh] = useState<ReadonlySet<string>>(new Set());
  const { since: _, ...rest } = query;
  const latest = useQuery({
    queryKey: ["newest", rest],
    queryFn: ({ signal }) => getJson<Page<TraceRow>>("/traces", { ...rest, limit: 100 }, signal),
    refetchInterval: 3_000,
    enabled: when && query["until"] === undefined,
  });
  const first = rows[0]?.start ?? "";
  const known = useMemo(() => new Set(rows.map((row) => row.trace_id)), [rows]);
  const came = useMemo(
    () => (latest.data?.items ?? []).filter((row) => row.start > first && !known.has(row.trace_id)),
    [latest.data, first, known],
  );
  const merged = useMemo(() => {
    const now = new Map((latest.data?.items ?? []).map((row) => [row.trace_id, row]));
    return rows.map((row) => {
      const other = now.get(row.trace_id);
      return other !== undefined && other.last > row.last ? other : row;
    });
  }, [rows, latest.data]);
  useEffect(() => {
    if (fresh.size > 0) {
      const timer = setTimeout(() => setFresh(new Set()), 1800);
      return () => clearTimeout(timer);
    }
    return undefined;
  }, [fresh]);
  const take = () => {
    setFresh(new Set(came.map((row) => row.trace_id)));
    void client.invalidateQueries({ queryKey: ["/traces"] });
  };
  return { count: rows.length === 0 ? 0 : came.length, take, fresh, merged };
}
