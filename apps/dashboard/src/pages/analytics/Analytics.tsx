import { lazy, type ReactNode, Suspense, useMemo } from "react";
import { useGroups, useOverview, useSeries, useStages } from "../../api/queries.ts";
import type { Series } from "../../api/types.ts";
import { Top } from "../../app/Shell.tsx";
import { useUrl } from "../../app/url.ts";
import { columnsFor, largest, type Measure, mainCurrency } from "../../logic/charts.ts";
import { amount, count, duration, percent, short } from "../../logic/format.ts";
import { colourOf } from "../../logic/kinds.ts";
import { bounds, millisOf, stepFor, wireTime } from "../../logic/time.ts";
import { oneLine } from "../../logic/visible.ts";
import { Data, ProblemBox, Segments } from "../../parts/Basics.tsx";
import { FirstTrace } from "../../parts/FirstTrace.tsx";
import { useNow } from "../../parts/now.ts";
import { RangeSelect } from "../../parts/Range.tsx";
import { ServiceSelect } from "../../parts/ServiceSelect.tsx";
import { Cards, CardsToCome } from "./Cards.tsx";
import type { Line } from "./Chart.tsx";
import { BY, type By, Groups, MOST, orderOf } from "./Groups.tsx";

const Chart = lazy(() => import("./Chart.tsx").then(({ Chart }) => ({ default: Chart })));

const COLOURS = [
  "var(--kind-model)",
  "var(--kind-tool)",
  "var(--kind-data)",
  "var(--kind-agent)",
  "var(--kind-money)",
  "var(--kind-flow)",
];
const DASHES: (number[] | undefined)[] = [undefined, [7, 4], [2, 3], [10, 3, 2, 3], [4, 2], [1, 4]];

/** How long, how often, how much: over time, and by what. */
export function Analytics() {
  const url = useUrl();
  const now = useNow(30_000);
  const minute = Math.floor(now / 60_000) * 60_000;
  const since = url.get("since") ?? "24h";
  const until = url.get("until");
  const service = url.get("service");
  const kind = url.get("kind") ?? "";
  const by: By = BY.find(([name]) => name === url.get("by"))?.[0] ?? "model";
  const range = useMemo(() => bounds(since, until, minute), [since, until, minute]);
  const from = millisOf(range.since ?? "");
  const to = range.until === undefined ? minute : millisOf(range.until);
  const step = stepFor(to - from, 200);
  const query = { ...range, until: wireTime(to), service };
  const overview = useOverview(query);
  const series = useSeries({ ...query, step, kind });
  const grouped = useSeries({ ...query, step, kind, by });
  const groups = useGroups({ ...query, by, kind, limit: MOST, sort: orderOf(by) });
  const stages = useStages(query);
  const onRange = (a: number, b: number) => url.set({ since: wireTime(a), until: wireTime(b) }, { replace: false });
  const isEmpty =
    overview.data?.totals.spans === 0 && overview.data.previous.spans === 0 && url.get("since") === undefined;
  const view = { from, to, onRange };
  return (
    <>
      <Top title="Analytics">
        <span className="grow" />
        <ServiceSelect value={service} onChange={(one) => url.set({ service: one })} />
        <RangeSelect since={since} until={until} onChange={(a, b) => url.set({ since: a, until: b })} />
      </Top>
      <div className="scroll">
        {overview.isError ? (
          <ProblemBox error={overview.error} retry={() => void overview.refetch()} />
        ) : isEmpty ? (
          <FirstTrace />
        ) : (
          <div className="stack analytics">
            {overview.data === undefined ? (
              <CardsToCome />
            ) : (
              <Cards
                totals={overview.data.totals}
                before={overview.data.previous}
                traces={[overview.data.traces, overview.data.previous.traces]}
              />
            )}
            <div className="line wrap">
              <Segments
                label="Of which steps"
                value={kind}
                onChange={(value) => url.set({ kind: value })}
                options={[
                  ["", "All steps"],
                  ["agent", "Agents"],
                  ["llm", "Models"],
                  ["tool", "Tools"],
                ]}
              />
              <span className="faint hint">Drag over a chart to look closer.</span>
            </div>
            <div className="charts">
              <Panel title="Steps">
                <Plot
                  series={series.data}
                  {...view}
                  format={short}
                  lines={[
                    { label: "steps", what: "spans", colour: "var(--kind-model)", fill: true },
                    { label: "failed", what: "errors", colour: "var(--error)", dash: [4, 3] },
                  ]}
                />
              </Panel>
              <Panel title="Latency">
                <Plot
                  series={series.data}
                  {...view}
                  format={duration}
                  lines={[
                    { label: "p50", what: "p50", colour: "var(--kind-tool)" },
                    { label: "p95", what: "p95", colour: "var(--kind-model)", dash: [7, 4] },
                    { label: "p99", what: "p99", colour: "var(--kind-agent)", dash: [2, 3] },
                  ]}
                />
              </Panel>
              <Panel title="Tokens">
                <Plot
                  series={series.data}
                  {...view}
                  format={short}
                  lines={[
                    { label: "in", what: "input", colour: "var(--kind-model)", fill: true },
                    { label: "of them cached", what: "cached", colour: "var(--kind-data)", dash: [2, 3] },
                    { label: "out", what: "output", colour: "var(--kind-tool)", dash: [7, 4] },
                  ]}
                />
              </Panel>
              <Panel title={`Cost by ${by}`}>
                <Grouped series={grouped.data} {...view} />
              </Panel>
            </div>
            <div className="halves">
              <section className="card">
                <header>
                  <h2 className="grow">By</h2>
                  <Segments
                    label="Group by"
                    value={by}
                    onChange={(value) => url.set({ by: value === "model" ? undefined : value })}
                    options={BY}
                  />
                </header>
                <div className="body">
                  {groups.isError ? (
                    <ProblemBox error={groups.error} />
                  ) : (
                    <Groups by={by} found={groups.data} search={url.search} />
                  )}
                </div>
              </section>
              <section className="card">
                <header>
                  <h2>Where the time goes</h2>
                </header>
                <div className="body">
                  <p className="faint">Each kind of step, by the time it took itself and not in steps below it.</p>
                  <ul className="stages">
                    {(stages.data?.items ?? []).map((stage) => (
                      <li key={`${stage.kind} ${stage.name}`}>
                        <span className="cut">
                          <Data>{stage.name ?? stage.kind ?? "?"}</Data>{" "}
                          <span className="faint">{oneLine(stage.kind ?? "", 20)}</span>
                        </span>
                        <i className="meter" aria-hidden="true">
                          <i
                            style={{ width: `${Math.max(0.5, stage.share * 100)}%`, background: colourOf(stage.kind) }}
                          />
                        </i>
                        <span className="end">{percent(stage.share)}</span>
                        <span className="end faint">{duration(stage.self_nanos)}</span>
                      </li>
                    ))}
                  </ul>
                </div>
              </section>
            </div>
          </div>
        )}
      </div>
    </>
  );
}

function Panel({ title, children }: { title: string; children: ReactNode }) {
  return (
    <section className="card">
      <header>
        <h2>{title}</h2>
      </header>
      <div className="body">
        <Suspense fallback={<div className="chart" style={{ minHeight: 198 }} />}>{children}</Suspense>
      </div>
    </section>
  );
}

type View = { from: number; to: number; onRange: (from: number, to: number) => void };

function Plot({
  series,
  from,
  to,
  onRange,
  lines,
  format,
}: View & {
  series: Series | undefined;
  lines: (Omit<Line, "values"> & { what: Measure })[];
  format: (value: number) => string;
}) {
  const { times, drawn } = useMemo(() => {
    const points = series?.groups[0]?.points ?? [];
    const step = (series?.step_nanos ?? 300e9) / 1e6;
    const made = lines.map(({ what, ...line }) => ({ line, ...columnsFor(points, what, from, to, step) }));
    return { times: made[0]?.times ?? [], drawn: made.map(({ line, values }): Line => ({ ...line, values })) };
  }, [series, from, to, lines]);
  return (
    <Chart
      times={times}
      lines={drawn}
      format={format}
      onRange={onRange}
      label={lines.map((line) => line.label).join(", ")}
    />
  );
}

function Grouped({ series, from, to, onRange }: View & { series: Series | undefined }) {
  const currency = mainCurrency(series);
  const { times, drawn, left } = useMemo(() => {
    const { groups, left } = largest(series, "cost", 5, currency);
    const step = (series?.step_nanos ?? 300e9) / 1e6;
    const made = groups.map((group) => columnsFor(group.points, "cost", from, to, step, currency));
    return {
      left,
      times: made[0]?.times ?? [],
      drawn: groups.map((group, place): Line => {
        const dash = DASHES[place];
        return {
          label: oneLine(group.key ?? "none", 28),
          colour: COLOURS[place] ?? "var(--faint)",
          values: made[place]?.values ?? [],
          ...(dash === undefined ? {} : { dash }),
        };
      }),
    };
  }, [series, from, to, currency]);
  if (drawn.length === 0) {
    return <p className="muted">Nothing was priced in this time.</p>;
  }
  return (
    <>
      <Chart
        times={times}
        lines={drawn}
        format={(value) => amount(String(value), currency)}
        onRange={onRange}
        label="Cost by group"
      />
      {left > 0 && (
        <p className="faint">
          {series?.more
            ? `Those of the highest cost, of the ${count(series.groups.length)} with the most steps.`
            : left === 1
              ? "1 smaller one is left out."
              : `${count(left)} smaller ones are left out.`}
        </p>
      )}
    </>
  );
}
