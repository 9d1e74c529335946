import type { TraceDocument, TraceNode } from "../api/types.ts";
import { nanosBetween, readTime } from "./time.ts";

/**
 * A trace laid out for drawing. Nodes stand parents first, so what lies below node `i` are the nodes from `i + 1` to
 * `below[i]`, and a subtree is folded away by jumping there.
 */
export type Layout = {
  nodes: TraceNode[];
  /** Nanoseconds after the trace's start. */
  start: Float64Array;
  end: Float64Array;
  /** Index of the parent, −1 at the top. */
  parent: Int32Array;
  /** Index after the last node below. */
  below: Int32Array;
  /** Spans directly below. */
  children: Int32Array;
  extent: number;
  /** When the first thing happened. */
  origin: string;
};

/** What of a trace is shown. */
export type Show = {
  folded: ReadonlySet<number>;
  logs: boolean;
  events: boolean;
  /** Only what makes the trace as long as it is. */
  critical: boolean;
  /** Only what was known so many nanoseconds after the start. */
  at?: number | undefined;
};

/** Lays a trace out. `now` is how long after the start it is now; what is in flight reaches until then. */
export function layOut(document: TraceDocument, now?: number): Layout {
  const { nodes } = document;
  const size = nodes.length;
  const layout: Layout = {
    nodes,
    start: new Float64Array(size),
    end: new Float64Array(size),
    parent: new Int32Array(size),
    below: new Int32Array(size),
    children: new Int32Array(size),
    extent: 1,
    origin: document.start,
  };
  const origin = readTime(document.start) ?? { seconds: 0, nanos: 0 };
  const open: number[] = [];
  let extent = 1;
  nodes.forEach((node, index) => {
    while (open.length > node.depth) {
      const closed = open.pop() as number;
      layout.below[closed] = index;
    }
    const parent = open.at(-1) ?? -1;
    layout.parent[index] = parent;
    if (parent >= 0 && node.form === "span") {
      layout.children[parent] = (layout.children[parent] ?? 0) + 1;
    }
    // A depth that skips a level is a child of the last node all the same.
    while (open.length < node.depth) {
      open.push(parent < 0 ? index : parent);
    }
    open.push(index);
    const from = readTime(node.start);
    const to = readTime(node.end);
    const begin = from === undefined ? 0 : nanosBetween(origin, from);
    const known = to === undefined ? begin : nanosBetween(origin, to);
    layout.start[index] = begin;
    const end = node.form === "span" && node.state === "in_flight" && now !== undefined ? Math.max(known, now) : known;
    layout.end[index] = Math.max(begin, end);
    extent = Math.max(extent, layout.end[index] ?? 0);
  });
  for (const rest of open) {
    layout.below[rest] = size;
  }
  layout.extent = extent;
  return layout;
}

/** Whether a form is shown. */
function wanted(node: TraceNode, show: Show): boolean {
  if (node.form === "log") {
    return show.logs;
  }
  return node.form === "event" || node.form === "other" ? show.events : true;
}

/** The indexes of what is shown, in order. */
export function rowsOf(layout: Layout, show: Show): number[] {
  const rows: number[] = [];
  for (let index = 0; index < layout.nodes.length; ) {
    const node = layout.nodes[index] as TraceNode;
    const late = show.at !== undefined && (layout.start[index] ?? 0) > show.at;
    const idle = show.critical && node.form === "span" && node.critical_nanos === 0;
    if (late || (idle && !hasCritical(layout, index))) {
      // Children may begin before their parent where clocks disagree; they stay with it.
      index = layout.below[index] ?? index + 1;
      continue;
    }
    if (wanted(node, show)) {
      rows.push(index);
    }
    index = show.folded.has(index) ? (layout.below[index] ?? index + 1) : index + 1;
  }
  return rows;
}

function hasCritical(layout: Layout, index: number): boolean {
  for (let below = index + 1; below < (layout.below[index] ?? 0); below++) {
    if ((layout.nodes[below]?.critical_nanos ?? 0) > 0) {
      return true;
    }
  }
  return false;
}

/** Where a span works itself: its time less that of the spans directly below it, as pairs of nanoseconds. */
export function selfParts(layout: Layout, index: number, most = 40): [number, number][] {
  const begin = layout.start[index] ?? 0;
  const end = layout.end[index] ?? 0;
  const covered: [number, number][] = [];
  for (let child = index + 1; child < (layout.below[index] ?? 0); child = layout.below[child] ?? child + 1) {
    if (layout.nodes[child]?.form === "span") {
      covered.push([Math.max(begin, layout.start[child] ?? 0), Math.min(end, layout.end[child] ?? 0)]);
    }
  }
  covered.sort((a, b) => a[0] - b[0]);
  const parts: [number, number][] = [];
  let at = begin;
  for (const [from, to] of covered) {
    if (from > at) {
      parts.push([at, from]);
    }
    at = Math.max(at, to);
    if (parts.length >= most) {
      break;
    }
  }
  if (at < end) {
    parts.push([at, end]);
  }
  return parts;
}

/** The way from the top to a node, itself not included. */
export function ancestors(layout: Layout, index: number): number[] {
  const way: number[] = [];
  for (let at = layout.parent[index] ?? -1; at >= 0; at = layout.parent[at] ?? -1) {
    way.push(at);
  }
  return way.reverse();
}

/** Spans with something below them from this depth on: what is folded when a large trace is opened. */
export function foldFrom(layout: Layout, depth: number): Set<number> {
  const folded = new Set<number>();
  layout.nodes.forEach((node, index) => {
    if (node.depth >= depth && (layout.below[index] ?? 0) > index + 1) {
      folded.add(index);
    }
  });
  return folded;
}

/** Round steps for a time axis, at most `most` of them. */
export function ticks(from: number, to: number, most: number): number[] {
  const span = to - from;
  if (!(span > 0) || most < 1) {
    return [];
  }
  const raw = span / most;
  const power = 10 ** Math.floor(Math.log10(raw));
  // Seconds, minutes and hours are divided by what clocks are divided by.
  const clock = [15, 30, 60, 120, 300, 600, 900, 1800, 3600, 7200, 14_400, 43_200, 86_400].map((s) => s * 1e9);
  const step =
    raw > 10e9
      ? (clock.find((size) => size >= raw) ?? power * 10)
      : ([1, 2, 5, 10].map((factor) => factor * power).find((size) => size >= raw) ?? power * 10);
  const first = Math.ceil(from / step) * step;
  const result: number[] = [];
  for (let at = first; at <= to; at += step) {
    result.push(at);
  }
  return result;
}

/** What separates folds in an address. */
const BETWEEN = ".";
/** Longer than this an address does not say what is folded. */
const LONGEST = 3_000;

/** What is folded as a text for the address: ids, or all but some where that is shorter; undefined where nothing is, or too much to say. */
export function writeFolds(folded: ReadonlySet<string>, all: ReadonlySet<string>): string | undefined {
  if (folded.size === 0) {
    return undefined;
  }
  const ids = [...folded];
  const but = [...all].filter((id) => !folded.has(id)).map((id) => `-${id}`);
  const more = ids.filter((id) => !all.has(id));
  const [shortest] = [ids, ["all", ...but, ...more]]
    .map((parts) => parts.join(BETWEEN))
    .sort((a, b) => a.length - b.length);
  return shortest !== undefined && shortest.length <= LONGEST ? shortest : undefined;
}

/** Reads that; `all` is what is folded when everything is. */
export function readFolds(text: string | undefined, all: ReadonlySet<string>): Set<string> {
  const folded = new Set<string>();
  for (const part of (text ?? "").split(BETWEEN)) {
    if (part === "all") {
      for (const id of all) {
        folded.add(id);
      }
    } else if (part.startsWith("-")) {
      folded.delete(part.slice(1));
    } else if (part !== "") {
      folded.add(part);
    }
  }
  return folded;
}
