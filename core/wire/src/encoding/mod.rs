//! Every encoding of a recording behind one name: what bindings, tools and tests call to read, write and convert.
//!
//! ```text
//! bytes ─▶ read ─▶ Recording ─▶ write ─▶ bytes        `convert` is both
//!            └──▶ Value ─────────▲                    values for those who hold no recording
//! ```
//!
//! | file | what it is |
//! |---|---|
//! | `options` | how is read and written, and the delimiters' names |
//! | `lines` | JSON Lines of a whole text |
//!
//! The codecs do the work: this module knows which one, with which options, and how the form of a recording is kept. Whoever
//! cannot hold all of a file uses [`stream`](crate::stream).

mod lines;
mod options;

pub use options::{ReadOptions, WriteOptions};

use crate::error::WireError;
use crate::recording::{Form, Recording};
use crate::value::Value;
use crate::{csv, json, proto, toon};

/// How a recording stands in bytes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Encoding {
    /// One JSON document, canonical.
    Json,
    /// JSON Lines: an item a line, each canonical.
    Jsonl,
    /// TOON, for language models to read.
    Toon,
    /// CSV: a list of maps as a table.
    Csv,
    /// Protobuf: the message `tracewire.v1.Recording`.
    Proto,
}

impl Encoding {
    /// All there are.
    pub const ALL: [Encoding; 5] = [Encoding::Json, Encoding::Jsonl, Encoding::Toon, Encoding::Csv, Encoding::Proto];

    /// Its name in options, commands and reports.
    pub const fn name(self) -> &'static str {
        match self {
            Encoding::Json => "json",
            Encoding::Jsonl => "jsonl",
            Encoding::Toon => "toon",
            Encoding::Csv => "csv",
            Encoding::Proto => "proto",
        }
    }

    /// The encoding of a name.
    ///
    /// ```
    /// use tracewire_wire::encoding::Encoding;
    /// assert_eq!(Encoding::parse("toon")?, Encoding::Toon);
    /// let error = Encoding::parse("xml").unwrap_err();
    /// assert_eq!(error.to_string(), r#""xml" is not one of json, jsonl, toon, csv, proto"#);
    /// # Ok::<(), tracewire_wire::WireError>(())
    /// ```
    ///
    /// # Errors
    /// `format_unknown`, which lists the names.
    pub fn parse(name: &str) -> Result<Self, WireError> {
        let names = Self::ALL.map(Encoding::name);
        let found = Self::ALL.into_iter().find(|encoding| encoding.name() == name);
        found.ok_or_else(|| WireError::unknown("format_unknown", name, &names))
    }

    /// Endings of names of files, the usual one first.
    pub const fn extensions(self) -> &'static [&'static str] {
        match self {
            Encoding::Json => &["json"],
            Encoding::Jsonl => &["jsonl", "ndjson"],
            Encoding::Toon => &["toon"],
            // `.tsv` is CSV with tabs.
            Encoding::Csv => &["csv", "tsv"],
            Encoding::Proto => &["binpb", "pb"],
        }
    }

    /// The encoding of a file whose name ends so, in any case, without the dot.
    pub fn of_extension(extension: &str) -> Option<Self> {
        let is_its = |encoding: &Encoding| encoding.extensions().iter().any(|it| it.eq_ignore_ascii_case(extension));
        Self::ALL.into_iter().find(is_its)
    }

    /// Whether its bytes are a text in UTF-8.
    pub fn is_text(self) -> bool {
        self != Encoding::Proto
    }

    /// Reads a recording.
    ///
    /// # Errors
    /// What the encoding's own reader refuses, with its place.
    pub fn read(self, bytes: &[u8], options: &ReadOptions) -> Result<Recording, WireError> {
        match self {
            Encoding::Proto => proto::decode(bytes),
            Encoding::Jsonl => {
                Ok(Recording { form: Form::Lines, ..Recording::from_value(self.read_value(bytes, options)?) })
            }
            _ => Ok(Recording::from_value(self.read_value(bytes, options)?)),
        }
    }

    /// Reads the document as a value: of JSON Lines and CSV a list. Members stand as the text has them.
    ///
    /// # Errors
    /// As of [`Encoding::read`].
    pub fn read_value(self, bytes: &[u8], options: &ReadOptions) -> Result<Value, WireError> {
        match self {
            Encoding::Json => json::read(bytes, &options.json()),
            Encoding::Jsonl => lines::read(bytes, &options.json()),
            Encoding::Toon => toon::decode(bytes, &options.toon()),
            Encoding::Csv => csv::decode(bytes, &csv::DecodeOptions { delimiter: options.delimiter }),
            Encoding::Proto => proto::decode(bytes).map(Recording::to_value),
        }
    }

    /// Writes a recording: equal ones have equal bytes (TW-ENC-004).
    ///
    /// # Errors
    /// `csv_shape` for what is no table, [`WireError::Shape`].
    pub fn write(self, recording: &Recording, options: &WriteOptions) -> Result<Vec<u8>, WireError> {
        match self {
            Encoding::Proto => Ok(proto::encode(recording)),
            Encoding::Jsonl => Ok(lines::write(recording.items.iter().map(|item| item.to_value()))),
            _ => self.write_value(&sorted(recording.clone().to_value()), options),
        }
    }

    /// Writes a value. TOON and CSV have its members as they stand; all else is canonical.
    ///
    /// # Errors
    /// As of [`Encoding::write`].
    pub fn write_value(self, value: &Value, options: &WriteOptions) -> Result<Vec<u8>, WireError> {
        match self {
            Encoding::Json => Ok(match options.indent {
                None => json::write(value),
                Some(width) => json::indent(&json::write(value), width),
            }),
            Encoding::Jsonl => Ok(lines::of_document(value)),
            Encoding::Toon => Ok(toon::encode(value, &options.toon()).into_bytes()),
            Encoding::Csv => csv::encode(value, &options.csv()).map(String::into_bytes),
            Encoding::Proto => Ok(proto::encode(&Recording::from_value(value.clone()))),
        }
    }
}

impl std::str::FromStr for Encoding {
    type Err = WireError;

    fn from_str(name: &str) -> Result<Self, WireError> {
        Encoding::parse(name)
    }
}

/// Writes in one encoding what is read from another.
///
/// ```
/// use tracewire_wire::encoding::{Encoding, ReadOptions, WriteOptions, convert};
/// let from = (Encoding::Json, &ReadOptions::default());
/// let toon = convert(br#"[{"name":"plan","id":1}]"#, from, (Encoding::Toon, &WriteOptions::default()))?;
/// assert_eq!(toon, b"[1]{id,name}:\n  1,plan");
/// # Ok::<(), tracewire_wire::WireError>(())
/// ```
///
/// # Errors
/// As of [`Encoding::read`] and [`Encoding::write`].
pub fn convert(
    bytes: &[u8],
    (from, reading): (Encoding, &ReadOptions),
    (to, writing): (Encoding, &WriteOptions),
) -> Result<Vec<u8>, WireError> {
    if from == Encoding::Proto || to == Encoding::Proto {
        return to.write(&from.read(bytes, reading)?, writing);
    }
    // Protobuf alone tells more than the document's value does: in between the others no recording is needed.
    to.write_value(&sorted(from.read_value(bytes, reading)?), writing)
}

/// The value with all members in the order of canonical JSON.
fn sorted(mut value: Value) -> Value {
    value.sort_members();
    value
}
