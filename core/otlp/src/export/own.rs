//! A step that a program recorded becomes a span, with the names that the exporters of the SDKs write.

use opentelemetry_proto::tonic::common::v1::KeyValue;
use opentelemetry_proto::tonic::trace::v1::{Span, Status as OtlpStatus, span};
use tracewire_wire::event::Status;
use tracewire_wire::registry::attributes::{
    DEPLOYMENT_ENVIRONMENT_NAME, ERROR_TYPE, GEN_AI_AGENT_NAME, GEN_AI_CONVERSATION_ID, GEN_AI_OPERATION_NAME,
    GEN_AI_TOOL_CALL_ARGUMENTS, GEN_AI_TOOL_CALL_RESULT, GEN_AI_TOOL_NAME, GEN_AI_USAGE_CACHE_READ_INPUT_TOKENS,
    GEN_AI_USAGE_CACHE_WRITE_INPUT_TOKENS, GEN_AI_USAGE_INPUT_TOKENS, GEN_AI_USAGE_OUTPUT_TOKENS,
    GEN_AI_USAGE_REASONING_OUTPUT_TOKENS, SERVICE_VERSION, USER_ID,
};
use tracewire_wire::registry::kinds::{self, AGENT, CACHE, DATABASE, EMBEDDING, HTTP, LLM, RERANK, TOOL};
use tracewire_wire::value::{Map, Value, unescape_key};

use super::groups::Scope;
use super::moments::{self, nanos, plain, text_of};
use super::options::Conventions;
use super::steps::Step;

/// Kinds that ask somebody else.
const CLIENTS: [&str; 6] = [CACHE, DATABASE, EMBEDDING, HTTP, LLM, RERANK];
const USAGE: [(&str, &str); 5] = [
    ("input_tokens", GEN_AI_USAGE_INPUT_TOKENS),
    ("output_tokens", GEN_AI_USAGE_OUTPUT_TOKENS),
    ("cache_read_input_tokens", GEN_AI_USAGE_CACHE_READ_INPUT_TOKENS),
    ("cache_write_input_tokens", GEN_AI_USAGE_CACHE_WRITE_INPUT_TOKENS),
    ("reasoning_output_tokens", GEN_AI_USAGE_REASONING_OUTPUT_TOKENS),
];
const MEMBERS: [(&str, &str); 7] = [
    ("correlation_id", "tracewire.correlation_id"),
    ("environment", DEPLOYMENT_ENVIRONMENT_NAME),
    ("level", "tracewire.level"),
    ("release", SERVICE_VERSION),
    ("session_id", GEN_AI_CONVERSATION_ID),
    ("tags", "tracewire.tags"),
    ("user_id", USER_ID),
];
/// W3C: the trace is recorded.
const SAMPLED: u32 = 1;

/// The span, and who made it.
pub(super) fn span(step: &Step<'_>, merged: &Map, conventions: Conventions) -> (Scope, Span) {
    let (start, end) = times(step);
    let exception = merged.get("exception").and_then(Value::as_map);
    let mut events: Vec<span::Event> = step.moments.iter().map(|moment| moments::own(moment)).collect();
    if let Some(exception) = exception {
        let attributes = moments::exception(exception).collect();
        events.push(span::Event {
            time_unix_nano: end,
            name: "exception".to_owned(),
            attributes,
            ..Default::default()
        });
    }
    let links = merged.get("links").and_then(Value::as_list).unwrap_or_default();
    let flags = merged.get("trace_flags").and_then(Value::as_int).and_then(|flags| u32::try_from(flags).ok());
    let name = text_of(Some(merged), "name");
    let is_client = CLIENTS.contains(&step.kind());
    let span = Span {
        trace_id: step.trace_id.as_bytes().to_vec(),
        span_id: step.span_id.as_bytes().to_vec(),
        trace_state: text_of(Some(merged), "trace_state"),
        parent_span_id: step.parent_id().map(|id| id.as_bytes().to_vec()).unwrap_or_default(),
        flags: flags.unwrap_or(SAMPLED),
        attributes: attributes(step, merged, &name, conventions),
        name: if name.is_empty() { "unknown".to_owned() } else { name },
        kind: if is_client { span::SpanKind::Client } else { span::SpanKind::Internal }.into(),
        start_time_unix_nano: start,
        end_time_unix_nano: if step.is_open() { 0 } else { end },
        events,
        links: links.iter().filter_map(moments::link).collect(),
        status: Some(status(step, merged)),
        ..Span::default()
    };
    (scope(merged), span)
}

/// What the wall clock says may be nonsense (TW-TIME-002), what the monotonic clock says is not.
fn times(step: &Step<'_>) -> (u64, u64) {
    let lasted = step.end.and_then(|end| end.duration_nanos);
    let end = step.end.or(step.start).map_or(0, |end| nanos(end.time));
    let start = step.start.map_or_else(|| end.saturating_sub(lasted.unwrap_or(0)), |start| nanos(start.time));
    (start, lasted.map_or(end.max(start), |lasted| start.saturating_add(lasted)))
}

fn scope(merged: &Map) -> Scope {
    match merged.get("scope").and_then(Value::as_map) {
        Some(scope) => {
            let name = text_of(Some(scope), "name");
            let name = if name.is_empty() { "tracewire".to_owned() } else { name };
            Scope { name, version: text_of(Some(scope), "version"), rest: None }
        }
        None => Scope { name: "tracewire".to_owned(), version: env!("CARGO_PKG_VERSION").to_owned(), rest: None },
    }
}

fn status(step: &Step<'_>, merged: &Map) -> OtlpStatus {
    match step.end.and_then(|end| end.status.as_ref()) {
        Some(Status::Ok) => OtlpStatus { code: 1, message: String::new() },
        Some(status @ (Status::Error | Status::Timeout | Status::Cancelled)) => {
            let exception = merged.get("exception").and_then(Value::as_map);
            let said = [text_of(Some(merged), "status_message"), text_of(exception, "message")];
            let message = said.into_iter().find(|message| !message.is_empty());
            OtlpStatus { code: 2, message: message.unwrap_or_else(|| status.as_str().to_owned()) }
        }
        _ => OtlpStatus::default(),
    }
}

fn attributes(step: &Step<'_>, merged: &Map, name: &str, conventions: Conventions) -> Vec<KeyValue> {
    let kind = step.kind();
    let mut found: Vec<KeyValue> = Vec::new();
    let mut add = |name: &str, value: Option<&Value>| found.extend(plain(conventions.name(name), value));
    add("tracewire.kind", Some(&kind.into()));
    let operation = kinds::find(kind).and_then(|kind| kind.otel_operations.first());
    add(GEN_AI_OPERATION_NAME, operation.map(|operation| Value::from(*operation)).as_ref());
    let called = match kind {
        AGENT => Some(GEN_AI_AGENT_NAME),
        TOOL => Some(GEN_AI_TOOL_NAME),
        _ => None,
    };
    if let Some(called) = called.filter(|_| !name.is_empty()) {
        add(called, Some(&name.into()));
    }
    let is_tool = kind == TOOL;
    add(if is_tool { GEN_AI_TOOL_CALL_ARGUMENTS } else { "tracewire.input" }, merged.get("input"));
    add(if is_tool { GEN_AI_TOOL_CALL_RESULT } else { "tracewire.output" }, merged.get("output"));
    add("tracewire.data", merged.get("data"));
    add("tracewire.cost", merged.get("cost"));
    for (member, name) in MEMBERS {
        add(name, merged.get(member));
    }
    if let Some(usage) = merged.get("usage").and_then(Value::as_map) {
        for (member, name) in USAGE {
            add(name, usage.get(member));
        }
    }
    if let Some(status @ (Status::Timeout | Status::Cancelled)) = step.end.and_then(|end| end.status.as_ref()) {
        add("tracewire.status", Some(&status.as_str().into()));
    }
    let exception = merged.get("exception").and_then(Value::as_map);
    add(ERROR_TYPE, exception.and_then(|exception| exception.get("type")));
    // What the program says itself goes before what is derived.
    let given = merged.get("attributes").and_then(Value::as_map).into_iter().flat_map(Map::iter);
    let given: Vec<KeyValue> =
        given.filter_map(|(key, value)| plain(conventions.name(unescape_key(key)), Some(value))).collect();
    found.retain(|derived| given.iter().all(|given| given.key != derived.key));
    found.extend(given);
    found
}
