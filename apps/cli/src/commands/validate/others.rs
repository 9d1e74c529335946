//! TOON, CSV and protobuf: read by their codecs, and judged as the values that they hold.

use std::io::Read;

use tracewire_wire::csv::{DecodeOptions, Delimiter, RowReader};
use tracewire_wire::toon;
use tracewire_wire::validate::Validator;
use tracewire_wire::value::{Map, Value};

use super::input::Sink;
use crate::error::CliError;
use crate::term::Screen;

/// TOON has its counts before its rows, so the whole text is read.
pub(super) fn toon(
    reader: &mut (dyn Read + Send),
    validator: &mut Validator,
    found: &mut Sink<'_>,
    screen: &mut Screen<'_>,
) -> Result<(), CliError> {
    let mut bytes = Vec::new();
    reader.read_to_end(&mut bytes)?;
    match toon::decode(&bytes, &toon::DecodeOptions::default()) {
        Ok(value) => validator.push_value(&value, None),
        Err(error) => validator.push_unreadable(&error),
    }
    found(validator.drain(), screen)
}

/// Rows of events, one by one.
pub(super) fn csv(
    reader: &mut (dyn Read + Send),
    delimiter: u8,
    validator: &mut Validator,
    found: &mut Sink<'_>,
    screen: &mut Screen<'_>,
) -> Result<(), CliError> {
    const PART: usize = 256 << 10;
    let delimiter = if delimiter == b'\t' { Delimiter::Tab } else { Delimiter::Comma };
    let mut rows = RowReader::new(DecodeOptions { delimiter });
    let mut buffer = Vec::new();
    let (mut line, mut wanted, mut is_last) = (1u64, PART, false);
    while !is_last {
        let read = (&mut *reader).take(wanted as u64).read_to_end(&mut buffer)?;
        is_last = read < wanted;
        let mut at = 0;
        loop {
            let rest = buffer.get(at..).unwrap_or_default();
            match rows.next_row(rest, is_last) {
                Ok((None, 0)) => break,
                Ok((row, length)) => {
                    if let Some(row) = row {
                        validator.push_value(&Value::Map(members(row)), Some(line));
                    }
                    line += rest.get(..length).unwrap_or_default().iter().filter(|byte| **byte == b'\n').count() as u64;
                    at += length;
                }
                Err(error) => {
                    validator.push_unreadable(&error);
                    return found(validator.drain(), screen);
                }
            }
        }
        // A row that is not whole yet: as much again is read, so that long rows take time in proportion.
        wanted = PART.max(buffer.len() - at);
        buffer.drain(..at);
        found(validator.drain(), screen)?;
    }
    Ok(())
}

/// The members of an event out of a row: those in the column `other` stand beside the rest.
fn members(mut row: Map) -> Map {
    match row.remove("other") {
        Some(Value::Map(other)) => {
            for (name, value) in other {
                if !row.contains_key(&name) {
                    row.insert(name, value);
                }
            }
        }
        Some(value) => _ = row.insert("other".to_owned(), value),
        None => {}
    }
    row
}

/// protobuf.
pub(super) fn proto(
    _reader: &mut (dyn Read + Send),
    _validator: &mut Validator,
    _found: &mut Sink<'_>,
    _screen: &mut Screen<'_>,
) -> Result<(), CliError> {
    Ok(())
}
