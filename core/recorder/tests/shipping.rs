//! Which sinks a journal waits for, and what a shipper does with one that its sink has.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a test may fail")]

use std::fs;
use tempfile::TempDir;
use tracewire_recorder::journal::{self, Directory};
use tracewire_recorder::{Options, Place, Recorder};

/// Records one line and closes, and gives the directory with its one journal.
fn recorded(store: bool, sinks: &[&str]) -> (TempDir, Directory) {
    let folder = TempDir::new().unwrap();
    let recorder = opened(&folder, store, sinks);
    recorder.log(Place { step: None, correlation_id: None }, |body| body.text("message", "hello"));
    recorder.close(None);
    let directory = Directory::at(folder.path());
    assert_eq!(directory.journals().unwrap().len(), 1);
    (folder, directory)
}

fn opened(folder: &TempDir, store: bool, sinks: &[&str]) -> Recorder {
    let host_sinks = sinks.iter().map(|sink| (*sink).to_owned()).collect();
    Recorder::open(Options { directory: Some(folder.path().to_owned()), store, host_sinks, ..Options::default() })
        .unwrap()
}

/// Ships all that there is to `sink`; gives how many events came.
fn ship(folder: &TempDir, store: bool, sinks: &[&str], sink: &str) -> u64 {
    let mut shipper = opened(folder, store, sinks).shipper(sink);
    let mut events = 0;
    while let Some(batch) = shipper.next_batch(1 << 20).unwrap() {
        events += batch.events;
        shipper.batch_result(batch.id, true).unwrap();
    }
    events
}

#[test]
fn without_a_store_a_journal_goes_when_the_last_sink_has_it() {
    let sinks = ["one", "two"];
    let (folder, directory) = recorded(false, &sinks);
    assert_eq!(ship(&folder, false, &sinks, "one"), 1);
    assert_eq!(directory.journals().unwrap().len(), 1, "the other has not");
    assert_eq!(ship(&folder, false, &sinks, "two"), 1);
    assert_eq!(directory.journals().unwrap().len(), 0);
}

#[test]
fn with_a_store_a_journal_waits_for_it() {
    let (folder, directory) = recorded(true, &["one"]);
    assert_eq!(ship(&folder, true, &["one"], "one"), 1);
    assert_eq!(directory.journals().unwrap().len(), 1);
}

#[test]
fn what_nobody_has_stays() {
    let (folder, directory) = recorded(false, &[]);
    assert_eq!(ship(&folder, false, &[], "one"), 0);
    let path = directory.journals().unwrap().remove(0);
    assert_eq!(journal::JournalReader::open(&path).unwrap().header().sinks, ["store"]);
}

#[test]
fn what_a_sink_has_is_not_read_again() {
    let (folder, directory) = recorded(true, &["one"]);
    let mut shipper = opened(&folder, true, &["one"]).shipper("one");
    let batch = shipper.next_batch(1 << 20).unwrap().unwrap();
    shipper.batch_result(batch.id, true).unwrap();
    // Whoever reads it again finds what is not there: the header stands, the note of the sink is gone.
    let path = directory.journals().unwrap().remove(0);
    let producer = path.file_stem().unwrap().to_str().unwrap().to_owned();
    assert!(journal::is_delivered(&path, journal::acknowledged(&directory, &producer, "one").unwrap()));
    fs::remove_file(directory.path().join("acks").join(&producer).join("one")).unwrap();
    assert!(shipper.next_batch(1 << 20).unwrap().is_none());
    let mut another = opened(&folder, true, &["one"]).shipper("one");
    assert!(another.next_batch(1 << 20).unwrap().is_some());
}

#[test]
fn a_journal_that_grows_after_a_batch_is_read_on() {
    let folder = TempDir::new().unwrap();
    let recorder = opened(&folder, false, &["one"]);
    let mut shipper = recorder.shipper("one");
    for line in ["first", "second"] {
        recorder.log(Place { step: None, correlation_id: None }, |body| body.text("message", line));
        recorder.mark();
        let batch = shipper.next_batch(1 << 20).unwrap().unwrap();
        assert_eq!(batch.events, 1, "{line}");
        shipper.batch_result(batch.id, true).unwrap();
    }
}
