//! Media from a recorder's options to envelopes, and back.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a test may fail")]

use tempfile::TempDir;
use tracewire_recorder::testing::{self, Script};
use tracewire_recorder::{Options, Recorder, Redaction, StartSpan};
use tracewire_wire::event::Status;
use tracewire_wire::json::{self, ReadOptions};
use tracewire_wire::media::Tag;
use tracewire_wire::value::Value;
use tracewire_wire::verify::verify;

const GIF: &[u8] = b"GIF89a\x40\x01\xf0\0\0\0\0";
const URL: &str = "data:image/gif;base64,R0lGODlhQAHwAAAAAA==";

/// An agent that shows the same picture in every turn.
fn turns(recorder: &Recorder) {
    for turn in 0..3 {
        let start = StartSpan { parent: None, kind: "llm", correlation_id: None };
        let span = recorder.start_span(start, |body| {
            body.value("input", |walker| {
                walker.begin_list(0);
                (0..=turn).for_each(|_| walker.text(URL));
                walker.text("write to ann@example.com");
                walker.end_list(0);
            });
        });
        recorder.end_span(&span, &Status::Ok, |body| body.value("output", |walker| walker.bytes(GIF)));
    }
}

fn envelopes(options: Options) -> Vec<Value> {
    let (sealed, ()) = testing::record(options, Script::default(), turns).unwrap();
    let report = verify(sealed.envelopes.iter()).unwrap();
    assert!(report.is_complete(), "{report:?}");
    sealed.envelopes.iter().map(|bytes| json::read(bytes, &ReadOptions::default()).unwrap()).collect()
}

fn member<'v>(value: &'v Value, path: &[&str]) -> &'v Value {
    path.iter().fold(value, |value, name| match value {
        Value::List(items) => &items[name.parse::<usize>().unwrap()],
        Value::Map(map) => map.get(name).unwrap_or_else(|| panic!("{name} in {map:?}")),
        other => panic!("{name} in {other:?}"),
    })
}

#[test]
fn a_picture_of_every_turn_is_carried_once() {
    let sealed = envelopes(Options { media: true, ..Options::for_service("demo") });
    assert_eq!(sealed.len(), 1);
    assert_eq!(member(&sealed[0], &["seal"]), &Value::Int(3));
    let tag = Tag::of(member(&sealed[0], &["events", "1", "body", "output"])).unwrap();
    assert_eq!((tag.media_type.as_str(), tag.bytes, tag.width, tag.height), ("image/gif", 13, Some(320), Some(240)));
    let text = String::from_utf8(json::write(&sealed[0])).unwrap();
    assert_eq!(text.matches("R0lGODlhQAHwAAAAAA==").count(), 1, "{text}");
    assert!(!text.contains("$redacted"));
}

#[test]
fn who_does_not_ask_gets_what_was_recorded_and_an_older_seal() {
    let sealed = envelopes(Options::for_service("demo"));
    assert_eq!(member(&sealed[0], &["seal"]), &Value::Int(1));
    assert_eq!(member(&sealed[0], &["events", "1", "body", "output"]), &Value::bytes(GIF));
}

#[test]
fn rules_and_media_go_together() {
    let redact = Redaction::of_keys(["@email"]);
    let sealed = envelopes(Options { media: true, redact, ..Options::for_service("demo") });
    let text = String::from_utf8(json::write(&sealed[0])).unwrap();
    assert_eq!(member(&sealed[0], &["seal"]), &Value::Int(3));
    assert!(text.contains("write to [email]") && text.contains("$media") && !text.contains("ann@"), "{text}");
}

#[test]
fn who_reads_gets_values_as_they_were_recorded() {
    let folder = TempDir::new().unwrap();
    let options = Options { directory: Some(folder.path().to_owned()), media: true, ..Options::for_service("demo") };
    let recorder = Recorder::open(options).unwrap();
    turns(&recorder);
    recorder.close(None);
    let events = testing::events(folder.path()).unwrap();
    assert_eq!(member(&events, &["4", "body", "input", "2"]), &Value::from(URL));
    assert_eq!(member(&events, &["5", "body", "output"]), &Value::bytes(GIF));
}
