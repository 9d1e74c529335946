//! Where two byte strings part: the offset, both sides in hex, and what they say as JSON.

use std::fmt::Write as _;
use tracewire_wire::json::{self, ReadOptions};
use tracewire_wire::value::Value;

/// Bytes shown on either side of the first difference.
const WINDOW: usize = 24;

/// Longest text of a decoded value that is shown.
const SHOWN_CHARS: usize = 200;

/// Where and how two byte strings differ.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Difference {
    /// The first byte that differs; the length of the shorter one, where that is the beginning of the other.
    pub offset: usize,
    /// Both sides around that byte, in hex and as text.
    pub bytes: String,
    /// The first member that differs, where both sides are JSON.
    pub decoded: Option<String>,
}

impl Difference {
    /// The difference of what was expected and what came; `None` for equal bytes.
    pub fn between(expected: &[u8], actual: &[u8]) -> Option<Self> {
        if expected == actual {
            return None;
        }
        let offset = expected.iter().zip(actual).take_while(|(a, b)| a == b).count();
        let mut bytes = String::new();
        for (name, side) in [("expected", expected), ("actual  ", actual)] {
            let start = offset.saturating_sub(WINDOW / 2);
            let part = side.get(start..side.len().min(offset + WINDOW / 2)).unwrap_or_default();
            let hex: Vec<String> = part.iter().map(|byte| format!("{byte:02x}")).collect();
            let text: String = part.iter().map(|byte| shown(*byte)).collect();
            let _ = writeln!(bytes, "{name} @{start} ({} bytes)  {}  |{text}|", side.len(), hex.join(" "));
        }
        Some(Difference { offset, bytes, decoded: decoded(expected, actual) })
    }
}

fn shown(byte: u8) -> char {
    if (0x20..0x7f).contains(&byte) { char::from(byte) } else { '·' }
}

fn decoded(expected: &[u8], actual: &[u8]) -> Option<String> {
    let read = |bytes: &[u8]| json::read(bytes, &ReadOptions::default()).ok();
    let (expected, actual) = (read(expected)?, read(actual)?);
    first(&expected, &actual, String::new()).or_else(|| Some("the same value, written in another way".to_owned()))
}

/// The first place at which two values differ, and what stands there on each side.
fn first(expected: &Value, actual: &Value, path: String) -> Option<String> {
    match (expected, actual) {
        (Value::Map(a), Value::Map(b)) => {
            let missing =
                |name: &str, side: &str, value: &Value| Some(format!("{path}/{name}: only {side}: {}", text(value)));
            for (name, value) in a.iter() {
                match b.get(name) {
                    None => return missing(name, "expected", value),
                    Some(other) => {
                        if let Some(found) = first(value, other, format!("{path}/{name}")) {
                            return Some(found);
                        }
                    }
                }
            }
            let (name, value) = b.iter().find(|(name, _)| !a.contains_key(name))?;
            missing(name, "actual", value)
        }
        (Value::List(a), Value::List(b)) => {
            for (at, (value, other)) in a.iter().zip(b).enumerate() {
                if let Some(found) = first(value, other, format!("{path}/{at}")) {
                    return Some(found);
                }
            }
            (a.len() != b.len()).then(|| format!("{path}: {} elements expected, {} came", a.len(), b.len()))
        }
        (a, b) if a == b => None,
        (a, b) => Some(format!("{path}: expected {}, actual {}", text(a), text(b))),
    }
}

fn text(value: &Value) -> String {
    let text = String::from_utf8_lossy(&json::write(value)).into_owned();
    match text.char_indices().nth(SHOWN_CHARS) {
        Some((end, _)) => format!("{}…", text.get(..end).unwrap_or_default()),
        None => text,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_difference_is_named_in_both_ways() {
        let found = Difference::between(br#"{"a":[1,2],"b":3}"#, br#"{"a":[1,4],"b":3}"#);
        let found = found.into_iter().next().map(|found| (found.offset, found.decoded));
        assert_eq!(found, Some((8, Some("/a/1: expected 2, actual 4".to_owned()))));
        assert_eq!(Difference::between(b"same", b"same"), None);
    }

    #[test]
    fn members_of_one_side_and_other_ways_of_writing_are_told() {
        let decoded =
            |a: &str, b: &str| Difference::between(a.as_bytes(), b.as_bytes()).and_then(|found| found.decoded);
        assert_eq!(decoded(r#"{"a":1}"#, "{}").as_deref(), Some("/a: only expected: 1"));
        assert_eq!(decoded("{}", r#"{"a":1}"#).as_deref(), Some("/a: only actual: 1"));
        assert_eq!(decoded("[1]", "[1,2]").as_deref(), Some(": 1 elements expected, 2 came"));
        assert_eq!(decoded("1", "1.0").as_deref(), Some("the same value, written in another way"));
        assert_eq!(decoded("a", "b"), None);
    }
}
