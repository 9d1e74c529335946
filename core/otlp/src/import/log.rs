//! A log record of OTLP becomes a log line, a point event, or what it tells of.

use std::collections::HashMap;

use opentelemetry_proto::tonic::logs::v1::{LogRecord, ScopeLogs};
use prost::Message as _;
use tracewire_wire::event::{Body, Event, EventType};
use tracewire_wire::id::{Hash, SpanId, TraceId};
use tracewire_wire::json;
use tracewire_wire::registry::attributes::{
    GEN_AI_EVALUATION_EXPLANATION, GEN_AI_EVALUATION_NAME, GEN_AI_EVALUATION_SCORE_LABEL,
    GEN_AI_EVALUATION_SCORE_VALUE, GEN_AI_INPUT_MESSAGES, GEN_AI_OUTPUT_MESSAGES,
};
use tracewire_wire::value::{Map, Value};

use super::fields::{ids, moment, set, set_text};
use super::record::{Record, point};
use super::sources::{Note, Scope};
use super::{Log, Rejected, agents, messages};
use crate::facts::{self, text};
use crate::limits::Limits;
use crate::names;
use crate::values::{Budget, Path, parse_json, read_attributes, read_value};

/// Whose records these are: a part of their identity.
pub(super) fn origin(resource: &Map, scoped: &ScopeLogs) -> Hash {
    let scope = scoped.scope.as_ref().map(|scope| scope.encode_to_vec()).unwrap_or_default();
    let resource = json::write(&Value::Map(resource.clone()));
    let parts = [Hash::of(&resource), Hash::of(&scope), Hash::of(scoped.schema_url.as_bytes())];
    Hash::of(&parts.map(|hash| hash.0).concat())
}

/// Gives out identities; two records that are alike in one request have two.
#[derive(Default)]
pub(super) struct Keys(HashMap<Hash, u64>);

impl Keys {
    pub(super) fn next(&mut self, origin: &Hash, record: &LogRecord) -> Hash {
        let mut bytes = origin.0.to_vec();
        bytes.extend(record.encode_to_vec());
        let alike = Hash::of(&bytes);
        let before = self.0.entry(alike).or_default();
        *before += 1;
        match *before {
            1 => alike,
            number => Hash::of(&[&alike.0[..], &number.to_be_bytes()].concat()),
        }
    }
}

/// The events of a record.
pub(super) fn read(given: LogRecord, key: Hash, scope: &Scope, limits: &Limits) -> Result<Log, Rejected> {
    let context = context(&given)?;
    let said = moment(given.time_unix_nano)?;
    let observed = moment(given.observed_time_unix_nano)?;
    let time = said.or(observed).ok_or_else(|| Rejected::new("otlp_no_time", "a record has no time"))?;
    let mut budget = Budget::new(limits);
    let mut attributes = read_attributes(given.attributes, &mut budget);
    let mut types = Vec::new();
    let body = read_value(given.body.unwrap_or_default(), &Path::attribute(names::BODY), 1, &mut types, &mut budget);
    let name = name(&given.event_name, &attributes, &body);

    let level = level(given.severity_number);
    let mut severity = Note::default();
    if level.is_none_or(|(_, number)| number != given.severity_number) {
        severity.add("number", Value::Int(given.severity_number.into()));
    }
    severity.text("text", &given.severity_text);
    if given.severity_number != 0 || !given.severity_text.is_empty() {
        severity.put(names::SEVERITY, &mut attributes);
    }
    set(&mut attributes, names::FLAGS, (given.flags > 1).then(|| Value::Int(given.flags.into())));
    set_text(&mut attributes, names::EVENT_NAME, given.event_name);
    set(&mut attributes, names::SCOPE, scope.whole.clone());
    if let (Some(_), Some(observed)) = (said, observed) {
        let observed = Map::from_iter([("observed".to_owned(), Value::from_i64(observed.0))]);
        attributes.extend([(names::TIMES.to_owned(), Value::Map(observed))]);
    }
    let mut dropped = Note::default();
    dropped.count("attributes", given.dropped_attributes_count.saturating_add(budget.left_out()));
    dropped.put(names::DROPPED, &mut attributes);

    let record = Record { key, time, context, name, attributes, body };
    let events = match record.context {
        _ if agents::is_of_agent(&record) => agents::read(record, limits),
        Some((trace_id, span_id)) if record.name.is_some() => inside(record, trace_id, span_id, limits),
        _ => vec![line(record, level.map(|(word, _)| word), scope)],
    };
    Ok(Log { key, events })
}

fn context(given: &LogRecord) -> Result<Option<(TraceId, Option<SpanId>)>, Rejected> {
    let is_none = |id: &[u8]| id.iter().all(|byte| *byte == 0);
    match (is_none(&given.trace_id), is_none(&given.span_id)) {
        // A span without its trace is nowhere.
        (true, _) => Ok(None),
        (false, true) => Ok(Some((ids(&given.trace_id, &[1; 8])?.0, None))),
        (false, false) => {
            ids(&given.trace_id, &given.span_id).map(|(trace_id, span_id)| Some((trace_id, Some(span_id))))
        }
    }
}

/// The name of an event: of its own field, of the attribute before there was one, or the body that is nothing but a name.
fn name(field: &str, attributes: &Map, body: &Value) -> Option<String> {
    let short = if field.is_empty() { text(attributes, &["event.name"]) } else { Some(field) };
    let body = body.as_text().filter(|body| short.is_none_or(|short| body.ends_with(short)));
    match body.filter(|body| agents::is_name(body)) {
        Some(full) => Some(full.to_owned()),
        None => short.map(str::to_owned),
    }
}

/// The word for a severity, and the number that it stands for.
fn level(number: i32) -> Option<(&'static str, i32)> {
    Some(match number {
        1..=4 => ("trace", 1),
        5..=8 => ("debug", 5),
        9..=12 => ("info", 9),
        13..=16 => ("warning", 13),
        17..=20 => ("error", 17),
        21..=24 => ("fatal", 21),
        _ => return None,
    })
}

/// A log line.
fn line(record: Record, level: Option<&str>, scope: &Scope) -> Event {
    let Record { time, context, name, mut attributes, body: said, .. } = record;
    let mut body = Map::new();
    set(&mut body, "level", level.map(Into::into));
    set(&mut body, "logger", scope.name.as_deref().map(Into::into));
    match said {
        Value::Text(text) => set_text(&mut body, "message", text),
        other => {
            set_text(&mut body, "message", name.unwrap_or_default());
            set(&mut attributes, names::BODY, (other != Value::Null).then_some(other));
        }
    }
    if !attributes.is_empty() {
        body.extend([("attributes".to_owned(), Value::Map(attributes))]);
    }
    let mut event = Event::new(EventType::Log, time);
    event.trace_id = context.map(|(trace_id, _)| trace_id);
    event.span_id = context.and_then(|(_, span_id)| span_id);
    event.body = Body::Present(body);
    event
}

/// A named event inside a trace: a point, and what it says of its span.
fn inside(mut record: Record, trace_id: TraceId, span_id: Option<SpanId>, limits: &Limits) -> Vec<Event> {
    let name = record.name.clone().unwrap_or_default();
    let mut more = Vec::new();
    if name == "gen_ai.client.inference.operation.details" {
        structure(&mut record.attributes, limits.depth);
        more.extend(span_id.and_then(|span_id| contents(&record, trace_id, span_id)));
    } else if name == "gen_ai.evaluation.result" {
        more.extend(feedback(&record, trace_id, span_id));
    } else if let Some((role, _)) = messages::role(&name) {
        // The body is the message in one form of the convention, an attribute holds it in another.
        if record.body == Value::Null
            && let Some((data, _)) = messages::take(&name, &mut record.attributes, limits.depth)
        {
            record.body = data;
        }
        record.body = messages::message(role, std::mem::take(&mut record.body));
    }
    let mut events = vec![point(record, trace_id, span_id)];
    events.append(&mut more);
    events
}

/// Messages in JSON become values: each is then carried once.
fn structure(attributes: &mut Map, depth: usize) {
    for (name, value) in attributes.iter_mut() {
        let is_content = matches!(
            name,
            "gen_ai.input.messages"
                | "gen_ai.output.messages"
                | "gen_ai.system_instructions"
                | "gen_ai.tool.definitions"
        );
        if let (true, Some(parsed)) = (is_content, value.as_text().and_then(|text| parse_json(text, depth))) {
            *value = parsed;
        }
    }
}

/// Contents that a record tells of its span.
fn contents(record: &Record, trace_id: TraceId, span_id: SpanId) -> Option<Event> {
    let mut body = Map::new();
    set(&mut body, "input", record.attributes.get(GEN_AI_INPUT_MESSAGES).cloned());
    set(&mut body, "output", record.attributes.get(GEN_AI_OUTPUT_MESSAGES).cloned());
    if body.is_empty() {
        return None;
    }
    let mut event = Event::new(EventType::SpanUpdate, record.time);
    event.trace_id = Some(trace_id);
    event.span_id = Some(span_id);
    event.body = Body::Present(body);
    Some(event)
}

/// A judgement of a span.
fn feedback(record: &Record, trace_id: TraceId, span_id: Option<SpanId>) -> Option<Event> {
    let attributes = &record.attributes;
    let value = facts::first(attributes, &[GEN_AI_EVALUATION_SCORE_VALUE, GEN_AI_EVALUATION_SCORE_LABEL])?;
    let mut target = Map::from_iter([("trace_id".to_owned(), Value::Text(trace_id.to_string()))]);
    set(&mut target, "span_id", span_id.map(|span_id| Value::Text(span_id.to_string())));
    let mut body = Map::new();
    set(&mut body, "comment", attributes.get(GEN_AI_EVALUATION_EXPLANATION).cloned());
    set(&mut body, "feedback_id", Some(crate::form::to_hex(&record.key.0[..16]).into()));
    set(&mut body, "name", attributes.get(GEN_AI_EVALUATION_NAME).cloned());
    set(&mut body, "target", Some(Value::Map(target)));
    set(&mut body, "value", Some(value.clone()));
    let mut event = Event::new(EventType::Feedback, record.time);
    event.trace_id = Some(trace_id);
    event.span_id = span_id;
    event.body = Body::Present(body);
    Some(event)
}
