//! What is deleted, and what is left of it: digests that still verify, numbers as if it had never been.

use super::maker::{EPOCH, Made, Maker, end, event, start, trace_id};
use super::snapshot;
use tracewire_insight::analytics::{Report, Selection};
use tracewire_store::{Batch, BucketQuery, BucketSize, Lookup, LooseFilter, Retaining, Retention, Store, TraceFilter};
use tracewire_wire::envelope::Envelope;
use tracewire_wire::event::{Event, EventType, Status};
use tracewire_wire::id::TraceId;
use tracewire_wire::time::Timestamp;
use tracewire_wire::verify::Verifier;

const NOW: Timestamp = Timestamp(EPOCH);

/// A step with a long input, which becomes content.
fn step(millis: i64, trace: u128, input: &str) -> Vec<Event> {
    let long = input.repeat(60);
    let body = format!(
        r#"{{"name":"step {trace}","session_id":"chat {trace}","input":[{{"role":"user","content":"{long}"}}]}}"#
    );
    let span = u64::try_from(trace).unwrap();
    vec![
        start(millis, trace, span, 0, "llm", &body),
        end(millis + 5, trace, span, Status::Ok, r#"{"usage":{"input_tokens":7}}"#),
    ]
}

fn traces(store: &dyn Store) -> Vec<TraceId> {
    store.traces(&TraceFilter::default()).unwrap().traces.into_iter().map(|trace| trace.trace_id).collect()
}

pub(super) fn envelopes(store: &dyn Store) -> Vec<Vec<u8>> {
    let mut found = Vec::new();
    for producer in store.producers().unwrap() {
        found.extend(store.envelopes(&producer.name, None, 1000).unwrap().into_iter().map(|envelope| envelope.bytes));
    }
    found
}

pub(super) fn verify(store: &dyn Store) {
    let mut verifier = Verifier::new();
    for bytes in envelopes(store) {
        verifier.push(&Envelope::read(&bytes).unwrap());
    }
    let report = verifier.finish();
    assert!(report.is_sound(), "{:?}", report.findings);
    assert!(report.producers.values().all(|producer| producer.is_continuous));
}

fn spans(store: &mut dyn Store) -> u64 {
    store.tally(None).unwrap();
    let mut report = Report::new(Selection::default());
    store.buckets(&BucketQuery { size: BucketSize::Minute, since: None, until: None }, &mut report).unwrap();
    report.total().spans
}

pub fn a_deleted_trace_leaves_digests_and_stays_away<S: Store>(make: &mut impl FnMut() -> S) {
    let mut store = make();
    let mut maker = Maker::new("aaaa000000000001-1");
    let made = [
        maker.seal([step(0, 1, "one "), step(10, 2, "two ")].concat()),
        maker.seal([step(20, 2, "again "), step(30, 3, "three ")].concat()),
    ];
    let batch = || Batch { envelopes: made.iter().map(Made::incoming).collect(), ..Batch::default() };
    store.apply(&batch()).unwrap();
    assert_eq!(spans(&mut store), 3);

    let removed = store.delete(&[trace_id(2), trace_id(9)], NOW).unwrap();
    assert_eq!((removed.traces, removed.events), (1, 4));
    for _ in 0..2 {
        assert_eq!(traces(&store), [trace_id(3), trace_id(1)]);
        assert_eq!(store.trace(trace_id(2)).unwrap(), None);
        assert!(store.events(trace_id(2)).unwrap().is_empty());
        assert!(store.find(&Lookup::Session("chat 2".to_owned()), 10).unwrap().is_empty());
        assert!(store.find(&Lookup::Span("0000000000000002".to_owned()), 10).unwrap().is_empty());
        assert_eq!(store.events_after(0, 100).unwrap().len(), 4);
        assert_eq!(spans(&mut store), 2);
        verify(&store);
        let bytes = envelopes(&store).concat();
        assert!(!String::from_utf8_lossy(&bytes).contains("step 2"));
        // Neither another copy nor deleting again changes anything.
        store.apply(&batch()).unwrap();
        assert_eq!(store.delete(&[trace_id(2)], NOW).unwrap().events, 0);
    }
    // What comes of it later stays away too, and is counted.
    let late = maker.seal([step(40, 2, "late "), step(50, 4, "four ")].concat());
    assert_eq!(store.apply(&late.batch()).unwrap().withheld, 2);
    assert_eq!(traces(&store), [trace_id(4), trace_id(3), trace_id(1)]);
    verify(&store);
}

pub fn a_trace_deleted_while_it_is_recorded_stays_away<S: Store>(make: &mut impl FnMut() -> S) {
    let mut store = make();
    let mut maker = Maker::new("aaaa000000000001-1");
    let made = maker.seal([step(0, 1, "one "), step(10, 2, "two ")].concat());
    store.apply(&made.pending()).unwrap();
    store.delete(&[trace_id(2)], NOW).unwrap();
    let last = store.last_event().unwrap();
    // A reader of the journal brings it again and again.
    for _ in 0..3 {
        store.apply(&made.pending()).unwrap();
    }
    assert_eq!((traces(&store), store.last_event().unwrap()), (vec![trace_id(1)], last));
    store.apply(&made.batch()).unwrap();
    assert_eq!(traces(&store), [trace_id(1)]);
    assert_eq!(store.producers().unwrap()[0].pending, 0);
    verify(&store);
}

pub fn content_goes_that_nothing_names<S: Store>(make: &mut impl FnMut() -> S) {
    let mut store = make();
    let mut maker = Maker::new("aaaa000000000001-1");
    let made = maker.seal([step(0, 1, "shared "), step(10, 2, "shared "), step(20, 2, "alone ")].concat());
    store.apply(&made.batch()).unwrap();
    let before = made.content.len() as u64;
    assert_eq!(store.remove_unused_content().unwrap().contents, 0);
    store.delete(&[trace_id(2)], NOW).unwrap();
    let removed = store.remove_unused_content().unwrap();
    assert!((1..before).contains(&removed.contents) && removed.bytes > 300, "{removed:?} of {before}");
    assert_eq!(store.remove_unused_content().unwrap().contents, 0);
    let text = String::from_utf8_lossy(&envelopes(&store).concat()).into_owned();
    assert!(text.contains("shared shared") && !text.contains("alone alone"));
    let mut left = store.events(trace_id(1)).unwrap().remove(0).event;
    store.resolve(&mut left).unwrap();
    assert!(format!("{left:?}").contains("shared shared"));
    verify(&store);
    // Another copy brings the bodies of content again, which is what copies are for, and the next removal takes them.
    store.apply(&made.batch()).unwrap();
    assert_eq!(store.remove_unused_content().unwrap().contents, removed.contents);
}

pub fn what_is_old_goes_in_short_steps<S: Store>(make: &mut impl FnMut() -> S) {
    let mut maker = Maker::new("aaaa000000000001-1");
    let old = maker.seal((1..=450).flat_map(|trace| step(0, trace, &format!("{trace} "))).collect());
    let new = maker.seal(step(1000, 451, "new "));
    let mut store = make();
    store.apply(&Batch { envelopes: vec![old.incoming(), new.incoming()], ..Batch::default() }).unwrap();
    let retention = Retention { age_nanos: Some(0), bytes: None };
    let mut retaining = Retaining::new(retention, Timestamp(EPOCH + 500 * 1_000_000));
    let mut left = Vec::new();
    while !retaining.is_long() {
        retaining.step(&mut store).unwrap();
        left.push(store.count_traces(None, None).unwrap().traces);
    }
    assert_eq!(left, [251, 51, 1, 1]);
    while !retaining.is_over() {
        retaining.step(&mut store).unwrap();
    }
    let removed = retaining.removed();
    assert_eq!((removed.traces, removed.events, removed.contents), (450, 900, 900));
    assert_eq!(traces(&store), [trace_id(451)]);
    verify(&store);
}

pub fn what_is_old_is_removed<S: Store>(make: &mut impl FnMut() -> S) {
    let mut maker = Maker::new("aaaa000000000001-1");
    let log = |millis, text: &str| {
        let mut log = event(EventType::Log, millis, 0, 0, &format!(r#"{{"message":"{text}"}}"#));
        (log.trace_id, log.span_id) = (None, None);
        log
    };
    let old = maker.seal([step(0, 1, "one "), step(10, 2, "two "), vec![log(12, "old")]].concat());
    let new = maker.seal([step(1000, 3, "three "), vec![log(1001, "new")]].concat());
    let mut store = make();
    store.apply(&Batch { envelopes: vec![old.incoming(), new.incoming()], ..Batch::default() }).unwrap();
    store.tally(None).unwrap();
    let before = Timestamp(EPOCH + 500 * 1_000_000);
    let removed = store.remove_older(before, 1).unwrap();
    assert_eq!((removed.traces, removed.events), (1, 3));
    assert_eq!(traces(&store), [trace_id(3), trace_id(2)]);
    assert_eq!(store.remove_older(before, 10).unwrap().traces, 1);
    assert_eq!(store.remove_older(before, 10).unwrap(), tracewire_store::Removed::default());
    assert_eq!(traces(&store), [trace_id(3)]);
    assert_eq!(store.loose(&LooseFilter::default()).unwrap().len(), 1);
    assert_eq!(spans(&mut store), 1);
    verify(&store);
    assert!(!snapshot(&mut store).contains("step 2"));
    // It may come back: it was not deleted, only old.
    store.apply(&old.batch()).unwrap();
    assert_eq!(traces(&store).len(), 3);
}
