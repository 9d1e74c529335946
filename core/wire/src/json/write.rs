//! The writer: canonical bytes of a value.

use super::number;
use crate::value::{Map, Value, compare_keys};

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
        Value::Int(value) => number::write_int(*value, out),
        Value::Double(value) => number::write_double(*value, out),
        Value::Text(text) => write_text(text, out),
        Value::List(items) => {
            out.push(b'[');
            for (at, item) in items.iter().enumerate() {
                if at > 0 {
                    out.push(b',');
                }
                write_to(item, out);
            }
            out.push(b']');
        }
        Value::Map(map) => write_map(map, out),
    }
}

/// Appends the canonical bytes of a map.
pub(crate) fn write_map(map: &Map, out: &mut Vec<u8>) {
    out.push(b'{');
    if map.is_sorted() {
        write_entries(map.iter(), out);
    } else {
        let mut entries: Vec<&(String, Value)> = map.iter().collect();
        entries.sort_by(|(a, _), (b, _)| compare_keys(a, b));
        write_entries(entries.into_iter(), out);
    }
    out.push(b'}');
}

fn write_entries<'a>(entries: impl Iterator<Item = &'a (String, Value)>, out: &mut Vec<u8>) {
    for (at, (key, value)) in entries.enumerate() {
        if at > 0 {
            out.push(b',');
        }
        write_text(key, out);
        out.push(b':');
        write_to(value, out);
    }
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

/// How many bytes come before the first that needs an escape; `None` when none does.
#[inline]
fn plain_length(bytes: &[u8]) -> Option<usize> {
    // Eight bytes at a time: a byte below 0x20, a quote or a backslash sets a high bit.
    const ONES: u64 = 0x0101_0101_0101_0101;
    const HIGHS: u64 = 0x8080_8080_8080_8080;
    let zero_bytes = |word: u64| word.wrapping_sub(ONES) & !word & HIGHS;
    let (words, _) = bytes.as_chunks::<8>();
    let mut at = 0;
    for word in words {
        let word = u64::from_le_bytes(*word);
        let control = word.wrapping_sub(ONES * 0x20) & !word & HIGHS;
        let special = control | zero_bytes(word ^ (ONES * u64::from(b'"'))) | zero_bytes(word ^ (ONES * u64::from(b'\\')));
        if special != 0 {
            break;
        }
        at += 8;
    }
    // The word that stopped the loop may do so by a borrow from a lower byte; the table decides.
    let rest = bytes.get(at..).unwrap_or_default();
    rest.iter().position(|byte| ESCAPES[usize::from(*byte)] != 0).map(|found| at + found)
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
            (1861994768419765.25, "1861994768419765.2"),
            (-0.0, "0"),
        ] {
            assert_eq!(String::from_utf8(write(&Value::Double(value))).unwrap(), expected);
        }
        for (value, expected) in [(0, "0"), (-1, "-1"), (i64::MIN, "-9223372036854775808"), (9007199254740991, "9007199254740991")] {
            assert_eq!(String::from_utf8(write(&Value::Int(value))).unwrap(), expected);
        }
    }
}
