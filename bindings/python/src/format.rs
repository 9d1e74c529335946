//! Options of formats as the package gives them, and lists made alike before they are written. The work is core's.

use crate::failure::Failure;
use tracewire_insight::uniform;
use tracewire_wire::encoding::{Encoding, ReadOptions, WriteOptions, convert};
use tracewire_wire::toon::Delimiter;
use tracewire_wire::value::Value;

/// Options as they come from the package: `(delimiter, indent, lenient, formula_safe, uniform)`.
pub(crate) type Given = (char, Option<usize>, bool, bool, char);

/// How lists of maps are made alike before they are written.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Uniform {
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
    pub(crate) reading: ReadOptions,
    pub(crate) writing: WriteOptions,
    uniform: Uniform,
}

impl From<Given> for Options {
    fn from((delimiter, indent, is_lenient, formula_safe, uniform): Given) -> Self {
        let delimiter = Delimiter::parse(delimiter.encode_utf8(&mut [0; 4])).unwrap_or_default();
        let uniform = match uniform {
            'g' => Uniform::Group,
            'f' => Uniform::Fill,
            _ => Uniform::No,
        };
        let reading = ReadOptions { delimiter, indent, is_lenient };
        Options { reading, writing: WriteOptions { delimiter, indent, formula_safe }, uniform }
    }
}

impl Options {
    fn made_alike(&self, value: Value) -> Value {
        match self.uniform {
            Uniform::No => value,
            Uniform::Group => uniform::group_by_shape(value),
            Uniform::Fill => uniform::fill_nulls(value),
        }
    }
}

pub(crate) fn write(encoding: Encoding, value: Value, options: Options) -> Result<Vec<u8>, Failure> {
    Ok(encoding.write_value(&options.made_alike(value), &options.writing)?)
}

pub(crate) fn read(encoding: Encoding, bytes: &[u8], options: Options) -> Result<Value, Failure> {
    encoding.read_value(bytes, &options.reading).map_err(|error| Failure::in_text(error, bytes))
}

/// Writes in one format what is read from another.
pub(crate) fn write_from(
    (from, reading): (Encoding, Options),
    bytes: &[u8],
    (to, writing): (Encoding, Options),
) -> Result<Vec<u8>, Failure> {
    if writing.uniform == Uniform::No {
        let converted = convert(bytes, (from, &reading.reading), (to, &writing.writing));
        return converted.map_err(|error| Failure::in_text(error, bytes));
    }
    write(to, read(from, bytes, reading)?, writing)
}
