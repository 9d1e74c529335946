//! Numbers over many traces.

use std::collections::BTreeMap;

use serde::Serialize;
use utoipa::ToSchema;

/// Sums over steps.
#[derive(Serialize, ToSchema)]
pub(in crate::api) struct Totals {
    /// Tokens of the input that were read from a cache.
    cache_read_input_tokens: u64,
    /// Tokens of the input that were written to a cache.
    cache_write_input_tokens: u64,
    /// Costs by currency, as exact decimal texts.
    cost: BTreeMap<String, String>,
    /// Durations of steps that ended, added up.
    duration_sum_nanos: u64,
    /// Steps that ended.
    ended: u64,
    /// Failed steps as a share of all, 0 to 1.
    #[schema(minimum = 0, maximum = 1)]
    error_rate: f64,
    /// Steps that failed.
    errors: u64,
    /// Events of any type.
    events: u64,
    /// Half of all streams had their first chunk in this time.
    #[schema(required)]
    first_chunk_p50_nanos: Option<u64>,
    /// So had 95 of 100.
    #[schema(required)]
    first_chunk_p95_nanos: Option<u64>,
    /// Tokens that went in, cached ones included.
    input_tokens: u64,
    /// The longest duration.
    #[schema(required)]
    max_nanos: Option<u64>,
    /// The mean duration.
    #[schema(required)]
    mean_nanos: Option<u64>,
    /// Tokens that came out, reasoning included.
    output_tokens: u64,
    /// Half of all steps took at most so long, within one percent.
    #[schema(required)]
    p50_nanos: Option<u64>,
    /// So did 90 of 100.
    #[schema(required)]
    p90_nanos: Option<u64>,
    /// So did 95 of 100.
    #[schema(required)]
    p95_nanos: Option<u64>,
    /// So did 99 of 100.
    #[schema(required)]
    p99_nanos: Option<u64>,
    /// Tokens of the output that were reasoning.
    reasoning_output_tokens: u64,
    /// What of the durations was spent in the steps themselves and in none below.
    self_nanos: u64,
    /// Steps that began.
    spans: u64,
    /// Steps that used tokens and have no known price.
    unpriced: u64,
}

/// The sums of the time before.
#[derive(Serialize, ToSchema)]
pub(in crate::api) struct Earlier {
    #[serde(flatten)]
    totals: Totals,
    /// Traces that started in it; not there where all time is asked for.
    traces: Option<u64>,
}

/// Sums over a time, and of the time before it.
#[derive(Serialize, ToSchema)]
pub(in crate::api) struct Overview {
    /// Events in a second; null where all time is asked for.
    #[schema(required)]
    event_rate: Option<f64>,
    /// Events of any type.
    events: u64,
    /// Traces in which something failed.
    failed_traces: u64,
    /// Traces in which something is open.
    open_traces: u64,
    /// The time of the same length before.
    previous: Earlier,
    /// From when; null for all time.
    #[schema(required)]
    since: Option<String>,
    /// All steps.
    totals: Totals,
    /// Traces that started in that time.
    traces: u64,
    /// Until when.
    until: String,
}

/// Sums of steps that have something in common.
#[derive(Serialize, ToSchema)]
pub(in crate::api) struct Group {
    /// What they have in common; null of those that say nothing.
    #[schema(required)]
    key: Option<String>,
    #[serde(flatten)]
    totals: Totals,
}

/// Sums by groups.
#[derive(Serialize, ToSchema)]
pub(in crate::api) struct Groups {
    /// The groups, in the order that was asked for.
    items: Vec<Group>,
    /// Whether there are more groups than these.
    more: bool,
    /// From when; null for all time.
    #[schema(required)]
    since: Option<String>,
    /// Until when.
    until: String,
}

/// Sums of one point in time.
#[derive(Serialize, ToSchema)]
pub(in crate::api) struct Point {
    /// Where it begins.
    start: String,
    #[serde(flatten)]
    totals: Totals,
}

/// The course of one group.
#[derive(Serialize, ToSchema)]
pub(in crate::api) struct GroupCourse {
    /// What its steps have in common; null of those that say nothing, and where no groups are asked for.
    #[schema(required)]
    key: Option<String>,
    /// Its points in order of time; where nothing happened there is none.
    points: Vec<Point>,
}

/// The course of the numbers over time.
#[derive(Serialize, ToSchema)]
pub(in crate::api) struct Course {
    /// The groups of most steps first.
    groups: Vec<GroupCourse>,
    /// Whether there are more groups than these.
    more: bool,
    /// From when; null for all time.
    #[schema(required)]
    since: Option<String>,
    /// Length of a point.
    step_nanos: u64,
    /// Until when.
    until: String,
}

/// Time that steps of one kind and name took themselves.
#[derive(Serialize, ToSchema)]
pub(in crate::api) struct Stage {
    /// Their kind.
    #[schema(required)]
    kind: Option<String>,
    /// Their name.
    #[schema(required)]
    name: Option<String>,
    /// How long.
    self_nanos: u64,
    /// As a share of all, 0 to 1.
    #[schema(minimum = 0, maximum = 1)]
    share: f64,
    /// How many steps.
    spans: u64,
}

/// Where time goes.
#[derive(Serialize, ToSchema)]
pub(in crate::api) struct Stages {
    /// Those of most time first.
    items: Vec<Stage>,
    /// Whether there are more than these.
    more: bool,
    /// From when; null for all time.
    #[schema(required)]
    since: Option<String>,
    /// Until when.
    until: String,
}

/// A value to choose.
#[derive(Serialize, ToSchema)]
pub(in crate::api) struct Facet {
    /// How many steps have it.
    count: u64,
    /// The value.
    value: String,
}

/// What there is to choose from, the most frequent first.
#[derive(Serialize, ToSchema)]
pub(in crate::api) struct Facets {
    /// Agents.
    agents: Vec<Facet>,
    /// Kinds.
    kinds: Vec<Facet>,
    /// Models.
    models: Vec<Facet>,
    /// Whether there is more than is said: one of these lists has more than `limit` values, or traces are older than those that were counted.
    more: bool,
    /// Names.
    names: Vec<Facet>,
    /// Providers: of steps.
    providers: Option<Vec<Facet>>,
    /// Services.
    services: Vec<Facet>,
    /// Statuses: of traces.
    statuses: Option<Vec<Facet>>,
}
