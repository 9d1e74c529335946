//! Values: `Value`, and maps as sorted pairs.

use super::back::{Back, zigzag};
use crate::content::Mark;
use crate::json;
use crate::order::Order as _;
use crate::proto::unknown;
use crate::proto::wire::{FIELDS, ITEMS, pair, value as field};
use crate::value::{Map, Value, compare_keys};

/// Writes what a `Value` holds.
pub(super) fn write(value: &Value, out: &mut Back) {
    match value {
        Value::Null => {}
        Value::Bool(value) => out.varint_field(field::BOOLEAN, u64::from(*value)),
        Value::Int(value) => out.varint_field(field::INTEGER, zigzag(*value)),
        Value::Double(value) => match Value::from_f64(*value) {
            // Only made by hand, past the constructors.
            Value::Int(value) => out.varint_field(field::INTEGER, zigzag(value)),
            _ => write_number(field::NUMBER, *value, out),
        },
        Value::Text(text) => out.bytes_field(field::TEXT, text.as_bytes()),
        Value::List(items) => {
            let before = out.written();
            for item in items.iter().rev() {
                write_field(ITEMS, item, out);
            }
            out.close(field::LIST, before);
        }
        Value::Map(map) => {
            if !write_tag(value, map, out) {
                let before = out.written();
                write_pairs(ITEMS, map, out);
                out.close(field::MAP, before);
            }
        }
    }
}

/// Writes a field that holds a `Value`.
pub(super) fn write_field(number: u32, value: &Value, out: &mut Back) {
    let before = out.written();
    write(value, out);
    out.close(number, before);
}

/// Writes a double; every NaN is one.
pub(super) fn write_number(number: u32, value: f64, out: &mut Back) {
    out.double_field(number, if value.is_nan() { f64::NAN } else { value });
}

/// Writes a map as the pairs of a field.
pub(super) fn write_pairs(number: u32, map: &Map, out: &mut Back) {
    if map.is_sorted() {
        for (key, value) in map.iter().rev() {
            write_pair(number, key, value, out);
        }
    } else {
        let mut entries: Vec<&(String, Value)> = map.iter().collect();
        entries.order_unstable_by(|(a, _), (b, _)| compare_keys(a, b));
        for (key, value) in entries.into_iter().rev() {
            write_pair(number, key, value, out);
        }
    }
}

/// Writes one pair. As in every field without presence, an empty key is left out; so is null, the value in which nothing is set.
pub(super) fn write_pair(number: u32, key: &str, value: &Value, out: &mut Back) {
    let before = out.written();
    write(value, out);
    if out.written() > before {
        out.close(pair::VALUE, before);
    }
    if !key.is_empty() {
        out.bytes_field(pair::KEY, key.as_bytes());
    }
    out.close(number, before);
}

/// Writes a map as the tag that it is, if that tag has a field and reading it restores the map; else nothing.
fn write_tag(value: &Value, map: &Map, out: &mut Back) -> bool {
    let mut entries = map.iter();
    let (Some((tag, inner)), second) = (entries.next(), entries.next()) else { return false };
    if !tag.starts_with('$') && second.is_none_or(|(tag, _)| !tag.starts_with('$')) {
        return false;
    }
    if second.is_some() {
        return map.len() == 2 && write_with_fields(map, out);
    }
    match tag.as_str() {
        "$int" => match (value.as_i64(), number_of(value)) {
            (Some(integer), _) if Value::from_i64(integer) == *value => {
                out.varint_field(field::INTEGER, zigzag(integer));
            }
            (_, Some(number)) => write_number(field::NUMBER, number, out),
            _ => return false,
        },
        "$float" => match number_of(value) {
            Some(number) => write_number(field::NUMBER, number, out),
            None => return false,
        },
        "$bytes" => match unknown::binary(value) {
            Some(bytes) => out.bytes_field(field::BINARY, &bytes),
            None => return false,
        },
        FIELDS => match unknown::fields_of(map, field::is_known) {
            Some(fields) => out.put(&fields),
            None => return false,
        },
        _ => match (Mark::of(value), inner) {
            (Some(Mark::Ref(hash)), _) => out.bytes_field(field::CONTENT_REF, hash.as_bytes()),
            (Some(Mark::Erased(hash)), _) => out.bytes_field(field::ERASED, hash.as_bytes()),
            (Some(Mark::Withheld(hash)), _) => out.bytes_field(field::WITHHELD, hash.as_bytes()),
            (None, _) => return false,
        },
    }
    true
}

/// Writes `{"$fields":…,"value":v}`: a value of this version beside fields of a later one.
fn write_with_fields(map: &Map, out: &mut Back) -> bool {
    let (Some(value), Some(fields)) = (map.get("value"), unknown::fields_of(map, field::is_known)) else {
        return false;
    };
    // Fields alone have no value beside them, and fields inside of fields would be read as one.
    let is_plain = match value {
        Value::Null => false,
        Value::Map(inner) => !inner.contains_key(FIELDS),
        _ => true,
    };
    if is_plain {
        out.put(&fields);
        write(value, out);
    }
    is_plain
}

/// The double that a value is: a number, or a `$int` or `$float` that reading the double restores.
pub(super) fn number_of(value: &Value) -> Option<f64> {
    let number = match value {
        Value::Int(value) => *value as f64,
        Value::Double(value) => return Some(*value),
        _ => {
            let (tag, text) = value.tag()?;
            let text = text.as_text()?;
            match (tag, text) {
                ("$float", "NaN") => f64::NAN,
                ("$float", "Infinity") => f64::INFINITY,
                ("$float", "-Infinity") => f64::NEG_INFINITY,
                // The largest double has 309 digits.
                ("$int", digits) if digits.len() <= 310 => json::nearest(digits)?,
                _ => return None,
            }
        }
    };
    (Value::from_f64(number) == *value).then_some(number)
}
