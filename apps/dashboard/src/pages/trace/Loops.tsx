import { useMemo } from "react";
import type { Loop, TraceDocument } from "../../api/types.ts";
import { Icon } from "../../design/Icon.tsx";
import { count, exactMoney } from "../../logic/format.ts";
import { byWeight, loopId, namesOf, roundsOf, tookAgain } from "../../logic/loops.ts";
import { oneLine } from "../../logic/visible.ts";
import { Data } from "../../parts/Basics.tsx";

/** The loops of a trace, the one that the address names, and in which of its rounds each of its steps stands. */
export function useLoops(document: TraceDocument, places: ReadonlyMap<string, number>, id: string | undefined) {
  const all = useMemo(() => byWeight(document.loops ?? []), [document.loops]);
  const chosen = id === undefined ? undefined : all.find((one) => loopId(one) === id);
  const rounds = useMemo(() => roundsOf(chosen, places), [chosen, places]);
  return { all, chosen, rounds };
}

/** What was done again and again: the heaviest loop in a line, the others where somebody asks for them. */
export function Loops({
  all,
  chosen,
  open,
  nameOf,
  onChoose,
  onStep,
  onOpen,
}: {
  all: readonly Loop[];
  chosen: Loop | undefined;
  /** Whether all are shown. */
  open: boolean;
  /** The name of the step with an id; nothing for the first one of the trace, which all stand below. */
  nameOf: (id: string) => string | undefined;
  onChoose: (loop: Loop | undefined) => void;
  onStep: (by: number) => void;
  onOpen: (open: boolean) => void;
}) {
  if (all.length === 0) {
    return null;
  }
  // The one that is marked is never hidden.
  const shown = open ? all : all.slice(0, 1);
  const apart = chosen === undefined || shown.includes(chosen) ? [] : [chosen];
  const hidden = all.length - 1 - apart.length;
  return (
    <section className="loops" aria-label="Loops">
      <ul>
        {[...shown, ...apart].map((loop) => (
          <li key={loopId(loop)} className={loop === chosen ? "chosen" : ""}>
            <Line
              loop={loop}
              under={loop.under === null ? undefined : nameOf(loop.under)}
              isChosen={loop === chosen}
              onChoose={onChoose}
            />
            {loop === chosen && (
              <>
                <button
                  type="button"
                  className="button quiet square"
                  onClick={() => onStep(-1)}
                  aria-label="Previous step of the loop"
                  title="Previous step of the loop (O)"
                >
                  <Icon name="left" size={14} />
                </button>
                <button
                  type="button"
                  className="button quiet square"
                  onClick={() => onStep(1)}
                  aria-label="Next step of the loop"
                  title="Next step of the loop (o)"
                >
                  <Icon name="right" size={14} />
                </button>
              </>
            )}
          </li>
        ))}
      </ul>
      {(open ? all.length > 1 : hidden > 0) && (
        <button type="button" className="button quiet" aria-expanded={open} onClick={() => onOpen(!open)}>
          {open ? "Only the heaviest" : `${count(hidden)} more ${hidden === 1 ? "loop" : "loops"}`}
        </button>
      )}
    </section>
  );
}

function Line({
  loop,
  under,
  isChosen,
  onChoose,
}: {
  loop: Loop;
  under: string | undefined;
  isChosen: boolean;
  onChoose: (loop: Loop | undefined) => void;
}) {
  const { names, more } = namesOf(loop);
  return (
    <button
      type="button"
      className="loop"
      aria-pressed={isChosen}
      title={isChosen ? "Mark its steps no longer" : "Mark its steps (o)"}
      onClick={() => onChoose(isChosen ? undefined : loop)}
    >
      <span className="loop-name">
        <Icon name="loop" size={14} />
        <span className="cut">
          {names.map((name, place) => (
            // biome-ignore lint/suspicious/noArrayIndexKey: the steps of a round do not move
            <span key={place}>
              {place > 0 && <span className="faint"> → </span>}
              <Data>{oneLine(name, 40)}</Data>
            </span>
          ))}
          {more && <span className="faint"> → …</span>}
        </span>
        <b>×{count(loop.times)}</b>
      </span>
      <span className="loop-facts cut">
        the same arguments
        {loop.same_output && " · brought the same each time"}
        {" · "}
        <span title={exactMoney(loop.again.cost)}>{tookAgain(loop)} after the first</span>
        {loop.again.failed > 0 && (
          <>
            {" · "}
            <span className="bad">{count(loop.again.failed)} failed</span>
          </>
        )}
        {under !== undefined && (
          <>
            {" · in "}
            <Data>{oneLine(under, 40)}</Data>
          </>
        )}
      </span>
    </button>
  );
}
