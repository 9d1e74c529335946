//! What we read of the cases of `spec/schema/cases`, which independent validators judge by the JSON Schemas as well.

#![allow(clippy::unwrap_used, clippy::panic, reason = "a test may fail")]

use std::path::Path;
use tracewire_wire::WireError;
use tracewire_wire::body;
use tracewire_wire::envelope::{Entry, Envelope};
use tracewire_wire::event::{Event, EventType};
use tracewire_wire::json::{self, ReadOptions};
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

fn check(file: &str, read: fn(Value) -> Result<(), WireError>) {
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
        if (expected == schema) == member("why").is_some() {
            wrong.push(format!("{name:?}: a case says why where schema and reader differ, and only there"));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    assert!(text.lines().count() > 150);
}

#[test]
fn events() {
    check("event.jsonl", read_event);
}

#[test]
fn envelopes() {
    check("envelope.jsonl", read_envelope);
}
