//! Events as rows: the fixed part in columns, the body as JSON in one cell, and what this version does not know in another.

use crate::error::WireError;
use crate::event::Event;
use crate::order::Order as _;
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

/// Names whose event it is.
const PRODUCER: &str = "producer";
/// Members that no column names.
const OTHER: &str = "other";

/// An event as a row: its members, its producer's name, and unknown members as the map `other`.
pub fn event_row(producer: &str, event: &Event) -> Map {
    let Value::Map(members) = event.to_value() else { return Map::new() };
    members_row(producer, members)
}

/// The same of an event's members, whatever they are.
pub fn members_row(producer: &str, members: Map) -> Map {
    let (mut row, other): (Vec<_>, Vec<_>) = members.into_iter().partition(|(name, _)| is_known(name));
    row.push((PRODUCER.to_owned(), Value::from(producer)));
    if !other.is_empty() {
        row.push((OTHER.to_owned(), Value::Map(Map::from_unique(other))));
    }
    let place = |name: &str| EVENT_COLUMNS.iter().position(|column| *column == name);
    row.order_by(|(a, _), (b, _)| place(a).cmp(&place(b)));
    Map::from_unique(row)
}

/// The members of the events that the rows of a table were made of, whatever they are: [`members_row`] back. What is no table of
/// events stays as it is; where a member stands in a column and in `other`, both are kept (TW-VAL-013).
pub fn read_members_rows(table: Value) -> Value {
    let Value::List(rows) = table else { return table };
    let event = |row: Value| match row {
        Value::Map(row) => {
            let mut members = Vec::with_capacity(row.len());
            for (name, value) in row {
                match (name.as_str(), value) {
                    (PRODUCER, Value::Text(_)) => {}
                    (OTHER, Value::Map(other)) => members.extend(other),
                    (_, value) => members.push((name, value)),
                }
            }
            Value::Map(Map::from_entries_in_order(members))
        }
        other => other,
    };
    Value::List(rows.into_iter().map(event).collect())
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
    let producer = match row.remove(PRODUCER) {
        None => None,
        Some(Value::Text(producer)) => Some(producer),
        Some(value) => return fault(PRODUCER, "a text", &value),
    };
    match row.remove(OTHER) {
        None => {}
        Some(Value::Map(other)) => row.extend(other.into_iter().filter(|(name, _)| !is_known(name))),
        Some(value) => return fault(OTHER, "a map", &value),
    }
    Event::from_value(Value::Map(row)).map(|event| (producer, event))
}

/// Whether a name is one of an event's members in this version; `producer` and `other` are none.
fn is_known(name: &str) -> bool {
    EVENT_COLUMNS.contains(&name) && name != PRODUCER && name != OTHER
}
