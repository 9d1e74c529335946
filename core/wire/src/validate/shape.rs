//! Shape: exactly what the JSON Schema of events and envelopes says, each error with its place.

use super::finding::{Found, Path, shown};
use super::members::{of_body, words};
use super::rules::{
    CONTENT_ENTRY, COUNT_RANGE, HASH_FORM, ID_CASE, ID_FORM, ID_ZERO, MISSING, NEGATIVE_DURATION, NO_RECORD,
    NONCE_FORM, NULL_MEMBER, SPEC_VERSION, TIME_DIGITS, TIME_FORM, TYPE,
};
use super::time;
use crate::body::{Form, Part};
use crate::content::Mark;
use crate::event::EventType;
use crate::id::Hash;
use crate::value::{Map, SAFE_INTEGER, Value};

const SAFE: f64 = SAFE_INTEGER as f64;

/// An event, whatever it is.
pub(super) fn event(value: &Value, path: &Path<'_>, found: &mut Found) {
    let Value::Map(map) = value else {
        return found.add(&NO_RECORD, path, format!("an event is a map, this is {}", value.kind_name()), "write a map");
    };
    let event_type = map.get("type").and_then(Value::as_text).map(EventType::parse);
    let body = event_type.as_ref().and_then(of_body);
    let (mut has_seq, mut has_time, mut has_type) = (false, false, false);
    let needed = body.map_or(&[][..], |(_, needed)| needed);
    let mut missing_of_type = needed.len();
    for (name, value) in map {
        let path = &path.key(name);
        missing_of_type -= usize::from(needed.contains(&name.as_str()));
        match name.as_str() {
            "seq" => {
                has_seq = true;
                count(value, path, found);
            }
            "time" => {
                has_time = true;
                moment(value, path, found);
            }
            "type" => {
                has_type = true;
                text(value, path, found);
            }
            "trace_id" => id(value, 32, path, found),
            "span_id" | "parent_id" => id(value, 16, path, found),
            "kind" | "status" => text(value, path, found),
            "duration_nanos" => duration(value, path, found),
            "nonce" => nonce(value, path, found),
            "body" => match (value, &body) {
                (Value::Map(members), Some((part, _))) => {
                    let can_be_null = event_type == Some(EventType::SpanUpdate);
                    part_of(members, part, can_be_null, path, found);
                }
                (Value::Map(_), None) => {}
                (value, _) => wrong_type(value, "a map", path, found),
            },
            _ => {}
        }
    }
    for (is_there, name) in [(has_seq, "seq"), (has_time, "time"), (has_type, "type")] {
        if !is_there {
            found.add(&MISSING, path, format!("an event has a member `{name}`"), format!("write `{name}`"));
        }
    }
    if missing_of_type > 0 {
        let event_type = event_type.as_ref().map_or("", EventType::as_str);
        for name in needed.iter().filter(|name| !map.contains_key(name)) {
            let message = format!("an event of type `{event_type}` has a member `{name}`");
            found.add(&MISSING, path, message, format!("write `{name}`"));
        }
    }
}

/// An envelope, its events included.
pub(super) fn envelope(value: &Value, path: &Path<'_>, found: &mut Found) {
    let Value::Map(map) = value else {
        let message = format!("an envelope is a map, this is {}", value.kind_name());
        return found.add(&NO_RECORD, path, message, "write a map");
    };
    for (name, value) in map {
        let path = &path.key(name);
        match name.as_str() {
            "spec" => spec(value, path, found),
            "seal" => count(value, path, found),
            "producer" => match value.as_text() {
                Some("") => found.add(&TYPE, path, "a producer has a name", "give each producer a name of its own"),
                _ => text(value, path, found),
            },
            "resource" => _ = a_map(value, path, found),
            "first_seq" => match value {
                Value::Int(0) => found.add(&COUNT_RANGE, path, "events are counted from 1", "write 1 for the first"),
                _ => count(value, path, found),
            },
            "prev" | "digest" => hash(value, path, found),
            "parent" | "predecessor" | "close" => text(value, path, found),
            "events" => match value {
                Value::List(entries) => {
                    for (at, entry) in entries.iter().enumerate() {
                        if !matches!(Mark::of(entry), Some(Mark::Withheld(_))) {
                            event(entry, &path.index(at), found);
                        }
                    }
                }
                value => wrong_type(value, "a list", path, found),
            },
            "content" => content(value, path, found),
            _ => {}
        }
    }
    for name in ["digest", "events", "first_seq", "producer", "resource", "seal", "spec"] {
        if !map.contains_key(name) {
            found.add(&MISSING, path, format!("an envelope has a member `{name}`"), format!("write `{name}`"));
        }
    }
}

fn part_of(members: &Map, part: &Part, can_be_null: bool, path: &Path<'_>, found: &mut Found) {
    for (name, value) in members {
        match part.form(name) {
            None | Some(Form::Any) => {}
            Some(_) if can_be_null && *value == Value::Null => {}
            Some(form) => member(value, form, &path.key(name), found),
        }
    }
}

fn member(value: &Value, form: &Form, path: &Path<'_>, found: &mut Found) {
    let is_right = match (form, value) {
        (Form::Any, _) | (Form::Text, Value::Text(_)) | (Form::Bool, Value::Bool(_)) | (Form::Map, Value::Map(_)) => {
            true
        }
        (Form::Number, Value::Int(_) | Value::Double(_)) | (Form::Integer, Value::Int(_)) => true,
        // Only a number beyond ±(2^53 − 1) that was read as JavaScript reads it is a double and integral.
        (Form::Integer, Value::Double(number)) => number.trunc() == *number,
        (Form::Count | Form::Byte, Value::Int(..0)) => {
            return found.add(&COUNT_RANGE, path, "a count is negative", "count from 0");
        }
        (Form::Count, Value::Int(_)) => true,
        (Form::Count, Value::Double(number)) if number.trunc() == *number && *number < 0.0 => {
            return found.add(&COUNT_RANGE, path, "a count is negative", "count from 0");
        }
        (Form::Count, Value::Double(number)) => number.trunc() == *number,
        (Form::Byte, Value::Int(number)) if *number > 255 => {
            return found.add(&COUNT_RANGE, path, "flags are a number from 0 to 255", "write the lowest byte");
        }
        (Form::Byte, Value::Int(_)) => true,
        (_, Value::Map(_)) if value.tag().is_some() => true,
        (Form::List(form), Value::List(items)) => {
            for (at, item) in items.iter().enumerate() {
                member(item, form, &path.index(at), found);
            }
            true
        }
        (Form::Part(part), Value::Map(members)) => {
            part_of(members, part, false, path, found);
            true
        }
        (_, Value::Null) => {
            let message = format!("{} or a tag is expected, this is null", words(form));
            return found.add(&NULL_MEMBER, path, message, "leave out a member that has no value");
        }
        _ => false,
    };
    if !is_right {
        wrong_type(value, words(form), path, found);
    }
}

fn wrong_type(value: &Value, expected: &str, path: &Path<'_>, found: &mut Found) {
    let is = match value {
        Value::Double(number) if number.trunc() != *number => "a number with a fraction",
        other => other.kind_name(),
    };
    found.add(&TYPE, path, format!("{expected} is expected, this is {is}"), format!("write {expected}"));
}

fn text(value: &Value, path: &Path<'_>, found: &mut Found) {
    match value {
        Value::Text(_) => {}
        Value::Null => {
            found.add(&NULL_MEMBER, path, "a text is expected, this is null", "leave out a member that has no value");
        }
        other => wrong_type(other, "a text", path, found),
    }
}

/// The text, or `None` where another value stands, which is said.
fn a_text<'a>(value: &'a Value, path: &Path<'_>, found: &mut Found) -> Option<&'a str> {
    text(value, path, found);
    value.as_text()
}

fn a_map<'a>(value: &'a Value, path: &Path<'_>, found: &mut Found) -> Option<&'a Map> {
    let map = value.as_map();
    if map.is_none() {
        wrong_type(value, "a map", path, found);
    }
    map
}

/// A count of the fixed part: a number that every host holds exactly.
fn count(value: &Value, path: &Path<'_>, found: &mut Found) {
    match value {
        Value::Int(0..=SAFE_INTEGER) => {}
        Value::Int(..0) => found.add(&COUNT_RANGE, path, "a count is negative", "count from 0"),
        Value::Double(number) if number.trunc() == *number && *number < 0.0 => {
            found.add(&COUNT_RANGE, path, "a count is negative", "count from 0");
        }
        Value::Double(number) if *number > SAFE => {
            found.add(&COUNT_RANGE, path, "a count is beyond 2^53 − 1", "begin a new producer before it");
        }
        Value::Map(_) if matches!(value.tag(), Some(("$int", _))) => {
            found.add(&COUNT_RANGE, path, "a count is beyond 2^53 − 1", "begin a new producer before it");
        }
        other => wrong_type(other, "an integer from 0", path, found),
    }
}

fn duration(value: &Value, path: &Path<'_>, found: &mut Found) {
    const MEND: &str = "measure with a monotonic clock, and write 0 where it went back";
    match value {
        Value::Int(..0) => found.add(&NEGATIVE_DURATION, path, "a duration is negative", MEND),
        Value::Int(0..=SAFE_INTEGER) => {}
        Value::Double(number) if number.trunc() != *number => {
            wrong_type(value, "an integer of nanoseconds", path, found)
        }
        Value::Double(number) if *number < 0.0 => found.add(&NEGATIVE_DURATION, path, "a duration is negative", MEND),
        Value::Int(_) | Value::Double(_) => {
            let message = "a duration beyond 2^53 − 1 is a tag";
            found.add(&COUNT_RANGE, path, message, "write `{\"$int\":\"…\"}` with its digits");
        }
        Value::Map(map) => match map.get("$int").and_then(Value::as_text) {
            Some(digits) if digits.starts_with('-') => {
                found.add(&NEGATIVE_DURATION, path, "a duration is negative", MEND);
            }
            Some(digits) => {
                let is_number = digits.bytes().all(|byte| byte.is_ascii_digit()) && !digits.starts_with('0');
                if !(is_number && (16..=20).contains(&digits.len())) {
                    let message = "the digits of a long duration are 16 to 20, without leading zeros";
                    found.add(&COUNT_RANGE, path, message, "write nanoseconds, up to 2^53 − 1 as a number");
                }
            }
            None => wrong_type(value, "an integer of nanoseconds", path, found),
        },
        Value::Null => {
            found.add(
                &NULL_MEMBER,
                path,
                "an integer is expected, this is null",
                "leave out a member that has no value",
            );
        }
        other => wrong_type(other, "an integer of nanoseconds", path, found),
    }
}

fn is_hex(text: &str, upper_too: bool) -> bool {
    text.bytes().all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f') || upper_too && byte.is_ascii_hexdigit())
}

fn id(value: &Value, digits: usize, path: &Path<'_>, found: &mut Found) {
    let Some(id) = a_text(value, path, found) else { return };
    if id.len() == digits && is_hex(id, false) && id.bytes().any(|byte| byte != b'0') {
        return;
    }
    if id.len() != digits || !is_hex(id, true) {
        let message = format!("an id of {digits} lower-case hex digits is expected, this is {}", shown(id));
        let mend = format!("write the {} bytes of the W3C id as hex", digits / 2);
        found.add(&ID_FORM, path, message, mend);
    } else if id.bytes().all(|byte| byte == b'0') {
        let mend = "draw ids at random; leave out an id that is not known";
        found.add(&ID_ZERO, path, "an id of zeros alone is not valid", mend);
    } else {
        found.add(&ID_CASE, path, "an id has upper-case digits", "write hex digits in lower case");
    }
}

fn hash(value: &Value, path: &Path<'_>, found: &mut Found) {
    if let Some(hash) = a_text(value, path, found) {
        hash_text(hash, path, found);
    }
}

fn hash_text(hash: &str, path: &Path<'_>, found: &mut Found) {
    if hash.parse::<Hash>().is_ok() {
        return;
    }
    match hash.strip_prefix("sha256:") {
        Some(digits) if digits.len() == 64 && is_hex(digits, true) => {
            found.add(&ID_CASE, path, "a hash has upper-case digits", "write hex digits in lower case");
        }
        _ => {
            let message = format!("`sha256:` and 64 lower-case hex digits are expected, this is {}", shown(hash));
            found.add(&HASH_FORM, path, message, "write the SHA-256 as hex behind `sha256:`");
        }
    }
}

fn nonce(value: &Value, path: &Path<'_>, found: &mut Found) {
    if let Some(text) = a_text(value, path, found)
        && !(text.len() == 32 && is_hex(text, false))
    {
        let mend = "draw 16 random bytes and write them as hex";
        found.add(&NONCE_FORM, path, "a nonce of 32 lower-case hex digits is expected", mend);
    }
}

fn spec(value: &Value, path: &Path<'_>, found: &mut Found) {
    let Some(spec) = a_text(value, path, found) else { return };
    let minor = spec.strip_prefix("1.").filter(|minor| !minor.is_empty());
    if !minor.is_some_and(|minor| minor.bytes().all(|byte| byte.is_ascii_digit())) {
        let message = format!("a version 1.x of the specification is expected, this is {}", shown(spec));
        found.add(&SPEC_VERSION, path, message, "write \"1.0\"");
    }
}

fn moment(value: &Value, path: &Path<'_>, found: &mut Found) {
    let Some(text) = a_text(value, path, found) else { return };
    if time::has_wire_form(text) {
        return;
    }
    if time::settle(text).is_some() {
        let message = format!("{} is not in UTC with nine fractional digits and `Z`", shown(text));
        found.add(&TIME_DIGITS, path, message, "write UTC, nine fractional digits and `Z`");
    } else {
        let message = format!("{} is no time", shown(text));
        found.add(&TIME_FORM, path, message, "write RFC 3339, as in 2026-11-21T04:30:00.123456789Z");
    }
}

fn content(value: &Value, path: &Path<'_>, found: &mut Found) {
    let Some(map) = a_map(value, path, found) else { return };
    for (name, entry) in map {
        let path = &path.key(name);
        hash_text(name, path, found);
        match entry {
            Value::Map(members) if members.contains_key("value") => {
                if let Some(value) = members.get("nonce") {
                    nonce(value, &path.key("nonce"), found);
                }
            }
            entry if matches!(Mark::of(entry), Some(Mark::Erased(_) | Mark::Withheld(_))) => {}
            Value::Map(_) => {
                let mend = "write `{\"value\":…}`, `{\"$erased\":…}` or `{\"$withheld\":…}`";
                found.add(&CONTENT_ENTRY, path, "an entry of `content` has a member `value`", mend);
            }
            other => wrong_type(other, "a map", path, found),
        }
    }
}
