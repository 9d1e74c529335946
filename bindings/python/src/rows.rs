//! Events as rows of a table, whatever members they have.

use crate::failure::Failure;
use crate::format::Options;
use tracewire_wire::csv::{EVENT_COLUMNS, EncodeOptions, RowWriter};
use tracewire_wire::value::{Map, Value};

const PRODUCER: &str = "producer";
const OTHER: &str = "other";

/// Rows of these events.
pub(crate) fn write(producer: &str, events: Value, with_header: bool, options: Options) -> Result<String, Failure> {
    let (formula_safe, delimiter) = (options.writing.formula_safe, options.writing.delimiter);
    let writing = EncodeOptions { formula_safe, delimiter };
    let writer = RowWriter::new(EVENT_COLUMNS, writing);
    let mut out = Vec::new();
    if with_header {
        writer.header(&mut out);
    }
    let Value::List(events) = events else { return Err(Failure::new("event_shape", "a list of events is expected")) };
    for event in events {
        let Value::Map(members) = event else { return Err(Failure::new("event_shape", "an event is a map")) };
        writer.row(&row(producer, members), &mut out)?;
    }
    // Only texts and ASCII were written.
    Ok(String::from_utf8(out).unwrap_or_default())
}

/// An event's members by column; what no column names is in `other`.
fn row(producer: &str, members: Map) -> Map {
    let is_column = |name: &str| EVENT_COLUMNS.contains(&name) && name != PRODUCER && name != OTHER;
    let (mut row, other): (Vec<_>, Vec<_>) = members.into_iter().partition(|(name, _)| is_column(name));
    row.push((PRODUCER.to_owned(), Value::from(producer)));
    if !other.is_empty() {
        row.push((OTHER.to_owned(), Value::Map(Map::from_entries_in_order(other))));
    }
    row.sort_by_key(|(name, _)| EVENT_COLUMNS.iter().position(|column| column == name));
    Map::from_entries_in_order(row)
}

/// The events that rows were made of; any other table as it is.
pub(crate) fn events(table: Value) -> Value {
    let Value::List(rows) = table else { return table };
    let event = |row: Value| match row {
        Value::Map(row) => {
            let mut entries = Vec::with_capacity(row.len());
            for (name, value) in row {
                match (name.as_str(), value) {
                    (PRODUCER, Value::Text(_)) => {}
                    (OTHER, Value::Map(other)) => entries.extend(other),
                    (_, value) => entries.push((name, value)),
                }
            }
            Value::Map(Map::from_entries_in_order(entries))
        }
        other => other,
    };
    Value::List(rows.into_iter().map(event).collect())
}
