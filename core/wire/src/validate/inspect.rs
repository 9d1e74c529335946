//! One document looked at by itself: a line of JSON Lines, a JSON text, or a value that was read from another encoding.

use super::finding::{Expect, Finding, Found, Options, Path};
use super::locate;
use super::place::{Place, Root};
use super::record::{self, Record};
use super::rules::{BIG_NUMBER, CANONICAL, ENCODING, LIMITS, Level, NO_RECORD, NUMBER_RANGE, REPEATED_KEY, SYNTAX};
use crate::error::WireError;
use crate::json::{self, Numbers, ReadOptions};
use crate::statement::{self, Head};
use crate::value::Value;

/// What was found in one document, and what it says to others.
#[derive(Clone, Debug)]
pub struct Inspected {
    /// What was found in it alone.
    pub findings: Vec<Finding>,
    pub(super) records: Vec<Record>,
    pub(super) envelopes: u64,
    pub(super) events: u64,
}

/// Looks at one JSON document that begins on this line (from 1).
pub fn inspect(bytes: &[u8], line: u64, options: &Options) -> Inspected {
    let mut found = Found::new(options.level);
    // As JavaScript reads them, integers beyond 2^53 stay apart from tags: they are no form of the wire.
    let reading = ReadOptions { numbers: Numbers::Ecma, ..ReadOptions::default() };
    let value = match json::read(bytes, &reading) {
        Ok(value) => value,
        Err(error) => {
            refused(&error, bytes, line, &mut found);
            return Inspected { findings: found.list, records: Vec::new(), envelopes: 0, events: 0 };
        }
    };
    let mut inspected = look(&value, bytes, Some(line), options, &mut found);
    if options.level >= Level::Canonical {
        canonical(&value, bytes, line, &mut found);
    }
    place(&mut found.list, bytes, line);
    let is_long = bytes.trim_ascii_end().contains(&b'\n');
    if is_long {
        place_records(&mut inspected.records, bytes, line);
    }
    inspected.findings = found.list;
    inspected
}

/// Looks at a value that was read from another encoding: the document, or the item of this number (from 0) and line of it.
pub fn inspect_value(value: &Value, item: Option<u64>, line: Option<u64>, options: &Options) -> Inspected {
    let mut found = Found::new(options.level);
    let root = item.map_or(Root::Whole, |at| Root::Element(u32::try_from(at).unwrap_or(u32::MAX)));
    let mut inspected = look_at(value, &[], root, line, options, &mut found);
    for finding in &mut found.list {
        finding.line = line;
    }
    inspected.findings = found.list;
    inspected
}

fn look(value: &Value, bytes: &[u8], line: Option<u64>, options: &Options, found: &mut Found) -> Inspected {
    look_at(value, bytes, Root::Whole, line, options, found)
}

fn look_at(
    value: &Value,
    bytes: &[u8],
    root: Root,
    line: Option<u64>,
    options: &Options,
    found: &mut Found,
) -> Inspected {
    let mut inspected = Inspected { findings: Vec::new(), records: Vec::new(), envelopes: 0, events: 0 };
    let line = line.and_then(|line| u32::try_from(line).ok());
    let whole = Place { line, root, event: None };
    let mut one = |value: &Value, exact: &Value, place: Place, as_envelope: bool, found: &mut Found| {
        let record = if as_envelope {
            inspected.envelopes += 1;
            let events = value.as_map().and_then(|map| map.get("events")).and_then(Value::as_list);
            inspected.events += events.map_or(0, <[Value]>::len) as u64;
            record::envelope(value, exact, place, found)
        } else {
            inspected.events += 1;
            record::event(value, place, found)
        };
        inspected.records.extend(record);
    };
    let exact = exact_value(value, bytes);
    let exact = exact.as_ref().unwrap_or(value);
    match (options.expect, value) {
        (Expect::Event, _) => one(value, exact, whole, false, found),
        (Expect::Envelope, _) => one(value, exact, whole, true, found),
        (Expect::Any, _) if root != Root::Whole => record_of(value, exact, whole, found, &mut one),
        (Expect::Any, Value::List(items)) => {
            for (at, item) in items.iter().enumerate() {
                let place = Place { root: Root::Element(u32::try_from(at).unwrap_or(u32::MAX)), ..whole };
                let exact = exact.as_list().and_then(|items| items.get(at)).unwrap_or(item);
                record_of(item, exact, place, found, &mut one);
            }
        }
        (Expect::Any, Value::Map(map)) => match (map.get("envelopes"), map.get("events"), map.contains_key("digest")) {
            (Some(Value::List(items)), ..) => {
                let exact = exact.as_map().and_then(|map| map.get("envelopes")).and_then(Value::as_list);
                for (at, item) in items.iter().enumerate() {
                    let place = Place { root: Root::Export(u32::try_from(at).unwrap_or(u32::MAX)), ..whole };
                    let exact = exact.and_then(|items| items.get(at)).unwrap_or(item);
                    if statement::is_statement(item) {
                        statement(item, place, found);
                    } else {
                        one(item, exact, place, true, found);
                    }
                }
            }
            (None, Some(Value::List(items)), false) if !is_envelope(value) => {
                for (at, item) in items.iter().enumerate() {
                    let place = Place { root: Root::Events(u32::try_from(at).unwrap_or(u32::MAX)), ..whole };
                    one(item, item, place, false, found);
                }
            }
            _ => record_of(value, exact, whole, found, &mut one),
        },
        _ => record_of(value, exact, whole, found, &mut one),
    }
    inspected
}

fn record_of(
    value: &Value,
    exact: &Value,
    place: Place,
    found: &mut Found,
    one: &mut impl FnMut(&Value, &Value, Place, bool, &mut Found),
) {
    if statement::is_statement(value) {
        statement(value, place, found);
    } else if is_envelope(value) {
        one(value, exact, place, true, found);
    } else if is_event(value) {
        one(value, exact, place, false, found);
    } else {
        let is = match value {
            Value::Map(_) => "a map with none of their members",
            other => other.kind_name(),
        };
        let mend = "write an event (`seq`, `time`, `type`, …) or an envelope (`spec`, `producer`, `events`, …)";
        let pointer = place.pointer();
        found.add(
            &NO_RECORD,
            &Path::Root(&pointer),
            format!("an event or an envelope is expected, this is {is}"),
            mend,
        );
    }
}

/// A statement is neither an event nor an envelope; of a kind that is known it has a form (TW-SIG-002).
fn statement(value: &Value, place: Place, found: &mut Found) {
    if let Err(error) = Head::from_value(value) {
        let (reason, path) = error.into_reason();
        let mend = "write the members of a head as spec/signing.md has them, or leave the line out";
        let pointer = place.pointer();
        let at = path.unwrap_or_default();
        found.add(
            &NO_RECORD,
            &Path::Root(&pointer),
            format!("a signed head is expected, and {at} is none: {reason}"),
            mend,
        );
    }
}

pub(super) fn is_envelope(value: &Value) -> bool {
    let Value::Map(map) = value else { return false };
    let has = |name: &str| map.contains_key(name);
    let marks =
        ["producer", "first_seq", "spec", "digest", "seal", "resource"].into_iter().filter(|name| has(name)).count();
    marks >= 2 || marks == 1 && has("events") || marks == 1 && !has("type") && !has("seq")
}

fn is_event(value: &Value) -> bool {
    let Value::Map(map) = value else { return false };
    ["type", "seq", "time", "span_id", "trace_id", "body"].into_iter().any(|name| map.contains_key(name))
}

/// The value with all digits of its integers, where the one at hand has lost some.
fn exact_value(value: &Value, bytes: &[u8]) -> Option<Value> {
    let has_lost = has_big_number(value);
    if has_lost { json::read(bytes, &ReadOptions::default()).ok() } else { None }
}

fn has_big_number(value: &Value) -> bool {
    match value {
        Value::Double(number) => number.trunc() == *number,
        Value::List(items) => items.iter().any(has_big_number),
        Value::Map(map) => map.iter().any(|(_, value)| has_big_number(value)),
        _ => false,
    }
}

/// What the reader refused, as the rule that it is.
fn refused(error: &WireError, bytes: &[u8], line: u64, found: &mut Found) {
    let (rule, mend) = match error.code() {
        "json_duplicate_key" => (&REPEATED_KEY, "write each key once"),
        "json_utf8" => (&ENCODING, "write UTF-8; what is no text goes into `{\"$bytes\":\"…\"}`"),
        "json_surrogate" => (&ENCODING, "write U+FFFD where a character has no other half"),
        "json_syntax" if bytes.starts_with(b"\xef\xbb\xbf") => (&ENCODING, "leave out the byte order mark"),
        "json_too_deep" => (&LIMITS, "cut what is nested deeper, and mark it with `$cut`"),
        "json_too_large" => (&LIMITS, "write JSON Lines, with envelopes of up to 16 MiB"),
        "json_integer_length" => (&LIMITS, "write fewer digits"),
        "number_range" => {
            (&NUMBER_RANGE, "write `{\"$float\":\"Infinity\"}`, or `{\"$decimal\":\"…\"}` with its digits")
        }
        _ => (&SYNTAX, "write with a JSON library, one document a line"),
    };
    let offset = error.offset().unwrap_or_default();
    // A document that is cut short ends on its last line, not on the one behind its line break.
    let spot = locate::spot(bytes, offset.min(bytes.trim_ascii_end().len()));
    let reason = match error {
        WireError::Json { reason, .. } if rule.code != REPEATED_KEY.code => reason.clone(),
        // The reader shows the key, which is the user's.
        _ => "a key stands twice in one map".to_owned(),
    };
    found.add(rule, &Path::Root(""), format!("{reason} (byte {offset} of the document)"), mend);
    if let Some(finding) = found.list.last_mut() {
        (finding.line, finding.column) = (Some(line + spot.line - 1), Some(spot.column));
    }
}

fn canonical(value: &Value, bytes: &[u8], line: u64, found: &mut Found) {
    let bytes = bytes.strip_suffix(b"\n").unwrap_or(bytes);
    let written = json::write(value);
    if written == bytes || found.list.iter().any(|finding| finding.rule.code == BIG_NUMBER.code) {
        return;
    }
    let at = written.iter().zip(bytes).position(|(a, b)| a != b).unwrap_or(written.len().min(bytes.len()));
    let spot = locate::spot(bytes, at);
    let what = match bytes.get(at) {
        Some(b' ' | b'\t' | b'\n' | b'\r') => "white space stands here",
        Some(b'\\') => "an escape stands here that is not the shortest",
        Some(b'0'..=b'9' | b'.' | b'e' | b'E' | b'+' | b'-') => "a number stands here in another form",
        _ => "the members are in another order",
    };
    let message = format!("{what} (byte {at} of the document)");
    let mend = "write members by the UTF-16 order of their keys, without white space, as RFC 8785 says";
    found.add(&CANONICAL, &Path::Root(""), message, mend);
    if let Some(finding) = found.list.last_mut() {
        (finding.line, finding.column) = (Some(line + spot.line - 1), Some(spot.column));
    }
}

/// Gives findings their line and column.
fn place(findings: &mut [Finding], bytes: &[u8], line: u64) {
    if findings.iter().all(|finding| finding.line.is_some()) {
        return;
    }
    let pointers: Vec<String> =
        findings.iter().filter(|finding| finding.line.is_none()).map(|finding| finding.pointer.clone()).collect();
    let spots = locate::spots(bytes, pointers.iter().map(String::as_str));
    for finding in findings.iter_mut().filter(|finding| finding.line.is_none()) {
        let spot = spots.get(finding.pointer.as_str());
        finding.line = Some(spot.map_or(line, |spot| line + spot.line - 1));
        finding.column = spot.map(|spot| spot.column);
    }
}

/// Gives records of a document of several lines their own lines, for what is found later.
fn place_records(records: &mut [Record], bytes: &[u8], line: u64) {
    let mut places: Vec<&mut Place> = Vec::new();
    for record in records {
        match record {
            Record::Event(event, _) => places.push(&mut event.place),
            Record::Envelope { place, events, references, .. } => {
                places.push(place);
                places.extend(events.iter_mut().map(|event| &mut event.place));
                places.extend(references.iter_mut().map(|(_, place)| place));
            }
        }
    }
    let pointers: Vec<String> = places.iter().map(|place| place.pointer()).collect();
    let spots = locate::spots(bytes, pointers.iter().map(String::as_str));
    for (place, pointer) in places.into_iter().zip(&pointers) {
        if let Some(spot) = spots.get(pointer.as_str()) {
            place.line = u32::try_from(line + spot.line - 1).ok();
        }
    }
}
