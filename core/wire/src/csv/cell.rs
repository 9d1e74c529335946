//! What one cell says (TW-CSV-004): missing is empty, a text stands as it is unless it would read as JSON, all else is JSON.

use crate::json::{self, Numbers, ReadOptions};
use crate::value::Value;
use std::borrow::Cow;

/// A cell of JSON is read however long it is and as deep as any reader reads: what a writer wrote must come back.
const OPTIONS: ReadOptions =
    ReadOptions { max_depth: ReadOptions::DEPTH_LIMIT, max_bytes: usize::MAX, numbers: Numbers::Wire };

/// Bytes with which a spreadsheet takes a cell for a formula, or ends the cell before it.
const FORMULA: [u8; 7] = [b'=', b'+', b'-', b'@', b'\t', b'\r', b'\n'];

/// The cell of a value.
pub(super) fn write(value: &Value, formula_safe: bool) -> Cow<'_, str> {
    match value {
        // With a `'` before it no text reads as JSON.
        Value::Text(text) if formula_safe && is_formula(text) => write_text(text, true),
        Value::Text(text) if !text.is_empty() && read_json(text).is_none() => Cow::Borrowed(text),
        // Canonical JSON is UTF-8.
        other => Cow::Owned(String::from_utf8(json::write(other)).unwrap_or_default()),
    }
}

fn is_formula(text: &str) -> bool {
    text.bytes().next().is_some_and(|first| FORMULA.contains(&first))
}

/// A text that stands as it is.
pub(super) fn write_text(text: &str, formula_safe: bool) -> Cow<'_, str> {
    if formula_safe && is_formula(text) { Cow::Owned(format!("'{text}")) } else { Cow::Borrowed(text) }
}

/// The value of a cell; `None` where the member is missing.
pub(super) fn read(cell: &str) -> Option<Value> {
    if cell.is_empty() { None } else { Some(read_json(cell).unwrap_or_else(|| Value::from(cell))) }
}

/// The value that a cell is as JSON, if it is that.
fn read_json(cell: &str) -> Option<Value> {
    let bytes = cell.as_bytes();
    let can_be_json = match bytes.first()? {
        b'"' | b'{' | b'[' | b' ' | b'\t' | b'\n' | b'\r' => true,
        // Times and ids begin like numbers: they are told apart without the making of an error. Space may follow a number.
        b'-' | b'0'..=b'9' => bytes
            .iter()
            .all(|byte| matches!(byte, b'0'..=b'9' | b'-' | b'+' | b'.' | b'e' | b'E' | b' ' | b'\t' | b'\n' | b'\r')),
        b't' => cell.starts_with("true"),
        b'f' => cell.starts_with("false"),
        b'n' => cell.starts_with("null"),
        _ => false,
    };
    if can_be_json { json::read(bytes, &OPTIONS).ok() } else { None }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::value::Map;

    #[test]
    fn a_value_has_one_cell() {
        let map = |value| Value::Map(Map::from_iter([("a".to_owned(), value)]));
        for (value, cell) in [
            (Value::Null, "null"),
            (Value::Bool(true), "true"),
            (Value::Int(-1), "-1"),
            (Value::Double(0.5), "0.5"),
            (Value::List(vec![]), "[]"),
            (map(Value::from("b,c")), r#"{"a":"b,c"}"#),
            (Value::tagged("$int", "9007199254740993"), r#"{"$int":"9007199254740993"}"#),
            ("".into(), r#""""#),
            ("1".into(), r#""1""#),
            (" 1 ".into(), r#"" 1 ""#),
            ("null".into(), r#""null""#),
            ("nullable".into(), "nullable"),
            ("true".into(), r#""true""#),
            ("trueish".into(), "trueish"),
            ("{\"a\": 1}".into(), r#""{\"a\": 1}""#),
            ("{a}".into(), "{a}"),
            ("\"quoted\"".into(), r#""\"quoted\"""#),
            ("2026-11-21".into(), "2026-11-21"),
            ("1e999".into(), "1e999"),
            (" ".into(), " "),
            ("=1+1".into(), "=1+1"),
        ] {
            assert_eq!(write(&value, false), cell);
            assert_eq!(read(cell), Some(value));
        }
        for (text, cell) in [("-2", "'-2"), ("\t1", "'\t1"), ("=1", "'=1"), ("2", r#""2""#), ("a", "a"), ("", r#""""#)]
        {
            assert_eq!(write(&text.into(), true), cell);
        }
        assert_eq!(write(&Value::Int(-2), true), "-2");
        assert_eq!(read(""), None);
        assert_eq!(read("01"), Some("01".into()));
        assert_eq!(read("\u{a0}1"), Some("\u{a0}1".into()));
        assert_eq!(read(" 1.0\n"), Some(Value::Int(1)));
    }

    #[test]
    fn safe_cells_begin_no_formula() {
        for (value, cell) in [
            ("=1+1".into(), "'=1+1"),
            ("+a".into(), "'+a"),
            ("-a".into(), "'-a"),
            ("@a".into(), "'@a"),
            ("\ta".into(), "'\ta"),
            ("\ra".into(), "'\ra"),
            ("\na".into(), "'\na"),
            ("a=1".into(), "a=1"),
            ("-1".into(), "'-1"),
            (Value::Int(-1), "-1"),
            (Value::Double(-0.5), "-0.5"),
        ] {
            assert_eq!(write(&value, true), cell);
        }
    }
}
