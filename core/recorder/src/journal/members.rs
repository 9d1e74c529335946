//! Members of a header, by name and type, and why it cannot be read.

use crate::cbor::{DecodeError, Decoder};
use tracewire_wire::value::{Map, Value};

/// What is wrong with the payload of a header.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum HeaderError {
    Newer(u64),
    Invalid(String),
}

/// The members of the payload's map, and whether each has a name of its own.
pub(super) fn members_of(decoder: &mut Decoder<'_>) -> Result<(Map, bool), DecodeError> {
    let mut left = decoder.open_map()?;
    let (mut members, mut is_plain) = (Vec::new(), true);
    while decoder.has_next(&mut left)? {
        match decoder.text()? {
            Some(name) => members.push((name.into_owned(), decoder.value()?)),
            None => {
                is_plain = false;
                decoder.value()?;
                decoder.value()?;
            }
        }
    }
    let count = members.len();
    let map = Map::from_iter(members);
    is_plain = is_plain && map.len() == count;
    Ok((map, is_plain))
}

/// Takes members out of a map by name and type; what is left at the end is not known to this version.
pub(super) struct Members(pub(super) Map);

impl Members {
    fn wrong<T>(name: &str, expected: &str) -> Result<T, HeaderError> {
        Err(HeaderError::Invalid(format!("{name} is not {expected}")))
    }

    pub(super) fn optional_text(&mut self, name: &str) -> Result<Option<String>, HeaderError> {
        match self.0.remove(name) {
            None => Ok(None),
            Some(Value::Text(text)) => Ok(Some(text)),
            Some(_) => Self::wrong(name, "a text"),
        }
    }

    pub(super) fn optional_bool(&mut self, name: &str) -> Result<Option<bool>, HeaderError> {
        match self.0.remove(name) {
            None => Ok(None),
            Some(Value::Bool(value)) => Ok(Some(value)),
            Some(_) => Self::wrong(name, "true or false"),
        }
    }

    pub(super) fn text(&mut self, name: &str) -> Result<String, HeaderError> {
        match self.optional_text(name)? {
            Some(text) => Ok(text),
            None => Self::wrong(name, "there"),
        }
    }

    pub(super) fn number(&mut self, name: &str) -> Result<u64, HeaderError> {
        match self.0.remove(name).as_ref().and_then(natural) {
            Some(number) => Ok(number),
            None => Self::wrong(name, "a number from 0"),
        }
    }

    pub(super) fn time(&mut self, name: &str) -> Result<i64, HeaderError> {
        match self.0.remove(name).as_ref().and_then(integer) {
            Some(nanos) => Ok(nanos),
            None => Self::wrong(name, "a time in nanoseconds"),
        }
    }

    pub(super) fn map(&mut self, name: &str) -> Result<Option<Map>, HeaderError> {
        match self.0.remove(name) {
            None => Ok(None),
            Some(Value::Map(map)) => Ok(Some(map)),
            Some(_) => Self::wrong(name, "a map"),
        }
    }

    pub(super) fn optional_texts(&mut self, name: &str) -> Result<Option<Vec<String>>, HeaderError> {
        if self.0.contains_key(name) { self.texts(name).map(Some) } else { Ok(None) }
    }

    pub(super) fn texts(&mut self, name: &str) -> Result<Vec<String>, HeaderError> {
        let Some(Value::List(items)) = self.0.remove(name) else { return Self::wrong(name, "a list of texts") };
        let texts: Option<Vec<String>> = items.iter().map(|item| item.as_text().map(str::to_owned)).collect();
        texts.map_or_else(|| Self::wrong(name, "a list of texts"), Ok)
    }
}

/// An integer of 64 bits, also where it is beyond what the wire's Int holds: nanoseconds since 1970 are.
fn integer(value: &Value) -> Option<i64> {
    match value {
        Value::Int(value) => Some(*value),
        other => match other.tag() {
            Some(("$int", digits)) => digits.as_text()?.parse().ok(),
            _ => None,
        },
    }
}

pub(super) fn natural(value: &Value) -> Option<u64> {
    match value {
        Value::Int(value) => u64::try_from(*value).ok(),
        other => match other.tag() {
            Some(("$int", digits)) => digits.as_text()?.parse().ok(),
            _ => None,
        },
    }
}
