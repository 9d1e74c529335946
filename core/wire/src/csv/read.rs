//! Records become maps, named by the first of them.

use super::records::{self, Fault};
use super::{Delimiter, cell};
use crate::error::WireError;
use crate::value::{Map, Value};
use std::collections::BTreeSet;

/// All maps together hold at most so many bytes of names, or [`NAMES_MULTIPLE`] times the text: each name stands in every
/// map, but only once in the text, and memory is a multiple of the input.
const NAMES_BYTES: usize = 1 << 20;

/// See [`NAMES_BYTES`].
const NAMES_MULTIPLE: usize = 128;

/// How CSV is read.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct DecodeOptions {
    /// What separates cells.
    pub delimiter: Delimiter,
}

/// Reads a list of maps from CSV. Its first line names the columns; an empty text is an empty list.
///
/// Lines may end with LF alone, and a byte order mark may stand before them.
///
/// ```
/// use tracewire_wire::{csv, json};
/// let rows = csv::decode(b"id,name\n1,plan\n2,\"say \"\"hi\"\"\"\n", &csv::DecodeOptions::default())?;
/// assert_eq!(json::write(&rows), br#"[{"id":1,"name":"plan"},{"id":2,"name":"say \"hi\""}]"#);
/// let error = csv::decode(b"id,name\n1\n", &csv::DecodeOptions::default()).unwrap_err();
/// assert_eq!((error.code(), error.line()), ("csv_width", Some(2)));
/// # Ok::<(), tracewire_wire::WireError>(())
/// ```
///
/// # Errors
/// [`WireError::Line`] with the line, from 1, and a code that begins with `csv_`.
pub fn decode(bytes: &[u8], options: &DecodeOptions) -> Result<Value, WireError> {
    let mut reader = RowReader::new(*options);
    let mut rows = Vec::new();
    let mut rest = bytes;
    let mut names_left = bytes.len().saturating_mul(NAMES_MULTIPLE).max(NAMES_BYTES);
    while !rest.is_empty() {
        let (row, length) = reader.next_row(rest, true)?;
        rest = rest.get(length..).unwrap_or_default();
        let Some(row) = row else { continue };
        let names = row.iter().map(|(name, _)| name.len()).sum();
        names_left = names_left.checked_sub(names).ok_or_else(|| WireError::Line {
            code: "csv_too_large",
            line: reader.line,
            reason:
                "the columns' long names, repeated in each map, take far more room than the file: read it row by row"
                    .to_owned(),
        })?;
        rows.push(Value::Map(row));
    }
    Ok(Value::List(rows))
}

/// Reads rows one by one out of a buffer that its owner fills.
///
/// ```
/// use tracewire_wire::csv::{DecodeOptions, RowReader};
/// let mut reader = RowReader::new(DecodeOptions::default());
/// assert_eq!(reader.next_row(b"id,na", false)?, (None, 0), "more bytes are needed");
/// assert_eq!(reader.next_row(b"id,name\r\n1,pl", false)?, (None, 9), "that was the header");
/// let (row, length) = reader.next_row(b"1,plan", true)?;
/// assert_eq!((row.map(|row| row.len()), length), (Some(2), 6));
/// # Ok::<(), tracewire_wire::WireError>(())
/// ```
#[derive(Clone, Debug)]
pub struct RowReader {
    options: DecodeOptions,
    columns: Option<Vec<String>>,
    /// The line on which the next record begins, from 1.
    line: usize,
}

impl RowReader {
    /// A reader before the first byte of a text.
    pub fn new(options: DecodeOptions) -> Self {
        RowReader { options, columns: None, line: 1 }
    }

    /// The columns, once the first line was read.
    pub fn columns(&self) -> Option<&[String]> {
        self.columns.as_deref()
    }

    /// Takes what the buffer begins with: a row, or the line with the columns' names, and says how many bytes that were.
    ///
    /// No row and no bytes: the record's end is not there yet. The buffer's owner doubles it then, so that long records
    /// take no more than time in proportion. `is_last` says that nothing follows the buffer.
    ///
    /// # Errors
    /// [`WireError::Line`] with the line, from 1, and a code that begins with `csv_`.
    pub fn next_row(&mut self, buffer: &[u8], is_last: bool) -> Result<(Option<Map>, usize), WireError> {
        let Some(columns) = &self.columns else { return self.header(buffer, is_last) };
        let line = self.line;
        if buffer.is_empty() {
            return Ok((None, 0));
        }
        let record = records::next(buffer, self.options.delimiter.byte(), is_last).map_err(|fault| fault.on(line))?;
        let Some(record) = record else { return Ok((None, 0)) };
        if record.cells.len() != columns.len() {
            let reason = match (record.cells.len(), record.cells.first()) {
                (1, Some(cell)) if cell.is_empty() => "a blank line stands between rows: remove it".to_owned(),
                (cells, _) => format!("a row of {cells} cells in a table of {} columns", columns.len()),
            };
            return Err(Fault("csv_width", 0, reason).on(line));
        }
        self.line += record.lines;
        let held = record.cells.iter().filter(|cell| !cell.is_empty()).count();
        let mut row = Vec::with_capacity(held);
        for (column, cell) in columns.iter().zip(&record.cells) {
            row.extend(cell::read(cell).map(|value| (column.clone(), value)));
        }
        Ok((Some(Map::from_unique(row)), record.length))
    }

    fn header(&mut self, buffer: &[u8], is_last: bool) -> Result<(Option<Map>, usize), WireError> {
        const MARK: &[u8] = "\u{feff}".as_bytes();
        let text = buffer.strip_prefix(MARK).unwrap_or(buffer);
        let mark = buffer.len() - text.len();
        if text.is_empty() || (!is_last && buffer.len() < MARK.len()) {
            return Ok((None, if is_last { mark } else { 0 }));
        }
        let record =
            records::next(text, self.options.delimiter.byte(), is_last).map_err(|fault| fault.on(self.line))?;
        let Some(record) = record else { return Ok((None, 0)) };
        let mut known = BTreeSet::new();
        if let Some(repeated) = record.cells.iter().map(|cell| cell.as_ref()).find(|cell| !known.insert(*cell)) {
            let shown: String = repeated.chars().take(64).collect();
            return Err(Fault("csv_duplicate_column", 0, format!("two columns are named {shown:?}")).on(self.line));
        }
        self.columns = Some(record.cells.iter().map(|cell| cell.to_string()).collect());
        self.line += record.lines;
        Ok((None, mark + record.length))
    }
}
