//! JSON inside of texts: values of the wire, and back.

use std::borrow::Cow;

use tracewire_wire::json::{self, ReadOptions};
use tracewire_wire::value::{Map, Value, escape_key, unescape_key};

/// The value of a text that holds a list or map in JSON; `None` for any other text, and where the way back would give another
/// value.
pub(crate) fn parse_json(text: &str, depth: usize) -> Option<Value> {
    if text.trim_start().starts_with(['{', '[']) { parse(text, depth) } else { None }
}

/// The same for a text that is always JSON, so that `"dry"` with its quotes is JSON, too.
pub(crate) fn parse_encoded(text: &str, depth: usize) -> Option<Value> {
    if text.trim_start().starts_with(['{', '[', '"']) { parse(text, depth) } else { None }
}

fn parse(text: &str, depth: usize) -> Option<Value> {
    // The reader's own mark of a large integer must not be taken for what somebody wrote.
    if text.contains("$int") || text.contains("\\u0024") {
        return None;
    }
    let options = ReadOptions { max_depth: depth, ..ReadOptions::default() };
    let mut value = json::read(text.as_bytes(), &options).ok()?;
    if text.contains('$') {
        escape_keys(&mut value);
    }
    Some(value)
}

/// Keys of a user that begin with `$` get one more (TW-VAL-008).
fn escape_keys(value: &mut Value) {
    match value {
        Value::List(items) => items.iter_mut().for_each(escape_keys),
        Value::Map(_) if is_int(value) => {}
        Value::Map(map) => {
            let entries = std::mem::take(map).into_iter().map(|(key, mut value)| {
                escape_keys(&mut value);
                match escape_key(&key) {
                    Cow::Borrowed(_) => (key, value),
                    Cow::Owned(escaped) => (escaped, value),
                }
            });
            *map = Map::from_entries_in_order(entries.collect());
        }
        _ => {}
    }
}

fn is_int(value: &Value) -> bool {
    value.tag().is_some_and(|(tag, _)| tag == "$int")
}

/// The JSON of a value, keys as their user chose them, members in their order.
pub(crate) fn json_text(value: &Value) -> String {
    let mut out = Vec::new();
    write(value, &mut out);
    String::from_utf8_lossy(&out).into_owned()
}

fn write(value: &Value, out: &mut Vec<u8>) {
    match value {
        Value::List(items) => {
            out.push(b'[');
            for (at, item) in items.iter().enumerate() {
                separate(at, out);
                write(item, out);
            }
            out.push(b']');
        }
        Value::Map(map) => {
            if let Some(("$int", Value::Text(digits))) = value.tag() {
                out.extend_from_slice(digits.as_bytes());
                return;
            }
            out.push(b'{');
            for (at, (name, value)) in map.iter().enumerate() {
                separate(at, out);
                json::write_text(unescape_key(name), out);
                out.push(b':');
                write(value, out);
            }
            out.push(b'}');
        }
        scalar => json::write_to(scalar, out),
    }
}

fn separate(at: usize, out: &mut Vec<u8>) {
    if at > 0 {
        out.push(b',');
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn texts_that_hold_json_are_read_and_written_back() {
        let given = r##"{"b":[1,0.5,18446744073709551616,null],"$defs":{"a":{"$ref":"#/x"}},"a":"é\n"}"##;
        let value = parse_json(given, 64).unwrap();
        assert_eq!(json_text(&value), given);
        let keys: Vec<&str> = value.as_map().unwrap().iter().map(|(key, _)| key.as_str()).collect();
        assert_eq!(keys, ["b", "$$defs", "a"]);
    }

    #[test]
    fn other_texts_stay_texts() {
        for text in
            ["", "5", "true", "\"a\"", "{", "{\"a\":1,\"a\":2}", "[1e999]", r#"{"$int":"5"}"#, r#"{"\u0024int":"5"}"#]
        {
            assert_eq!(parse_json(text, 64), None, "{text}");
        }
        assert_eq!(parse_json(&"[".repeat(70), 64), None);
    }
}
