//! What we read of the cases of `spec/schema/cases`, and what our validator says of them; independent validators judge them by
//! the JSON Schemas.

#![allow(clippy::unwrap_used, clippy::panic, reason = "a test may fail")]

use std::path::Path;
use tracewire_wire::WireError;
use tracewire_wire::body;
use tracewire_wire::envelope::{Entry, Envelope};
use tracewire_wire::event::{Event, EventType};
use tracewire_wire::json::{self, ReadOptions};
use tracewire_wire::validate::{Expect, Level, Options, validate};
use tracewire_wire::value::Value;

/// Reads an event, and its body in the form that its type demands.
fn read_event(value: Value) -> Result<(), WireError> {
    typed(&Event::from_value(value)?)
}

fn typed(event: &Event) -> Result<(), WireError> {
    let result = match event.event_type {
        EventType::SpanStart => event.body_as::<body::SpanStart>().map(drop),
        EventType::SpanUpdate => event.body_as::<body::SpanUpdate>().map(drop),
        EventType::SpanEvent => event.body_as::<body::SpanEvent>().map(drop),
        EventType::SpanEnd => event.body_as::<body::SpanEnd>().map(drop),
        EventType::Event => event.body_as::<body::PointEvent>().map(drop),
        EventType::Log => event.body_as::<body::Log>().map(drop),
        EventType::Metric => event.body_as::<body::Metric>().map(drop),
        EventType::Feedback => event.body_as::<body::Feedback>().map(drop),
        EventType::Loss => event.body_as::<body::Loss>().map(drop),
        EventType::Other(_) => Ok(()),
    };
    result.or_else(|error| if error.code() == "body_absent" { Ok(()) } else { Err(error) })
}

fn read_envelope(value: Value) -> Result<(), WireError> {
    let envelope = Envelope::from_value(value)?;
    envelope.events.iter().try_for_each(|entry| match entry {
        Entry::Event(event) => typed(event),
        Entry::Withheld(_) => Ok(()),
    })
}

/// The text of the member `document`, which stands before `read`.
fn document_text(line: &str) -> &str {
    let start = line.find(r#""document":"#).unwrap() + r#""document":"#.len();
    &line[start..line.rfind(r#","read":"#).unwrap()]
}

fn check(file: &str, expect: Expect, read: fn(Value) -> Result<(), WireError>) {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../spec/schema/cases").join(file);
    let text = std::fs::read_to_string(path).unwrap();
    let mut wrong = Vec::new();
    for line in text.lines() {
        let case = json::read(line.as_bytes(), &ReadOptions::default()).unwrap();
        let member = |name: &str| case.as_map().unwrap().get(name).cloned();
        let [expected, schema] = ["read", "schema"].map(|name| member(name).and_then(|value| value.as_bool()).unwrap());
        let name = member("case").unwrap();
        let found = read(member("document").unwrap());
        if found.is_ok() != expected {
            wrong.push(format!("{name:?}: {found:?}"));
        }
        // Of the line's own text: numbers as they are written.
        let report =
            validate(document_text(line).as_bytes(), &Options { level: Level::Schema, expect, ..Options::default() });
        if report.summary.is_valid() != schema {
            wrong.push(format!("{name:?}: the validator says {:?}", report.findings));
        }
        if (expected == schema) == member("why").is_some() {
            wrong.push(format!("{name:?}: a case says why where schema and reader differ, and only there"));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    assert!(text.lines().count() > 150);
}

#[test]
fn events() {
    check("event.jsonl", Expect::Event, read_event);
}

#[test]
fn envelopes() {
    check("envelope.jsonl", Expect::Envelope, read_envelope);
}
