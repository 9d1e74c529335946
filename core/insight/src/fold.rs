//! Folds events into nodes: all events of one span into one, every other event into its own.
//!
//! Events come sorted by (time, producer, seq). The start is the base; updates and the end lie over it in that order:
//! maps merge key by key, a list replaces a list, null sets null, a scalar replaces (spec TW-EVT-005).

use std::collections::BTreeMap;

use tracewire_wire::event::{Body, Event, EventType, Status};
use tracewire_wire::time::Timestamp;
use tracewire_wire::value::{Map, Value};

use crate::call::{Call, Part, Reported};
use crate::cost::CostSource;
use crate::input::{Located, ProducerState};
use crate::node::{Exception, Feedback, Form, LastKnown, Moment, Node, Oddity, State, What, as_text, nanos_between};

/// The body's map, where it is there.
pub(crate) fn body(event: &Event) -> Option<&Map> {
    match &event.body {
        Body::Present(map) => Some(map),
        Body::Erased(_) | Body::Withheld(_) => None,
    }
}

fn note_missing_body(node: &mut Node<'_>, event: &Event) {
    match &event.body {
        Body::Present(_) => {}
        Body::Erased(_) => drop(node.oddities.insert(Oddity::Erased)),
        Body::Withheld(_) => drop(node.oddities.insert(Oddity::Withheld)),
    }
}

/// The maps whose members merge one by one.
#[derive(Default)]
struct Merged<'a> {
    usage: BTreeMap<&'a str, &'a Value>,
    cost: BTreeMap<&'a str, &'a Value>,
}

/// All events of one span, sorted, at least one.
pub(crate) fn span<'a>(events: &[Located<'a>], state: &dyn Fn(&str) -> ProducerState) -> Option<Node<'a>> {
    let first = events.first()?;
    let start = events.iter().find(|located| located.event.event_type == EventType::SpanStart);
    let end = events.iter().find(|located| located.event.event_type == EventType::SpanEnd);
    let origin = start.unwrap_or(first);

    let mut node = Node::new(Form::Span, origin.event.time, origin.producer, origin.event.seq);
    node.span_id = first.event.span_id;
    let mut merged = Merged::default();
    if let Some(start) = start {
        lay_over(&mut node, &mut merged, start.event);
    } else {
        node.oddities.insert(Oddity::NoStart);
    }
    let mut times_seen = (0, 0);
    for located in events {
        let event = located.event;
        note_missing_body(&mut node, event);
        // The start is authoritative; others say it only where it is not there.
        node.parent_id = node.parent_id.or(event.parent_id);
        node.kind = node.kind.or(event.kind.as_deref());
        match event.event_type {
            EventType::SpanStart => times_seen.0 += 1,
            EventType::SpanEnd => {
                times_seen.1 += 1;
                if times_seen.1 == 1 {
                    lay_over(&mut node, &mut merged, event);
                    exception(&mut node, event);
                }
            }
            EventType::SpanUpdate => lay_over(&mut node, &mut merged, event),
            EventType::SpanEvent => {
                if end.is_some_and(|end| end.event.time < event.time) {
                    node.oddities.insert(Oddity::LateEvents);
                }
                inside(&mut node, event);
            }
            _ => {}
        }
    }
    if times_seen.0 > 1 {
        node.oddities.insert(Oddity::SeveralStarts);
    }
    if times_seen.1 > 1 {
        node.oddities.insert(Oddity::SeveralEnds);
    }
    finish_numbers(&mut node, &merged);
    match end {
        Some(end) => close(&mut node, end.event, start.is_some()),
        None => leave_open(&mut node, events, state(origin.producer)),
    }
    Some(node)
}

fn lay_over<'a>(node: &mut Node<'a>, merged: &mut Merged<'a>, event: &'a Event) {
    let Some(map) = body(event) else { return };
    for (name, value) in map.iter() {
        let target = match &**name {
            "attributes" => &mut node.attributes,
            "usage" => &mut merged.usage,
            "cost" => &mut merged.cost,
            "exception" => continue,
            _ => {
                node.fields.insert(name, value);
                continue;
            }
        };
        match value {
            Value::Map(members) => target.extend(members.iter().map(|(key, value)| (&**key, value))),
            Value::Null => target.clear(),
            _ => {}
        }
    }
}

fn exception<'a>(node: &mut Node<'a>, event: &'a Event) {
    let Some(Value::Map(map)) = body(event).and_then(|map| map.get("exception")) else { return };
    let found = Exception {
        time: event.time,
        exception_type: as_text(map.get("type")),
        message: as_text(map.get("message")),
        stacktrace: as_text(map.get("stacktrace")),
    };
    // The same exception is often recorded twice: when it happens, and at the end.
    let same =
        |known: &&mut Exception<'a>| known.exception_type == found.exception_type && known.message == found.message;
    match node.exceptions.iter_mut().find(same) {
        Some(known) => known.stacktrace = known.stacktrace.or(found.stacktrace),
        None => node.exceptions.push(found),
    }
}

/// Something that happened inside the span.
fn inside<'a>(node: &mut Node<'a>, event: &'a Event) {
    exception(node, event);
    let Some(map) = body(event) else { return };
    if let Some(Value::List(chunks)) = map.get("chunks") {
        if node.chunks == 0 && !chunks.is_empty() {
            node.time_to_first_chunk_nanos = Some(nanos_between(node.start, event.time));
        }
        node.chunks = node.chunks.saturating_add(chunks.len() as u64);
    }
    if map.get("chunks").is_none() && map.get("exception").is_none() {
        node.moments.push(Moment {
            time: event.time,
            name: as_text(map.get("name")),
            attributes: map.get("attributes"),
            data: map.get("data"),
        });
    }
}

/// Beginnings of the names of attributes that make a call of a span.
const CALL_ATTRIBUTES: [&str; 8] =
    ["gen_ai.", "llm.", "openai.", "agent.", "tool.", "embedding.", "reranker.", "operation."];

fn finish_numbers<'a>(node: &mut Node<'a>, merged: &Merged<'a>) {
    let is_of_call = |name: &&str| CALL_ATTRIBUTES.iter().any(|prefix| name.starts_with(prefix));
    if !merged.usage.is_empty() || !merged.cost.is_empty() || node.attributes.keys().any(is_of_call) {
        let call = Call::read(&|part, name| {
            let members = match part {
                Part::Attributes => &node.attributes,
                Part::Usage => &merged.usage,
                Part::Cost => &merged.cost,
            };
            members.get(name).copied()
        });
        node.usage = call.usage.tokens();
        node.cost = call.reported.as_ref().map(Reported::money);
        node.cost_source = node.cost.as_ref().map(|_| CostSource::Reported);
        node.call = Some(Box::new(call));
    }
    if let Some(Value::Int(said)) = node.field("time_to_first_chunk_nanos") {
        node.time_to_first_chunk_nanos = u64::try_from(*said).ok().or(node.time_to_first_chunk_nanos);
    }
}

fn close<'a>(node: &mut Node<'a>, end: &'a Event, has_start: bool) {
    node.status = end.status.as_ref();
    node.failed = matches!(end.status, Some(Status::Error | Status::Timeout));
    let known = end.duration_nanos.and_then(|nanos| i64::try_from(nanos).ok());
    if !has_start {
        // The beginning is the end minus the duration.
        node.start = known.map_or(node.start, |nanos| Timestamp(end.time.0.saturating_sub(nanos)).min(node.start));
    }
    node.end = known.map_or(end.time.max(node.start), |nanos| Timestamp(node.start.0.saturating_add(nanos)));
    node.duration_nanos = Some(nanos_between(node.start, node.end));
    if node.field("clock_skew_nanos").is_some() || end.time < node.start {
        node.oddities.insert(Oddity::ClockSkew);
    }
}

fn leave_open<'a>(node: &mut Node<'a>, events: &[Located<'a>], producer: ProducerState) {
    node.state = match producer {
        ProducerState::Alive => State::InFlight,
        ProducerState::Closed | ProducerState::Dead => State::Abandoned,
        ProducerState::Unknown => State::Unknown,
    };
    let Some(last) = events.last().map(|located| located.event) else { return };
    node.end = last.time.max(node.start);
    let what = match last.event_type {
        EventType::SpanUpdate => What::Updated,
        EventType::SpanEvent => match body(last) {
            Some(map) if map.get("chunks").is_some() => What::Chunks,
            Some(map) if map.get("exception").is_some() => What::Exception,
            map => What::Event(map.and_then(|map| as_text(map.get("name")))),
        },
        _ => What::Started,
    };
    node.last_known = Some(LastKnown { time: last.time, what });
}

/// A point event, a log line, or an event of an unknown type.
pub(crate) fn point<'a>(located: Located<'a>) -> Node<'a> {
    let event = located.event;
    let form = match event.event_type {
        EventType::Event => Form::Event,
        EventType::Log => Form::Log,
        _ => Form::Other,
    };
    let mut node = Node::new(form, event.time, located.producer, event.seq);
    node.kind = event.kind.as_deref();
    if form == Form::Event {
        node.span_id = event.span_id;
        node.parent_id = event.parent_id;
    } else {
        // What has no place of its own names the span where it belongs.
        node.parent_id = event.span_id.or(event.parent_id);
    }
    node.status = event.status.as_ref();
    node.failed = matches!(event.status, Some(Status::Error | Status::Timeout));
    note_missing_body(&mut node, event);
    let mut merged = Merged::default();
    lay_over(&mut node, &mut merged, event);
    exception(&mut node, event);
    finish_numbers(&mut node, &merged);
    if let EventType::Other(name) = &event.event_type {
        node.kind = Some(name);
    }
    node
}

/// A judgement.
pub(crate) fn feedback(event: &Event) -> Option<Feedback<'_>> {
    let map = body(event)?;
    Some(Feedback {
        feedback_id: as_text(map.get("feedback_id")),
        name: as_text(map.get("name")),
        value: map.get("value"),
        source: as_text(map.get("source")),
        comment: as_text(map.get("comment")),
        supersedes: as_text(map.get("supersedes")),
    })
}
