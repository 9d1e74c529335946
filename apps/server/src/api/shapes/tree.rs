//! A trace and its steps.

use std::collections::BTreeMap;

use utoipa::ToSchema;

use crate::api::answer::Wire;

/// A trace in full, as `tracewire trace --json --full` writes it.
#[derive(ToSchema)]
pub(in crate::api) struct TraceDocument {
    /// Costs of all roots by currency, as decimal texts; null where nothing has one.
    #[schema(required)]
    cost: Option<BTreeMap<String, String>>,
    /// Whether a part of that was computed from a price list.
    cost_computed: bool,
    /// How many of what.
    counts: Counts,
    /// From the first moment to the last.
    duration_nanos: u64,
    /// The last moment.
    end: String,
    /// Judgements of the whole trace that hold, where there are any; those of a step stand at its node.
    feedback: Option<Vec<Judgement>>,
    /// What was done again and again, where something was, in order of time.
    loops: Option<Vec<Loop>>,
    /// What was dropped within this trace.
    losses: Vec<Lost>,
    /// Every step, parents first, with its `depth`.
    nodes: Vec<Node>,
    /// The processes that took part.
    processes: Vec<Process>,
    /// The first moment.
    start: String,
    /// Its id.
    trace_id: String,
    /// Calls of models that used something and have no cost.
    unpriced: u64,
    /// Tokens of all roots; null where nothing has any.
    #[schema(required)]
    usage: Option<Tokens>,
}

/// Steps that came again with the same kind, name and arguments below one agent, or rounds of several steps below one parent.
#[derive(ToSchema)]
pub(in crate::api) struct Loop {
    /// What all rounds but the first took.
    again: Again,
    /// The steps of one round: a single one, or several in a row.
    round: Vec<LoopStep>,
    /// Whether every round brought what the first one did.
    same_output: bool,
    /// The ids of all steps in order of time, round after round; null where one has none.
    steps: Vec<Option<String>>,
    /// How many rounds.
    times: u64,
    /// The id of what they stand below: the agent of a single step, the parent of several; null for the trace as a whole.
    #[schema(required)]
    under: Option<String>,
}

/// What repeats.
#[derive(ToSchema)]
pub(in crate::api) struct LoopStep {
    /// Its kind.
    #[schema(required)]
    kind: Option<String>,
    /// Its name.
    #[schema(required)]
    name: Option<String>,
}

/// What a repetition took beyond its first round, all below its steps included.
#[derive(ToSchema)]
pub(in crate::api) struct Again {
    /// Costs by currency, as decimal texts; null where nothing has one.
    #[schema(required)]
    cost: Option<BTreeMap<String, String>>,
    /// Whether a part of that was computed from a price list.
    cost_computed: bool,
    /// How long its steps took, one after the other.
    duration_nanos: u64,
    /// Steps that failed.
    failed: u64,
    /// Steps.
    steps: u64,
    /// Calls of models without a cost.
    unpriced: u64,
    /// Tokens; null where nothing has any.
    #[schema(required)]
    usage: Option<Tokens>,
}

/// How many of what a trace has.
#[derive(ToSchema)]
pub(in crate::api) struct Counts {
    /// Spans abandoned with their process.
    abandoned: u64,
    /// Point events.
    events: u64,
    /// Spans that failed.
    failed: u64,
    /// Spans in flight.
    in_flight: u64,
    /// Log lines.
    logs: u64,
    /// Parents that are named and not there.
    missing_parents: u64,
    /// Spans.
    spans: u64,
    /// Open spans of which nobody can tell.
    unknown: u64,
}

/// Counts of tokens. Input includes what was read from and written to a cache, output includes reasoning.
#[derive(ToSchema)]
pub(in crate::api) struct Tokens {
    /// Of the input: read from a cache.
    cache_read_input_tokens: u64,
    /// Of the input: written to a cache.
    cache_write_input_tokens: u64,
    /// Tokens that went in.
    input_tokens: u64,
    /// Tokens that came out.
    output_tokens: u64,
    /// Of the output: reasoning.
    reasoning_output_tokens: u64,
}

/// A judgement that holds; what it does not say is left out.
#[derive(ToSchema)]
pub(in crate::api) struct Judgement {
    /// Why.
    comment: Option<String>,
    /// Its id.
    feedback_id: Option<String>,
    /// What is judged.
    name: Option<String>,
    /// Who judged.
    source: Option<String>,
    /// The verdict.
    #[schema(value_type = Option<serde_json::Value>)]
    value: Option<Wire>,
}

/// Records that were dropped.
#[derive(ToSchema)]
pub(in crate::api) struct Lost {
    /// How many.
    count: u64,
    /// Who lost them.
    producer: String,
    /// Why.
    #[schema(required)]
    reason: Option<String>,
}

/// A process that took part.
#[derive(ToSchema)]
pub(in crate::api) struct Process {
    /// Where it runs.
    #[schema(required)]
    host: Option<String>,
    /// Its number there.
    #[schema(required)]
    pid: Option<u64>,
    /// Its journal files.
    producers: Vec<String>,
    /// `service.name`.
    #[schema(required)]
    service: Option<String>,
    /// Whether it lives.
    state: String,
}

/// What a node stands for.
#[derive(ToSchema)]
#[schema(rename_all = "snake_case")]
pub(in crate::api) enum Form {
    /// A step with a beginning and an end.
    Span,
    /// A point event.
    Event,
    /// A log line.
    Log,
    /// An event of a type that is not known.
    Other,
    /// A parent that is named and was not recorded.
    MissingParent,
}

/// How far a step came.
#[derive(ToSchema)]
#[schema(rename_all = "snake_case")]
pub(in crate::api) enum State {
    /// It has an end, or needs none.
    Ended,
    /// It has no end, and its process lives.
    InFlight,
    /// It has no end, and its process is gone.
    Abandoned,
    /// It has no end, and nobody can tell.
    Unknown,
}

/// Where a cost is from.
#[derive(ToSchema)]
#[schema(rename_all = "snake_case")]
pub(in crate::api) enum CostSource {
    /// The step says it itself.
    Reported,
    /// It was computed from a price list.
    Priced,
    /// There is none, though a model was called.
    Unpriced,
}

/// One step of a trace; what it does not have is left out.
#[derive(ToSchema)]
pub(in crate::api) struct Node {
    /// Attributes after all updates; in full answers only.
    attributes: Option<BTreeMap<String, serde_json::Value>>,
    /// What else it says, such as `input` and `output`; in full answers only.
    body: Option<BTreeMap<String, serde_json::Value>>,
    /// Stream chunks received.
    chunks: Option<u64>,
    /// What it cost, by currency, as decimal texts.
    cost: Option<BTreeMap<String, String>>,
    /// Why it has no cost.
    cost_reason: Option<String>,
    /// Where the cost is from.
    cost_source: Option<CostSource>,
    /// What it and all below cost.
    cost_total: Option<BTreeMap<String, String>>,
    /// The part of the critical path that was spent here.
    critical_nanos: u64,
    /// How many parents it has.
    depth: u64,
    /// How long it took.
    duration_nanos: Option<u64>,
    /// When it ended; of an open one, the last thing known.
    end: String,
    /// Exceptions in order of time.
    exceptions: Option<Vec<Exception>>,
    /// Whether its status is `error` or `timeout`.
    failed: bool,
    /// What went wrong, in words.
    failure: Option<String>,
    /// Judgements that hold.
    feedback: Option<Vec<Judgement>>,
    /// What it stands for.
    form: Form,
    /// Its kind, such as `tool`.
    kind: Option<String>,
    /// When something was last known of it.
    last_known: Option<String>,
    /// Its name; of a log line, the message.
    name: Option<String>,
    /// What does not add up.
    oddities: Option<Vec<String>>,
    /// Its parent's id.
    parent_id: Option<String>,
    /// Which prices its cost was computed by.
    price_version: Option<String>,
    /// Who recorded its first event.
    producer: String,
    /// Its time without that of its children.
    self_nanos: u64,
    /// Whether it took a notable share of the trace.
    slow: bool,
    /// Its id; logs have none.
    span_id: Option<String>,
    /// When it began.
    start: String,
    /// How far it came.
    state: State,
    /// The status of its end.
    status: Option<String>,
    /// From the start to the first chunk.
    time_to_first_chunk_nanos: Option<u64>,
    /// Tokens that it reports itself.
    usage: Option<Tokens>,
    /// Tokens of it and all below.
    usage_total: Option<Tokens>,
}

/// An exception.
#[derive(ToSchema)]
pub(in crate::api) struct Exception {
    /// Its message.
    #[schema(required)]
    message: Option<String>,
    /// Its stack trace; in full answers only.
    #[schema(required)]
    stacktrace: Option<String>,
    /// When it was recorded.
    time: String,
    /// Its type's name.
    #[schema(required)]
    r#type: Option<String>,
}
