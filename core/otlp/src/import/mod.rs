//! OTLP becomes events.

mod agents;
mod fields;
mod log;
mod messages;
mod moments;
mod record;
mod sources;
mod span;

pub(crate) use span::KINDS;

use opentelemetry_proto::tonic::collector::logs::v1::ExportLogsServiceRequest;
use opentelemetry_proto::tonic::collector::trace::v1::ExportTraceServiceRequest;
use tracewire_wire::event::Event;
use tracewire_wire::id::{Hash, SpanId, TraceId};
use tracewire_wire::value::Map;

use crate::error::OtlpError;
use crate::form::{Form, decode_logs, decode_traces};
use crate::limits::Limits;

/// What a request held.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Imported {
    /// One for each distinct resource, in the order in which they first appear.
    pub sources: Vec<Source>,
    /// What could not be taken: the partial success of the protocol.
    pub rejected: Vec<Rejected>,
}

/// What one resource sent.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Source {
    /// Its attributes, as an envelope has them.
    pub resource: Map,
    /// Its spans, in order.
    pub spans: Vec<Span>,
    /// Its log records, in order.
    pub logs: Vec<Log>,
}

/// The events of one span: the start first, the end last. `seq` is 0 until somebody numbers them.
#[derive(Clone, Debug, PartialEq)]
pub struct Span {
    /// Its trace.
    pub trace_id: TraceId,
    /// Its id. With the trace's this is its identity: the same span sent twice is one.
    pub span_id: SpanId,
    /// Its events.
    pub events: Vec<Event>,
}

/// The events that one log record becomes.
#[derive(Clone, Debug, PartialEq)]
pub struct Log {
    /// The record's identity: the same for the same record sent again, another for a second one like it in one request.
    pub key: Hash,
    /// Its events.
    pub events: Vec<Event>,
}

/// A span or log record that was not taken.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Rejected {
    /// Stable code.
    pub code: &'static str,
    /// What is wrong, for people.
    pub reason: String,
}

impl Rejected {
    /// Every code, with what it says; sorted.
    pub const CODES: &[(&str, &str)] = &[
        ("otlp_no_time", "a span has neither start nor end, or a record no time"),
        ("otlp_parent_id", "a parent's id is not 8 bytes"),
        ("otlp_span_id", "a span's id is not 8 bytes, or zeros"),
        ("otlp_time", "a time lies beyond the year 2262"),
        ("otlp_too_many", "the request has more records than are taken"),
        ("otlp_trace_id", "a trace's id is not 16 bytes, or zeros"),
    ];

    fn new(code: &'static str, reason: impl Into<String>) -> Self {
        Rejected { code, reason: reason.into() }
    }
}

impl Imported {
    /// The `error_message` of the answer's partial success; `None` where nothing was rejected.
    pub fn error_message(&self) -> Option<String> {
        let first = self.rejected.first()?;
        let mut codes: Vec<&str> = self.rejected.iter().map(|rejected| rejected.code).collect();
        codes.sort_unstable();
        let counts: Vec<String> = codes
            .chunk_by(|a, b| a == b)
            .filter_map(|same| Some(format!("{} {}", same.len(), same.first()?)))
            .collect();
        Some(format!("rejected: {}; the first: {}", counts.join(", "), first.reason))
    }
}

/// Reads spans.
///
/// # Errors
/// [`OtlpError`] where the whole body cannot be read. What is wrong with one span rejects that span alone.
pub fn read_traces(body: &[u8], form: Form) -> Result<Imported, OtlpError> {
    read_traces_within(body, form, &Limits::default())
}

/// The same, within other limits.
///
/// # Errors
/// As of [`read_traces`].
pub fn read_traces_within(body: &[u8], form: Form, limits: &Limits) -> Result<Imported, OtlpError> {
    Ok(traces_from(decode_traces(body, form, limits)?, limits))
}

/// Reads log records.
///
/// # Errors
/// [`OtlpError`] where the whole body cannot be read. What is wrong with one record rejects that record alone.
pub fn read_logs(body: &[u8], form: Form) -> Result<Imported, OtlpError> {
    read_logs_within(body, form, &Limits::default())
}

/// The same, within other limits.
///
/// # Errors
/// As of [`read_logs`].
pub fn read_logs_within(body: &[u8], form: Form, limits: &Limits) -> Result<Imported, OtlpError> {
    Ok(logs_from(decode_logs(body, form, limits)?, limits))
}

/// The events of spans that are decoded already, as gRPC hands them over.
pub fn traces_from(request: ExportTraceServiceRequest, limits: &Limits) -> Imported {
    let mut sources = sources::Sources::default();
    let mut left = limits.records;
    for group in request.resource_spans {
        let at = sources.find(group.resource, group.schema_url, limits);
        for scoped in group.scope_spans {
            let scope = sources::Scope::new(scoped.scope, scoped.schema_url, limits);
            for given in scoped.spans {
                let read = if left == 0 {
                    Err(Rejected::new("otlp_too_many", format!("more than {} spans", limits.records)))
                } else {
                    left -= 1;
                    span::read(given, &scope, sources.resource(at), limits)
                };
                sources.add_span(at, read);
            }
        }
    }
    sources.finish()
}

/// The events of log records that are decoded already, as gRPC hands them over.
pub fn logs_from(request: ExportLogsServiceRequest, limits: &Limits) -> Imported {
    let mut sources = sources::Sources::default();
    let mut keys = log::Keys::default();
    let mut left = limits.records;
    for group in request.resource_logs {
        let at = sources.find(group.resource, group.schema_url, limits);
        for scoped in group.scope_logs {
            let origin = log::origin(sources.resource(at), &scoped);
            let scope = sources::Scope::new(scoped.scope, scoped.schema_url, limits);
            for given in scoped.log_records {
                let key = keys.next(&origin, &given);
                let read = if left == 0 {
                    Err(Rejected::new("otlp_too_many", format!("more than {} records", limits.records)))
                } else {
                    left -= 1;
                    log::read(given, key, &scope, limits)
                };
                sources.add_log(at, read);
            }
        }
    }
    sources.finish()
}
