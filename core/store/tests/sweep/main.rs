//! Journals of real recorders, live, closed and killed, into a store.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a test may fail")]

mod place;
#[path = "../suite/snapshot.rs"]
mod snapshot;

use place::{PART, Place, any_number_below, record_in, run, stored, wait_for};
use snapshot::snapshot;
use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::sync::Barrier;
use tracewire_recorder::journal::{self, Directory, JournalReader};
use tracewire_recorder::{Options, Recorder, StartSpan};
use tracewire_store::{Lookup, ProducerState, SqliteStore, Store, SweepReport, Sweeper, TraceFilter, sweep};
use tracewire_wire::envelope::Envelope;
use tracewire_wire::event::Status;
use tracewire_wire::verify::Verifier;

#[test]
fn a_closed_journal_goes_in_whole_and_is_removed() {
    let place = Place::new();
    let recorder = place.recorder();
    run(&recorder, 50);
    recorder.close(None);
    let sealed = place.sealed();
    let mut store = place.store();
    let report = place.sweep(&mut store);
    assert_eq!((report.journals, report.removed, report.events, report.pending), (1, 1, 102, 0));
    assert_eq!((report.envelopes, &report.problems[..], &report.damage[..]), (sealed.len() as u64, &[][..], &[][..]));
    assert_eq!(place.journals(), [] as [PathBuf; 0]);
    assert_eq!(stored(&store), sealed);
    let producer = store.producers().unwrap().remove(0);
    assert_eq!(
        (producer.state, producer.close.as_deref(), producer.last_seq),
        (ProducerState::Closed, Some("exited"), 102)
    );
    assert_eq!(producer.facts.origin.get("pid").and_then(|pid| pid.as_int()), Some(i64::from(std::process::id())));
    // Nothing is left to do.
    let before = snapshot(&mut store);
    assert_eq!(place.sweep(&mut store), SweepReport::default());
    assert_eq!(snapshot(&mut store), before);
}

#[test]
fn a_live_journal_is_seen_as_it_grows() {
    let place = Place::new();
    let recorder = place.recorder();
    let mut store = place.store();
    let mut sweeper = Sweeper::new(place.directory());
    let root =
        recorder.start_span(StartSpan { parent: None, kind: "agent", correlation_id: Some("order-17") }, |body| {
            body.text("name", "root");
        });
    let mut seen = store.last_event().unwrap();
    let mut follow = |store: &mut SqliteStore, sweeper: &mut Sweeper| {
        let report = sweeper.sweep(store, &mut ()).unwrap();
        let new = store.events_after(seen, 1000).unwrap();
        seen = store.last_event().unwrap();
        assert_eq!(report.events, new.len() as u64);
        (new.len(), report.pending)
    };
    assert_eq!(follow(&mut store, &mut sweeper), (1, 1));
    let trace = store.find(&Lookup::Correlation("order-17".into()), 9).unwrap().remove(0);
    assert_eq!((trace.open_spans, trace.status), (1, None));
    for step in 0..20 {
        let place = Some(root.context());
        recorder.log(place, |body| body.text("message", &format!("step {step}")));
        assert_eq!(follow(&mut store, &mut sweeper).0, 1);
    }
    assert_eq!(follow(&mut store, &mut sweeper), (0, 5));
    assert_eq!(store.producers().unwrap()[0].process_state, ProducerState::Alive);
    recorder.flush(None);
    assert_eq!(follow(&mut store, &mut sweeper), (0, 0));
    recorder.end_span(&root, &Status::Ok, |_| {});
    recorder.close(None);
    assert_eq!(follow(&mut store, &mut sweeper), (1, 0));
    assert_eq!(place.journals().len(), 0);
    // Another who sweeps from the beginning has the same.
    let events = store.events(trace.trace_id).unwrap();
    assert_eq!(events.len(), 22);
    let mut verifier = Verifier::new();
    stored(&store).iter().for_each(|bytes| _ = verifier.push(&Envelope::read(bytes).unwrap()));
    let report = verifier.finish();
    assert!(report.is_sound() && report.producers.values().all(|producer| producer.is_continuous), "{report:?}");
}

#[test]
fn a_sweep_goes_on_where_another_process_left_off() {
    let place = Place::new();
    let recorder = place.recorder();
    run(&recorder, 30);
    place.sweep(&mut place.store());
    run(&recorder, 30);
    let report = place.sweep(&mut place.store());
    assert!(report.known == 0 && report.envelopes > 0, "{report:?}");
    run(&recorder, 1);
    recorder.close(None);
    let sealed = place.sealed();
    place.sweep(&mut place.store());
    assert_eq!(stored(&place.store()), sealed);
}

#[test]
fn a_killed_process_is_recovered_and_its_steps_are_there() {
    let place = Place::new();
    let mut child = place.play("record").spawn().unwrap();
    wait_for(&mut child, "recorded");
    let mut store = place.store();
    let report = place.sweep(&mut store);
    assert_eq!((report.recovered, store.producers().unwrap()[0].state), (0, ProducerState::Alive));
    child.kill().unwrap();
    child.wait().unwrap();
    let report = place.sweep(&mut store);
    assert_eq!((report.recovered, report.removed, &report.problems[..]), (1, 1, &[][..]));
    let producer = store.producers().unwrap().remove(0);
    assert_eq!((producer.process_state, producer.close.as_deref()), (ProducerState::Dead, Some("recovered")));
    let trace = store.traces(&TraceFilter::default()).unwrap().traces.remove(0);
    assert_eq!((trace.spans, trace.open_spans), (101, 1));
}

#[test]
fn two_sweep_at_once() {
    let place = Place::new();
    for _ in 0..4 {
        let recorder = place.recorder();
        run(&recorder, 200);
        recorder.close(None);
    }
    let open = place.recorder();
    run(&open, 20);
    open.flush(None);
    let sealed = place.sealed();
    let reports: Vec<SweepReport> = std::thread::scope(|scope| {
        let sweeps: Vec<_> = (0..3).map(|_| scope.spawn(|| place.sweep(&mut place.store()))).collect();
        sweeps.into_iter().map(|sweep| sweep.join().unwrap()).collect()
    });
    assert!(reports.iter().all(|report| report.problems.is_empty() && report.forks.is_empty()), "{reports:#?}");
    let store = place.store();
    assert_eq!(reports.iter().map(|report| report.envelopes).sum::<u64>(), sealed.len() as u64);
    assert_eq!(stored(&store), sealed);
    assert_eq!(place.journals().len(), 1);
    store.check().unwrap();
}

#[test]
fn many_open_a_store_that_is_not_there_yet() {
    for _ in 0..50 {
        let place = Place::new();
        let all_at_once = Barrier::new(4);
        std::thread::scope(|scope| {
            for _ in 0..4 {
                scope.spawn(|| {
                    all_at_once.wait();
                    place.store().check().unwrap();
                });
            }
        });
    }
}

#[test]
fn a_sweep_that_is_killed_is_done_again() {
    let place = Place::new();
    for _ in 0..6 {
        let recorder = place.recorder();
        run(&recorder, 400);
        recorder.close(None);
    }
    let sealed = place.sealed();
    for _ in 0..8 {
        let mut child = place.play("sweep").spawn().unwrap();
        wait_for(&mut child, "sweeping");
        // Wherever it is now.
        std::hint::black_box((0..any_number_below(200_000)).fold(0u64, |sum, number| sum.wrapping_mul(31) ^ number));
        child.kill().unwrap();
        child.wait().unwrap();
        // Whatever is not in a journal any more is in the store.
        let there: BTreeSet<Vec<u8>> = stored(&place.store()).into_iter().chain(place.sealed()).collect();
        assert!(sealed.iter().all(|envelope| there.contains(envelope)));
    }
    let mut store = place.store();
    place.sweep(&mut store);
    assert_eq!(stored(&store), sealed);
    let before = snapshot(&mut store);
    store.check().unwrap();
    store.rebuild().unwrap();
    assert_eq!(snapshot(&mut store), before);
}

#[test]
fn bad_files_are_reported_and_hold_nobody_up() {
    let place = Place::new();
    let recorder = place.recorder();
    run(&recorder, 50);
    recorder.close(None);
    let good = place.recorder();
    run(&good, 5);
    good.close(None);
    let damaged = place.journals().remove(0);
    let mut bytes = std::fs::read(&damaged).unwrap();
    let middle = bytes.len() / 2;
    bytes[middle..middle + 100].fill(0x5a);
    std::fs::write(&damaged, &bytes).unwrap();
    let folder = place.directory().journal_folder();
    std::fs::write(folder.join("00000000000000aa-1.twj"), "not a journal").unwrap();
    std::fs::write(folder.join("00000000000000ab-1.twj"), &bytes[..60]).unwrap();
    let mut store = place.store();
    let report = place.sweep(&mut store);
    let problems: Vec<_> = report.problems.iter().map(|problem| (problem.code, problem.offset)).collect();
    assert_eq!(problems, [("journal_foreign", Some(0)), ("journal_header", Some(16))]);
    assert_eq!(report.damage.len(), 1);
    let damage = &report.damage[0];
    assert!(
        damage.path == damaged && damage.offset < middle as u64 && damage.offset + damage.bytes > middle as u64 + 99
    );
    assert_eq!((report.removed, store.losses().unwrap().len()), (2, 1));
    // What is not ours stays.
    assert_eq!(place.journals().len(), 2);
    assert!(store.traces(&TraceFilter::default()).unwrap().traces.len() == 2);
}

#[test]
fn a_journal_waits_for_its_other_sinks() {
    let place = Place::new();
    let mut options = Options::for_service("test");
    options.directory = Some(place.path().to_owned());
    let path = place.path().join("out.jsonl");
    options.sinks = vec![tracewire_recorder::ship::sink::SinkOptions::JsonLines { path }];
    let recorder = Recorder::open(options).unwrap();
    run(&recorder, 3);
    recorder.close(None);
    let mut store = place.store();
    let mut sweeper = Sweeper::new(place.directory());
    for _ in 0..2 {
        assert_eq!(sweeper.sweep(&mut store, &mut ()).unwrap().removed, 0);
    }
    let file = place.journals().remove(0);
    let producer = file.file_stem().unwrap().to_str().unwrap();
    let end = file.metadata().unwrap().len();
    assert_eq!(journal::acknowledged(&place.directory(), producer, "store"), Some(end));
    journal::acknowledge(
        &place.directory(),
        producer,
        &format!("jsonl:{}", place.path().join("out.jsonl").display()),
        end,
    )
    .unwrap();
    assert_eq!(place.sweep(&mut store).removed, 1);
}

#[test]
fn a_file_of_another_seal_version_is_read_and_not_sealed() {
    let place = Place::new();
    let recorder = place.recorder();
    run(&recorder, 20);
    recorder.close(None);
    let path = place.journals().remove(0);
    write_with_later_seal(&path);
    let mut store = place.store();
    let report = place.sweep(&mut store);
    assert_eq!(report.problems.iter().map(|problem| problem.code).collect::<Vec<_>>(), ["seal_newer"]);
    assert_eq!((report.envelopes, report.events, report.pending, report.removed), (0, 42, 42, 0));
    assert_eq!(store.traces(&TraceFilter::default()).unwrap().traces[0].spans, 21);
    assert_eq!((place.sweep(&mut store).events, place.journals().len()), (0, 1));
}

/// Writes a journal again, frame by frame, with a header that names seal version 99.
fn write_with_later_seal(path: &Path) {
    use tracewire_recorder::journal::{Item, frame};
    let mut reader = JournalReader::open(path).unwrap();
    let mut header = reader.header().clone();
    header.seal = 99;
    let seed = 7;
    let mut out = frame::preamble(seed).to_vec();
    let push = |out: &mut Vec<u8>, kind, payload: &[u8]| {
        let mut frame = Vec::new();
        assert!(frame::encode(&mut frame, out.len() as u64, kind, payload, seed));
        out.extend(frame);
    };
    push(&mut out, frame::Kind::Header, &header.to_cbor());
    while let Some(item) = reader.next().unwrap() {
        match item {
            Item::Record { payload, .. } => push(&mut out, frame::Kind::Record, payload),
            // {"reason": "exited"}
            Item::Close { .. } => push(&mut out, frame::Kind::Close, b"\xa1\x66reason\x66exited"),
            _ => {}
        }
    }
    std::fs::write(path, out).unwrap();
}

#[test]
fn a_locked_store_loses_nothing() {
    let place = Place::new();
    let recorder = place.recorder();
    run(&recorder, 20);
    recorder.close(None);
    let sealed = place.sealed();
    let mut store = place.store();
    store.wait_at_most(std::time::Duration::ZERO).unwrap();
    let other = rusqlite::Connection::open(place.path().join("store.db")).unwrap();
    other.execute_batch("BEGIN IMMEDIATE").unwrap();
    let mut sweeper = Sweeper::new(place.directory());
    assert_eq!(sweeper.sweep(&mut store, &mut ()).unwrap_err().code(), "store_locked");
    assert_eq!(place.journals().len(), 1);
    other.execute_batch("COMMIT").unwrap();
    assert_eq!(sweeper.sweep(&mut store, &mut ()).unwrap().removed, 1);
    assert_eq!(stored(&store), sealed);
}

#[test]
fn a_full_disk_keeps_the_journal() {
    let place = Place::new();
    let recorder = place.recorder();
    run(&recorder, 500);
    recorder.close(None);
    let sealed = place.sealed();
    let mut store = place.store();
    store.limit_bytes(store.stats().unwrap().bytes).unwrap();
    assert_eq!(sweep(&mut store, &place.directory(), &mut ()).unwrap_err().code(), "store_disk_full");
    assert_eq!(place.journals().len(), 1);
    store.limit_bytes(1 << 30).unwrap();
    assert_eq!(place.sweep(&mut store).removed, 1);
    assert_eq!(stored(&store), sealed);
}

#[test]
fn a_producer_whose_file_somebody_removed_is_dead() {
    let place = Place::new();
    let recorder = place.recorder();
    run(&recorder, 1);
    let mut store = place.store();
    place.sweep(&mut store);
    std::fs::remove_file(place.journals().remove(0)).unwrap();
    place.sweep(&mut store);
    assert_eq!(store.producers().unwrap()[0].state, ProducerState::Dead);
}

/// Not a test of its own: what the other processes of this file do.
#[test]
fn another_process() {
    let Ok(part) = std::env::var(PART) else { return };
    let folder = PathBuf::from(std::env::var_os("TRACEWIRE_DIR").unwrap());
    match part.as_str() {
        "record" => {
            let recorder = record_in(&folder);
            let start = |parent| StartSpan { parent, kind: "tool", correlation_id: None };
            let root = recorder.start_span(start(None), |body| body.text("name", "killed"));
            for _ in 0..100 {
                let span = recorder.start_span(start(Some(root.context())), |body| body.text("name", "step"));
                recorder.end_span(&span, &Status::Ok, |_| {});
            }
            println!("recorded");
            loop {
                std::thread::park();
            }
        }
        _ => {
            let mut store = SqliteStore::open(&folder.join("store.db")).unwrap();
            println!("sweeping");
            sweep(&mut store, &Directory::at(&folder), &mut ()).unwrap();
            loop {
                std::thread::park();
            }
        }
    }
}
