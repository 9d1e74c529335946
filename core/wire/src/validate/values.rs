//! What every value inside a record is looked at for: tags, keys that should be escaped, numbers, secrets.

use super::finding::{Found, Path, shown};
use super::rules::{BIG_NUMBER, SECRET, TAG_FORM, TAG_UNKNOWN, UNESCAPED_KEY};
use super::secrets;
use crate::base64;
use crate::id::Hash;
use crate::time::is_moment;
use crate::value::{Map, Value};

/// Where in a value the walk is, as far as it matters.
#[derive(Clone, Copy)]
struct Under<'a> {
    /// The name under which a text stands: some names promise a secret.
    name: &'a str,
}

/// Looks at a value and all inside it.
pub(super) fn check(value: &Value, path: &Path<'_>, found: &mut Found) {
    walk(value, Under { name: "" }, path, found);
}

/// The same for what stands under a name.
pub(super) fn check_member(name: &str, value: &Value, path: &Path<'_>, found: &mut Found) {
    walk(value, Under { name }, path, found);
}

fn walk(value: &Value, under: Under<'_>, path: &Path<'_>, found: &mut Found) {
    match value {
        Value::Text(text) => {
            if let Some(kind) = secrets::find(text).or_else(|| secrets::find_named(under.name, text)) {
                let mend = "take it back where it was given out, and let redaction rules or a mask keep it out";
                found.add(&SECRET, path, format!("this looks like {kind}"), mend);
            }
        }
        Value::Double(number) if number.trunc() == *number => {
            let mend = "write `{\"$int\":\"…\"}` with its exact digits";
            found.add(&BIG_NUMBER, path, "an integral number beyond ±(2^53 − 1) is a tag", mend);
        }
        Value::List(items) => {
            for (at, item) in items.iter().enumerate() {
                walk(item, under, &path.index(at), found);
            }
        }
        Value::Map(map) => walk_map(map, value, path, found),
        _ => {}
    }
}

fn walk_map(map: &Map, value: &Value, path: &Path<'_>, found: &mut Found) {
    if let Some((tag, tagged)) = value.tag()
        && tag_of(map, tag, tagged, path, found)
    {
        return;
    }
    for (name, value) in map {
        if matches!(value, Value::Text(_) | Value::List(_) | Value::Map(_) | Value::Double(_)) {
            walk(value, Under { name }, &path.key(name), found);
        }
        // Secrets end up in keys too, where somebody made a map of them.
        if name.len() >= 20
            && let Some(kind) = secrets::find(name)
        {
            let mend = "take it back where it was given out, and use another key";
            found.add(&SECRET, path, format!("a key of this map looks like {kind}"), mend);
        }
    }
}

/// Looks at a tag. True where there is nothing more to see inside.
fn tag_of(map: &Map, tag: &str, tagged: &Value, path: &Path<'_>, found: &mut Found) -> bool {
    let text = tagged.as_text();
    let is_alone = map.len() == 1;
    let (is_right, form) = match tag {
        "$int" => {
            (is_alone && text.is_some_and(is_big_int), "the digits of an integer beyond ±(2^53 − 1) are expected")
        }
        "$float" => (
            is_alone && matches!(text, Some("NaN" | "Infinity" | "-Infinity")),
            "NaN, Infinity or -Infinity is expected",
        ),
        "$bytes" => {
            (is_alone && text.is_some_and(|text| base64::decode(text).is_some()), "base64 with padding is expected")
        }
        "$time" => (is_alone && text.is_some_and(is_time), "a time, a date or a time of day in its form is expected"),
        "$decimal" => (is_alone && text.is_some_and(|text| !text.is_empty()), "the digits of a decimal are expected"),
        "$redacted" => (is_alone && text.is_some(), "the name of the rule is expected"),
        "$unserializable" => {
            let is_known = map.iter().all(|(name, value)| name == tag || name == "text" && value.as_text().is_some());
            (is_known && text.is_some(), "the type's name is expected, and `text` at most")
        }
        "$cut" => {
            let is_missing = |(name, value): &(String, Value)| {
                name == tag
                    || matches!(name.as_str(), "missing_bytes" | "missing_items" | "missing_depth")
                        && value.as_u64().is_some()
            };
            (
                map.len() <= 2 && map.iter().all(is_missing),
                "what was kept and one count of what is missing are expected",
            )
        }
        "$media" => {
            let member = |name: &str| tagged.as_map().and_then(|map| map.get(name));
            let is_hash = |hash: &Value| hash.as_text().is_some_and(|text| text.parse::<Hash>().is_ok());
            let is_right = is_alone
                && member("type").is_some_and(|name| name.as_text().is_some())
                && member("bytes").is_some_and(|bytes| bytes.as_u64().is_some())
                && member("hash").is_none_or(is_hash);
            (is_right, "a map with `type`, `bytes` and, where the bytes are carried, their `hash` is expected")
        }
        "$ref" | "$erased" | "$withheld" => {
            let is_hash = text.is_some_and(|text| text.parse::<Hash>().is_ok());
            if !is_hash && text.is_some_and(|text| !text.starts_with("sha256:")) || !is_alone {
                unescaped(tag, path, found);
                return false;
            }
            (is_hash, "`sha256:` and 64 lower-case hex digits are expected")
        }
        _ if !is_alone || USER_KEYS.contains(&tag) => {
            unescaped(tag, path, found);
            return false;
        }
        _ => {
            let message = format!("the tag {} is not one of this version", shown(tag));
            found.add(
                &TAG_UNKNOWN,
                path,
                message,
                "if it is a user's key, write one more `$`; else it is kept as it is",
            );
            return false;
        }
    };
    if !is_right {
        found.add(&TAG_FORM, path, format!("`{tag}`: {form}"), "write the tag as section 1 of the specification says");
    }
    // What was kept of a cut value is a value like any other.
    tag != "$cut" && tag != "$unserializable" && tag != "$decimal"
}

/// Keys of JSON Schema and its like: where one stands alone it is a user's all the same.
const USER_KEYS: [&str; 8] = ["$schema", "$id", "$defs", "$comment", "$anchor", "$oid", "$date", "$type"];

fn unescaped(key: &str, path: &Path<'_>, found: &mut Found) {
    let message = format!("the key {} is read as a tag", shown(key));
    found.add(&UNESCAPED_KEY, path, message, format!("write `${key}` where a user chose the key"));
}

fn is_big_int(digits: &str) -> bool {
    matches!(Value::big_int(digits), Some(Value::Map(map)) if map.get("$int").and_then(Value::as_text) == Some(digits))
}

fn is_time(text: &str) -> bool {
    match text.len() {
        // A date, a time of day, a moment without and with a zone.
        10 => is_moment(&format!("{text}T00:00:00.000000000Z")),
        18 => is_moment(&format!("2000-01-01T{text}Z")),
        29 => is_moment(&format!("{text}Z")),
        _ => is_moment(text),
    }
}
