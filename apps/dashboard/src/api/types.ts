/** The shapes of the server's answers. Members that may be missing may also be null: readers take both. */

/** A value as the wire's JSON has it; what JSON cannot hold is a map with one key such as `$bytes`. */
export type Json = null | boolean | number | string | Json[] | { [key: string]: Json };

/** What may be absent. */
export type Maybe<T> = T | null | undefined;

/** How a finished span ended. */
export type Status = "ok" | "error" | "timeout" | "cancelled" | "unset";

/** How far a span came. */
export type State = "ended" | "in_flight" | "abandoned" | "unknown";

/** Amounts by currency, as decimal text. */
export type Money = { [currency: string]: string };

/** One page of a list. */
export type Page<T> = { items: T[]; next?: Maybe<string> };

/** Tokens of a step. */
export type Tokens = {
  input_tokens: number;
  output_tokens: number;
  cache_read_input_tokens?: Maybe<number>;
  cache_write_input_tokens?: Maybe<number>;
  reasoning_output_tokens?: Maybe<number>;
};

/** A trace in a list. */
export type TraceRow = {
  trace_id: string;
  start: string;
  last: string;
  head?: Maybe<string>;
  name?: Maybe<string>;
  kind?: Maybe<string>;
  status?: Maybe<Status>;
  state: State;
  duration_nanos?: Maybe<number>;
  session_id?: Maybe<string>;
  service?: Maybe<string>;
  producer?: Maybe<string>;
  events: number;
  spans: number;
  open_spans: number;
  errors: number;
  input_tokens: number;
  output_tokens: number;
  cost?: Maybe<Money>;
  unpriced?: Maybe<number>;
  models?: Maybe<string[]>;
  agents?: Maybe<string[]>;
};

/** An exception of a node. */
export type Exception = {
  time: string;
  type?: Maybe<string>;
  message?: Maybe<string>;
  stacktrace?: Maybe<string>;
};

/** A judgement; what it says stands in its body, or beside it. */
export type Judgement = {
  body?: Maybe<{ [name: string]: Json }>;
  feedback_id?: Maybe<string>;
  name?: Maybe<string>;
  value?: Json;
  source?: Maybe<string>;
  comment?: Maybe<string>;
  time?: Maybe<string>;
  trace_id?: Maybe<string>;
  span_id?: Maybe<string>;
  session_id?: Maybe<string>;
  /** The earlier judgement that this one replaces. */
  supersedes?: Maybe<string>;
};

/** What a node of a trace stands for. */
export type Form = "span" | "event" | "log" | "other" | "missing_parent";

/** One place in a trace; parents come before their children. */
export type TraceNode = {
  depth: number;
  form: Form;
  span_id?: Maybe<string>;
  parent_id?: Maybe<string>;
  kind?: Maybe<string>;
  name?: Maybe<string>;
  producer: string;
  state: State;
  status?: Maybe<Status>;
  start: string;
  end: string;
  duration_nanos?: Maybe<number>;
  self_nanos: number;
  critical_nanos: number;
  slow: boolean;
  failed: boolean;
  failure?: Maybe<string>;
  usage?: Maybe<Tokens>;
  usage_total?: Maybe<Tokens>;
  cost?: Maybe<Money>;
  cost_total?: Maybe<Money>;
  chunks?: Maybe<number>;
  time_to_first_chunk_nanos?: Maybe<number>;
  last_known?: Maybe<string>;
  oddities?: Maybe<string[]>;
  exceptions?: Maybe<Exception[]>;
  attributes?: Maybe<{ [name: string]: Json }>;
  body?: Maybe<{ [name: string]: Json }>;
};

/** A process that recorded a part of a trace. */
export type Process = {
  host?: Maybe<string>;
  pid?: Maybe<number>;
  producers: string[];
  service?: Maybe<string>;
  state: string;
};

/** Steps that came again with the same kind, name and arguments below one agent, or rounds of several steps below one parent. */
export type Loop = {
  /** What all rounds but the first took, all below their steps included. */
  again: {
    cost: Money | null;
    cost_computed: boolean;
    duration_nanos: number;
    failed: number;
    steps: number;
    unpriced: number;
    usage: Tokens | null;
  };
  /** The steps of one round. */
  round: { kind: string | null; name: string | null }[];
  /** Whether every round brought what the first one did. */
  same_output: boolean;
  /** The ids of all steps in order of time, round after round. */
  steps: (string | null)[];
  times: number;
  /** The agent of a single step, the parent of several; null for the trace as a whole. */
  under: string | null;
};

/** A trace in full. */
export type TraceDocument = {
  trace_id: string;
  start: string;
  end: string;
  duration_nanos: number;
  cost?: Maybe<Money>;
  usage?: Maybe<Tokens>;
  counts: {
    abandoned: number;
    events: number;
    failed: number;
    in_flight: number;
    logs: number;
    missing_parents: number;
    spans: number;
    unknown: number;
  };
  losses: { count: number; producer: string; reason?: Maybe<string> }[];
  /** What was done again and again, where something was, in order of time. */
  loops?: Maybe<Loop[]>;
  nodes: TraceNode[];
  processes: Process[];
};

/** An event as the wire has it. */
export type WireEvent = {
  seq?: Maybe<number>;
  type: string;
  time: string;
  trace_id?: Maybe<string>;
  span_id?: Maybe<string>;
  parent_id?: Maybe<string>;
  kind?: Maybe<string>;
  status?: Maybe<Status>;
  duration_nanos?: Maybe<number>;
  body?: Maybe<{ [name: string]: Json }>;
};

/** An event and where it came from; the id is its place in the order of arrival. */
export type LocatedEvent = { id: number | string; producer: string; service?: Maybe<string>; event: WireEvent };

/** A step, event or log line that a search found. */
export type SearchRow = {
  type: string;
  time: string;
  trace_id?: Maybe<string>;
  span_id?: Maybe<string>;
  kind?: Maybe<string>;
  name?: Maybe<string>;
  status?: Maybe<Status>;
  duration_nanos?: Maybe<number>;
  service?: Maybe<string>;
  input?: Json;
  output?: Json;
  body?: Maybe<{ [name: string]: Json }>;
};

/** A conversation in a list. */
export type SessionRow = {
  session_id: string;
  traces: number;
  spans: number;
  open_spans: number;
  errors: number;
  input_tokens: number;
  output_tokens: number;
  cost?: Maybe<Money>;
  unpriced?: Maybe<number>;
  start: string;
  last: string;
};

/** Sums of a time or of a group. */
export type Sums = {
  spans: number;
  errors: number;
  ended: number;
  duration_sum_nanos: number;
  p50_nanos?: Maybe<number>;
  p95_nanos?: Maybe<number>;
  p99_nanos?: Maybe<number>;
  input_tokens: number;
  output_tokens: number;
  cache_read_input_tokens: number;
  reasoning_output_tokens: number;
  cost?: Maybe<Money>;
  unpriced: number;
};

/** Sums of a stretch of time. */
export type Point = Sums & { start: string };

/** Sums over a whole time. */
export type Totals = Sums & {
  mean_nanos?: Maybe<number>;
  max_nanos?: Maybe<number>;
  error_rate: number;
  first_chunk_p50_nanos?: Maybe<number>;
};

/** Sums of what shares a value. */
export type Group = Totals & { key: string | null };

/** Some of the groups, and whether there are more. */
export type Groups = { items: Group[]; more: boolean };

/** Points over time, by group; `more` where there are more groups than these. */
export type Series = { step_nanos: number; more: boolean; groups: { key: string | null; points: Point[] }[] };

/** All of a time, and of the time before it. */
export type Overview = {
  since?: Maybe<string>;
  until: string;
  totals: Totals;
  traces: number;
  failed_traces: number;
  open_traces: number;
  events: number;
  event_rate?: Maybe<number>;
  previous: Totals & { traces?: Maybe<number> };
};

/** How much of the time a kind of step took itself. */
export type Stage = {
  kind?: Maybe<string>;
  name?: Maybe<string>;
  share: number;
  self_nanos: number;
  spans: number;
};

/** How a price came about. */
export type CostExplained = {
  span_id: string;
  state: "priced" | "reported" | "unpriced" | null;
  reason?: Maybe<string>;
  provider?: Maybe<string>;
  model?: Maybe<string>;
  at: string;
  version?: Maybe<string>;
  currency?: Maybe<string>;
  total?: Maybe<string>;
  /** What made the price another than the ordinary one, such as `service_tier=flex`. */
  condition?: Maybe<string>;
  /** The entry of the list that it was priced as, such as `openai/gpt-5-mini`. */
  priced_as?: Maybe<string>;
  /** Whether a price of the user's own list made it. */
  local?: Maybe<boolean>;
  /** What was counted and has no price, by its unit; it is not in the total. */
  without_price?: Maybe<{ [unit: string]: number }>;
  /** `price` is that of `per` of it. */
  lines: { what: string; count: number; price: string; per: number; amount: string; from_tokens?: Maybe<number> }[];
};

/** Who records. */
export type Producer = {
  name: string;
  service?: Maybe<string>;
  state: string;
  process_state: string;
  host?: Maybe<string>;
  pid?: Maybe<number>;
  created?: Maybe<string>;
  last_seq: number;
  pending: number;
  close?: Maybe<string>;
  /** Null while none of its envelopes is verified. */
  sound: Maybe<boolean>;
  verified_seq?: Maybe<number>;
  missing_events?: Maybe<number>;
  /** The first place of its chain that contradicts. */
  contradiction?: Maybe<{ code: string; first_seq: number; message: string }>;
  losses: { reason: string; count: number }[];
  spec?: Maybe<string>;
  seal?: Maybe<number>;
};

/** A step of one of two traces that are compared. */
export type NodeRef = {
  span_id: string | null;
  kind: string | null;
  name: string | null;
  state: State;
  status: Status | null;
  failed: boolean;
  duration_nanos: number | null;
};

/** What a trace that is compared has in all. */
export type TraceSums = {
  trace_id: string;
  name: string | null;
  start: string;
  duration_nanos: number;
  spans: number;
  errors: number;
  /** Steps that repeat earlier ones, in loops. */
  repeated: number;
  model_calls: number;
  tool_calls: number;
  input_tokens: number;
  output_tokens: number;
  cost: Money;
};

/** Two traces, aligned. */
export type Comparison = {
  a: TraceSums;
  b: TraceSums;
  rows: {
    depth: number;
    a: NodeRef | null;
    b: NodeRef | null;
    change: "same" | "changed" | "added" | "removed" | "moved";
    differences: { what: string; a: Json; b: Json }[];
  }[];
  /** Whether the same steps were taken, with the same outcome. */
  same: boolean;
};

/** Values and how often they are. */
export type Facet = { value: string; count: number };

/** What there is to filter by: of steps, or of traces. */
export type Facets = {
  services: Facet[];
  kinds: Facet[];
  models: Facet[];
  agents: Facet[];
  names: Facet[];
  /** Whether one of these lists is cut, or traces are older than those that were counted. */
  more: boolean;
  /** Of traces alone. */
  statuses?: Facet[];
  /** Of steps alone. */
  providers?: Facet[];
};

/** How the server is. */
export type Health = {
  status: string;
  version: string;
  uptime_nanos: number;
  project?: Maybe<string>;
  store?: Json;
  losses?: Json;
};
