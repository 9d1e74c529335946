//! Traces, sessions and events as the API shows them. Members stand in the order of their names: see [`super::answer::Json`].

use std::collections::BTreeMap;

use serde::Serialize;
use tracewire_insight::ProducerState as Life;
use tracewire_insight::process::Processes;
use tracewire_store as store;
use tracewire_store::StoredEvent;
use tracewire_wire::event::Status;
use utoipa::ToSchema;

use super::answer::Wire;

/// A trace in a list.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub(crate) struct TraceRow {
    /// Agents that took part, in order.
    agents: Vec<String>,
    /// Costs by currency, as exact decimal texts.
    cost: BTreeMap<String, String>,
    /// How long the head took, in nanoseconds.
    #[serde(skip_serializing_if = "Option::is_none")]
    duration_nanos: Option<u64>,
    /// Spans that failed.
    errors: u64,
    /// Events.
    events: u64,
    /// The span that heads it: the earliest root, else the earliest span.
    #[serde(skip_serializing_if = "Option::is_none")]
    head: Option<String>,
    /// Tokens that went in.
    input_tokens: u64,
    /// The head's kind.
    #[serde(skip_serializing_if = "Option::is_none")]
    kind: Option<String>,
    /// Time of the last event.
    last: String,
    /// Models that were called, in order.
    models: Vec<String>,
    /// The head's name.
    #[serde(skip_serializing_if = "Option::is_none")]
    name: Option<String>,
    /// Spans without an end.
    open_spans: u64,
    /// Tokens that came out.
    output_tokens: u64,
    /// Who recorded the head.
    #[serde(skip_serializing_if = "Option::is_none")]
    producer: Option<String>,
    /// `service.name` of who recorded the head.
    #[serde(skip_serializing_if = "Option::is_none")]
    service: Option<String>,
    /// The session that the head names.
    #[serde(skip_serializing_if = "Option::is_none")]
    session_id: Option<String>,
    /// Spans.
    spans: u64,
    /// Time of the first event.
    start: String,
    /// Whether it ended, goes on, was abandoned with its process, or nobody can tell.
    #[schema(example = "ended", value_type = TraceState)]
    state: &'static str,
    /// The status of the head's end.
    #[serde(skip_serializing_if = "Option::is_none")]
    status: Option<String>,
    /// Its id.
    #[schema(example = "4bf92f3577b34da6a3ce929d0e0e4736")]
    trace_id: String,
    /// Spans that used tokens and have no known price.
    unpriced: u64,
}

/// How far a trace came.
#[derive(ToSchema)]
#[schema(rename_all = "snake_case")]
#[expect(dead_code, reason = "it describes the words of TraceRow::state")]
pub(crate) enum TraceState {
    /// Its head has an end.
    Ended,
    /// Its process lives.
    InFlight,
    /// Its process is gone.
    Abandoned,
    /// Nobody here can tell.
    Unknown,
}

impl TraceRow {
    /// A row of the store, judged by the life of the process behind it.
    pub(crate) fn new(row: store::TraceRow, processes: &Processes) -> Self {
        let life =
            |producer: &Option<String>| producer.as_deref().map_or(Life::Unknown, |producer| processes.life(producer));
        let state = match (&row.status, life(&row.producer)) {
            (Some(_), _) => "ended",
            // Events without a span of their own have no end to wait for.
            (None, _) if row.spans == 0 => "ended",
            (None, Life::Alive) => "in_flight",
            (None, Life::Closed | Life::Dead) => "abandoned",
            (None, Life::Unknown) => "unknown",
        };
        TraceRow {
            agents: row.agents,
            cost: row.cost,
            duration_nanos: row.duration_nanos,
            errors: row.errors,
            events: row.events,
            head: row.head.map(|head| head.to_string()),
            input_tokens: row.input_tokens,
            kind: row.kind,
            last: row.last.to_string(),
            models: row.models,
            name: row.name,
            open_spans: row.open_spans,
            output_tokens: row.output_tokens,
            producer: row.producer,
            service: row.service,
            session_id: row.session_id,
            spans: row.spans,
            start: row.start.to_string(),
            state,
            status: row.status.as_ref().map(|status| Status::as_str(status).to_owned()),
            trace_id: row.trace_id.to_string(),
            unpriced: row.unpriced,
        }
    }
}

/// A session: the conversation that many traces share.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub(crate) struct SessionRow {
    /// Costs by currency, as exact decimal texts.
    cost: BTreeMap<String, String>,
    /// Spans that failed.
    errors: u64,
    /// Tokens that went in.
    input_tokens: u64,
    /// Time of the last event.
    last: String,
    /// Spans without an end.
    open_spans: u64,
    /// Tokens that came out.
    output_tokens: u64,
    /// Its id.
    #[schema(example = "chat-42")]
    session_id: String,
    /// Spans.
    spans: u64,
    /// Time of the first event.
    start: String,
    /// Traces.
    traces: u64,
    /// Spans that used tokens and have no known price.
    unpriced: u64,
}

impl From<store::SessionRow> for SessionRow {
    fn from(row: store::SessionRow) -> Self {
        SessionRow {
            cost: row.cost,
            errors: row.errors,
            input_tokens: row.input_tokens,
            last: row.last.to_string(),
            open_spans: row.open_spans,
            output_tokens: row.output_tokens,
            session_id: row.session_id,
            spans: row.spans,
            start: row.start.to_string(),
            traces: row.traces,
            unpriced: row.unpriced,
        }
    }
}

/// An event, and who recorded it.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub(crate) struct EventRow {
    /// The event as it stands on the wire, its content put back.
    event: Wire,
    /// Its place in the order of arrival.
    id: u64,
    /// Who recorded it.
    producer: String,
}

impl From<StoredEvent> for EventRow {
    fn from(stored: StoredEvent) -> Self {
        EventRow { event: Wire(stored.event.to_value()), id: stored.id, producer: stored.producer.to_string() }
    }
}
