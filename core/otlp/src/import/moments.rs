//! What happened inside a span, and what it points to.

use opentelemetry_proto::tonic::trace::v1::span;
use tracewire_wire::event::{Body, Event, EventType};
use tracewire_wire::time::Timestamp;
use tracewire_wire::value::{Map, Value};

use super::fields::{moment, set, set_text};
use super::messages;
use super::sources::Note;
use crate::form::to_hex;
use crate::limits::Limits;
use crate::names;
use crate::values::{Budget, read_attributes};

/// Something inside a span that began at `start`; whoever calls says whose it is.
pub(super) fn read(given: span::Event, start: Timestamp, budget: &mut Budget, limits: &Limits) -> Event {
    let mut attributes = read_attributes(given.attributes, budget);
    let mut body = Map::new();
    set_text(&mut body, "name", given.name.clone());
    if given.name == "exception" {
        set(&mut body, "exception", exception(&mut attributes));
    } else if let Some((data, origin)) = messages::take(&given.name, &mut attributes, limits.depth) {
        body.extend([("data".to_owned(), data)]);
        let origins = Map::from_iter([("data".to_owned(), origin)]);
        attributes.extend([(names::MEMBERS.to_owned(), Value::Map(origins))]);
    }
    let mut dropped = Note::default();
    dropped.count("attributes", given.dropped_attributes_count);
    dropped.put(names::DROPPED, &mut attributes);
    let time = moment(given.time_unix_nano).ok().flatten();
    if time.is_none() {
        let unset = Map::from_iter([("time".to_owned(), Value::from_u64(given.time_unix_nano))]);
        attributes.extend([(names::TIMES.to_owned(), Value::Map(unset))]);
    }
    if !attributes.is_empty() {
        body.extend([("attributes".to_owned(), Value::Map(attributes))]);
    }
    let mut event = Event::new(EventType::SpanEvent, time.unwrap_or(start));
    event.body = Body::Present(body);
    event
}

/// The parts of an exception, taken out of the attributes. One that has another type than it should stays there.
fn exception(attributes: &mut Map) -> Option<Value> {
    let mut found = Map::new();
    for part in ["type", "message", "stacktrace", "escaped"] {
        let name = format!("exception.{part}");
        let fits = match attributes.get(&name) {
            Some(Value::Text(_)) => part != "escaped",
            Some(Value::Bool(_)) => part == "escaped",
            _ => false,
        };
        if fits {
            set(&mut found, part, attributes.remove(&name));
        }
    }
    (!found.is_empty()).then_some(Value::Map(found))
}

/// Another span.
pub(super) fn link(given: span::Link, budget: &mut Budget) -> Value {
    let mut attributes = read_attributes(given.attributes, budget);
    set_text(&mut attributes, names::TRACE_STATE, given.trace_state);
    set(&mut attributes, names::FLAGS, (given.flags != 0).then(|| Value::Int(given.flags.into())));
    let mut dropped = Note::default();
    dropped.count("attributes", given.dropped_attributes_count);
    dropped.put(names::DROPPED, &mut attributes);
    let mut link = Map::new();
    set(&mut link, "trace_id", Some(to_hex(&given.trace_id).into()));
    set(&mut link, "span_id", Some(to_hex(&given.span_id).into()));
    if !attributes.is_empty() {
        link.extend([("attributes".to_owned(), Value::Map(attributes))]);
    }
    Value::Map(link)
}
