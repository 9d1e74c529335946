import type { LocatedEvent, State } from "../../api/types.ts";
import { saidBy } from "../../logic/said.ts";
import { type Outcome, outcomeOf } from "../../parts/Status.tsx";

/** A row: a step from its beginning to its end, or what happened once. */
export type LiveRow = {
  /** The id of the event that made the row; it stays when the row changes. */
  key: string;
  /** What made the row: a step's beginning, or the end of one that began before this page. */
  first: LocatedEvent;
  /** What was said last while the step went on. */
  update?: LocatedEvent;
  end?: LocatedEvent;
  /** Name and kind of the step, which its end repeats neither of. */
  name?: string;
  kind?: string;
};

/** Steps that began and have not ended, by trace and span; the oldest first. */
export type OpenSteps = ReadonlyMap<string, LiveRow>;

/** So many steps are waited for; of the oldest, the end is a row of its own. */
const MOST_OPEN = 5_000;

function stepOf({ event }: LocatedEvent): string | undefined {
  return event.span_id ? `${event.trace_id ?? ""}/${event.span_id}` : undefined;
}

/** A row of one event. */
export function rowOf(located: LocatedEvent): LiveRow {
  const { name } = located.event.body ?? {};
  return {
    key: String(located.id),
    first: located,
    ...(located.event.type === "span.end" ? { end: located } : {}),
    ...(typeof name === "string" ? { name } : {}),
    ...(located.event.kind ? { kind: located.event.kind } : {}),
  };
}

/**
 * Rows when events come in, the latest first: a beginning makes a row, and the step's end changes that row where it stands. An end
 * whose row is gone, because much came since, is a row on top with all that is known of the step.
 */
export function joined(
  rows: readonly LiveRow[],
  open: OpenSteps,
  events: readonly LocatedEvent[],
  kept: number,
): { rows: LiveRow[]; steps: OpenSteps } {
  const steps = new Map(open);
  const fresh: LiveRow[] = [];
  const changed = new Map<string, LiveRow>();
  const change = (row: LiveRow) => {
    const at = fresh.findIndex((one) => one.key === row.key);
    if (at >= 0) {
      fresh[at] = row;
    } else {
      changed.set(row.key, row);
    }
  };
  for (const located of events) {
    const step = stepOf(located);
    const known = step === undefined ? undefined : steps.get(step);
    switch (located.event.type) {
      case "span.start": {
        const row = rowOf(located);
        fresh.unshift(row);
        if (step !== undefined) {
          steps.set(step, row);
        }
        break;
      }
      case "span.update":
        if (step !== undefined && known !== undefined) {
          const row = { ...known, update: located };
          steps.set(step, row);
          change(row);
        } else {
          fresh.unshift(rowOf(located));
        }
        break;
      case "span.end":
        if (step !== undefined && known !== undefined) {
          steps.delete(step);
          change({ ...known, end: located });
        } else {
          fresh.unshift(rowOf(located));
        }
        break;
      default:
        fresh.unshift({ ...rowOf(located), ...nameOf(known) });
    }
  }
  for (const [step] of steps) {
    if (steps.size <= MOST_OPEN) {
      break;
    }
    steps.delete(step);
  }
  const stay = rows.map((row) => {
    const now = changed.get(row.key);
    changed.delete(row.key);
    return now ?? row;
  });
  const late = [...changed.values()].filter((row) => row.end !== undefined);
  return { rows: [...fresh, ...late, ...stay].slice(0, kept), steps };
}

/** What happens within a step says nothing of its name. */
function nameOf(row: LiveRow | undefined): Pick<LiveRow, "name" | "kind"> {
  return {
    ...(row?.name === undefined ? {} : { name: row.name }),
    ...(row?.kind === undefined ? {} : { kind: row.kind }),
  };
}

/** How a row's step is: its end, or how its trace is as long as it has none. */
export function outcomeOfRow(row: LiveRow, isJoined: boolean, traces: ReadonlyMap<string, State>): Outcome | undefined {
  if (row.end !== undefined) {
    return outcomeOf("ended", row.end.event.status);
  }
  if (!isJoined || row.first.event.type !== "span.start") {
    return undefined;
  }
  // A step outlives its trace's head at times, but never its process.
  const trace = traces.get(row.first.event.trace_id ?? "");
  return trace === "abandoned" || trace === "unknown" ? trace : "in_flight";
}

/** The event that says most of a row: how it ended, or what came last. */
export function sayingOf(row: LiveRow): LocatedEvent {
  const said = [row.end, row.update].find((one) => one !== undefined && saidBy(one) !== "");
  return said ?? row.first;
}

/** Whether a row has this text. */
export function fits(row: LiveRow, text: string): boolean {
  const { event } = row.first;
  const words = [row.kind, event.type, row.name, saidBy(row.first), row.end && saidBy(row.end), event.trace_id];
  return words.join(" ").toLowerCase().includes(text);
}
