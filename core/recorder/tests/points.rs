//! Where points and roots belong, what sampling leaves out, and what that takes from the clock: calls in, events out.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a test may fail")]

use std::sync::Arc;
use tempfile::TempDir;
use tracewire_recorder::clock::Moment;
use tracewire_recorder::journal::{Directory, JournalReader};
use tracewire_recorder::record::BodyWriter;
use tracewire_recorder::seal::Sealer;
use tracewire_recorder::testing::{Script, Scripted};
use tracewire_recorder::{Limits, Options, Place, Recorder, Remote, SpanContext, StartSpan};
use tracewire_wire::event::Status;
use tracewire_wire::time::Timestamp;

/// The events that a program records, each in canonical JSON.
fn recorded(sampling: f64, program: impl FnOnce(&Recorder)) -> Vec<String> {
    recorded_with(Options { sampling: sampling.into(), ..Options::default() }, Script::default(), program)
}

fn recorded_with(options: Options, script: Script, program: impl FnOnce(&Recorder)) -> Vec<String> {
    let folder = TempDir::new().unwrap();
    let recorder = Recorder::open(Options {
        directory: Some(folder.path().to_owned()),
        sources: Arc::new(Scripted::new(script)),
        ..options
    })
    .unwrap();
    program(&recorder);
    recorder.close(None);
    let mut events = Vec::new();
    for path in Directory::at(folder.path()).journals().unwrap() {
        let mut reader = JournalReader::open(&path).unwrap();
        let mut sealer = Sealer::new(reader.header());
        while let Some(item) = reader.next().unwrap() {
            let sealed = sealer.push(&item).into_iter().flat_map(|envelope| envelope.events);
            events.extend(sealed.map(|event| String::from_utf8(event.json).unwrap()));
        }
    }
    events
}

fn nothing(_: &mut BodyWriter<'_, '_>) {}

fn correlated(correlation_id: &str) -> Place<'_> {
    Place { step: None, correlation_id: Some(correlation_id) }
}

/// A step of another process, sampled or not.
fn remote(flags: u8) -> SpanContext {
    let header = format!("00-abababababababababababababababab-cdcdcdcdcdcdcdcd-{flags:02x}");
    SpanContext::from_traceparent(&header).unwrap()
}

#[test]
fn a_correlation_id_decides_the_trace_of_a_point_of_no_step() {
    let events = recorded(1.0, |recorder| {
        recorder.log(correlated("order-17"), nothing);
        recorder.metric(correlated("order-17"), nothing);
        recorder.feedback(correlated("order-17"), |body| body.text("name", "liked"));
        recorder.point_event(correlated("order-17"), None, nothing);
        recorder.log(correlated(""), nothing);
        recorder.log(Place { step: Some(remote(1)), correlation_id: Some("order-17") }, nothing);
    });
    assert_eq!(
        events,
        [
            r#"{"body":{"correlation_id":"order-17"},"seq":1,"time":"2026-01-01T00:00:00.000000000Z","trace_id":"ee11261620ae53d253093d6835ce67eb","type":"log"}"#,
            r#"{"body":{"correlation_id":"order-17"},"seq":2,"time":"2026-01-01T00:00:00.001000000Z","trace_id":"ee11261620ae53d253093d6835ce67eb","type":"metric"}"#,
            r#"{"body":{"correlation_id":"order-17","name":"liked"},"seq":3,"time":"2026-01-01T00:00:00.002000000Z","trace_id":"ee11261620ae53d253093d6835ce67eb","type":"feedback"}"#,
            r#"{"body":{"correlation_id":"order-17"},"seq":4,"span_id":"0000000000000001","time":"2026-01-01T00:00:00.003000000Z","trace_id":"ee11261620ae53d253093d6835ce67eb","type":"event"}"#,
            r#"{"body":{"correlation_id":""},"seq":5,"time":"2026-01-01T00:00:00.004000000Z","type":"log"}"#,
            r#"{"body":{"correlation_id":"order-17"},"seq":6,"span_id":"cdcdcdcdcdcdcdcd","time":"2026-01-01T00:00:00.005000000Z","trace_id":"abababababababababababababababab","type":"log"}"#,
        ]
    );
}

#[test]
fn sampling_decides_by_the_trace_that_a_correlation_id_gives() {
    // The last 56 bits of the id of order-17 are 0.036 of all that they can be: above a threshold of 0.01, below one of 0.5.
    let program = |recorder: &Recorder| {
        recorder.log(correlated("order-17"), nothing);
        recorder.log(None, nothing);
    };
    let belongs_nowhere = r#"{"seq":1,"time":"2026-01-01T00:00:00.000000000Z","type":"log"}"#;
    assert_eq!(recorded(0.5, program), [belongs_nowhere]);
    assert_eq!(recorded(0.99, program).len(), 2);
}

#[test]
fn what_is_not_recorded_reads_no_clock_but_takes_its_ids() {
    let events = recorded(0.0, |recorder| {
        let left_out = recorder.start_span(StartSpan { parent: None, kind: "agent", correlation_id: None }, nothing);
        recorder.update_span(&left_out, nothing);
        recorder.point_event(None, None, nothing);
        recorder.point_event(Some(left_out.context()), None, nothing);
        recorder.log(Some(left_out.context()), nothing);
        recorder.end_span(&left_out, &Status::Ok, nothing);
        let below = |flags| StartSpan { parent: Some(remote(flags)), kind: "tool", correlation_id: None };
        recorder.start_span(below(0), nothing);
        let kept = recorder.start_span(below(1), nothing);
        recorder.end_span(&kept, &Status::Ok, nothing);
        recorder.end_span(&kept, &Status::Ok, nothing);
        recorder.point_event(Some(kept.context()), None, nothing);
    });
    assert_eq!(
        events,
        [
            r#"{"kind":"tool","parent_id":"cdcdcdcdcdcdcdcd","seq":1,"span_id":"0000000000000005","time":"2026-01-01T00:00:00.000000000Z","trace_id":"abababababababababababababababab","type":"span.start"}"#,
            r#"{"duration_nanos":1000000,"seq":2,"span_id":"0000000000000005","status":"ok","time":"2026-01-01T00:00:00.001000000Z","trace_id":"abababababababababababababababab","type":"span.end"}"#,
            r#"{"parent_id":"0000000000000005","seq":3,"span_id":"0000000000000006","time":"2026-01-01T00:00:00.002000000Z","trace_id":"abababababababababababababababab","type":"event"}"#,
        ]
    );
}

#[test]
fn a_tracestate_is_carried_with_a_valid_parent_and_where_it_says_something() {
    let parent = "00-abababababababababababababababab-cdcdcdcdcdcdcdcd-01";
    let event = |traceparent: &str, tracestate| {
        let program = |recorder: &Recorder| {
            let root = StartSpan { parent: None, kind: "tool", correlation_id: None };
            match Remote::from_headers(traceparent, tracestate) {
                Some(parent) => recorder.start_remote_span(parent, root, nothing),
                None => recorder.start_span(root, nothing),
            };
        };
        recorded(1.0, program).remove(0)
    };
    let below = r#""kind":"tool","parent_id":"cdcdcdcdcdcdcdcd","seq":1,"span_id":"0000000000000001","time":"2026-01-01T00:00:00.000000000Z","trace_id":"abababababababababababababababab","type":"span.start"}"#;
    assert_eq!(event(parent, Some("a=b")), [r#"{"body":{"trace_state":"a=b"},"#, below].concat());
    assert_eq!(event(parent, Some("")), ["{", below].concat());
    assert_eq!(event(parent, None), ["{", below].concat());
    let root = r#"{"kind":"tool","seq":1,"span_id":"0000000000000001","time":"2026-01-01T00:00:00.000000000Z","trace_id":"00000000000000000000000000000001","type":"span.start"}"#;
    for invalid in ["00-00000000000000000000000000000000-cdcdcdcdcdcdcdcd-01", "", &format!(" {parent}")] {
        assert_eq!(event(invalid, Some("a=b")), root, "{invalid}");
    }
}

#[test]
fn what_the_recorder_writes_itself_counts_for_nothing_and_is_there_whole() {
    let options = Options { limits: Limits { nodes: 1, ..Limits::default() }, ..Options::default() };
    let moment = |wall, monotonic_nanos| Moment { wall: Timestamp(wall), monotonic_nanos };
    let script = Script { moments: vec![moment(i64::MIN, 0), moment(i64::MAX, 0)], ..Script::default() };
    let events = recorded_with(options, script, |recorder| {
        let parent = "00-abababababababababababababababab-cdcdcdcdcdcdcdcd-01";
        let start = StartSpan { parent: None, kind: "tool", correlation_id: Some("order-17") };
        let two = |body: &mut BodyWriter<'_, '_>| {
            body.text("name", "search");
            body.text("release", "2");
        };
        let step = recorder.start_remote_span(Remote::from_headers(parent, Some("a=b")).unwrap(), start, two);
        recorder.end_span(&step, &Status::Ok, two);
    });
    assert_eq!(
        events,
        [
            r#"{"body":{"correlation_id":"order-17","name":"search","release":{"$cut":null},"trace_state":"a=b"},"kind":"tool","parent_id":"cdcdcdcdcdcdcdcd","seq":1,"span_id":"0000000000000001","time":"1677-09-21T00:12:43.145224192Z","trace_id":"abababababababababababababababab","type":"span.start"}"#,
            r#"{"body":{"clock_skew_nanos":{"$int":"18446744073709551615"},"name":"search","release":{"$cut":null}},"duration_nanos":0,"seq":2,"span_id":"0000000000000001","status":"ok","time":"2262-04-11T23:47:16.854775807Z","trace_id":"abababababababababababababababab","type":"span.end"}"#,
        ]
    );
}

#[test]
fn durations_and_skews_are_exact_however_large() {
    let moment = |wall, monotonic_nanos| Moment { wall: Timestamp(wall), monotonic_nanos };
    let script = Script { moments: vec![moment(i64::MAX, 0), moment(i64::MIN, u64::MAX)], ..Script::default() };
    let events = recorded_with(Options::default(), script, |recorder| {
        let step = recorder.start_span(StartSpan { parent: None, kind: "tool", correlation_id: None }, nothing);
        recorder.end_span(&step, &Status::Ok, nothing);
    });
    assert_eq!(
        events.last().map(String::as_str),
        Some(
            r#"{"body":{"clock_skew_nanos":{"$int":"-36893488147419103230"}},"duration_nanos":{"$int":"18446744073709551615"},"seq":2,"span_id":"0000000000000001","status":"ok","time":"1677-09-21T00:12:43.145224192Z","trace_id":"00000000000000000000000000000001","type":"span.end"}"#
        )
    );
}

#[test]
fn each_reason_for_a_loss_is_told_by_itself() {
    let events = recorded(1.0, |recorder| {
        for reason in ["mask_failed", "no_memory", "mask_failed"] {
            recorder.count_drop(reason);
        }
        recorder.log(None, nothing);
        recorder.log(None, nothing);
    });
    assert_eq!(
        events,
        [
            r#"{"body":{"count":2,"reason":"mask_failed"},"seq":1,"time":"2026-01-01T00:00:00.000000000Z","type":"loss"}"#,
            r#"{"body":{"count":1,"reason":"no_memory"},"seq":2,"time":"2026-01-01T00:00:00.000000000Z","type":"loss"}"#,
            r#"{"seq":3,"time":"2026-01-01T00:00:00.000000000Z","type":"log"}"#,
            r#"{"seq":4,"time":"2026-01-01T00:00:00.001000000Z","type":"log"}"#,
        ]
    );
}
