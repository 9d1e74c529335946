//! Journals in memory: the same envelopes as those of files, handed out until they are acknowledged, within a quota.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a test may fail")]

use std::sync::Arc;
use tracewire_recorder::testing::{self, Script, Scripted};
use tracewire_recorder::{Limits, Medium, Memory, Options, Recorder, StartSpan};
use tracewire_wire::event::Status;

fn options() -> Options {
    Options { sources: Arc::new(Scripted::new(Script::default())), ..Options::for_service("test") }
}

fn program<M: Medium>(recorder: &Recorder<M>, steps: usize) {
    for step in 0..steps {
        let start = StartSpan { parent: None, kind: "tool", correlation_id: None };
        let span = recorder.start_span(start, |body| body.text("name", &format!("step {step}")));
        recorder.span_event(&span, |body| body.text("name", "chunk"));
        recorder.end_span(&span, &Status::Ok, |body| body.text("output", &"x".repeat(300)));
    }
}

fn drain(memory: &Memory, max_bytes: usize) -> Vec<String> {
    let mut all = Vec::new();
    while let Some(batch) = memory.next_batch(max_bytes) {
        assert_eq!(memory.next_batch(1), Some(batch.clone()), "the same one until it is acknowledged");
        memory.acknowledge(&batch.producer, batch.end_offset);
        all.extend(batch.envelopes.into_iter().map(|envelope| String::from_utf8(envelope).unwrap()));
    }
    all
}

#[test]
fn memory_and_files_give_the_same_envelopes() {
    let (files, ()) = testing::record(Options::for_service("test"), Script::default(), |it| program(it, 200)).unwrap();
    let recorder = Recorder::in_memory(options()).unwrap();
    program(&recorder, 200);
    recorder.close(None);
    let files: Vec<String> = files.envelopes.into_iter().map(|bytes| String::from_utf8(bytes).unwrap()).collect();
    assert_eq!(drain(recorder.medium(), 1), files);
    let report = recorder.flush(None);
    assert_eq!((report.written, report.sealed, report.sent, report.pending), (600, 600, 600, 0));
}

#[test]
fn envelopes_follow_while_it_is_recorded() {
    let recorder = Recorder::in_memory(options()).unwrap();
    program(&recorder, 1);
    assert_eq!(recorder.medium().next_batch(1), None, "nothing is sealed before a mark");
    recorder.flush(None);
    let first = drain(recorder.medium(), 1 << 20);
    program(&recorder, 1);
    recorder.close(None);
    let second = drain(recorder.medium(), 1 << 20);
    assert_eq!((first.len(), second.len()), (1, 1));
    assert!(first[0].contains(r#""first_seq":1,"#) && second[0].contains(r#""first_seq":4,"#), "{first:?} {second:?}");
    assert!(second[0].starts_with(r#"{"close":"exited""#));
    assert_eq!(recorder.medium().take_chunk(), None, "an acknowledged journal is forgotten");
}

#[test]
fn chunks_are_the_journal() {
    let recorder = Recorder::in_memory(Options { file_bytes: 2_000, ..options() }).unwrap();
    let mut journals: Vec<(String, Vec<u8>)> = Vec::new();
    for _ in 0..5 {
        program(&recorder, 3);
        while let Some(chunk) = recorder.medium().take_chunk() {
            match journals.iter_mut().find(|(producer, _)| *producer == chunk.producer) {
                Some((_, bytes)) => {
                    assert_eq!(bytes.len() as u64, chunk.offset);
                    bytes.extend(chunk.bytes);
                }
                None => {
                    assert_eq!(chunk.offset, 0);
                    journals.push((chunk.producer, chunk.bytes));
                }
            }
        }
    }
    assert!(journals.len() > 2, "{}", journals.len());
    // The last one lacks its close, as that of a tab that crashed.
    let (_, last) = journals.last().unwrap().clone();
    let recovered = testing::seal_bytes(&testing::recover_bytes(&last)).unwrap();
    assert!(recovered.envelopes.last().unwrap().starts_with(br#"{"close":"recovered""#));
    let whole: Vec<Vec<u8>> =
        journals.iter().rev().skip(1).rev().flat_map(|(_, it)| testing::seal_bytes(it).unwrap().envelopes).collect();
    let sent = drain(recorder.medium(), 1);
    assert_eq!(sent, whole.into_iter().map(|bytes| String::from_utf8(bytes).unwrap()).collect::<Vec<_>>());
    assert!(sent.last().unwrap().starts_with(r#"{"close":"rotated""#), "{sent:?}");
}

#[test]
fn what_the_quota_keeps_out_is_counted_and_told() {
    let recorder = Recorder::in_memory(Options { quota_bytes: 4_000, file_bytes: 2_000, ..options() }).unwrap();
    program(&recorder, 20);
    let report = recorder.flush(None);
    let dropped = report.dropped.get("quota").copied().unwrap();
    assert_eq!(report.written + dropped, 60);
    assert_eq!(recorder.take_notices().len(), 1);
    let mut told = drain(recorder.medium(), 1 << 20).join("");
    program(&recorder, 1);
    recorder.close(None);
    told += &drain(recorder.medium(), 1 << 20).join("");
    let count = |loss: &str| loss.split(',').next().unwrap().parse::<u64>().unwrap();
    let losses: u64 =
        told.split(r#"{"body":{"bytes":"#).skip(1).map(|loss| count(loss.split(r#""count":"#).nth(1).unwrap())).sum();
    assert_eq!(losses, dropped, "{told}");
    program(&recorder, 1);
    assert_eq!(recorder.flush(None).dropped.get("closed"), Some(&3));
}

#[test]
fn a_short_limit_ends_envelopes_early() {
    let limits = Limits { envelope_events: 2, ..Limits::default() };
    let recorder = Recorder::in_memory(Options { limits, ..options() }).unwrap();
    program(&recorder, 2);
    assert_eq!(drain(recorder.medium(), 1 << 20).len(), 3);
}
