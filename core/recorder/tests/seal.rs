//! Seal: literal journal in, literal envelopes out; and that bytes depend on the file alone.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a test may fail")]

use std::path::Path;
use std::sync::Arc;
use tempfile::TempDir;
use tracewire_recorder::journal::{Directory, Header, JournalReader};
use tracewire_recorder::seal::{Checkpoint, Sealed, Sealer};
use tracewire_recorder::testing::{Script, Scripted};
use tracewire_recorder::{Limits, Options, Recorder, Redaction, StartSpan};
use tracewire_wire::envelope::Envelope;
use tracewire_wire::event::Status;
use tracewire_wire::value::{Map, Value};
use tracewire_wire::verify::Verifier;

fn recorder(folder: &TempDir, limits: Limits) -> Recorder {
    Recorder::open(Options {
        directory: Some(folder.path().to_owned()),
        resource: Map::from_iter([("service.name".to_owned(), Value::from("demo"))]),
        limits,
        redact: Redaction::of_keys(["password"]),
        sources: Arc::new(Scripted::new(Script::default())),
        ..Options::default()
    })
    .unwrap()
}

fn journals(folder: &TempDir) -> Vec<std::path::PathBuf> {
    Directory::at(folder.path()).journals().unwrap()
}

fn seal(path: &Path) -> Vec<Sealed> {
    let mut reader = JournalReader::open(path).unwrap();
    let mut sealer = Sealer::new(reader.header());
    let mut sealed = Vec::new();
    while let Some(item) = reader.next().unwrap() {
        sealed.extend(sealer.push(&item));
    }
    sealed
}

fn text(sealed: &Sealed) -> String {
    String::from_utf8(sealed.bytes()).unwrap()
}

fn record_two_steps(recorder: &Recorder) {
    let start = StartSpan { parent: None, kind: "agent", correlation_id: None };
    let root = recorder.start_span(start, |body| {
        body.text("name", "plan");
        body.value("input", |walker| {
            walker.begin_map(0);
            walker.key("question");
            walker.text("Shall we row?");
            walker.key("Password");
            walker.text("hunter2");
            walker.end_map(0);
        });
    });
    let start = StartSpan { parent: Some(root.context()), kind: "tool", correlation_id: None };
    let tool = recorder.start_span(start, |body| body.text("name", "forecast"));
    recorder.end_span(&tool, &Status::Ok, |body| body.text("output", &"otters ".repeat(60)));
    recorder.end_span(&root, &Status::Ok, |body| body.text("output", &"otters ".repeat(60)));
}

#[test]
fn a_small_journal_by_its_bytes() {
    let folder = TempDir::new().unwrap();
    let recorder = recorder(&folder, Limits::default());
    record_two_steps(&recorder);
    recorder.close(None);
    let sealed = seal(&journals(&folder)[0]);
    assert_eq!(sealed.len(), 1);
    insta::assert_snapshot!(text(&sealed[0]));
    let worked_example = include_str!("../../../spec/examples/minimal.md");
    assert!(worked_example.contains(&text(&sealed[0])), "the specification shows these bytes");
    assert!(sealed[0].events.iter().all(|one| worked_example.contains(&one.digest.to_string())));
    let envelope = Envelope::read(&sealed[0].bytes()).unwrap();
    assert_eq!(envelope.compute_digest(), sealed[0].digest);
    assert_eq!(envelope.write(), sealed[0].bytes());
    assert_eq!(envelope.content.len(), 1, "the answer that two steps gave is carried once");
    assert!(!text(&sealed[0]).contains("hunter2"));
}

#[test]
fn envelopes_end_by_count_bytes_mark_and_close() {
    for (limits, expected) in [
        (Limits { envelope_events: 3, ..Limits::default() }, vec![3, 3, 2, 0]),
        (Limits { envelope_bytes: 1, ..Limits::default() }, vec![1; 8].into_iter().chain([0]).collect()),
        (Limits::default(), vec![8, 0]),
    ] {
        let folder = TempDir::new().unwrap();
        let recorder = recorder(&folder, limits);
        record_two_steps(&recorder);
        record_two_steps(&recorder);
        recorder.flush(None);
        recorder.flush(None);
        recorder.close(None);
        let sealed = seal(&journals(&folder)[0]);
        assert_eq!(sealed.iter().map(|one| one.events.len()).collect::<Vec<_>>(), expected);
        assert!(sealed.iter().rev().skip(1).all(|one| !one.closed) && sealed.last().is_some_and(|one| one.closed));
        let mut verifier = Verifier::new();
        for one in &sealed {
            assert_eq!(verifier.push(&Envelope::read(&one.bytes()).unwrap()), []);
        }
        let report = verifier.finish();
        assert!(report.is_sound(), "{:?}", report.findings);
        let producer = &report.producers["0000000000000001-1"];
        assert!(producer.is_continuous && producer.missing_contents.is_empty());
        assert_eq!(producer.close.as_deref(), Some("exited"));
    }
}

#[test]
fn every_prefix_makes_the_same_envelopes_and_every_checkpoint_goes_on_from_them() {
    let folder = TempDir::new().unwrap();
    let recorder = recorder(&folder, Limits { envelope_events: 3, ..Limits::default() });
    record_two_steps(&recorder);
    record_two_steps(&recorder);
    recorder.close(None);
    let path = &journals(&folder)[0];
    let whole: Vec<String> = seal(path).iter().map(text).collect();
    let bytes = std::fs::read(path).unwrap();
    for length in (0..=bytes.len()).step_by(8) {
        let cut = folder.path().join("cut.twj");
        std::fs::write(&cut, &bytes[..length]).unwrap();
        if JournalReader::open(&cut).is_err() {
            continue;
        }
        let prefix: Vec<String> = seal(&cut).iter().map(text).collect();
        assert_eq!(prefix[..], whole[..prefix.len()], "{length} bytes");
    }
    let mut reader = JournalReader::open(path).unwrap();
    let mut checkpoints = vec![Checkpoint { next_seq: 1, ..Checkpoint::default() }];
    let mut sealer = Sealer::new(reader.header());
    while let Some(item) = reader.next().unwrap() {
        if sealer.push(&item).is_some() {
            checkpoints.push(sealer.checkpoint().clone());
        }
    }
    for (at, checkpoint) in checkpoints.into_iter().enumerate() {
        let mut reader = JournalReader::open(path).unwrap();
        if checkpoint.offset > 0 {
            reader.seek(checkpoint.offset);
        }
        let mut sealer = Sealer::resume(reader.header(), checkpoint);
        let mut rest = Vec::new();
        while let Some(item) = reader.next().unwrap() {
            rest.extend(sealer.push(&item).iter().map(text));
        }
        assert_eq!(rest[..], whole[at..], "from envelope {at}");
    }
}

#[test]
fn a_damaged_record_is_a_loss_event_in_its_place() {
    let folder = TempDir::new().unwrap();
    let recorder = recorder(&folder, Limits::default());
    record_two_steps(&recorder);
    recorder.close(None);
    let path = &journals(&folder)[0];
    let mut bytes = std::fs::read(path).unwrap();
    let at = bytes.windows(8).position(|window| window == b"forecast").unwrap();
    bytes[at] ^= 1;
    std::fs::write(path, &bytes).unwrap();
    let sealed = seal(path);
    let events: Vec<&str> = sealed[0].events.iter().map(|one| one.event.event_type.as_str()).collect();
    assert_eq!(events, ["span.start", "loss", "span.end", "span.end"]);
    let loss = &sealed[0].events[1].event;
    assert_eq!(loss.body_field("reason"), Some(&Value::from("damaged")));
    assert_eq!((loss.seq, loss.time), (2, sealed[0].events[0].event.time));
    assert!(loss.body_field("offset").is_some() && loss.body_field("bytes").is_some());
}

#[test]
fn a_record_that_is_no_event_is_a_loss_event() {
    let folder = TempDir::new().unwrap();
    let recorder = recorder(&folder, Limits::default());
    for bad in [
        &b"\xff"[..],
        b"\xa0",
        b"\xa2\x64type\x63log\x64time\x61x",
        b"\xa3\x64type\x63log\x64time\x01\x68trace_id\x41\x00",
        // A member twice, known or not; a body that is bytes, or in wire form.
        b"\xa3\x64type\x63log\x64time\x01\x64time\x01",
        b"\xa4\x64type\x63log\x64time\x01\x61x\x01\x61x\x01",
        b"\xa3\x64type\x63log\x64time\x01\x64body\x41\x00",
        b"\xa3\x64type\x63log\x64time\x01\x64body\xd9\x74\x57\xa0",
    ] {
        assert!(recorder.append_record(bad));
    }
    recorder.append_record(b"\xa3\x64type\x64new!\x64time\x01\x68whatever\x82\x01\x02");
    recorder.close(None);
    let sealed = seal(&journals(&folder)[0]);
    let reasons: Vec<Option<&str>> =
        sealed[0].events.iter().map(|one| one.event.body_field("reason").and_then(Value::as_text)).collect();
    assert_eq!(reasons, [[Some("invalid"); 8].as_slice(), &[None]].concat());
    let kept = String::from_utf8(sealed[0].events[8].json.clone()).unwrap();
    assert_eq!(kept, r#"{"seq":9,"time":"1970-01-01T00:00:00.000000001Z","type":"new!","whatever":[1,2]}"#);
}

#[test]
fn what_a_host_wrote_itself_is_mended_and_digested_as_the_text_says() {
    let folder = TempDir::new().unwrap();
    let recorder = recorder(&folder, Limits::default());
    // Ill-formed UTF-8 in a name and a type; a duration beyond 63 bits; a nonce, which is part of the body's hash.
    recorder.append_record(b"\xa3\x64type\x62l\xff\x64time\x01\x62x\xff\x01");
    recorder.append_record(b"\xa3\x64type\x63log\x64time\x01\x6eduration_nanos\x1b\xff\xff\xff\xff\xff\xff\xff\xff");
    let nonce =
        b"\xa4\x64type\x63log\x64time\x01\x65nonce\x78\x2000112233445566778899aabbccddeeff\x64body\xa1\x61a\x01";
    recorder.append_record(nonce);
    recorder.close(None);
    let sealed = seal(&journals(&folder)[0]);
    let json: Vec<&str> = sealed[0].events.iter().map(|one| std::str::from_utf8(&one.json).unwrap()).collect();
    assert_eq!(
        json,
        [
            "{\"seq\":1,\"time\":\"1970-01-01T00:00:00.000000001Z\",\"type\":\"l\u{FFFD}\",\"x\u{FFFD}\":1}",
            r#"{"duration_nanos":{"$int":"18446744073709551615"},"seq":2,"time":"1970-01-01T00:00:00.000000001Z","type":"log"}"#,
            r#"{"body":{"a":1},"nonce":"00112233445566778899aabbccddeeff","seq":3,"time":"1970-01-01T00:00:00.000000001Z","type":"log"}"#,
        ]
    );
    let mut verifier = Verifier::new();
    assert_eq!(verifier.push(&Envelope::read(&sealed[0].bytes()).unwrap()), []);
}

#[test]
fn a_file_of_another_seal_version_is_read_and_not_sealed() {
    let folder = TempDir::new().unwrap();
    let recorder = recorder(&folder, Limits::default());
    record_two_steps(&recorder);
    recorder.close(None);
    let mut reader = JournalReader::open(&journals(&folder)[0]).unwrap();
    let other_spec = Header { spec: "2.0".to_owned(), ..reader.header().clone() };
    assert!(!Sealer::new(&other_spec).can_seal(), "another major version is none that this one knows");
    let header = Header { seal: 99, ..reader.header().clone() };
    let mut sealer = Sealer::new(&header);
    assert!(!sealer.can_seal());
    while let Some(item) = reader.next().unwrap() {
        assert!(sealer.push(&item).is_none());
    }
    assert_eq!(sealer.pending().len(), 4);
}

#[test]
fn a_conversation_of_thirty_turns_is_carried_once() {
    let folder = TempDir::new().unwrap();
    let recorder = recorder(&folder, Limits::default());
    let mut inline = 0;
    let message = |turn: usize| format!("turn {turn}: {}", "what was said, at some length. ".repeat(25));
    for turn in 1..=30 {
        let start = StartSpan { parent: None, kind: "llm", correlation_id: None };
        let span = recorder.start_span(start, |body| {
            body.text("name", "chat");
            body.value("input", |walker| {
                walker.begin_list(0);
                for earlier in 1..=turn {
                    walker.begin_map(0);
                    walker.key("role");
                    walker.text(if earlier % 2 == 1 { "user" } else { "assistant" });
                    walker.key("content");
                    let said = message(earlier);
                    inline += said.len();
                    walker.text(&said);
                    walker.end_map(0);
                }
                walker.end_list(0);
            });
        });
        recorder.end_span(&span, &Status::Ok, |_| {});
    }
    recorder.close(None);
    let carried: usize = seal(&journals(&folder)[0]).iter().map(|one| one.bytes().len()).sum();
    assert!(carried * 4 < inline, "{carried} bytes for {inline} bytes of messages");
}
