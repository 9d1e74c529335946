//! Values cut to a size, and texts made harmless.

use std::fmt::Write as _;

use tracewire_wire::json;
use tracewire_wire::value::{Map, Value};

/// Bytes of a text and items of a list or map that are kept, from generous to miserly.
const STEPS: [(usize, usize); 8] =
    [(usize::MAX, usize::MAX), (4000, 60), (1500, 24), (600, 12), (240, 6), (120, 4), (60, 3), (30, 2)];
/// Deeper than this, a value is cut to its text.
const DEEPEST: usize = 12;

/// A value of at most `most` by `cost`, cut no further than it must be; `None` where nothing useful is left of it.
pub(super) fn shrink(value: &Value, most: usize, cost: &dyn Fn(&Value) -> usize) -> Option<Value> {
    let length = json::write(value).len();
    for (text, items) in STEPS {
        // A token has no more than a few bytes: what is far too long need not be counted.
        if length.min(text.saturating_mul(items)) > most.saturating_mul(24).max(2000) && text > 240 && items > 6 {
            continue;
        }
        let cut = cut(value, text, items, 0);
        if cost(&cut) <= most {
            return Some(cut);
        }
    }
    let whole = String::from_utf8(json::write(value)).unwrap_or_default();
    [120, 60, 30].into_iter().map(|bytes| Value::Text(cut_text(&whole, bytes))).find(|cut| cost(cut) <= most)
}

fn cut(value: &Value, text: usize, items: usize, depth: usize) -> Value {
    if depth > DEEPEST && matches!(value, Value::List(_) | Value::Map(_)) {
        let whole = String::from_utf8(json::write(value)).unwrap_or_default();
        return Value::Text(cut_text(&whole, text.min(240)));
    }
    match value {
        Value::Text(whole) => Value::Text(cut_text(whole, text)),
        Value::List(all) => {
            let (head, tail) = ends(all.len(), items);
            let mut kept: Vec<Value> = all.iter().take(head).map(|item| cut(item, text, items, depth + 1)).collect();
            let between = all.len() - head - tail;
            if between > 0 {
                kept.push(Value::Text(format!("…(+{between} items)")));
            }
            kept.extend(all.iter().skip(all.len() - tail).map(|item| cut(item, text, items, depth + 1)));
            Value::List(kept)
        }
        Value::Map(all) => {
            // The first members that are kept are those of few bytes: a short one says much.
            let most = items.saturating_mul(4);
            let mut kept: Map = all
                .iter()
                .take(most)
                .map(|(key, item)| (cut_text(key, 60), cut(item, text, items, depth + 1)))
                .collect();
            if all.len() > most {
                kept.insert("…".to_owned(), Value::Text(format!("+{} members", all.len() - most)));
            }
            Value::Map(kept)
        }
        other => other.clone(),
    }
}

/// How many of a list's first and last items are kept.
fn ends(length: usize, most: usize) -> (usize, usize) {
    if length <= most { (length, 0) } else { (most - most / 2, most / 2) }
}

/// A text of at most so many bytes, made harmless: two thirds from its beginning, one from its end, and between them how
/// many are missing.
pub(super) fn cut_text(text: &str, most: usize) -> String {
    if text.len() <= most {
        return harmless(text);
    }
    let head = floor(text, most - most / 3);
    let tail = ceil(text, text.len() - most / 3);
    let between = tail - head;
    let (head, tail) = (text.get(..head).unwrap_or_default(), text.get(tail..).unwrap_or_default());
    format!("{}…(+{between} bytes)…{}", harmless(head), harmless(tail))
}

/// A short text for a cell: its beginning only.
pub(super) fn cut_name(text: &str, most: usize) -> String {
    if text.len() <= most {
        return harmless(text);
    }
    harmless(text.get(..floor(text, most)).unwrap_or_default()) + "…"
}

fn floor(text: &str, at: usize) -> usize {
    (0..=at.min(text.len())).rev().find(|at| text.is_char_boundary(*at)).unwrap_or(0)
}

fn ceil(text: &str, at: usize) -> usize {
    (at..=text.len()).find(|at| text.is_char_boundary(*at)).unwrap_or(text.len())
}

/// What TOON and JSON would let through and a terminal or a model may obey: other control characters, and what turns the
/// direction of text, stand as escapes.
fn harmless(text: &str) -> String {
    let is_bad = |character: char| {
        matches!(character, '\u{7f}'..='\u{9f}' | '\u{200e}' | '\u{200f}' | '\u{2028}'..='\u{202e}')
            || matches!(character, '\u{2066}'..='\u{2069}' | '\u{feff}' | '\u{e0000}'..='\u{e007f}')
    };
    if !text.contains(is_bad) {
        return text.to_owned();
    }
    let mut out = String::with_capacity(text.len() + 8);
    for character in text.chars() {
        if is_bad(character) {
            let _ = write!(out, "\\u{{{:x}}}", u32::from(character));
        } else {
            out.push(character);
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;
    use tracewire_wire::json::ReadOptions;

    #[test]
    fn texts_are_cut_between_characters_and_say_how_much_is_missing() {
        assert_eq!(cut_text("short", 10), "short");
        assert_eq!(cut_text("0123456789abcdef", 9), "012345…(+7 bytes)…def");
        assert_eq!(cut_text("日本語日本語日本語", 9), "日本…(+18 bytes)…語");
        assert_eq!(cut_name("日本語", 4), "日…");
    }

    #[test]
    fn what_a_terminal_may_obey_is_escaped() {
        assert_eq!(cut_text("a\u{202e}b\u{85}", 100), "a\\u{202e}b\\u{85}");
        assert_eq!(cut_text("\u{e0041}", 100), "\\u{e0041}");
    }

    #[test]
    fn values_lose_what_is_longest_first() {
        let read = |text: &str| json::read(text.as_bytes(), &ReadOptions::default()).unwrap();
        let bytes = |value: &Value| json::write(value).len();
        let value = read(&format!(r#"{{"a":[1,2,3,4,5,6,7,8],"b":"{}"}}"#, "x".repeat(300)));
        assert_eq!(shrink(&value, 1000, &bytes), Some(value.clone()));
        let shown = |most| shrink(&value, most, &bytes).map(|value| String::from_utf8(json::write(&value)).unwrap());
        let cut = shown(130).unwrap();
        assert!(cut.len() <= 130 && cut.starts_with(r#"{"a":[1,2,"…(+5 items)",8],"b":"xxx"#), "{cut}");
        assert_eq!(shown(5), None);
    }
}
