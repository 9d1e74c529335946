//! Events: a fixed part, and a body with all the rest (section 5 of the spec).

mod read;
mod words;
mod write;

pub(crate) use read::{read_count, read_parsed, read_text};
pub use words::{EventType, Status};

use crate::error::WireError;
use crate::id::{Hash, SpanId, TraceId};
use crate::time::Timestamp;
use crate::value::{Map, Value};

/// The body of an event.
#[derive(Clone, Debug, PartialEq)]
pub enum Body {
    /// Its members; an empty body is left out on the wire.
    Present(Map),
    /// Erased for ever; the hash still proves the event (TW-ERA-001).
    Erased(Hash),
    /// Not in this copy (TW-ERA-002).
    Withheld(Hash),
}

/// The members of an event that this version knows.
const MEMBERS: [&str; 11] =
    ["body", "duration_nanos", "kind", "nonce", "parent_id", "seq", "span_id", "status", "time", "trace_id", "type"];

/// One event.
#[derive(Clone, Debug, PartialEq)]
pub struct Event {
    /// Its number among its producer's events, from 1.
    pub seq: u64,
    /// What it says.
    pub event_type: EventType,
    /// When, by the wall clock.
    pub time: Timestamp,
    /// The trace that it belongs to.
    pub trace_id: Option<TraceId>,
    /// The span that it is about, or its own id for `event`.
    pub span_id: Option<SpanId>,
    /// The span that caused that one.
    pub parent_id: Option<SpanId>,
    /// The span's kind, from the registry.
    pub kind: Option<String>,
    /// How the span ended.
    pub status: Option<Status>,
    /// How long the span took by a monotonic clock, in nanoseconds.
    pub duration_nanos: Option<u64>,
    /// All the rest.
    pub body: Body,
    /// Part of the body's hash in keyed mode (TW-ERA-004).
    pub nonce: Option<String>,
    /// Members of a later version, kept as they came.
    pub other: Map,
}

impl Event {
    /// An event with nothing but a type and a time.
    pub fn new(event_type: EventType, time: Timestamp) -> Self {
        Event {
            seq: 0,
            event_type,
            time,
            trace_id: None,
            span_id: None,
            parent_id: None,
            kind: None,
            status: None,
            duration_nanos: None,
            body: Body::Present(Map::new()),
            nonce: None,
            other: Map::new(),
        }
    }

    /// Whether this version knows a member of this name.
    pub(crate) fn is_member(name: &str) -> bool {
        MEMBERS.contains(&name)
    }

    /// A member of the body, if the body is there and has it.
    pub fn body_field(&self, name: &str) -> Option<&Value> {
        match &self.body {
            Body::Present(body) => body.get(name),
            _ => None,
        }
    }

    /// The body in its typed form (see [`crate::body`]).
    ///
    /// # Errors
    /// [`WireError`] `body_shape` when a member has the wrong type; `body_absent` when the body was erased or withheld.
    pub fn body_as<T: serde::de::DeserializeOwned>(&self) -> Result<T, WireError> {
        match &self.body {
            Body::Present(body) => crate::value::from_map(body).map_err(|error| error.within("/body")),
            _ => Err(WireError::shape("body_absent", "/body", "the body was erased or withheld")),
        }
    }
}
