//! Events as rows: the fixed part in columns, the body as JSON in one cell, and what this version does not know in another.

use crate::error::WireError;
use crate::event::Event;
use crate::value::{Map, Value};

/// The columns of a table of events.
pub const EVENT_COLUMNS: &[&str] = &[
    "producer",
    "seq",
    "type",
    "time",
    "trace_id",
    "span_id",
    "parent_id",
    "kind",
    "status",
    "duration_nanos",
    "nonce",
    "body",
    "other",
];

/// An event as a row: its members, its producer's name, and unknown members as the map `other`.
pub fn event_row(producer: &str, event: &Event) -> Map {
    let Value::Map(members) = event.to_value() else { return Map::new() };
    let mut row = vec![("producer".to_owned(), Value::from(producer))];
    let mut other = Vec::new();
    for (name, value) in members {
        let is_column = EVENT_COLUMNS.contains(&name.as_str()) && name != "producer" && name != "other";
        if is_column { &mut row } else { &mut other }.push((name, value));
    }
    if !other.is_empty() {
        row.push(("other".to_owned(), Value::Map(other.into_iter().collect())));
    }
    let place = |name: &str| EVENT_COLUMNS.iter().position(|column| *column == name);
    row.sort_by_key(|(name, _)| place(name));
    row.into_iter().collect()
}

/// The producer and the event of a row that [`event_row`] made; the producer is `None` where the row has none.
///
/// # Errors
/// As of [`Event::from_value`], and `member_type` where `producer` is no text or `other` no map.
pub fn read_event_row(mut row: Map) -> Result<(Option<String>, Event), WireError> {
    let fault = |name: &str, expected: &str, value: &Value| {
        let reason = format!("{expected} is expected, this is {}", value.kind_name());
        Err(WireError::shape("member_type", format!("/{name}"), reason))
    };
    let producer = match row.remove("producer") {
        None => None,
        Some(Value::Text(producer)) => Some(producer),
        Some(value) => return fault("producer", "a text", &value),
    };
    match row.remove("other") {
        None => {}
        Some(Value::Map(other)) => row.extend(other.into_iter().filter(|(name, _)| !is_known(name))),
        Some(value) => return fault("other", "a map", &value),
    }
    Event::from_value(Value::Map(row)).map(|event| (producer, event))
}

/// Whether a name is one of an event's members in this version; `producer` and `other` are none.
fn is_known(name: &str) -> bool {
    EVENT_COLUMNS.contains(&name) && name != "producer" && name != "other"
}
