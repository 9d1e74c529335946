//! A log record on its way to become events.

use tracewire_wire::event::{Body, Event, EventType};
use tracewire_wire::id::{Hash, SpanId, TraceId};
use tracewire_wire::time::Timestamp;
use tracewire_wire::value::{Map, Value};

use super::fields::{set, set_text};
use crate::facts::text;

/// What was read of a record.
pub(super) struct Record {
    pub(super) key: Hash,
    pub(super) time: Timestamp,
    /// Where it belongs.
    pub(super) context: Option<(TraceId, Option<SpanId>)>,
    /// The name of the event that it is.
    pub(super) name: Option<String>,
    pub(super) attributes: Map,
    pub(super) body: Value,
}

/// A point with a place of its own; its id follows from the record.
pub(super) fn point(record: Record, trace_id: TraceId, parent_id: Option<SpanId>) -> Event {
    let mut body = Map::new();
    let name = record.name.unwrap_or_default();
    set(&mut body, "session_id", session(&record.attributes).map(Into::into));
    let says_more = record.body != Value::Null && record.body.as_text() != Some(name.as_str());
    set(&mut body, "data", says_more.then_some(record.body));
    set_text(&mut body, "name", name);
    if !record.attributes.is_empty() {
        body.extend([("attributes".to_owned(), Value::Map(record.attributes))]);
    }
    let mut event = Event::new(EventType::Event, record.time);
    event.trace_id = Some(trace_id);
    event.span_id = Some(own_id(&record.key));
    event.parent_id = parent_id;
    event.body = Body::Present(body);
    event
}

/// The session that a record names.
pub(super) fn session(attributes: &Map) -> Option<&str> {
    text(attributes, &["session.id", "gen_ai.conversation.id", "conversation.id", "session_id"])
}

/// An id that follows from the record's identity.
pub(super) fn own_id(key: &Hash) -> SpanId {
    let mut id = [0; 8];
    id.copy_from_slice(&key.0[..8]);
    // One in 2^64 is all zeros, which no id is.
    SpanId::from_bytes(id).unwrap_or(SpanId([0xff; 8]))
}
