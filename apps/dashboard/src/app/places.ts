import type { IconName } from "../design/Icon.tsx";

/** A page that can be gone to from anywhere. */
export type Place = { path: string; word: string; key: string; icon: IconName; about: string };

/** All of them, in the order of the navigation. `g` and the key go there. */
export const PLACES: readonly Place[] = [
  { path: "/live", word: "Live", key: "l", icon: "live", about: "what happens now" },
  { path: "/traces", word: "Traces", key: "t", icon: "traces", about: "every run" },
  { path: "/sessions", word: "Sessions", key: "s", icon: "sessions", about: "conversations" },
  { path: "/analytics", word: "Analytics", key: "a", icon: "analytics", about: "latency, errors, tokens, cost" },
  { path: "/compare", word: "Compare", key: "c", icon: "compare", about: "two traces side by side" },
  { path: "/feedback", word: "Feedback", key: "f", icon: "feedback", about: "what was thought of runs" },
  { path: "/health", word: "Health", key: "h", icon: "health", about: "producers, losses, proofs" },
];
