//! TOON of what comes once: kept in a temporary file until its length and its shape are known.

use std::collections::BTreeSet;
use std::fs::File;
use std::io::{BufWriter, Write as _};

use tracewire_wire::json;
use tracewire_wire::recording::{Form, Item};
use tracewire_wire::stream::{Encoding, Shape, StreamOptions};
use tracewire_wire::toon::EncodeOptions;
use tracewire_wire::value::{Map, Value};

use super::input::{Input, no_room, temporary};
use super::items::Items;
use super::plan::value_of;
use super::rows::Row;
use super::sink::Sink;
use super::table::Toon;
use super::target::Target;
use crate::error::CliError;
use crate::term::{Bar, Unit};

/// Values in a temporary file, one a line.
struct Spool {
    file: BufWriter<File>,
    buffer: Vec<u8>,
}

impl Spool {
    fn new() -> Result<Self, CliError> {
        Ok(Spool { file: BufWriter::with_capacity(128 << 10, temporary()?), buffer: Vec::new() })
    }

    fn push(&mut self, value: &Value) -> Result<(), CliError> {
        self.buffer.clear();
        json::write_to(value, &mut self.buffer);
        self.buffer.push(b'\n');
        self.file.write_all(&self.buffer).map_err(no_room)
    }

    /// Hands every value on, in order.
    fn pour(self, mut each: impl FnMut(Value) -> Result<(), CliError>) -> Result<(), CliError> {
        let file = self.file.into_inner().map_err(|error| no_room(error.into_error()))?;
        let input = Input::kept(file, "the temporary file");
        let mut bar = Bar::new("writing", Unit::Bytes, input.size());
        let mut items = Items::open(&input, Some(Encoding::Jsonl), StreamOptions::default(), &mut bar)?;
        while let Some(item) = items.next(&mut bar)? {
            each(item.into_value())?;
        }
        Ok(())
    }
}

/// Items of a list of TOON.
pub struct Kept {
    form: Form,
    options: EncodeOptions,
    shape: Shape,
    spool: Option<Spool>,
}

impl Kept {
    /// A document of this form.
    ///
    /// # Errors
    /// Where there is no room for a temporary file.
    pub fn new(form: Form, options: EncodeOptions) -> Result<Self, CliError> {
        Ok(Kept { form, options, shape: Shape::default(), spool: Some(Spool::new()?) })
    }
}

impl Sink for Kept {
    fn item(&mut self, item: Item, _: &mut Target) -> Result<(), CliError> {
        let value = value_of(item);
        self.shape.add(&value);
        self.spool.as_mut().map_or(Ok(()), |spool| spool.push(&value))
    }

    fn finish(&mut self, to: &mut Target) -> Result<(), CliError> {
        let Some(spool) = self.spool.take() else { return Ok(()) };
        let mut toon = Toon::new(self.form, std::mem::take(&mut self.shape), self.options);
        spool.pour(|value| toon.item(Item::Value(value), to))?;
        toon.finish(to)
    }
}

/// Rows of events for language models: a table without the columns that say nothing in any row.
pub struct Flat {
    options: EncodeOptions,
    rows: u64,
    said: BTreeSet<&'static str>,
    spool: Spool,
}

impl Flat {
    /// A table without rows.
    ///
    /// # Errors
    /// Where there is no room for a temporary file.
    pub fn new(options: EncodeOptions) -> Result<Self, CliError> {
        Ok(Flat { options, rows: 0, said: BTreeSet::new(), spool: Spool::new()? })
    }

    /// One more row.
    ///
    /// # Errors
    /// Where there is no room.
    pub fn row(&mut self, row: &Row<'_>) -> Result<(), CliError> {
        let row = row.flat();
        self.said.extend(row.iter().filter(|(_, cell)| *cell != Value::Null).map(|(name, _)| *name));
        self.rows += 1;
        // A list keeps the columns' order, which a map of canonical JSON does not.
        self.spool.push(&Value::List(row.into_iter().map(|(_, cell)| cell).collect()))
    }

    /// There are no more rows.
    ///
    /// # Errors
    /// Where the table cannot be written.
    pub fn finish(self, to: &mut Target) -> Result<(), CliError> {
        let (said, rows, options) = (self.said, self.rows, self.options);
        let mut toon: Option<Toon> = None;
        self.spool.pour(|cells| {
            let Value::List(cells) = cells else { return Ok(()) };
            let named = Row::flat_names().zip(cells).filter(|(name, _)| said.contains(name));
            let row = Value::Map(named.map(|(name, cell)| (name.to_owned(), cell)).collect::<Map>());
            let toon = toon.get_or_insert_with(|| {
                // All rows have these columns, and nothing but primitives in them.
                let mut shape = Shape::default();
                shape.add(&row);
                shape.count = rows;
                Toon::new(Form::List, shape, options)
            });
            // The columns of rows have an order of their own.
            toon.value(row, to)
        })?;
        toon.map_or(Ok(()), |mut toon| toon.finish(to))
    }
}
