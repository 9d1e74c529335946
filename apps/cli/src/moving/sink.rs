//! Where items go: JSON, JSON Lines and protobuf, which need no more than the next item.

use std::io::Write;

use tracewire_wire::envelope::SPEC_VERSION;
use tracewire_wire::json::{self, ReadOptions};
use tracewire_wire::proto;
use tracewire_wire::recording::{Form, Item};

use super::target::Target;
use crate::error::CliError;

/// Takes items in order.
pub trait Sink {
    /// One more item.
    ///
    /// # Errors
    /// Where it cannot be written, or the format does not hold it.
    fn item(&mut self, item: Item, to: &mut Target) -> Result<(), CliError>;

    /// One more item, as its canonical JSON.
    ///
    /// # Errors
    /// As [`Sink::item`].
    fn canonical(&mut self, bytes: &[u8], to: &mut Target) -> Result<(), CliError> {
        let value = json::read(bytes, &ReadOptions::default()).map_err(|error| CliError::Store(error.into()))?;
        self.item(Item::from_value(value), to)
    }

    /// There are no more items.
    ///
    /// # Errors
    /// Where the rest cannot be written.
    fn finish(&mut self, to: &mut Target) -> Result<(), CliError>;
}

/// JSON: one document, with a line feed behind it.
pub struct Json {
    form: Form,
    count: u64,
    buffer: Vec<u8>,
}

impl Json {
    /// A document of this form; items without a document around them become a list.
    pub fn new(form: Form) -> Self {
        Json { form, count: 0, buffer: Vec::new() }
    }

    fn before(&self) -> &'static [u8] {
        match (self.form, self.count) {
            (Form::Single, _) => b"",
            (Form::Export, 0) => b"{\"envelopes\":[",
            (_, 0) => b"[",
            _ => b",",
        }
    }
}

impl Sink for Json {
    fn item(&mut self, item: Item, to: &mut Target) -> Result<(), CliError> {
        let mut bytes = std::mem::take(&mut self.buffer);
        bytes.clear();
        json::write_to(&item.into_value(), &mut bytes);
        let written = self.canonical(&bytes, to);
        self.buffer = bytes;
        written
    }

    fn canonical(&mut self, bytes: &[u8], to: &mut Target) -> Result<(), CliError> {
        write(to, self.before())?;
        self.count += 1;
        write(to, bytes)
    }

    fn finish(&mut self, to: &mut Target) -> Result<(), CliError> {
        if self.count == 0 {
            write(to, self.before())?;
        }
        match self.form {
            Form::Single => write(to, b"\n"),
            Form::Export => write(to, format!("],\"spec\":\"{SPEC_VERSION}\"}}\n").as_bytes()),
            Form::Lines | Form::List => write(to, b"]\n"),
        }
    }
}

/// JSON Lines.
#[derive(Default)]
pub struct Lines {
    buffer: Vec<u8>,
}

impl Sink for Lines {
    fn item(&mut self, item: Item, to: &mut Target) -> Result<(), CliError> {
        self.buffer.clear();
        json::write_to(&item.into_value(), &mut self.buffer);
        self.buffer.push(b'\n');
        write(to, &self.buffer)
    }

    fn canonical(&mut self, bytes: &[u8], to: &mut Target) -> Result<(), CliError> {
        write(to, bytes)?;
        write(to, b"\n")
    }

    fn finish(&mut self, _: &mut Target) -> Result<(), CliError> {
        Ok(())
    }
}

/// Protobuf.
pub struct Messages {
    form: Option<Form>,
    buffer: Vec<u8>,
}

impl Messages {
    /// A recording of this form.
    pub fn new(form: Form) -> Self {
        Messages { form: Some(form), buffer: Vec::new() }
    }

    fn header(&mut self) {
        self.buffer.clear();
        if let Some(form) = self.form.take() {
            proto::write_header(form, &mut self.buffer);
        }
    }
}

impl Sink for Messages {
    fn item(&mut self, item: Item, to: &mut Target) -> Result<(), CliError> {
        self.header();
        let item = match item {
            Item::Value(value) => Item::from_value(value),
            other => other,
        };
        proto::write_item(&item, &mut self.buffer);
        write(to, &self.buffer)
    }

    fn finish(&mut self, to: &mut Target) -> Result<(), CliError> {
        self.header();
        write(to, &self.buffer)
    }
}

/// Writes, and names the file where that fails.
pub(super) fn write(to: &mut Target, bytes: &[u8]) -> Result<(), CliError> {
    to.write_all(bytes).map_err(|error| to.refused(error))
}
