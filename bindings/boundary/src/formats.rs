//! Values and recordings in every format.

use crate::options::members;
use crate::refusal::Refusal;
use tracewire_insight::uniform::Uniform;
use tracewire_recorder::cbor::Decoder;
use tracewire_wire::encoding::{Encoding, ReadOptions, WriteOptions};
use tracewire_wire::json;
use tracewire_wire::toon::Delimiter;
use tracewire_wire::value::{Map, Value, unescape_key};

#[derive(Default)]
struct Options {
    reading: ReadOptions,
    writing: WriteOptions,
    uniform: Uniform,
}

/// Options of formats as a JSON object: `delimiter`, `indent`, `lenient`, `formula_safe`, `uniform` (`group`, `fill`).
fn options(given: &str) -> Result<Options, Refusal> {
    let mut options = Options::default();
    for (name, value) in members(given)?.iter() {
        let wrong = |expected: &str| Refusal::new("option", format!("{name}: {expected} is expected"));
        let flag = || value.as_bool().ok_or_else(|| wrong("true or false"));
        match name.as_str() {
            _ if *value == Value::Null => {}
            "delimiter" => {
                let delimiter = Delimiter::parse(value.as_text().ok_or_else(|| wrong("comma, tab or pipe"))?)?;
                (options.reading.delimiter, options.writing.delimiter) = (delimiter, delimiter);
            }
            "indent" => {
                let indent = value.as_u64().and_then(|indent| u8::try_from(indent).ok()).map(usize::from);
                let indent = Some(indent.ok_or_else(|| wrong("a number of spaces"))?);
                (options.reading.indent, options.writing.indent) = (indent, indent);
            }
            "lenient" => options.reading.is_lenient = flag()?,
            "formula_safe" => options.writing.formula_safe = flag()?,
            "uniform" => {
                options.uniform = match value.as_text() {
                    Some("group") => Uniform::Group,
                    Some("fill") => Uniform::Fill,
                    _ => return Err(wrong("group or fill")),
                }
            }
            _ => {}
        }
    }
    Ok(options)
}

/// Writes in one format what is read from another.
///
/// # Errors
/// What the formats refuse, with the place.
pub fn convert(bytes: &[u8], from: &str, from_options: &str, to: &str, to_options: &str) -> Result<Vec<u8>, Refusal> {
    let (source, target) = (Encoding::parse(from)?, Encoding::parse(to)?);
    let (reading, writing) = (options(from_options)?, options(to_options)?);
    let converted = writing.uniform.convert(bytes, (source, &reading.reading), (target, &writing.writing));
    converted.map_err(|error| Refusal::in_text(error, bytes))
}

/// Writes a value that the host's walker wrote as CBOR. With `keeps_tags` maps in wire form are taken as what they say.
///
/// # Errors
/// What the format refuses.
pub fn encode(cbor: &[u8], format: &str, given: &str, keeps_tags: bool) -> Result<Vec<u8>, Refusal> {
    let (encoding, options) = (Encoding::parse(format)?, options(given)?);
    let value = Decoder::new(cbor).in_order().value().map_err(|error| Refusal::new("value", error.to_string()))?;
    let value = if keeps_tags { with_tags(value) } else { value };
    Ok(options.uniform.write(value, (encoding, &options.writing))?)
}

/// Reads a value; gives JSON in wire form, members in the order in which they stand.
///
/// # Errors
/// What the format refuses, with the place.
pub fn decode(bytes: &[u8], format: &str, given: &str) -> Result<Vec<u8>, Refusal> {
    let (encoding, options) = (Encoding::parse(format)?, options(given)?);
    let value = encoding.read_value(bytes, &options.reading).map_err(|error| Refusal::in_text(error, bytes))?;
    Ok(json::write_in_order(&value))
}

/// The value whose keys stand as the user gave them: a `$` of the user's is a tag's.
fn with_tags(value: Value) -> Value {
    match value {
        Value::List(items) => Value::List(items.into_iter().map(with_tags).collect()),
        Value::Map(map) => {
            let entries = map.into_iter().map(|(key, value)| (unescape_key(&key).to_owned(), with_tags(value)));
            Value::Map(Map::from_entries_in_order(entries.collect()))
        }
        scalar => scalar,
    }
}
