import "uplot/dist/uPlot.min.css";
import { useEffect, useMemo, useRef } from "react";
import uPlot from "uplot";
import { useTheme } from "../../app/theme.ts";

/** One line of a chart. Lines differ by dash too, so that colour is not all that tells them apart. */
export type Line = { label: string; colour: string; values: (number | null)[]; dash?: number[]; fill?: boolean };

function resolved(element: HTMLElement, colour: string): string {
  const probe = document.createElement("i");
  probe.style.color = colour;
  element.append(probe);
  const found = getComputedStyle(probe).color;
  probe.remove();
  return found;
}

const CLOCK = new Intl.DateTimeFormat("en", { hour: "2-digit", minute: "2-digit", hourCycle: "h23" });
const DAY = new Intl.DateTimeFormat("en", { month: "short", day: "numeric" });

/** A tick of the time axis: the clock, or the day where a new one begins. */
function tickOf(time: number, before: number | undefined): string {
  const day = DAY.format(time * 1000);
  return before !== undefined && day !== DAY.format(before * 1000) ? day : CLOCK.format(time * 1000);
}

function borderOf(dash: number[] | undefined): string {
  return dash === undefined ? "solid" : (dash[0] ?? 0) < 4 ? "dotted" : "dashed";
}

/** A chart over time. A stretch that is drawn over becomes the range of the page. */
export function Chart({
  times,
  lines,
  format,
  onRange,
  height = 170,
  label,
}: {
  times: number[];
  lines: Line[];
  format: (value: number) => string;
  onRange: (from: number, to: number) => void;
  height?: number;
  label: string;
}) {
  const box = useRef<HTMLDivElement>(null);
  const chart = useRef<uPlot | undefined>(undefined);
  const { dark } = useTheme();
  const look = JSON.stringify([lines.map(({ values: _, ...rest }) => rest), dark, height]);
  const data = useMemo(() => [times, ...lines.map((line) => line.values)] as uPlot.AlignedData, [times, lines]);
  const latest = useRef({ format, onRange, lines, data });
  latest.current = { format, onRange, lines, data };
  // biome-ignore lint/correctness/useExhaustiveDependencies: it is made anew when it looks different, and otherwise gets new numbers
  useEffect(() => {
    const target = box.current;
    if (target === null) {
      return;
    }
    const colour = (name: string) => resolved(target, name);
    const faint = colour("var(--faint)");
    const grid = { stroke: colour("var(--line)"), width: 1 };
    const font = `11px ${getComputedStyle(target).fontFamily}`;
    const made = new uPlot(
      {
        width: target.clientWidth,
        height,
        padding: [10, 20, 0, 0],
        legend: {
          live: true,
          // As the lines are drawn: solid, dashed, dotted.
          markers: { width: 2, dash: (self, index) => borderOf(self.series[index]?.dash) },
        },
        cursor: { drag: { x: true, y: false, setScale: false }, points: { size: 6 }, y: false },
        scales: { x: { time: true }, y: { range: (_, __, most) => [0, most > 0 ? most * 1.08 : 1] } },
        axes: [
          {
            stroke: faint,
            grid: { show: false },
            ticks: { show: false },
            font,
            size: 26,
            space: 84,
            values: (_, splits) => splits.map((time, at) => tickOf(time, splits[at - 1])),
          },
          {
            stroke: faint,
            grid,
            ticks: { show: false },
            font,
            size: 62,
            space: 28,
            values: (_, splits) => splits.map((value) => latest.current.format(value)),
          },
        ],
        series: [
          {
            value: (_, time) =>
              time === null
                ? ""
                : new Date(time * 1000).toLocaleString("en", {
                    month: "short",
                    day: "numeric",
                    hour: "2-digit",
                    minute: "2-digit",
                    hourCycle: "h23",
                  }),
          },
          ...latest.current.lines.map(
            (line): uPlot.Series => ({
              label: line.label,
              stroke: colour(line.colour),
              width: 1.6,
              points: { show: false },
              ...(line.dash === undefined ? {} : { dash: line.dash }),
              ...(line.fill ? { fill: colour(`color-mix(in srgb, ${line.colour} 16%, transparent)`) } : {}),
              // Without a pointer over the chart there is no value to say.
              value: (_, value, __, index) =>
                index === null || index === undefined ? "" : value === null ? "–" : latest.current.format(value),
            }),
          ),
        ],
        hooks: {
          setSelect: [
            (self) => {
              if (self.select.width > 6) {
                latest.current.onRange(
                  self.posToVal(self.select.left, "x") * 1000,
                  self.posToVal(self.select.left + self.select.width, "x") * 1000,
                );
                self.setSelect({ left: 0, width: 0, top: 0, height: 0 }, false);
              }
            },
          ],
        },
      },
      latest.current.data,
      target,
    );
    chart.current = made;
    const observer = new ResizeObserver(() => made.setSize({ width: target.clientWidth, height }));
    observer.observe(target);
    return () => {
      observer.disconnect();
      made.destroy();
      chart.current = undefined;
    };
  }, [look]);
  useEffect(() => chart.current?.setData(data), [data]);
  return <div className="chart" ref={box} role="img" aria-label={label} style={{ minHeight: height + 28 }} />;
}
