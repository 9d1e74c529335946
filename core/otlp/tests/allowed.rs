//! What comes out is what the specification allows, and the sealer's recogniser finds its messages.
#![allow(clippy::unwrap_used, reason = "a test may fail")]

mod support;

use tracewire_otlp::{Form, Imported, read_logs, read_traces};
use tracewire_wire::content::{for_each_slot, is_message};
use tracewire_wire::event::Body;
use tracewire_wire::validate::{Options, Severity, Validator};

fn captures() -> Vec<(String, Imported)> {
    let folder = format!("{}/tests/captures", env!("CARGO_MANIFEST_DIR"));
    let mut read = Vec::new();
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        let name = path.file_name().unwrap().to_string_lossy().into_owned();
        if let Some(name) = name.strip_suffix(".pb") {
            let body = std::fs::read(&path).unwrap();
            let reader = if name.ends_with("logs") { read_logs } else { read_traces };
            read.push((name.to_owned(), reader(&body, Form::Protobuf).unwrap()));
        }
    }
    read.sort_by(|(a, _), (b, _)| a.cmp(b));
    assert_eq!(read.len(), 7);
    read
}

#[test]
fn no_rule_of_the_specification_is_broken() {
    for (name, imported) in captures() {
        let mut validator = Validator::new(Options::default());
        for (number, recorded) in (1_u64..).zip(support::recorded(&imported)) {
            let mut event = recorded.event.clone();
            event.seq = number;
            validator.push_value(&event.to_value());
        }
        let findings = validator.finish().findings;
        let errors: Vec<_> = findings.iter().filter(|finding| finding.rule.severity == Severity::Error).collect();
        assert!(errors.is_empty(), "{name}: {errors:#?}");
    }
}

#[test]
fn messages_of_every_convention_are_addressed_one_by_one() {
    for (name, imported) in captures() {
        let mut messages = 0;
        for recorded in support::recorded(&imported) {
            let Body::Present(body) = &recorded.event.body else { continue };
            for_each_slot(body, &mut |slot| messages += usize::from(is_message(slot)));
        }
        // Of the older generation the messages are in the records alone.
        assert_eq!(messages > 0, name != "genai_events.traces", "{name}");
    }
}
