/**
 * Recordings to begin with.
 *
 * @module
 */
import broken from "../samples/broken.jsonl";
import killed from "../samples/killed.jsonl";
import mcp from "../samples/mcp.toon";
import support from "../samples/support.json";
import tides from "../samples/tides.csv";
import type { Format } from "./engine/engine.ts";

export interface Sample {
  readonly id: string;
  readonly name: string;
  readonly format: Format;
  readonly text: string;
  /** Which tab says most about it. */
  readonly tab: "findings" | "trace" | "encodings";
}

export const SAMPLES: readonly Sample[] = [
  {
    id: "support",
    name: "A support chat: models, tools, a timeout, costs",
    format: "json",
    text: support,
    tab: "trace",
  },
  {
    id: "killed",
    name: "An agent that was killed: its open steps are abandoned",
    format: "jsonl",
    text: killed,
    tab: "trace",
  },
  { id: "mcp", name: "An agent and its MCP server: two processes, one trace", format: "toon", text: mcp, tab: "trace" },
  { id: "broken", name: "A broken emitter: findings to mend", format: "jsonl", text: broken, tab: "findings" },
  { id: "tides", name: "A table of events, as CSV", format: "csv", text: tides, tab: "encodings" },
];
