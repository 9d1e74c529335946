//! Rows of tables and entries of keyed tables (sections 9.3 and 9.5).

use super::cell::{Cells, cell};
use super::decode::Decoder;
use super::fault::{Fault, fault};
use super::header::{Field, Header, leaves};
use super::lines::Line;
use super::scan::{find, first_of, split, trim};
use crate::value::{Map, Value};
use crate::work;

/// What every row of a table has.
struct Columns<'f> {
    fields: &'f [Field],
    delimiter: u8,
    /// How many cells a row has.
    width: usize,
    /// No name stands twice in one group.
    is_unique: bool,
    /// Bytes of all names, which each row repeats.
    names: usize,
}

impl<'a> Decoder<'a> {
    pub(super) fn table(&mut self, header: &Header<'a>, fields: &[Field], line: Line<'a>) -> Result<Value, Fault> {
        let columns = self.columns(header, fields, line)?;
        let delimiter = columns.delimiter;
        let mut rows = Vec::new();
        self.rows(line, |it, row| {
            // A line that has a colon before any delimiter is a field.
            if first_of(row.text, [delimiter, b':']).is_some_and(|(_, byte)| byte != delimiter) {
                return Ok(false);
            }
            it.take(row)?;
            rows.push(Value::Map(it.row(row.text, &columns, row)?));
            Ok(true)
        })?;
        self.check_count("rows", header.count, rows.len(), line)?;
        Ok(Value::List(rows))
    }

    pub(super) fn keyed(&mut self, header: &Header<'a>, fields: &[Field], line: Line<'a>) -> Result<Value, Fault> {
        let columns = self.columns(header, fields, line)?;
        let first = self.entries.len();
        self.rows(line, |it, row| {
            let Some(colon) = find(row.text, b':') else {
                return fault("toon_syntax", row.number, "a colon is expected behind an entry's key");
            };
            it.take(row)?;
            let (key, cells) = row.text.split_at_checked(colon).unwrap_or((row.text, ""));
            let key = it.key(key, row.number)?;
            let cells = trim(cells.get(1..).unwrap_or_default());
            if cells.is_empty() {
                return fault("toon_width", row.number, "an entry has no cells");
            }
            let entry = it.row(cells, &columns, row)?;
            it.push_entry(key, Value::Map(entry), row.number);
            Ok(true)
        })?;
        self.check_count("entries", header.count, self.entries.len() - first, line)?;
        Ok(Value::Map(self.settle(first)?))
    }

    fn columns<'f>(&mut self, header: &Header<'_>, fields: &'f [Field], line: Line<'a>) -> Result<Columns<'f>, Fault> {
        let is_unique = self.check_fields(fields, line)?;
        Ok(Columns {
            fields,
            delimiter: header.delimiter.byte(),
            width: leaves(fields),
            is_unique,
            names: names(fields),
        })
    }

    /// Field names that stand twice, found once for all rows; refused in strict mode.
    fn check_fields(&mut self, fields: &[Field], line: Line<'a>) -> Result<bool, Fault> {
        let first = self.entries.len();
        for field in fields {
            self.push_entry(field.name.clone(), Value::Null, line.number);
        }
        let mut is_unique = self.settle(first)?.len() == fields.len();
        for field in fields.iter().filter(|field| !field.group.is_empty()) {
            is_unique &= self.check_fields(&field.group, line)?;
        }
        Ok(is_unique)
    }

    /// Calls `take` for the lines one level below `line`, until it says that a line is none of its own.
    fn rows(
        &mut self,
        line: Line<'a>,
        mut take: impl FnMut(&mut Self, Line<'a>) -> Result<bool, Fault>,
    ) -> Result<(), Fault> {
        let Some(depth) = self.below(line.depth)? else { return Ok(()) };
        let spans = self.spans;
        while let Some(row) = self.lines.peek().filter(|row| row.depth == depth) {
            if !take(self, row)? {
                break;
            }
            self.spans = spans + 1;
        }
        self.spans = spans;
        match self.lines.peek() {
            Some(row) if row.depth > line.depth => {
                fault("toon_indentation", row.number, "this line is no row of the table above it")
            }
            _ => Ok(()),
        }
    }

    fn row(&mut self, text: &'a str, columns: &Columns<'_>, line: Line<'a>) -> Result<Map, Fault> {
        self.names_left = match self.names_left.checked_sub(columns.names) {
            Some(left) => left,
            None => {
                let reason = "the long names of this table, repeated in each row, take far more room than the text: \
                              write its rows as items of a list";
                return fault("toon_too_large", line.number, reason);
            }
        };
        if columns.is_unique {
            let mut cells = Cells::new(text, columns.delimiter, self.options.numbers);
            if let Some(map) = quick(&mut cells, columns.fields).filter(|_| cells.is_done()) {
                return Ok(map);
            }
        }
        let mut cells = Vec::with_capacity(columns.width.min(text.len() + 1));
        split(text, columns.delimiter, |token| cells.push(token));
        if cells.len() != columns.width {
            let reason = format!("a row of {} cells; the header names {}", cells.len(), columns.width);
            return fault("toon_width", line.number, reason);
        }
        self.careful(&mut cells.into_iter(), columns.fields, line)
    }

    fn careful(
        &mut self,
        cells: &mut impl Iterator<Item = &'a str>,
        fields: &[Field],
        line: Line<'a>,
    ) -> Result<Map, Fault> {
        let first = self.entries.len();
        for field in fields {
            let value = if field.group.is_empty() {
                cell(cells.next().unwrap_or_default(), self.options.numbers, line.number)?
            } else {
                Value::Map(self.careful(cells, &field.group, line)?)
            };
            self.push_entry(field.name.clone(), value, line.number);
        }
        self.settle(first)
    }
}

fn names(fields: &[Field]) -> usize {
    fields.iter().map(|field| field.name.len() + names(&field.group)).sum()
}

/// The cells under these fields; `None` where there are too few, or one that the careful way has to read.
fn quick(cells: &mut Cells<'_>, fields: &[Field]) -> Option<Map> {
    let mut entries = Vec::with_capacity(fields.len());
    for field in fields {
        let value = if field.group.is_empty() { cells.take()? } else { Value::Map(quick(cells, &field.group)?) };
        work::count(1);
        entries.push((field.name.clone(), value));
    }
    Some(Map::from_unique(entries))
}
