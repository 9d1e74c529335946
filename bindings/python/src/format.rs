//! Bytes of any format to values and back: which of core's codecs does it, and with which options.

use crate::failure::Failure;
use tracewire_insight::uniform;
use tracewire_wire::WireError;
use tracewire_wire::csv;
use tracewire_wire::json::{self, ReadOptions};
use tracewire_wire::proto;
use tracewire_wire::recording::{Form, Item, Recording};
use tracewire_wire::toon::{self, Delimiter};
use tracewire_wire::value::Value;

/// The formats that a value can be written in.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Format {
    Json,
    JsonLines,
    Toon,
    Csv,
    Proto,
}

/// How lists of maps are made alike before they are written.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Uniform {
    /// Not at all.
    No,
    /// Maps of one shape together.
    Group,
    /// All members in all maps, null where there was none.
    Fill,
}

/// What the formats have in options.
#[derive(Clone, Copy)]
pub(crate) struct Options {
    pub(crate) delimiter: Delimiter,
    pub(crate) indent: Option<usize>,
    pub(crate) is_lenient: bool,
    pub(crate) formula_safe: bool,
    pub(crate) uniform: Uniform,
}

impl Format {
    /// # Errors
    /// `format_unknown` naming those that there are.
    pub(crate) fn parse(name: &str) -> Result<Self, Failure> {
        match name {
            "json" => Ok(Format::Json),
            "jsonl" => Ok(Format::JsonLines),
            "toon" => Ok(Format::Toon),
            "csv" => Ok(Format::Csv),
            "proto" => Ok(Format::Proto),
            _ => Err(Failure::new("format_unknown", format!("{name:?} is not one of json, jsonl, toon, csv, proto"))),
        }
    }

    /// Whether its bytes are a text.
    pub(crate) fn is_text(self) -> bool {
        self != Format::Proto
    }

    pub(crate) fn write(self, value: Value, options: Options) -> Result<Vec<u8>, Failure> {
        let value = match options.uniform {
            Uniform::No => value,
            Uniform::Group => uniform::group_by_shape(value),
            Uniform::Fill => uniform::fill_nulls(value),
        };
        match self {
            Format::Proto => Ok(proto::encode(&Recording::from_value(value))),
            Format::Json => match options.indent {
                None => Ok(json::write(&value)),
                Some(width) => Ok(json::indent(&json::write(&value), width)),
            },
            Format::JsonLines => Ok(lines(value)),
            Format::Toon => {
                let options = toon::EncodeOptions { delimiter: options.delimiter, indent: options.indent.unwrap_or(2) };
                Ok(toon::encode(&value, &options).into_bytes())
            }
            Format::Csv => {
                let options = csv::EncodeOptions { formula_safe: options.formula_safe, delimiter: options.delimiter };
                Ok(csv::encode(&value, &options)?.into_bytes())
            }
        }
    }

    /// Writes in this format what is read from another one.
    pub(crate) fn write_from(
        self,
        source: Format,
        bytes: &[u8],
        reading: Options,
        writing: Options,
    ) -> Result<Vec<u8>, Failure> {
        match (self, source) {
            // Protobuf alone tells items by themselves from a list of them.
            (Format::Proto, Format::Proto) => {
                Ok(proto::encode(&proto::decode(bytes).map_err(|error| Failure::in_text(error, bytes))?))
            }
            (Format::Proto, Format::JsonLines) => {
                let mut recording = Recording::from_value(source.read(bytes, reading)?);
                recording.form = Form::Lines;
                Ok(proto::encode(&recording))
            }
            _ => self.write(source.read(bytes, reading)?, writing),
        }
    }

    pub(crate) fn read(self, bytes: &[u8], options: Options) -> Result<Value, Failure> {
        match self {
            Format::JsonLines => read_lines(bytes),
            _ => self.read_document(bytes, options).map_err(|error| Failure::in_text(error, bytes)),
        }
    }

    /// Reads one document; of JSON Lines, one line.
    pub(crate) fn read_document(self, bytes: &[u8], options: Options) -> Result<Value, WireError> {
        match self {
            Format::Json | Format::JsonLines => json::read(bytes, &any_size()),
            Format::Toon => {
                let (is_strict, indent) = (!options.is_lenient, options.indent.unwrap_or(2));
                toon::decode(bytes, &toon::DecodeOptions { is_strict, indent, ..toon::DecodeOptions::default() })
            }
            Format::Proto => proto::decode(bytes).map(Recording::to_value),
            Format::Csv => csv::decode(bytes, &csv::DecodeOptions { delimiter: options.delimiter }),
        }
    }
}

/// The bytes are in memory already, so that their number needs no bound.
fn any_size() -> ReadOptions {
    ReadOptions { max_bytes: usize::MAX, ..ReadOptions::default() }
}

/// Items of a list, or of an export, a line each; any other value is one line.
fn lines(value: Value) -> Vec<u8> {
    let items = match value {
        Value::List(items) => items,
        other => Recording::from_value(other).items.into_iter().map(Item::into_value).collect(),
    };
    let mut out = Vec::new();
    for item in &items {
        json::write_to(item, &mut out);
        out.push(b'\n');
    }
    out
}

/// A list of what the lines hold; empty lines are passed over.
fn read_lines(bytes: &[u8]) -> Result<Value, Failure> {
    let mut items = Vec::new();
    let mut offset = 0;
    for (at, line) in bytes.split(|byte| *byte == b'\n').enumerate() {
        if !line.trim_ascii().is_empty() {
            let item = json::read(line, &any_size()).map_err(|error| {
                let failure = Failure::from(error);
                Failure { line: Some(at + 1), offset: failure.offset.map(|inner| offset + inner), ..failure }
            })?;
            items.push(item);
        }
        offset += line.len() + 1;
    }
    Ok(Value::List(items))
}
