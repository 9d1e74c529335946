//! A value in one short line.

use tracewire_wire::content::is_message;
use tracewire_wire::media::{Tag, for_each_tag};
use tracewire_wire::value::{Map, Value};

use crate::term::units;

/// How deep a preview looks into a value.
const DEPTH: usize = 3;

/// At most about `budget` characters of what matters most in a value; not yet escaped.
pub fn preview(value: &Value, budget: usize) -> String {
    let mut out = String::new();
    write(&mut out, value, budget, 0);
    out
}

fn is_full(out: &str, budget: usize) -> bool {
    // Bytes are never fewer than characters; good enough to stop.
    out.len() > budget.saturating_mul(4)
}

fn write(out: &mut String, value: &Value, budget: usize, depth: usize) {
    if is_full(out, budget) {
        return;
    }
    if let Some((tag, inner)) = value.tag() {
        return write_tag(out, tag, inner, value, budget, depth);
    }
    match value {
        Value::Null => out.push_str("null"),
        Value::Bool(truth) => out.push_str(if *truth { "true" } else { "false" }),
        Value::Int(number) => out.push_str(&number.to_string()),
        Value::Double(number) => out.push_str(&number.to_string()),
        Value::Text(text) => {
            out.push('"');
            // White space says nothing in one line.
            let mut words = text.split_whitespace();
            let mut first = true;
            while let (Some(word), false) = (words.next(), is_full(out, budget)) {
                if !first {
                    out.push(' ');
                }
                first = false;
                out.extend(word.chars().take(budget + 1));
            }
            out.push('"');
        }
        Value::List(items) => match items.iter().rev().find(|item| is_message(item)) {
            Some(message) => write(out, message, budget, depth),
            None => write_list(out, items, budget, depth),
        },
        Value::Map(map) => write_map(out, map, value, budget, depth),
    }
}

fn write_list(out: &mut String, items: &[Value], budget: usize, depth: usize) {
    if depth >= DEPTH {
        out.push_str(if items.is_empty() { "[]" } else { "[…]" });
        return;
    }
    out.push('[');
    for (place, item) in items.iter().enumerate() {
        if place > 0 {
            out.push_str(", ");
        }
        if is_full(out, budget) {
            return;
        }
        write(out, item, budget, depth + 1);
    }
    out.push(']');
}

fn write_map(out: &mut String, map: &Map, value: &Value, budget: usize, depth: usize) {
    if is_message(value) {
        return write_message(out, map, budget, depth);
    }
    if let Some(Value::List(messages)) = map.get("messages")
        && let Some(message) = messages.iter().rev().find(|item| is_message(item))
    {
        return write(out, message, budget, depth);
    }
    if depth >= DEPTH {
        out.push_str(if map.is_empty() { "{}" } else { "{…}" });
        return;
    }
    if depth > 0 || map.is_empty() {
        out.push('{');
    }
    for (place, (key, value)) in map.iter().enumerate() {
        if is_full(out, budget) {
            return;
        }
        if place > 0 {
            out.push_str(if depth > 0 { ", " } else { " " });
        }
        out.extend(key.chars().take(budget + 1));
        out.push_str(if depth > 0 { ": " } else { "=" });
        write(out, value, budget, depth + 1);
    }
    if depth > 0 || map.is_empty() {
        out.push('}');
    }
}

/// A message: who, and its last words.
fn write_message(out: &mut String, map: &Map, budget: usize, depth: usize) {
    if let Some(Value::Text(role)) = map.get("role") {
        out.extend(role.chars().take(budget + 1));
        out.push_str(": ");
    }
    let said =
        map.get("content").or_else(|| map.get("parts")).or_else(|| map.get("arguments")).or_else(|| map.get("output"));
    match said {
        Some(Value::List(parts)) => {
            let text = parts.iter().rev().find_map(|part| {
                let part = part.as_map()?;
                part.get("text").or_else(|| part.get("content")).filter(|text| text.as_text().is_some())
            });
            match text.or_else(|| parts.last()) {
                Some(part) => write(out, part, budget, depth + 1),
                None => out.push_str("[]"),
            }
            if text.is_some() {
                write_shown(out, parts);
            }
        }
        Some(said) => write(out, said, budget, depth + 1),
        None => out.push_str("{…}"),
    }
}

/// What is to be seen or heard beside a message's words.
fn write_shown(out: &mut String, parts: &[Value]) {
    let mut shown = Vec::new();
    parts.iter().for_each(|part| for_each_tag(part, &mut |tag| shown.push(tag)));
    match shown.as_slice() {
        [] => {}
        [one] => out.push_str(&format!(" + <{}>", kind_of(one))),
        all => out.push_str(&format!(" + {} media", all.len())),
    }
}

fn write_tag(out: &mut String, tag: &str, inner: &Value, value: &Value, budget: usize, depth: usize) {
    if let Some(tag) = Tag::of(value) {
        return out.push_str(&medium(&tag));
    }
    match (tag, inner) {
        ("$int" | "$float" | "$decimal" | "$time", Value::Text(text)) => out.extend(text.chars().take(budget + 1)),
        ("$bytes", Value::Text(text)) => {
            out.push_str(&format!("<{} bytes>", (text.len() / 4 * 3).saturating_sub(padding(text))))
        }
        ("$ref", _) => out.push_str("<not in this store>"),
        ("$erased", _) => out.push_str("<erased>"),
        ("$withheld", _) => out.push_str("<withheld>"),
        ("$redacted", _) => out.push_str("<redacted>"),
        ("$unserializable", Value::Text(name)) => {
            out.push('<');
            out.extend(name.chars().take(budget + 1));
            out.push('>');
        }
        ("$cut", Value::Null) => out.push('…'),
        ("$cut", kept) => {
            write(out, kept, budget, depth);
            out.push('…');
        }
        // Of a later version: as it is.
        _ => match value {
            Value::Map(map) if depth < DEPTH => {
                out.push('{');
                for (key, value) in map.iter().take(2) {
                    out.extend(key.chars().take(budget + 1));
                    out.push_str(": ");
                    write(out, value, budget, depth + 1);
                }
                out.push('}');
            }
            _ => out.push('…'),
        },
    }
}

/// A medium in a few words: `image/png 1024×768, 118.0 kB, sha256:ab12cd34…`.
pub fn medium(tag: &Tag) -> String {
    let mut words = vec![kind_of(tag)];
    words.extend(tag.duration_nanos.map(|nanos| units::duration(nanos, "µ")));
    words.push(units::bytes(tag.bytes));
    words.push(match &tag.hash {
        Some(hash) => format!("{}…", hash.to_string().chars().take(15).collect::<String>()),
        None => "cut".to_owned(),
    });
    format!("<{}>", words.join(", "))
}

/// Of what kind it is, and how large: `image/png 1024×768`.
fn kind_of(tag: &Tag) -> String {
    let size = tag.width.zip(tag.height).map(|(width, height)| format!(" {width}×{height}"));
    tag.media_type.clone() + &size.unwrap_or_default()
}

fn padding(base64: &str) -> usize {
    base64.bytes().rev().take(2).filter(|byte| *byte == b'=').count()
}

#[cfg(test)]
mod tests {
    use super::preview;
    use tracewire_wire::json::{ReadOptions, read};

    fn of(json: &str) -> String {
        preview(&read(json.as_bytes(), &ReadOptions::default()).unwrap(), 60)
    }

    #[test]
    fn what_matters_comes_first() {
        for (json, shown) in [
            (r#""two\n  lines""#, r#""two lines""#),
            (r#"{"query":"otters","limit":3}"#, r#"query="otters" limit=3"#),
            (
                r#"[{"role":"user","content":"hi"},{"role":"assistant","content":[{"type":"text","text":"hello"}]}]"#,
                r#"assistant: "hello""#,
            ),
            (
                r#"{"messages":[{"role":"user","parts":[{"type":"text","content":"why?"}]}],"model":"m"}"#,
                r#"user: "why?""#,
            ),
            (
                r#"[{"role":"user","content":[{"type":"text","text":"see?"},{"image_url":{"url":{"$media":{"bytes":9,"height":7,"missing_bytes":9,"type":"image/png","width":8}}}}]}]"#,
                r#"user: "see?" + <image/png 8×7>"#,
            ),
            (r#"{"a":{"b":{"c":{"d":1}}}}"#, "a={b: {c: {…}}}"),
            (r#"[1,2,"x"]"#, r#"[1, 2, "x"]"#),
            (r#"{"$ref":"sha256:00"}"#, "<not in this store>"),
            (r#"{"$bytes":"aGVsbG8="}"#, "<5 bytes>"),
            (
                r#"{"$media":{"bytes":118034,"hash":"sha256:ab12cd34ab12cd34ab12cd34ab12cd34ab12cd34ab12cd34ab12cd34ab12cd34","height":768,"type":"image/png","width":1024}}"#,
                "<image/png 1024×768, 118.0 kB, sha256:ab12cd34…>",
            ),
            (
                r#"[{"$media":{"bytes":4000000,"duration_nanos":61500000000,"missing_bytes":4000000,"type":"audio/wav"}}]"#,
                "[<audio/wav, 1m 02s, 4.0 MB, cut>]",
            ),
            (r#"{"$cut":"abc","missing_bytes":9}"#, "\"abc\"…"),
            (r#"{"$int":"9007199254740993"}"#, "9007199254740993"),
            (r#"{"$redacted":"keys"}"#, "<redacted>"),
            ("{}", "{}"),
        ] {
            assert_eq!(of(json), shown, "{json}");
        }
    }

    #[test]
    fn a_huge_value_is_not_walked() {
        let list = format!("[{}]", vec!["\"0123456789\""; 100_000].join(","));
        assert!(of(&list).len() < 400);
        assert!(of(&format!("\"{}\"", "x".repeat(1_000_000))).len() < 400);
    }
}
