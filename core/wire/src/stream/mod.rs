//! Recordings item by item, in bounded space: bytes are pushed in as they come, items come out.
//!
//! ```text
//! bytes ─▶ Window ─▶ where does the next item end? ─▶ its bytes ─▶ json / toon / csv / proto ─▶ Item
//! ```
//!
//! | file | what it is |
//! |---|---|
//! | `window` | the bytes at hand, and their place in the file |
//! | `scan` | where a JSON value ends |
//! | `document` | a JSON document: a list or an export element by element, anything else whole |
//! | `lines` | JSON Lines |
//! | `toon` | TOON: a list, or an export's, block by block, anything else whole |
//! | `rows` | CSV, row by row |
//! | `messages` | protobuf, item by item |
//! | `table` | TOON of a list, written block by block |
//! | `shape` | whether the items of a list are alike enough for a table, asked one after the other |
//!
//! The readers and writers of whole values do the work: what is read here piece by piece is what they read of the whole,
//! and what is written is what they write. Nothing here does I/O.

mod document;
mod lines;
mod messages;
mod rows;
mod scan;
mod shape;
mod table;
mod toon;
mod window;

pub use shape::Shape;
pub use table::ListWriter;

use crate::csv;
use crate::error::WireError;
use crate::recording::{Form, Item, is_export};
use crate::toon as toon_codec;
use crate::value::Value;
use std::collections::VecDeque;
use window::Window;

/// What is read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Encoding {
    /// One JSON value.
    Json,
    /// JSON values, one a line.
    Jsonl,
    /// One JSON value, or several that follow each other on lines.
    AnyJson,
    /// TOON.
    Toon,
    /// CSV with a row of names.
    Csv,
    /// The protobuf message `tracewire.v1.Recording`.
    Proto,
}

impl From<crate::encoding::Encoding> for Encoding {
    fn from(encoding: crate::encoding::Encoding) -> Self {
        match encoding {
            crate::encoding::Encoding::Json => Encoding::Json,
            crate::encoding::Encoding::Jsonl => Encoding::Jsonl,
            crate::encoding::Encoding::Toon => Encoding::Toon,
            crate::encoding::Encoding::Csv => Encoding::Csv,
            crate::encoding::Encoding::Proto => Encoding::Proto,
        }
    }
}

/// Bounds and manner of reading.
#[derive(Clone, Copy, Debug)]
pub struct StreamOptions {
    /// Most bytes of one item, or of a document that has no items: it is held in memory whole, as a value of several times
    /// that size.
    pub max_item_bytes: usize,
    /// A document of at most so many bytes is read whole, whatever it holds.
    pub whole_bytes: usize,
    /// About how many bytes of small items are read at once.
    pub block_bytes: usize,
    /// How TOON is read.
    pub toon: toon_codec::DecodeOptions,
    /// How CSV is read.
    pub csv: csv::DecodeOptions,
}

impl Default for StreamOptions {
    fn default() -> Self {
        StreamOptions {
            max_item_bytes: 64 << 20,
            whole_bytes: 1 << 20,
            block_bytes: 128 << 10,
            toon: toon_codec::DecodeOptions::default(),
            csv: csv::DecodeOptions::default(),
        }
    }
}

/// What [`ItemReader::next`] has.
#[derive(Debug, PartialEq)]
pub enum Step {
    /// The next item. Of text it is an [`Item::Value`], whatever it is.
    Item(Item),
    /// More bytes are needed.
    More,
    /// There are no more items.
    End,
}

/// Takes bytes, gives items.
///
/// ```
/// use tracewire_wire::{recording::Item, stream::{Encoding, ItemReader, Step}};
/// let mut reader = ItemReader::new(Encoding::Jsonl, Default::default());
/// reader.push(b"1\n2");
/// assert_eq!(reader.next()?, Step::Item(Item::Value(tracewire_wire::value::Value::Int(1))));
/// assert_eq!(reader.next()?, Step::More);
/// reader.push(b"3\n");
/// reader.end();
/// assert_eq!(reader.next()?, Step::Item(Item::Value(tracewire_wire::value::Value::Int(23))));
/// assert_eq!(reader.next()?, Step::End);
/// # Ok::<(), tracewire_wire::WireError>(())
/// ```
#[derive(Debug)]
pub struct ItemReader {
    window: Window,
    options: StreamOptions,
    machine: Machine,
    /// Items that were read and not yet given.
    ready: VecDeque<Item>,
    form: Option<Form>,
}

#[derive(Debug)]
enum Machine {
    Document(document::Document),
    Lines,
    Toon(toon::Toon),
    Rows(rows::Rows),
    Messages(messages::Messages),
    Done,
}

impl ItemReader {
    /// A reader that has seen nothing.
    pub fn new(encoding: Encoding, options: StreamOptions) -> Self {
        let machine = match encoding {
            Encoding::Json => Machine::Document(document::Document::new(false)),
            Encoding::AnyJson => Machine::Document(document::Document::new(true)),
            Encoding::Jsonl => Machine::Lines,
            Encoding::Toon => Machine::Toon(toon::Toon::default()),
            Encoding::Csv => Machine::Rows(rows::Rows::default()),
            Encoding::Proto => Machine::Messages(messages::Messages::default()),
        };
        ItemReader { window: Window::default(), options, machine, ready: VecDeque::new(), form: None }
    }

    /// More bytes of the file.
    pub fn push(&mut self, bytes: &[u8]) {
        self.window.push(bytes);
    }

    /// There are no more bytes.
    pub fn end(&mut self) {
        self.window.is_end = true;
    }

    /// How the items stand in the file: known with the first item, or the end.
    pub fn form(&self) -> Option<Form> {
        self.form
    }

    /// The next item, as far as the bytes at hand go.
    ///
    /// # Errors
    /// What the encoding's own reader says, with the place in the file; nothing comes behind it.
    #[expect(clippy::should_implement_trait, reason = "it may ask for more, which no iterator does")]
    pub fn next(&mut self) -> Result<Step, WireError> {
        loop {
            if let Some(item) = self.ready.pop_front() {
                return Ok(Step::Item(item));
            }
            if matches!(self.machine, Machine::Done) {
                return Ok(Step::End);
            }
            match self.go_on() {
                Ok(true) => {}
                Ok(false) if self.window.is_end => self.machine = Machine::Done,
                Ok(false) => return Ok(Step::More),
                Err(error) => {
                    self.machine = Machine::Done;
                    return Err(error);
                }
            }
        }
    }

    /// Reads on; false where nothing more can be read of what is at hand.
    fn go_on(&mut self) -> Result<bool, WireError> {
        match &mut self.machine {
            Machine::Done => Ok(false),
            Machine::Document(document) => {
                let mut out = Out { ready: &mut self.ready, form: &mut self.form };
                match document.read(&mut self.window, &self.options, &mut out)? {
                    document::Read::Lines => {
                        self.form = Some(Form::Lines);
                        self.machine = Machine::Lines;
                        Ok(true)
                    }
                    document::Read::Progress => Ok(true),
                    document::Read::Stuck => Ok(false),
                }
            }
            Machine::Lines => {
                self.form = Some(Form::Lines);
                lines::read(&mut self.window, self.options.max_item_bytes, &mut self.ready)
            }
            Machine::Toon(toon) => {
                let mut out = Out { ready: &mut self.ready, form: &mut self.form };
                toon.read(&mut self.window, &self.options, &mut out)
            }
            Machine::Rows(rows) => {
                self.form = Some(Form::List);
                rows.read(&mut self.window, &self.options, &mut self.ready)
            }
            Machine::Messages(messages) => {
                let mut out = Out { ready: &mut self.ready, form: &mut self.form };
                messages.read(&mut self.window, &self.options, &mut out)
            }
        }
    }
}

/// Where items go.
struct Out<'a> {
    ready: &'a mut VecDeque<Item>,
    form: &'a mut Option<Form>,
}

impl Out<'_> {
    fn value(&mut self, value: Value) {
        self.ready.push_back(Item::Value(value));
    }

    /// A whole document. Its items stay values, whatever they are, as those of a long one do.
    fn document(&mut self, value: Value) {
        let (form, values) = match value {
            Value::List(values) => (Form::List, values),
            Value::Map(map) if is_export(&map) => {
                let list = |value| if let Value::List(values) = value { Some(values) } else { None };
                (Form::Export, map.into_iter().find_map(|(_, value)| list(value)).unwrap_or_default())
            }
            value => (Form::Single, vec![value]),
        };
        *self.form = Some(form);
        values.into_iter().for_each(|value| self.value(value));
    }
}

fn too_large(line: usize, max: usize) -> WireError {
    let reason = format!("what begins here is longer than {} MiB, and cannot be read piece by piece", max >> 20);
    WireError::Line { code: "item_too_large", line, reason }
}
