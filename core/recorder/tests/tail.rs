//! Tail sampling: what a sink gets at once, what it gets when a trace proves to be one to keep, and how far its cursor goes.

#![allow(clippy::unwrap_used, clippy::panic, reason = "tests say what went wrong by panicking")]

use std::collections::BTreeMap;
use std::path::Path;
use tempfile::TempDir;
use tracewire_recorder::ship::{Shipper, Tail};
use tracewire_recorder::{Options, Recorder, Span, StartSpan};
use tracewire_wire::content;
use tracewire_wire::envelope::{Content, Entry, Envelope};
use tracewire_wire::event::{Body, Status};
use tracewire_wire::id::Hash;
use tracewire_wire::value::Value;
use tracewire_wire::verify::Verifier;

fn opened(folder: &Path, tail: Tail) -> Recorder {
    let (directory, tail) = (Some(folder.to_owned()), Some(tail));
    let host_sinks = vec!["far".to_owned()];
    Recorder::open(Options { directory, tail, host_sinks, store: false, ..Options::default() }).unwrap()
}

fn start(recorder: &Recorder, parent: Option<&Span>, name: &str, input: &str) -> Span {
    let parent = parent.map(Span::context);
    recorder.start_span(StartSpan { parent, kind: "step", correlation_id: None }, |body| {
        body.text("name", name);
        body.text("input", input);
    })
}

fn end(recorder: &Recorder, span: &Span, status: Status, output: &str) {
    recorder.end_span(span, &status, |body| body.text("output", output));
}

/// A receiver that keeps the first copy of each envelope, and content of all.
#[derive(Default)]
struct Receiver {
    envelopes: BTreeMap<Hash, Envelope>,
    copies: usize,
    events: u64,
}

impl Receiver {
    /// Takes all that there is; gives how many envelopes came.
    fn take(&mut self, shipper: &mut Shipper) -> usize {
        let before = self.copies;
        while let Some(batch) = shipper.next_batch(1 << 20).unwrap() {
            self.events += batch.events;
            for bytes in &batch.envelopes {
                self.copies += 1;
                let envelope = Envelope::read(bytes).unwrap();
                assert_eq!(envelope.compute_digest(), envelope.digest);
                match self.envelopes.entry(envelope.digest) {
                    std::collections::btree_map::Entry::Vacant(free) => _ = free.insert(envelope),
                    std::collections::btree_map::Entry::Occupied(mut known) => {
                        _ = known.get_mut().merge_content(&envelope)
                    }
                }
            }
            shipper.batch_result(batch.id, true).unwrap();
        }
        self.copies - before
    }

    /// Every step's input and output as a reader sees it, `-` for what is withheld.
    fn seen(&self) -> Vec<String> {
        let mut all: Vec<&Envelope> = self.envelopes.values().collect();
        all.sort_by_key(|envelope| (envelope.producer.clone(), envelope.first_seq));
        let mut verifier = Verifier::new();
        all.iter().for_each(|envelope| _ = verifier.push(envelope));
        assert!(verifier.finish().is_sound());
        let contents = || all.iter().flat_map(|envelope| &envelope.content);
        let mut seen = Vec::new();
        for envelope in &all {
            for entry in &envelope.events {
                let Entry::Event(event) = entry else { continue };
                let Body::Present(body) = &event.body else { continue };
                let mut body = body.clone();
                content::resolve(&mut body, &|hash| {
                    contents().find_map(|(found, content)| match content {
                        Content::Value { value, .. } if found == hash => Some(value.clone()),
                        _ => None,
                    })
                });
                for name in ["input", "output"] {
                    match body.get(name) {
                        Some(Value::Text(text)) => seen.push(text.chars().take(12).collect()),
                        Some(_) => seen.push("-".to_owned()),
                        None => {}
                    }
                }
            }
        }
        seen
    }
}

/// Text that is carried beside its event, and text that stands in it.
fn long(name: &str) -> String {
    format!("{name:-<12}{}", "x".repeat(400))
}

#[test]
fn what_is_undecided_goes_without_content_and_again_when_it_is_kept() {
    let folder = TempDir::new().unwrap();
    let recorder = opened(folder.path(), Tail::default());
    let mut shipper = recorder.shipper("far");
    let mut far = Receiver::default();

    let root = start(&recorder, None, "root", &long("question"));
    let step = start(&recorder, Some(&root), "step", "short");
    recorder.mark();
    assert_eq!(far.take(&mut shipper), 1);
    assert_eq!((far.seen(), far.events), (vec!["-".into(), "-".into()], 2));

    end(&recorder, &step, Status::Error, "failed");
    recorder.mark();
    assert_eq!(far.take(&mut shipper), 2, "the new envelope, and the first one again");
    assert_eq!((far.seen(), far.events), (vec!["question----".into(), "short".into(), "failed".into()], 3));

    end(&recorder, &root, Status::Ok, "done");
    let report = recorder.close(None);
    assert_eq!(far.take(&mut shipper), 1);
    assert_eq!((far.events, report.written), (4, 4), "each event counts once");
    assert_eq!(far.seen()[3], "done");
    assert_eq!(recorder.stats().withheld, 0);
    assert_eq!(std::fs::read_dir(folder.path().join("journal")).unwrap().count(), 0, "all of it is acknowledged");
}

#[test]
fn structure_is_whole_and_content_is_that_of_kept_traces() {
    let folder = TempDir::new().unwrap();
    let tail = Tail { costs_over: Some(0.1), ..Tail::default() };
    let recorder = opened(folder.path(), tail);
    // Both say the same long text first; it stands in the envelope once.
    let shared = long("the same");
    for (name, status, cost) in
        [("fine", Status::Ok, "0.02"), ("dear", Status::Ok, "0.30"), ("bad", Status::Timeout, "0.00")]
    {
        let span = start(&recorder, None, name, &shared);
        recorder.end_span(&span, &status, |body| {
            body.text("output", name);
            // CBOR: a map of one text.
            body.raw("cost", &[b"\xa1\x65total\x64", cost.as_bytes()].concat());
        });
        recorder.mark();
        // Each in its turn: the content that the kept ones need was withheld from an envelope that is settled.
        if name == "fine" {
            let mut shipper = recorder.shipper("far");
            let mut far = Receiver::default();
            far.take(&mut shipper);
            assert_eq!(far.seen(), ["-", "-"]);
            assert_eq!(recorder.stats().withheld, 1);
            shipper.release();
        }
    }
    let mut shipper = recorder.shipper("far");
    let mut far = Receiver::default();
    far.take(&mut shipper);
    assert_eq!(far.seen(), ["the same----", "dear", "the same----", "bad"]);
    recorder.close(None);
}

#[test]
fn a_crash_before_the_decision_loses_no_content() {
    let folder = TempDir::new().unwrap();
    let recorder = opened(folder.path(), Tail::default());
    let root = start(&recorder, None, "root", &long("question"));
    recorder.mark();
    let mut far = Receiver::default();
    let mut shipper = recorder.shipper("far");
    far.take(&mut shipper);
    assert_eq!(far.seen(), ["-"]);
    drop(shipper); // It dies with what it holds.

    end(&recorder, &root, Status::Error, "failed");
    recorder.mark();
    far.take(&mut recorder.shipper("far"));
    assert_eq!(far.seen(), ["question----", "failed"]);
}

#[test]
fn what_a_process_leaves_open_is_an_error() {
    let folder = TempDir::new().unwrap();
    let recorder = opened(folder.path(), Tail::default());
    let _open = start(&recorder, None, "root", "question");
    recorder.close(None);
    let mut far = Receiver::default();
    far.take(&mut recorder.shipper("far"));
    assert_eq!(far.seen(), ["question"]);
}

#[test]
fn the_share_decides_by_the_trace_s_id_and_the_time_for_a_decision_ends() {
    let folder = TempDir::new().unwrap();
    let everything = opened(folder.path(), Tail { share: 1.0, ..Tail::default() });
    let root = start(&everything, None, "root", "kept");
    everything.mark();
    let mut far = Receiver::default();
    far.take(&mut everything.shipper("far"));
    assert_eq!(far.seen(), ["kept"], "nobody waits for the end");
    end(&everything, &root, Status::Ok, "");

    let folder = TempDir::new().unwrap();
    let hasty = opened(folder.path(), Tail { decide_after: std::time::Duration::ZERO, ..Tail::default() });
    let root = start(&hasty, None, "root", "question");
    hasty.mark();
    let (mut far, mut shipper) = (Receiver::default(), hasty.shipper("far"));
    far.take(&mut shipper);
    assert_eq!((far.seen(), hasty.stats().withheld), (vec!["-".to_owned()], 1));
    // The cursor has gone on; what comes after an error has its content.
    end(&hasty, &root, Status::Error, "failed");
    hasty.mark();
    assert_eq!(far.take(&mut shipper), 1);
    assert_eq!(far.seen(), ["-", "failed"]);
}

#[test]
fn sinks_of_events_get_them_once() {
    let folder = TempDir::new().unwrap();
    let recorder = opened(folder.path(), Tail::default());
    let mut shipper = recorder.shipper("far").resolving();
    let mut inputs = Vec::new();
    let mut take = |recorder: &Recorder| {
        recorder.mark();
        while let Some(batch) = shipper.next_batch(1 << 20).unwrap() {
            assert_eq!(batch.events, batch.resolved.len() as u64);
            for event in &batch.resolved {
                let Body::Present(body) = &event.body else { continue };
                inputs.extend(body.get("input").map(|input| input.as_text().unwrap_or("-").to_owned()));
            }
            shipper.batch_result(batch.id, true).unwrap();
        }
    };
    let bad = start(&recorder, None, "bad", "why");
    end(&recorder, &bad, Status::Error, "");
    let open = start(&recorder, None, "open", "secret");
    take(&recorder);
    end(&recorder, &open, Status::Error, "");
    take(&recorder);
    assert_eq!(inputs, ["why", "-"]);
}
