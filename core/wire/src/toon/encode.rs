//! Values become lines. Each value has one form only (section 9), so that equal values have equal text.

use super::shape::{Column, Row, columns, is_primitive};
use super::{Delimiter, text};
use crate::json::write_number;
use crate::value::{Map, Value};

/// How TOON is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct EncodeOptions {
    /// What separates values in a row.
    pub delimiter: Delimiter,
    /// Spaces for each level.
    pub indent: usize,
}

impl Default for EncodeOptions {
    fn default() -> Self {
        EncodeOptions { delimiter: Delimiter::Comma, indent: 2 }
    }
}

/// A value as TOON, without a newline at its end.
///
/// Keys keep the order of the value; rows of a table take that of its first row. Numbers that are none become `null`.
///
/// ```
/// use tracewire_wire::{json::{self, ReadOptions}, toon};
/// let value = json::read(br#"{"spans":[{"id":1,"name":"plan"},{"id":2,"name":"act"}]}"#, &ReadOptions::default())?;
/// let text = toon::encode(&value, &toon::EncodeOptions::default());
/// assert_eq!(text, "spans[2]{id,name}:\n  1,plan\n  2,act");
/// # Ok::<(), tracewire_wire::WireError>(())
/// ```
pub fn encode(value: &Value, options: &EncodeOptions) -> String {
    let mut encoder = Encoder { out: Vec::with_capacity(1024), options };
    encoder.root(value);
    // Only whole texts and ASCII were written.
    String::from_utf8(encoder.out).unwrap_or_default()
}

struct Encoder<'o> {
    out: Vec<u8>,
    options: &'o EncodeOptions,
}

impl Encoder<'_> {
    fn root(&mut self, value: &Value) {
        match value {
            Value::Text(text) if text.starts_with('\u{feff}') => text::write_quoted(text, &mut self.out),
            Value::Map(map) => match keyed_columns(map) {
                Some(columns) => self.keyed(map, &columns, 0),
                None => self.fields(map, 0),
            },
            Value::List(items) if items.is_empty() => self.out.extend_from_slice(b"[]"),
            Value::List(items) => self.list(items, 0, true),
            primitive => self.primitive(primitive),
        }
    }

    /// Begins a line at this depth.
    fn line(&mut self, depth: usize) {
        if !self.out.is_empty() {
            self.out.push(b'\n');
        }
        let length = self.out.len() + depth * self.options.indent;
        self.out.resize(length, b' ');
    }

    fn primitive(&mut self, value: &Value) {
        match value {
            Value::Text(text) => text::write_value(text, self.options.delimiter.byte(), &mut self.out),
            Value::Bool(true) => self.out.extend_from_slice(b"true"),
            Value::Bool(false) => self.out.extend_from_slice(b"false"),
            Value::Int(_) | Value::Double(_) if write_number(value, &mut self.out) => {}
            _ => self.out.extend_from_slice(b"null"),
        }
    }

    fn fields(&mut self, map: &Map, depth: usize) {
        for (key, value) in map.iter() {
            self.line(depth);
            self.field(key, value, depth);
        }
    }

    /// A field whose line has begun.
    fn field(&mut self, key: &str, value: &Value, depth: usize) {
        text::write_key(key, &mut self.out);
        match value {
            Value::List(items) if items.is_empty() => self.out.extend_from_slice(b": []"),
            Value::List(items) => self.list(items, depth, true),
            Value::Map(map) => match keyed_columns(map) {
                Some(columns) => self.keyed(map, &columns, depth),
                None => {
                    self.out.push(b':');
                    self.fields(map, depth + 1);
                }
            },
            primitive => {
                self.out.extend_from_slice(b": ");
                self.primitive(primitive);
            }
        }
    }

    /// A list that is not empty, behind its key or hyphen. Anonymous lists are never tables.
    fn list(&mut self, items: &[Value], depth: usize, may_be_table: bool) {
        if items.iter().all(is_primitive) {
            self.header(items.len(), false, None);
            self.out.push(b' ');
            return self.row(items.iter());
        }
        let maps = || items.iter().map(Value::as_map);
        if let Some(columns) = may_be_table.then(|| columns(maps())).flatten() {
            self.header(items.len(), false, Some(&columns));
            for map in maps().flatten() {
                self.line(depth + 1);
                self.cells(map, &columns, &mut true);
            }
            return;
        }
        self.header(items.len(), false, None);
        for item in items {
            self.line(depth + 1);
            self.item(item, depth + 1);
        }
    }

    /// An item of a list that is no table, behind the indentation of its line.
    fn item(&mut self, value: &Value, depth: usize) {
        self.out.push(b'-');
        match value {
            Value::Map(map) => {
                for (at, (key, value)) in map.iter().enumerate() {
                    if at == 0 {
                        self.out.push(b' ');
                    } else {
                        self.line(depth + 1);
                    }
                    self.field(key, value, depth + 1);
                }
            }
            Value::List(items) if items.is_empty() => {
                self.out.push(b' ');
                self.header(0, false, None);
            }
            Value::List(items) => {
                self.out.push(b' ');
                self.list(items, depth, false);
            }
            primitive => {
                self.out.push(b' ');
                self.primitive(primitive);
            }
        }
    }

    /// A map of maps that are alike, as rows with a key each.
    fn keyed(&mut self, map: &Map, columns: &[Column<'_>], depth: usize) {
        self.header(map.len(), true, Some(columns));
        for (key, value) in map.iter() {
            self.line(depth + 1);
            text::write_key(key, &mut self.out);
            self.out.extend_from_slice(b": ");
            if let Value::Map(entry) = value {
                self.cells(entry, columns, &mut true);
            }
        }
    }

    /// `[3]:`, `[3]{a,b}:` or `[3:]{a,b}:`.
    fn header(&mut self, count: usize, is_keyed: bool, columns: Option<&[Column<'_>]>) {
        self.out.push(b'[');
        write_number(&Value::from_u64(count as u64), &mut self.out);
        if is_keyed {
            self.out.push(b':');
        }
        if self.options.delimiter != Delimiter::Comma {
            self.out.push(self.options.delimiter.byte());
        }
        self.out.push(b']');
        if let Some(columns) = columns {
            self.names(columns);
        }
        self.out.push(b':');
    }

    fn names(&mut self, columns: &[Column<'_>]) {
        self.out.push(b'{');
        for (at, column) in columns.iter().enumerate() {
            if at > 0 {
                self.out.push(self.options.delimiter.byte());
            }
            text::write_key(column.key, &mut self.out);
            if !column.group.is_empty() {
                self.names(&column.group);
            }
        }
        self.out.push(b'}');
    }

    /// A row's cells, those of groups in their place.
    fn cells(&mut self, map: &Map, columns: &[Column<'_>], is_first: &mut bool) {
        let mut row = Row::new(map);
        for (at, column) in columns.iter().enumerate() {
            match row.cell(at, column.key) {
                Some(Value::Map(inner)) => self.cells(inner, &column.group, is_first),
                value => {
                    if !std::mem::take(is_first) {
                        self.out.push(self.options.delimiter.byte());
                    }
                    self.primitive(value.unwrap_or(&Value::Null));
                }
            }
        }
    }

    fn row<'v>(&mut self, values: impl Iterator<Item = &'v Value>) {
        for (at, value) in values.enumerate() {
            if at > 0 {
                self.out.push(self.options.delimiter.byte());
            }
            self.primitive(value);
        }
    }
}

/// The columns of a map of at least two maps that are alike.
fn keyed_columns(map: &Map) -> Option<Vec<Column<'_>>> {
    if map.len() < 2 {
        return None;
    }
    columns(map.iter().map(|(_, value)| value.as_map()))
}
