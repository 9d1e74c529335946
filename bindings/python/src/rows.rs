//! Events as rows of a table, whatever members they have.

use crate::failure::Failure;
use crate::format::Options;
use tracewire_wire::csv::{EVENT_COLUMNS, EncodeOptions, RowWriter, members_row};
use tracewire_wire::value::Value;

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
        writer.row(&members_row(producer, members), &mut out)?;
    }
    // Only texts and ASCII were written.
    Ok(String::from_utf8(out).unwrap_or_default())
}
