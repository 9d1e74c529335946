//! Options of formats as the package gives them. The work is core's.

use crate::failure::Failure;
use tracewire_insight::uniform::Uniform;
use tracewire_wire::encoding::{Encoding, ReadOptions, WriteOptions};
use tracewire_wire::toon::Delimiter;
use tracewire_wire::value::Value;

/// Options as they come from the package: `(delimiter, indent, lenient, formula_safe, uniform)`.
pub(crate) type Given = (char, Option<usize>, bool, bool, char);

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

pub(crate) fn write(encoding: Encoding, value: Value, options: Options) -> Result<Vec<u8>, Failure> {
    Ok(options.uniform.write(value, (encoding, &options.writing))?)
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
    let converted = writing.uniform.convert(bytes, (from, &reading.reading), (to, &writing.writing));
    converted.map_err(|error| Failure::in_text(error, bytes))
}
