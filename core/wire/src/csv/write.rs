//! Rows become lines: cells separated, quoted only where they must be, each line ended by CR LF (TW-CSV-002).

use super::{Delimiter, cell};
use crate::error::WireError;
use crate::order::gathered;
use crate::value::{Map, Value};
use std::collections::BTreeMap;

/// So many cells are written however few of them hold something; a larger table must hold something in one of
/// [`SPARSEST`] cells. Rows without a member in common would be a table of the square of their size.
const SMALL_TABLE: usize = 1 << 22;

/// See [`SMALL_TABLE`].
const SPARSEST: usize = 256;

/// How CSV is written.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct EncodeOptions {
    /// Put a `'` before texts that a spreadsheet would take for a formula. Lossy: reading does not take it away (TW-CSV-006).
    pub formula_safe: bool,
    /// What separates cells.
    pub delimiter: Delimiter,
}

/// A list of maps as CSV. The columns are the keys in the order in which they appear first.
///
/// ```
/// use tracewire_wire::{csv, json::{self, ReadOptions}};
/// let rows = json::read(br#"[{"id":1,"name":"plan, act"},{"id":"2","done":null}]"#, &ReadOptions::default())?;
/// let text = csv::encode(&rows, &csv::EncodeOptions::default())?;
/// assert_eq!(text, "id,name,done\r\n1,\"plan, act\",\r\n\"\"\"2\"\"\",,null\r\n");
/// assert_eq!(csv::decode(text.as_bytes(), &csv::DecodeOptions::default())?, rows);
/// # Ok::<(), tracewire_wire::WireError>(())
/// ```
///
/// # Errors
/// [`WireError::Shape`] `csv_shape` for any other value, for rows of which none has a member, and for rows that have so
/// little in common that the table would be nearly empty.
pub fn encode(value: &Value, options: &EncodeOptions) -> Result<String, WireError> {
    let Value::List(items) = value else {
        let reason = format!("CSV holds a list of maps, this is {}: choose json or toon", value.kind_name());
        return Err(WireError::shape("csv_shape", "", reason));
    };
    let mut rows = Vec::with_capacity(items.len());
    for (at, item) in items.iter().enumerate() {
        let Value::Map(row) = item else {
            let reason = format!("a row of CSV is a map, this is {}: choose json, jsonl or toon", item.kind_name());
            return Err(WireError::shape("csv_shape", format!("/{at}"), reason));
        };
        rows.push(row);
    }
    let columns = columns(&rows);
    if columns.is_empty() && !rows.is_empty() {
        let reason = "no row has a member, so there is no column: choose json, jsonl or toon";
        return Err(WireError::shape("csv_shape", "", reason));
    }
    let held: usize = rows.iter().map(|row| row.len()).sum();
    let cells = rows.len().saturating_mul(columns.len());
    if cells > SMALL_TABLE && cells / SPARSEST > held {
        let reason =
            format!("{} rows of {} columns hold only {held} values: choose json or jsonl", rows.len(), columns.len());
        return Err(WireError::shape("csv_shape", "", reason));
    }
    let mut out = Vec::with_capacity(64 + held * 16);
    if !columns.is_empty() {
        let writer = RowWriter::new(&columns, *options);
        writer.header(&mut out);
        for row in rows {
            writer.row(row, &mut out)?;
        }
    }
    // Only whole texts and ASCII were written.
    Ok(String::from_utf8(out).unwrap_or_default())
}

/// The keys of all rows, in the order in which they appear first.
fn columns<'a>(rows: &[&'a Map]) -> Vec<&'a str> {
    let mut columns: Vec<&str> = Vec::new();
    let mut known = BTreeMap::new();
    for row in rows {
        // Most rows have the columns of the row before.
        let is_alike = row.len() == columns.len() && row.iter().zip(&columns).all(|((key, _), column)| key == column);
        if !is_alike {
            for (key, _) in row.iter() {
                known.entry(key.as_str()).or_insert_with(|| columns.push(key));
            }
        }
    }
    columns
}

/// Writes rows one by one, their columns known before.
#[derive(Clone, Debug)]
pub struct RowWriter {
    columns: Vec<String>,
    /// The place of each column.
    places: BTreeMap<String, usize>,
    options: EncodeOptions,
}

impl RowWriter {
    /// A writer of rows with these columns, of which no two have one name.
    pub fn new(columns: &[&str], options: EncodeOptions) -> Self {
        let places = gathered(columns.iter().enumerate().map(|(at, column)| ((*column).to_owned(), at)));
        RowWriter { columns: columns.iter().map(|column| (*column).to_owned()).collect(), places, options }
    }

    /// Appends the line with the columns' names.
    pub fn header(&self, out: &mut Vec<u8>) {
        for (at, column) in self.columns.iter().enumerate() {
            self.separate(at, out);
            let name = cell::write_text(column, self.options.formula_safe);
            // A byte order mark at the beginning of a file is none of its text.
            let must_quote = column.starts_with('\u{feff}') || (name.is_empty() && self.columns.len() == 1);
            self.cell(&name, must_quote, out);
        }
        out.extend_from_slice(b"\r\n");
    }

    /// Appends a row.
    ///
    /// # Errors
    /// [`WireError::Shape`] `csv_shape` for a row with a member that is no column; nothing is appended then.
    pub fn row(&self, row: &Map, out: &mut Vec<u8>) -> Result<(), WireError> {
        let start = out.len();
        // The column expected next; rows mostly have their members in the columns' order.
        let mut next = 0;
        let mut in_order = true;
        for (key, value) in row {
            match self.columns.get(next..).and_then(|rest| rest.iter().position(|column| column == key)) {
                Some(skipped) => {
                    for at in next..next + skipped {
                        self.separate(at, out);
                        self.missing(out);
                    }
                    next += skipped;
                    self.separate(next, out);
                    self.cell(&cell::write(value, self.options.formula_safe), false, out);
                    next += 1;
                }
                None => {
                    in_order = false;
                    break;
                }
            }
        }
        if !in_order {
            out.truncate(start);
            return self.row_out_of_order(row, out);
        }
        for at in next..self.columns.len() {
            self.separate(at, out);
            self.missing(out);
        }
        out.extend_from_slice(b"\r\n");
        Ok(())
    }

    fn row_out_of_order(&self, row: &Map, out: &mut Vec<u8>) -> Result<(), WireError> {
        let mut cells: Vec<Option<&Value>> = vec![None; self.columns.len()];
        for (key, value) in row {
            match self.places.get(key).and_then(|place| cells.get_mut(*place)) {
                Some(cell) => *cell = Some(value),
                None => {
                    let shown: String = key.chars().take(64).collect();
                    let reason = format!("the member {shown:?} is no column: name it when the writer is made");
                    return Err(WireError::shape("csv_shape", "", reason));
                }
            }
        }
        for (at, value) in cells.into_iter().enumerate() {
            self.separate(at, out);
            match value {
                Some(value) => self.cell(&cell::write(value, self.options.formula_safe), false, out),
                None => self.missing(out),
            }
        }
        out.extend_from_slice(b"\r\n");
        Ok(())
    }

    fn separate(&self, at: usize, out: &mut Vec<u8>) {
        if at > 0 {
            out.push(self.options.delimiter.byte());
        }
    }

    /// An empty cell; alone in its line it is quoted, for many readers pass over blank lines.
    fn missing(&self, out: &mut Vec<u8>) {
        if self.columns.len() == 1 {
            out.extend_from_slice(b"\"\"");
        }
    }

    fn cell(&self, text: &str, must_quote: bool, out: &mut Vec<u8>) {
        let delimiter = self.options.delimiter.byte();
        let is_special = |byte: u8| byte == delimiter || matches!(byte, b'"' | b'\r' | b'\n');
        if !must_quote && !text.bytes().any(is_special) {
            out.extend_from_slice(text.as_bytes());
            return;
        }
        out.push(b'"');
        for (at, part) in text.split('"').enumerate() {
            if at > 0 {
                out.extend_from_slice(b"\"\"");
            }
            out.extend_from_slice(part.as_bytes());
        }
        out.push(b'"');
    }
}
