//! What happens when the quota is reached: the new record goes, the oldest files go, or the caller waits.

#![allow(clippy::unwrap_used, clippy::panic, reason = "tests say what went wrong by panicking")]

use std::fs;
use std::path::Path;
use std::time::{Duration, Instant};
use tempfile::TempDir;
use tracewire_recorder::journal::{Directory, Liveness, acknowledge, journal_bytes, liveness};
use tracewire_recorder::testing::seal_bytes;
use tracewire_recorder::{FlushReport, Options, Recorder, StartSpan, WhenFull};
use tracewire_wire::envelope::Entry;
use tracewire_wire::event::{Body, Status};

const QUOTA: u64 = 256 << 10;

fn opened(folder: &Path, when_full: WhenFull) -> Recorder {
    let options = Options { directory: Some(folder.to_owned()), quota_bytes: QUOTA, when_full, ..Options::default() };
    Recorder::open(options).unwrap()
}

/// Steps with an input of 400 bytes each: two records.
fn record(recorder: &Recorder, steps: usize) {
    for number in 0..steps {
        let start = StartSpan { parent: None, kind: "step", correlation_id: None };
        let span = recorder.start_span(start, |body| {
            body.text("name", &format!("{number}"));
            body.text("input", &"x".repeat(400));
        });
        recorder.end_span(&span, &Status::Ok, |_| {});
    }
}

fn lost(report: &FlushReport, reason: &str) -> u64 {
    report.dropped.get(reason).copied().unwrap_or(0)
}

/// The events of all files: how many are no losses, and what losses say, by reason.
fn found(folder: &Path) -> (u64, u64) {
    let (mut events, mut evicted) = (0, 0);
    for path in Directory::at(folder).journals().unwrap() {
        for envelope in seal_bytes(&fs::read(path).unwrap()).unwrap().envelopes {
            let envelope = tracewire_wire::envelope::Envelope::read(&envelope).unwrap();
            for entry in &envelope.events {
                let Entry::Event(event) = entry else { continue };
                match (event.event_type.as_str(), &event.body) {
                    ("loss", Body::Present(body)) => {
                        assert_eq!(body.get("reason").and_then(|reason| reason.as_text()), Some("evicted"));
                        evicted += body.get("count").and_then(|count| count.as_u64()).unwrap();
                    }
                    _ => events += 1,
                }
            }
        }
    }
    (events, evicted)
}

#[test]
fn the_oldest_files_give_way_and_are_counted() {
    let folder = TempDir::new().unwrap();
    let recorder = opened(folder.path(), WhenFull::DropOldest);
    record(&recorder, 2000);
    let report = recorder.close(None);
    assert!(journal_bytes(&Directory::at(folder.path())) <= QUOTA);
    assert_eq!(report.dropped.keys().collect::<Vec<_>>(), ["evicted"]);
    assert_eq!(report.written + lost(&report, "evicted"), 4000);
    // What is left is the newest, and the stream says what is missing, each once however often the telling itself had to go.
    assert_eq!(found(folder.path()), (report.written, lost(&report, "evicted")));
    assert!(report.written > 200, "{report:?}");
}

#[test]
fn files_of_the_living_stay_and_those_of_the_dead_go() {
    let folder = TempDir::new().unwrap();
    let directory = Directory::at(folder.path());
    let first = opened(folder.path(), WhenFull::DropNewest);
    record(&first, 20);
    let closed = directory.journals().unwrap().remove(0);
    let gone = first.close(None).written;
    let living = opened(folder.path(), WhenFull::DropNewest);
    record(&living, 20);
    let held = directory.journals().unwrap().into_iter().find(|path| *path != closed).unwrap();

    let recorder = opened(folder.path(), WhenFull::DropOldest);
    record(&recorder, 1500);
    let report = recorder.close(None);
    assert!(!closed.exists() && held.exists());
    let header = tracewire_recorder::journal::JournalReader::open(&held).unwrap().header().clone();
    assert_eq!(liveness(&held, &header), Liveness::Alive);
    assert_eq!(living.flush(None).written, 40);
    // What the living have reserved is theirs; the rest of the quota is small, and what does not fit is dropped as ever.
    assert!(lost(&report, "evicted") >= gone, "{report:?}");
    assert_eq!(report.written + lost(&report, "evicted") + lost(&report, "quota"), 3000 + gone);
    drop(living);
}

#[test]
fn what_every_sink_has_is_no_loss() {
    let folder = TempDir::new().unwrap();
    let directory = Directory::at(folder.path());
    let first = opened(folder.path(), WhenFull::DropNewest);
    record(&first, 20);
    let producer = first.stats().producer.unwrap();
    first.close(None);
    let path = directory.journal_path(&producer);
    acknowledge(&directory, &producer, "store", fs::metadata(&path).unwrap().len()).unwrap();

    let recorder = opened(folder.path(), WhenFull::DropOldest);
    record(&recorder, 1500);
    let report = recorder.close(None);
    assert!(!path.exists());
    assert_eq!(report.written + lost(&report, "evicted"), 3000);
}

#[test]
fn where_nothing_may_go_the_newest_is_dropped() {
    let folder = TempDir::new().unwrap();
    let living = opened(folder.path(), WhenFull::DropNewest);
    record(&living, 2000);
    let before = living.flush(None);
    let recorder = opened(folder.path(), WhenFull::DropOldest);
    record(&recorder, 200);
    let report = recorder.close(None);
    assert_eq!((report.written + lost(&report, "quota"), lost(&report, "evicted")), (400, 0));
    assert_eq!(living.flush(None).written, before.written);
}

#[test]
fn a_caller_waits_for_room_and_not_for_ever() {
    let folder = TempDir::new().unwrap();
    let directory = Directory::at(folder.path());
    let other = opened(folder.path(), WhenFull::DropNewest);
    record(&other, 2000);
    let path = directory.journals().unwrap().remove(0);
    other.close(None);

    // Nobody makes room: one wait, then records are dropped as ever.
    let bound = Duration::from_millis(30);
    let recorder = opened(folder.path(), WhenFull::Block(bound));
    let began = Instant::now();
    record(&recorder, 1000);
    assert!(began.elapsed() >= bound);
    let report = recorder.close(None);
    let dropped = lost(&report, "quota");
    assert!(dropped > 0);
    assert_eq!(report.written + dropped, 2000);

    // Somebody makes room meanwhile: nothing is dropped.
    let patient = opened(folder.path(), WhenFull::Block(Duration::from_secs(60)));
    std::thread::scope(|scope| {
        scope.spawn(|| {
            while patient.flush(None).written == 0 {
                let _ = fs::remove_file(&path);
                std::thread::yield_now();
            }
        });
        record(&patient, 20);
    });
    assert_eq!((patient.close(None).written, path.exists()), (40, false));
}

#[test]
fn in_memory_the_oldest_journals_give_way() {
    let options = Options { quota_bytes: 40_000, when_full: WhenFull::DropOldest, ..Options::default() };
    let recorder = Recorder::in_memory(options).unwrap();
    for _ in 0..500 {
        let start = StartSpan { parent: None, kind: "step", correlation_id: None };
        let span = recorder.start_span(start, |body| body.text("input", &"x".repeat(400)));
        recorder.end_span(&span, &Status::Ok, |_| {});
    }
    let report = recorder.close(None);
    assert_eq!(report.written + lost(&report, "evicted"), 1000);
    let mut events = 0;
    while let Some(batch) = recorder.medium().next_batch(1 << 20) {
        events += batch.events;
        recorder.medium().acknowledge(&batch.producer, batch.end_offset);
    }
    assert!(events > report.written && events < report.written + 10, "its events and what tells of losses: {events}");
}
