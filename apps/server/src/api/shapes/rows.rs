//! Two traces side by side, and what a search found.

use std::collections::BTreeMap;

use utoipa::ToSchema;

use super::tree::State;

/// Two traces side by side.
#[derive(ToSchema)]
pub(in crate::api) struct Comparison {
    /// What was.
    a: Side,
    /// What is.
    b: Side,
    /// Steps in order, parents first; what is gone stands before what came in its place.
    rows: Vec<ComparedStep>,
    /// Whether the same steps were taken, with the same outcome.
    same: bool,
}

/// What a trace has in all.
#[derive(ToSchema)]
pub(in crate::api) struct Side {
    /// Costs by currency, as decimal texts.
    cost: BTreeMap<String, String>,
    /// From the first moment to the last.
    duration_nanos: u64,
    /// Spans that failed.
    errors: u64,
    /// Tokens that went in.
    input_tokens: u64,
    /// Calls of models.
    model_calls: u64,
    /// The first root's name.
    #[schema(required)]
    name: Option<String>,
    /// Tokens that came out.
    output_tokens: u64,
    /// Steps that repeat earlier ones, in loops.
    repeated: u64,
    /// Spans.
    spans: u64,
    /// Time of the first event.
    start: String,
    /// Calls of tools.
    tool_calls: u64,
    /// Its id.
    trace_id: String,
}

/// What became of a step.
#[derive(ToSchema)]
#[schema(rename_all = "snake_case")]
pub(in crate::api) enum Change {
    /// It is there in both, and what matters is equal.
    Same,
    /// It is there in both, and something differs.
    Changed,
    /// Only the second trace has it.
    Added,
    /// Only the first trace has it.
    Removed,
    /// It is elsewhere in the other trace.
    Moved,
}

/// One step, or two that belong together.
#[derive(ToSchema)]
pub(in crate::api) struct ComparedStep {
    /// In the first trace.
    #[schema(required)]
    a: Option<StepRef>,
    /// In the second trace.
    #[schema(required)]
    b: Option<StepRef>,
    /// What became of it.
    change: Change,
    /// How deep it stands.
    depth: u64,
    /// What differs, where both are there.
    differences: Vec<Difference>,
}

/// A step of one of them.
#[derive(ToSchema)]
pub(in crate::api) struct StepRef {
    /// How long it took.
    #[schema(required)]
    duration_nanos: Option<u64>,
    /// Whether it failed.
    failed: bool,
    /// Its kind.
    #[schema(required)]
    kind: Option<String>,
    /// Its name.
    #[schema(required)]
    name: Option<String>,
    /// Its id.
    #[schema(required)]
    span_id: Option<String>,
    /// How far it came.
    state: State,
    /// The status of its end.
    #[schema(required)]
    status: Option<String>,
}

/// What can differ.
#[derive(ToSchema)]
#[schema(rename_all = "snake_case")]
pub(in crate::api) enum Differs {
    /// How it ended.
    Status,
    /// What went in.
    Input,
    /// What came out.
    Output,
    /// The model that was called.
    Model,
    /// Input tokens.
    InputTokens,
    /// Output tokens.
    OutputTokens,
    /// What it cost.
    Cost,
    /// How long it took.
    Duration,
}

/// Something that differs; null where there is nothing.
#[derive(ToSchema)]
pub(in crate::api) struct Difference {
    /// In the first trace.
    a: serde_json::Value,
    /// In the second trace.
    b: serde_json::Value,
    /// What.
    what: Differs,
}

/// A step or an event that was found; what it does not have is left out.
#[derive(ToSchema)]
pub(in crate::api) struct SearchRow {
    /// Attributes.
    attributes: Option<BTreeMap<String, serde_json::Value>>,
    /// What else it says.
    body: Option<BTreeMap<String, serde_json::Value>>,
    /// The correlation id.
    correlation_id: Option<String>,
    /// How long it took.
    duration_nanos: Option<u64>,
    /// When it ended.
    end_time: Option<String>,
    /// What went in.
    input: Option<serde_json::Value>,
    /// Its kind.
    kind: Option<String>,
    /// Its name.
    name: Option<String>,
    /// What came out.
    output: Option<serde_json::Value>,
    /// Its parent.
    parent_id: Option<String>,
    /// Who recorded it.
    producer: String,
    /// `service.name` of who recorded it.
    service: Option<String>,
    /// The session.
    session_id: Option<String>,
    /// Its id.
    span_id: Option<String>,
    /// The status of its end.
    status: Option<String>,
    /// When it began or happened.
    time: String,
    /// Its trace.
    trace_id: Option<String>,
    /// What it is, such as `span` or `log`.
    r#type: String,
}
