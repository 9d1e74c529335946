//! Members of messages as proto3's JSON writes them.

use base64::Engine as _;
use base64::alphabet;
use base64::engine::{DecodePaddingMode, GeneralPurpose, GeneralPurposeConfig};
use tracewire_wire::value::{Map, Value};

use crate::error::OtlpError;

/// Both alphabets, with padding or without.
const LENIENT: GeneralPurposeConfig = GeneralPurposeConfig::new()
    .with_decode_padding_mode(DecodePaddingMode::Indifferent)
    .with_decode_allow_trailing_bits(true);
const STANDARD: GeneralPurpose = GeneralPurpose::new(&alphabet::STANDARD, LENIENT);
const URL_SAFE: GeneralPurpose = GeneralPurpose::new(&alphabet::URL_SAFE, LENIENT);

pub(super) type Read<T> = Result<T, OtlpError>;

/// What is wrong here.
pub(super) fn wrong<T>(expected: &'static str) -> Read<T> {
    Err(OtlpError::Shape { path: String::new(), expected })
}

/// The same, further down.
pub(super) fn within(error: OtlpError, place: impl std::fmt::Display) -> OtlpError {
    match error {
        OtlpError::Shape { path, expected } => OtlpError::Shape { path: format!("/{place}{path}"), expected },
        other => other,
    }
}

/// Calls `take` for each member that is not null.
pub(super) fn each(value: Value, mut take: impl FnMut(&str, Value) -> Read<()>) -> Read<()> {
    let Value::Map(map) = value else { return wrong("an object") };
    for (name, value) in map {
        if value != Value::Null {
            take(&name, value).map_err(|error| within(error, &name))?;
        }
    }
    Ok(())
}

pub(super) fn list<T>(value: Value, read: impl Fn(Value) -> Read<T>) -> Read<Vec<T>> {
    let Value::List(items) = value else { return wrong("an array") };
    let read = |(at, item)| read(item).map_err(|error| within(error, at));
    items.into_iter().enumerate().map(read).collect()
}

pub(super) fn text(value: Value) -> Read<String> {
    match value {
        Value::Text(text) => Ok(text),
        _ => wrong("a string"),
    }
}

pub(super) fn boolean(value: &Value) -> Read<bool> {
    value.as_bool().map_or_else(|| wrong("a boolean"), Ok)
}

pub(super) fn u64(value: &Value) -> Read<u64> {
    let read = value.as_u64().or_else(|| value.as_text()?.trim().parse().ok());
    read.map_or_else(|| wrong("an unsigned 64-bit integer"), Ok)
}

pub(super) fn i64(value: &Value) -> Read<i64> {
    let read = value.as_i64().or_else(|| value.as_text()?.trim().parse().ok());
    read.map_or_else(|| wrong("a 64-bit integer"), Ok)
}

pub(super) fn u32(value: &Value) -> Read<u32> {
    u64(value).ok().and_then(|value| u32::try_from(value).ok()).map_or_else(|| wrong("an unsigned 32-bit integer"), Ok)
}

/// A number, or the name of one; a name that nobody knows is 0, as an enum of a later version is.
pub(super) fn number_of_enum(value: &Value, of_name: impl Fn(&str) -> Option<i32>) -> Read<i32> {
    let read = match value {
        Value::Text(text) => Some(of_name(text).or_else(|| text.parse().ok()).unwrap_or(0)),
        value => value.as_int().and_then(|number| i32::try_from(number).ok()),
    };
    read.map_or_else(|| wrong("the number of an enum"), Ok)
}

pub(super) fn double(value: &Value) -> Read<f64> {
    let digits = || value.tag().filter(|(tag, _)| *tag == "$int")?.1.as_text();
    let read = match value {
        // Rust reads the specification's names of what is not finite.
        Value::Text(text) => text.trim().parse().ok(),
        value => value.as_f64().or_else(|| digits()?.parse().ok()),
    };
    read.map_or_else(|| wrong("a number"), Ok)
}

pub(super) fn bytes(value: &Value) -> Read<Vec<u8>> {
    let Value::Text(text) = value else { return wrong("base64") };
    STANDARD.decode(text).or_else(|_| URL_SAFE.decode(text)).or_else(|_| wrong("base64"))
}

/// An id; text that is not hex becomes one of no valid length, so that it costs its own record and no other.
pub(super) fn id(value: &Value) -> Read<Vec<u8>> {
    let Value::Text(text) = value else { return wrong("hex digits") };
    Ok(hex(text).unwrap_or_else(|| vec![0xff]))
}

/// The bytes that hex digits of either case stand for.
pub(crate) fn hex(text: &str) -> Option<Vec<u8>> {
    let digits: Vec<u32> = text.chars().map(|digit| digit.to_digit(16)).collect::<Option<_>>()?;
    let pairs = digits.chunks(2).map(|pair| match pair {
        [high, low] => u8::try_from(high * 16 + low).ok(),
        _ => None,
    });
    pairs.collect()
}

/// Hex digits.
pub(crate) fn to_hex(bytes: &[u8]) -> String {
    use std::fmt::Write as _;
    let mut text = String::with_capacity(bytes.len() * 2);
    for byte in bytes {
        // Writing to a String cannot fail.
        let _ = write!(text, "{byte:02x}");
    }
    text
}

/// Builds the map of a message; members that have their default are left out, as proto3 does.
#[derive(Default)]
pub(super) struct Members(Map);

impl Members {
    pub(super) fn add(&mut self, name: &str, value: Value) {
        self.0.extend([(name.to_owned(), value)]);
    }

    pub(super) fn text(&mut self, name: &str, text: &str) {
        if !text.is_empty() {
            self.add(name, text.into());
        }
    }

    pub(super) fn id(&mut self, name: &str, id: &[u8]) {
        self.text(name, &to_hex(id));
    }

    /// 64-bit integers are texts.
    pub(super) fn wide(&mut self, name: &str, value: u64) {
        if value != 0 {
            self.add(name, Value::Text(value.to_string()));
        }
    }

    pub(super) fn small(&mut self, name: &str, value: impl Into<i64>) {
        let value = value.into();
        if value != 0 {
            self.add(name, Value::Int(value));
        }
    }

    pub(super) fn list(&mut self, name: &str, items: impl Iterator<Item = Value>) {
        let items: Vec<Value> = items.collect();
        if !items.is_empty() {
            self.add(name, Value::List(items));
        }
    }

    pub(super) fn finish(self) -> Value {
        Value::Map(self.0)
    }
}
