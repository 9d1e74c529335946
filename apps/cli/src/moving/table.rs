//! Where items go in tables: TOON and CSV.

use tracewire_wire::csv::{self, RowWriter};
use tracewire_wire::envelope::SPEC_VERSION;
use tracewire_wire::recording::{Form, Item};
use tracewire_wire::stream::{ListWriter, Shape};
use tracewire_wire::toon::{self, EncodeOptions};
use tracewire_wire::value::Value;

use super::plan::{Columns, value_of, weight};
use super::sink::{Sink, write};
use super::target::Target;
use crate::error::CliError;

/// About how many bytes of values are written at once.
const BLOCK: usize = 256 << 10;

/// TOON.
pub struct Toon {
    options: EncodeOptions,
    form: Form,
    list: ListWriter,
    waiting: Vec<Value>,
    waiting_bytes: usize,
}

impl Toon {
    /// A document of this form, whose items have this shape.
    pub fn new(form: Form, shape: Shape, options: EncodeOptions) -> Self {
        let key = (form == Form::Export).then_some("envelopes");
        let list = ListWriter::new(key, shape, options);
        Toon { options, form, list, waiting: Vec::new(), waiting_bytes: 0 }
    }

    /// One more item, whose members stay in the order in which they stand.
    ///
    /// # Errors
    /// Where it cannot be written.
    pub fn value(&mut self, value: Value, to: &mut Target) -> Result<(), CliError> {
        if self.form == Form::Single {
            return write(to, toon::encode(&value, &self.options).as_bytes());
        }
        self.waiting_bytes += weight(&value);
        self.waiting.push(value);
        if self.waiting_bytes >= BLOCK { self.flush(to) } else { Ok(()) }
    }

    fn flush(&mut self, to: &mut Target) -> Result<(), CliError> {
        let mut out = Vec::new();
        self.list.items(std::mem::take(&mut self.waiting), &mut out);
        self.waiting_bytes = 0;
        write(to, &out)
    }
}

impl Sink for Toon {
    fn item(&mut self, item: Item, to: &mut Target) -> Result<(), CliError> {
        self.value(value_of(item), to)
    }

    fn finish(&mut self, to: &mut Target) -> Result<(), CliError> {
        if self.form == Form::Single {
            return Ok(());
        }
        self.flush(to)?;
        let mut out = Vec::new();
        self.list.finish(&mut out);
        if self.form == Form::Export {
            out.extend_from_slice(format!("\nspec: \"{SPEC_VERSION}\"").as_bytes());
        }
        write(to, &out)
    }
}

/// CSV.
pub struct Csv {
    writer: Option<RowWriter>,
    has_header: bool,
    out: Vec<u8>,
}

impl Csv {
    /// A table of these columns.
    pub fn new(columns: &Columns, options: csv::EncodeOptions) -> Self {
        let names: Vec<&str> = columns.names.iter().map(String::as_str).collect();
        Self::of(&names, options)
    }

    /// A table of columns that are known.
    pub fn of(names: &[&str], options: csv::EncodeOptions) -> Self {
        // Without a column there is no row, and nothing is what nothing becomes.
        let writer = (!names.is_empty()).then(|| RowWriter::new(names, options));
        Csv { writer, has_header: false, out: Vec::new() }
    }

    fn header(&mut self) {
        if let (Some(writer), false) = (&self.writer, std::mem::replace(&mut self.has_header, true)) {
            writer.header(&mut self.out);
        }
    }
}

impl Sink for Csv {
    fn item(&mut self, item: Item, to: &mut Target) -> Result<(), CliError> {
        self.out.clear();
        self.header();
        if let (Some(writer), Value::Map(row)) = (&self.writer, value_of(item)) {
            writer.row(&row, &mut self.out).map_err(|error| CliError::Input { name: "a row".to_owned(), error })?;
        }
        write(to, &self.out)
    }

    fn finish(&mut self, to: &mut Target) -> Result<(), CliError> {
        self.out.clear();
        self.header();
        write(to, &self.out)
    }
}
