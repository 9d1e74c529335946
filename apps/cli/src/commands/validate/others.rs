//! TOON, CSV and protobuf: read by their codecs, and judged as the values that they hold.

use std::io::Read;

use tracewire_wire::WireError;
use tracewire_wire::csv::{DecodeOptions, Delimiter, RowReader};
use tracewire_wire::proto::ItemReader;
use tracewire_wire::toon;
use tracewire_wire::validate::Validator;
use tracewire_wire::value::{Map, Value};

use super::sink::Sink;
use crate::error::CliError;
use crate::term::Screen;

/// TOON has its counts before its rows, so the whole text is read.
pub(super) fn toon(
    reader: &mut (dyn Read + Send),
    validator: &mut Validator,
    found: &mut Sink<'_>,
    screen: &mut Screen<'_>,
) -> Result<(), CliError> {
    const MOST: usize = 64 << 20;
    let mut bytes = Vec::new();
    reader.take(MOST as u64 + 1).read_to_end(&mut bytes)?;
    if bytes.len() > MOST {
        let reason = format!("TOON of more than {MOST} bytes is not read: write JSON Lines");
        validator.push_unreadable(&WireError::Line { code: "json_too_large", line: 1, reason });
        return found(validator.drain(), screen);
    }
    match toon::decode(&bytes, &toon::DecodeOptions::default()) {
        Ok(value) => validator.push_value(&value),
        Err(error) => validator.push_unreadable(&error),
    }
    found(validator.drain(), screen)
}

/// Rows of events, one by one.
pub(super) fn csv(
    reader: &mut (dyn Read + Send),
    delimiter: Delimiter,
    validator: &mut Validator,
    found: &mut Sink<'_>,
    screen: &mut Screen<'_>,
) -> Result<(), CliError> {
    let mut rows = RowReader::new(DecodeOptions { delimiter });
    let (mut line, mut number) = (1u64, 0u64);
    let each = |bytes: &[u8], is_last: bool, validator: &mut Validator| -> Result<usize, WireError> {
        let (row, length) = rows.next_row(bytes, is_last)?;
        if let Some(row) = row {
            validator.push_item(&Value::Map(members(row)), number, Some(line));
            number += 1;
        }
        line += bytes.get(..length).unwrap_or_default().iter().filter(|byte| **byte == b'\n').count() as u64;
        Ok(length)
    };
    pieces(reader, each, validator, found, screen)
}

/// Items of protobuf, one by one.
pub(super) fn proto(
    reader: &mut (dyn Read + Send),
    validator: &mut Validator,
    found: &mut Sink<'_>,
    screen: &mut Screen<'_>,
) -> Result<(), CliError> {
    let mut items = ItemReader::new();
    let mut number = 0;
    let each = |bytes: &[u8], is_last: bool, validator: &mut Validator| -> Result<usize, WireError> {
        let (item, length) = items.next_item(bytes, is_last)?;
        if let Some(item) = item {
            validator.push_item(&item.into_value(), number, None);
            number += 1;
        }
        Ok(length)
    };
    pieces(reader, each, validator, found, screen)
}

/// Reads to the end, and gives `each` what was not taken yet; it says how many bytes it took, none where it needs more.
fn pieces(
    reader: &mut (dyn Read + Send),
    mut each: impl FnMut(&[u8], bool, &mut Validator) -> Result<usize, WireError>,
    validator: &mut Validator,
    found: &mut Sink<'_>,
    screen: &mut Screen<'_>,
) -> Result<(), CliError> {
    const PART: usize = 256 << 10;
    let mut buffer = Vec::new();
    let (mut wanted, mut is_last) = (PART, false);
    while !is_last {
        let read = (&mut *reader).take(wanted as u64).read_to_end(&mut buffer)?;
        is_last = read < wanted;
        let mut at = 0;
        loop {
            match each(buffer.get(at..).unwrap_or_default(), is_last, validator) {
                Ok(0) => break,
                Ok(length) => at += length,
                Err(error) => {
                    validator.push_unreadable(&error);
                    return found(validator.drain(), screen);
                }
            }
        }
        // What is not whole yet is read on by as much again, so that long items take time in proportion.
        buffer.drain(..at);
        wanted = PART.max(buffer.len());
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
