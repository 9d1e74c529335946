//! What real instrumentations send becomes events that are looked at like code, and becomes what it was again.
#![allow(clippy::unwrap_used, reason = "a test may fail")]

mod support;

use support::{events_as_lines, spans_of};
use tracewire_otlp::{Form, Limits, WriteOptions, decode_traces, encode_traces, read_logs, read_traces, write_traces};

fn capture(name: &str) -> Vec<u8> {
    std::fs::read(format!("{}/tests/captures/{name}.pb", env!("CARGO_MANIFEST_DIR"))).unwrap()
}

#[test]
fn spans_of_real_instrumentations_become_events() {
    for name in
        ["genai.traces", "genai_events.traces", "langchain.traces", "openinference.traces", "openllmetry.traces"]
    {
        let imported = read_traces(&capture(name), Form::Protobuf).unwrap();
        assert_eq!(imported.rejected, [], "{name}");
        insta::assert_snapshot!(name, events_as_lines(&imported));
    }
}

#[test]
fn records_of_real_instrumentations_become_events() {
    for name in ["genai.logs", "genai_events.logs"] {
        let imported = read_logs(&capture(name), Form::Protobuf).unwrap();
        assert_eq!(imported.rejected, [], "{name}");
        insta::assert_snapshot!(name, events_as_lines(&imported));
    }
}

#[test]
fn spans_become_what_they_were() {
    for name in
        ["genai.traces", "genai_events.traces", "langchain.traces", "openinference.traces", "openllmetry.traces"]
    {
        let sent = decode_traces(&capture(name), Form::Protobuf, &Limits::default()).unwrap();
        let imported = tracewire_otlp::traces_from(sent.clone(), &Limits::default());
        let written = write_traces(&support::recorded(&imported), &WriteOptions::default());
        assert_eq!((written.open, written.loose), (0, 0));
        assert_eq!(spans_of(written.request), spans_of(sent), "{name}");
    }
}

#[test]
fn json_says_the_same_as_protobuf() {
    for name in ["genai.traces", "openinference.traces"] {
        let sent = decode_traces(&capture(name), Form::Protobuf, &Limits::default()).unwrap();
        let json = encode_traces(&sent, Form::Json);
        assert_eq!(decode_traces(&json, Form::Json, &Limits::default()).unwrap(), sent, "{name}");
    }
}
