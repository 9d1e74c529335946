import type { Maybe, State, Status as Word } from "../api/types.ts";
import { Icon } from "../design/Icon.tsx";
import { lookOf } from "../logic/kinds.ts";
import { oneLine } from "../logic/visible.ts";

/** What a reader says of a step: how it ended, or how far it came. */
export type Outcome = Word | Exclude<State, "ended">;

const WORDS: Record<Outcome, string> = {
  ok: "ok",
  error: "failed",
  timeout: "timed out",
  cancelled: "cancelled",
  unset: "ended",
  in_flight: "in flight",
  abandoned: "abandoned",
  unknown: "out of sight",
};

/** Shapes differ as much as colours do, so that no status is told by colour alone. */
const SHAPES: Record<Outcome, React.ReactNode> = {
  ok: (
    <>
      <circle cx="8" cy="8" r="6.2" fill="currentColor" stroke="none" opacity=".16" />
      <path d="m5 8.300 2.200 2.200L11.200 6" />
    </>
  ),
  error: (
    <>
      <rect x="1.800" y="1.800" width="12.400" height="12.400" rx="3" fill="currentColor" stroke="none" />
      <path d="m5.500 5.500 5 5m0-5-5 5" stroke="var(--surface)" />
    </>
  ),
  timeout: (
    <>
      <circle cx="8" cy="8" r="6" />
      <path d="M8 4.500V8l2.300 1.600" />
    </>
  ),
  cancelled: (
    <>
      <circle cx="8" cy="8" r="6" />
      <path d="m4 12 8-8" />
    </>
  ),
  unset: <circle cx="8" cy="8" r="5" strokeDasharray="2 2.240" />,
  in_flight: (
    <>
      <circle cx="8" cy="8" r="6" opacity=".28" />
      <path className="turning" d="M8 2a6 6 0 0 1 6 6" strokeWidth="2" />
      <circle cx="8" cy="8" r="2" fill="currentColor" stroke="none" />
    </>
  ),
  abandoned: <path d="M8 2.200 14.600 13.600H1.400zM8 6.600v3M8 11.600v.01" />,
  unknown: (
    <>
      <circle cx="8" cy="8" r="6" strokeDasharray="3 2" />
      <path d="M6.300 6.400c.2-1 .9-1.500 1.800-1.500 1 0 1.700.6 1.700 1.500 0 1.200-1.700 1.300-1.700 2.500M8.100 11v.01" />
    </>
  ),
};

/** The outcome of anything that has a state and perhaps a status. */
export function outcomeOf(state: State, status: Maybe<string>): Outcome {
  if (state !== "ended") {
    return Object.hasOwn(WORDS, state) ? state : "unknown";
  }
  return Object.hasOwn(WORDS, status ?? "") ? (status as Outcome) : "unset";
}

/** The word for an outcome. */
export function wordOf(outcome: Outcome): string {
  return WORDS[outcome];
}

/** An outcome by colour, shape and word; `bare` shows the word to screen readers alone. */
export function StatusMark({ outcome, bare = false, size = 15 }: { outcome: Outcome; bare?: boolean; size?: number }) {
  return (
    <span className={`status ${outcome}`} title={bare ? WORDS[outcome] : undefined}>
      <svg
        width={size}
        height={size}
        viewBox="0 0 16 16"
        fill="none"
        stroke="currentColor"
        strokeWidth="1.6"
        strokeLinecap="round"
        strokeLinejoin="round"
        aria-hidden="true"
      >
        {SHAPES[outcome]}
      </svg>
      <span className={bare ? "unseen" : undefined}>{WORDS[outcome]}</span>
    </span>
  );
}

/** A kind by colour, picture and word. */
export function KindMark({ kind, bare = false, size = 15 }: { kind: Maybe<string>; bare?: boolean; size?: number }) {
  const look = lookOf(kind);
  const word = oneLine(kind ?? "step", 40);
  return (
    <span className={`kind ${look.family} line`} title={bare ? word : undefined}>
      <Icon name={look.icon} size={size} />
      <span className={bare ? "unseen" : "data cut"}>{word}</span>
    </span>
  );
}
