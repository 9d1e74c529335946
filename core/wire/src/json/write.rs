//! The writer: canonical bytes of a value.

use super::number;
use crate::order::Order as _;
use crate::scan::plain_length;
use crate::value::{Map, SAFE_INTEGER, Value, compare_keys};

/// Canonical bytes of a value.
///
/// ```
/// use tracewire_wire::{json, value::{Map, Value}};
/// let map = Map::from_iter([("b".to_owned(), Value::Int(1)), ("a".to_owned(), Value::Double(0.5))]);
/// assert_eq!(json::write(&Value::Map(map)), br#"{"a":0.5,"b":1}"#);
/// ```
pub fn write(value: &Value) -> Vec<u8> {
    let mut out = Vec::with_capacity(128);
    write_to(value, &mut out);
    out
}

/// Appends the canonical bytes of a value.
pub fn write_to(value: &Value, out: &mut Vec<u8>) {
    match value {
        Value::Null => out.extend_from_slice(b"null"),
        Value::Bool(true) => out.extend_from_slice(b"true"),
        Value::Bool(false) => out.extend_from_slice(b"false"),
        Value::Int(value) if value.unsigned_abs() <= SAFE_INTEGER.unsigned_abs() => number::write_int(*value, out),
        Value::Double(value) if value.is_finite() => number::write_double(*value, out),
        // Only made by hand, past the constructors: written in the form that they give.
        Value::Int(value) => write_to(&Value::from_i64(*value), out),
        Value::Double(value) => write_to(&Value::from_f64(*value), out),
        Value::Text(text) => write_text(text, out),
        Value::List(items) => write_items(items, out, write_to),
        Value::Map(map) => write_map(map, out),
    }
}

/// The same tokens, but members in the order in which they stand: for hosts whose maps have one. Not canonical.
///
/// ```
/// use tracewire_wire::{json, value::{Map, Value}};
/// let map = Map::from_entries_in_order(vec![("b".to_owned(), Value::Int(1)), ("a".to_owned(), Value::Double(0.5))]);
/// assert_eq!(json::write_in_order(&Value::Map(map)), br#"{"b":1,"a":0.5}"#);
/// ```
pub fn write_in_order(value: &Value) -> Vec<u8> {
    let mut out = Vec::with_capacity(128);
    write_in_order_to(value, &mut out);
    out
}

fn write_in_order_to(value: &Value, out: &mut Vec<u8>) {
    match value {
        Value::List(items) => write_items(items, out, write_in_order_to),
        Value::Map(map) => write_entries(map.iter(), out, |_, value, out| write_in_order_to(value, out)),
        scalar => write_to(scalar, out),
    }
}

/// Appends a finite number as ECMAScript prints it; false, and nothing appended, for any other value.
pub(crate) fn write_number(value: &Value, out: &mut Vec<u8>) -> bool {
    match value {
        Value::Int(value) => number::write_int(*value, out),
        Value::Double(value) if value.is_finite() => number::write_double(*value, out),
        _ => return false,
    }
    true
}

/// Appends the canonical bytes of a map.
pub(crate) fn write_map(map: &Map, out: &mut Vec<u8>) {
    write_members(map, out, |_, value, out| write_to(value, out));
}

/// Appends a map in canonical order; `write` appends each value.
pub(crate) fn write_members(map: &Map, out: &mut Vec<u8>, write: impl FnMut(&str, &Value, &mut Vec<u8>)) {
    if map.is_sorted() {
        write_entries(map.iter(), out, write);
    } else {
        let mut entries: Vec<&(String, Value)> = map.iter().collect();
        entries.order_unstable_by(|(a, _), (b, _)| compare_keys(a, b));
        write_entries(entries.into_iter(), out, write);
    }
}

fn write_items(items: &[Value], out: &mut Vec<u8>, write: impl Fn(&Value, &mut Vec<u8>)) {
    out.push(b'[');
    for (at, item) in items.iter().enumerate() {
        if at > 0 {
            out.push(b',');
        }
        write(item, out);
    }
    out.push(b']');
}

fn write_entries<'a>(
    entries: impl Iterator<Item = &'a (String, Value)>,
    out: &mut Vec<u8>,
    mut write: impl FnMut(&str, &Value, &mut Vec<u8>),
) {
    out.push(b'{');
    for (at, (key, value)) in entries.enumerate() {
        if at > 0 {
            out.push(b',');
        }
        write_text(key, out);
        out.push(b':');
        write(key, value, out);
    }
    out.push(b'}');
}

/// For each byte: 0 when it stands for itself, `u` for a `\u00xx` escape, else the letter behind the backslash.
const ESCAPES: [u8; 256] = {
    let mut table = [0; 256];
    let mut control = 0;
    while control < 0x20 {
        table[control] = b'u';
        control += 1;
    }
    table[0x08] = b'b';
    table[0x09] = b't';
    table[0x0a] = b'n';
    table[0x0c] = b'f';
    table[0x0d] = b'r';
    table[b'"' as usize] = b'"';
    table[b'\\' as usize] = b'\\';
    table
};

/// Appends a text as a JSON string with the fewest escapes (RFC 8785 §3.2.2.2).
pub fn write_text(text: &str, out: &mut Vec<u8>) {
    let bytes = text.as_bytes();
    out.reserve(bytes.len() + 2);
    out.push(b'"');
    let mut from = 0;
    while let Some(length) = plain_length(bytes.get(from..).unwrap_or_default()) {
        out.extend_from_slice(bytes.get(from..from + length).unwrap_or_default());
        let byte = bytes.get(from + length).copied().unwrap_or_default();
        match ESCAPES[usize::from(byte)] {
            b'u' => {
                let digit = |value: u8| b"0123456789abcdef"[usize::from(value & 15)];
                out.extend_from_slice(&[b'\\', b'u', b'0', b'0', digit(byte >> 4), digit(byte)]);
            }
            letter => out.extend_from_slice(&[b'\\', letter]),
        }
        from += length + 1;
    }
    out.extend_from_slice(bytes.get(from..).unwrap_or_default());
    out.push(b'"');
}

#[cfg(test)]
mod tests {
    use super::*;

    fn text(value: &str) -> String {
        let mut out = Vec::new();
        write_text(value, &mut out);
        String::from_utf8(out).unwrap()
    }

    #[test]
    fn texts_have_the_fewest_escapes() {
        assert_eq!(text("é\u{2028}\u{7f}/<"), "\"é\u{2028}\u{7f}/<\"");
        assert_eq!(text("\"\\\u{8}\t\n\u{c}\r\u{0}\u{1f}"), r#""\"\\\b\t\n\f\r\u0000\u001f""#);
        for at in 0..40 {
            let plain = "x".repeat(at);
            assert_eq!(text(&format!("{plain}\n{plain}\"")), format!("\"{plain}\\n{plain}\\\"\""));
        }
    }

    #[test]
    fn numbers_are_ecmascript() {
        for (value, expected) in [
            (1e21, "1e+21"),
            (1e-7, "1e-7"),
            (0.000001, "0.000001"),
            (123456789012345680000.0, "123456789012345680000"),
            (5e-324, "5e-324"),
            (f64::from_bits(0x431a_75e5_c2fb_2ed5), "1861994768419765.2"),
            (-0.0, "0"),
        ] {
            assert_eq!(String::from_utf8(write(&Value::Double(value))).unwrap(), expected);
        }
        for (value, expected) in [(0, "0"), (-1, "-1"), (9007199254740991, "9007199254740991")] {
            assert_eq!(String::from_utf8(write(&Value::Int(value))).unwrap(), expected);
        }
    }

    #[test]
    fn numbers_that_json_cannot_hold_are_written_as_their_tags() {
        for (value, expected) in [
            (Value::Int(i64::MIN), r#"{"$int":"-9223372036854775808"}"#),
            (Value::Int(9007199254740992), r#"{"$int":"9007199254740992"}"#),
            (Value::Double(f64::NAN), r#"{"$float":"NaN"}"#),
            (Value::Double(f64::NEG_INFINITY), r#"{"$float":"-Infinity"}"#),
        ] {
            assert_eq!(String::from_utf8(write(&value)).unwrap(), expected);
        }
    }
}
