//! Where journals live, who may remove them, who may ship them.

#![allow(clippy::unwrap_used, clippy::panic, clippy::print_stderr, reason = "tests say what went wrong by panicking")]

mod journal_support;

use journal_support::*;
use std::fs;
use std::path::PathBuf;
use std::sync::Barrier;
use tracewire_recorder::journal::{
    Directory, Surroundings, WriterOptions, acknowledge, acknowledged, find_directory_in, lease, remove_if_acknowledged,
};

const PRODUCER: &str = "00000000000000ab-1";

fn surroundings(keep: &tempfile::TempDir, working: &str) -> Surroundings {
    let working = keep.path().join(working);
    fs::create_dir_all(&working).unwrap();
    Surroundings { chosen: None, working: Some(working), state: Some(keep.path().join("state")) }
}

#[test]
fn the_nearest_directory_upward_is_used() {
    let keep = tempfile::tempdir().unwrap();
    let here = surroundings(&keep, "project/src/deep");
    let found = find_directory_in(&here);
    assert_eq!(found.path(), keep.path().join("project/src/deep/.tracewire"), "a new one is made here");
    assert!(!found.path().exists(), "but not by looking");
    fs::create_dir_all(keep.path().join("project/.tracewire")).unwrap();
    let found = find_directory_in(&here);
    assert_eq!((found.path(), found.notice()), (keep.path().join("project/.tracewire").as_path(), None));
    // A file of that name is no directory.
    fs::write(keep.path().join("project/src/.tracewire"), b"").unwrap();
    assert_eq!(find_directory_in(&here).path(), keep.path().join("project/.tracewire"));
}

#[test]
fn the_variable_comes_first_and_is_relative_to_the_working_directory() {
    let keep = tempfile::tempdir().unwrap();
    let here = surroundings(&keep, "project");
    fs::create_dir_all(keep.path().join("project/.tracewire")).unwrap();
    let chosen = |text: &str| find_directory_in(&Surroundings { chosen: Some(text.into()), ..here.clone() });
    assert_eq!(chosen("elsewhere").path(), keep.path().join("project/elsewhere"));
    assert_eq!(chosen("/nowhere-yet/x").path().parent(), Some(std::path::Path::new("/nowhere-yet")));
}

#[test]
fn a_place_that_cannot_be_used_is_left_with_a_reason() {
    let keep = tempfile::tempdir().unwrap();
    let here = surroundings(&keep, "project");
    fs::write(keep.path().join("file"), b"").unwrap();
    let wished: PathBuf = keep.path().join("file/below");
    let found = find_directory_in(&Surroundings { chosen: Some(wished.into()), ..here.clone() });
    assert_eq!(found.path(), keep.path().join("state/tracewire"));
    assert!(found.notice().unwrap().ends_with("file/below is not a folder"), "{:?}", found.notice());
    let nowhere = find_directory_in(&Surroundings { working: None, ..here });
    assert_eq!(nowhere.path(), keep.path().join("state/tracewire"));
    // The writer hands the sentence to the host, once.
    let writer = writer(options(&nowhere));
    assert_eq!(writer.take_notices().len(), 1);
    writer.append(b"x", now()).unwrap();
    assert_eq!(records(&path_of(&writer)), [b"x"]);
    assert!(writer.take_notices().is_empty());
}

#[test]
fn files_are_listed_by_number_and_unfinished_ones_are_not() {
    let (_keep, directory) = folder();
    assert!(directory.journals().unwrap().is_empty());
    fs::create_dir_all(directory.journal_folder()).unwrap();
    for name in ["00000000000000ab-10.twj", "00000000000000ab-2.twj", ".00000000000000ab-11.new", "notes.txt"] {
        fs::write(directory.journal_folder().join(name), b"").unwrap();
    }
    let names: Vec<_> = directory.journals().unwrap().iter().map(|path| path.file_name().unwrap().to_owned()).collect();
    assert_eq!(names, ["00000000000000ab-2.twj", "00000000000000ab-10.twj"]);
}

#[test]
fn a_file_goes_when_it_is_closed_and_all_have_it() {
    let (_keep, directory) = folder();
    let sinks = vec!["store".to_owned(), "jsonl:/tmp/a b.jsonl".to_owned()];
    let writer = writer(WriterOptions { sinks: sinks.clone(), ..options(&directory) });
    writer.append(b"x", now()).unwrap();
    let producer = writer.producer().unwrap();
    let path = path_of(&writer);
    let remove = || remove_if_acknowledged(&directory, &producer).unwrap();
    for sink in &sinks {
        assert_eq!(acknowledged(&directory, &producer, sink), None);
        acknowledge(&directory, &producer, sink, 1 << 40).unwrap();
    }
    assert!(!remove(), "its writer lives");
    writer.close("exited");
    let end = fs::metadata(&path).unwrap().len();
    fs::remove_dir_all(directory.path().join("acks")).unwrap();
    acknowledge(&directory, &producer, &sinks[0], end).unwrap();
    assert!(!remove(), "one of two has it");
    acknowledge(&directory, &producer, &sinks[1], end - 8).unwrap();
    assert!(!remove(), "one lacks the last bytes");
    acknowledge(&directory, &producer, &sinks[1], 16).unwrap();
    assert_eq!(acknowledged(&directory, &producer, &sinks[1]), Some(end - 8), "never backward");
    let file = directory.path().join("acks").join(&producer).join("store");
    assert_eq!(fs::read(file).unwrap(), end.to_string().as_bytes(), "the offset as decimal text");
    acknowledge(&directory, &producer, &sinks[1], end).unwrap();
    assert!(path.exists());
    assert!(remove());
    assert!(!path.exists());
    assert!(!directory.path().join("acks").join(&producer).exists());
    assert!(remove(), "what is gone is gone");
}

#[test]
fn several_processes_finish_with_one_file_at_once() {
    for _ in 0..400 {
        let (_keep, directory) = folder();
        let writer = writer(WriterOptions { sinks: vec!["store".to_owned()], ..options(&directory) });
        writer.append(b"x", now()).unwrap();
        let producer = writer.producer().unwrap();
        let path = path_of(&writer);
        writer.close("exited");
        let end = fs::metadata(&path).unwrap().len();
        let all_at_once = Barrier::new(3);
        std::thread::scope(|scope| {
            for _ in 0..3 {
                scope.spawn(|| {
                    all_at_once.wait();
                    acknowledge(&directory, &producer, "store", end).unwrap();
                    remove_if_acknowledged(&directory, &producer).unwrap();
                });
            }
        });
        assert!(!path.exists());
    }
}

#[test]
fn a_file_without_a_close_stays_whatever_was_acknowledged() {
    let (_keep, directory) = folder();
    let writer = writer(options(&directory));
    writer.append(b"x", now()).unwrap();
    let producer = writer.producer().unwrap();
    let path = path_of(&writer);
    acknowledge(&directory, &producer, "store", u64::MAX).unwrap();
    drop(writer);
    assert!(!remove_if_acknowledged(&directory, &producer).unwrap());
    tracewire_recorder::journal::recover(&path).unwrap();
    assert!(remove_if_acknowledged(&directory, &producer).unwrap());
}

#[test]
fn names_that_are_paths_reach_nothing() {
    let (keep, directory) = folder();
    fs::write(keep.path().join("victim.twj"), b"").unwrap();
    assert_eq!(acknowledge(&directory, "../../victim", "store", 1).unwrap_err().code(), "option");
    assert_eq!(acknowledged(&directory, "../../victim", "store"), None);
    assert!(!remove_if_acknowledged(&directory, "../../victim").unwrap());
    assert!(keep.path().join("victim.twj").exists());
    acknowledge(&directory, "00000000000000ab-1", "../../../victim", 5).unwrap();
    assert_eq!(acknowledged(&directory, "00000000000000ab-1", "../../../victim"), Some(5));
    assert_eq!(fs::read(keep.path().join("victim.twj")).unwrap(), b"");
}

#[test]
fn a_file_has_one_shipper_for_each_sink_at_a_time() {
    let (_keep, directory) = folder();
    let first = lease(&directory, "store", PRODUCER).unwrap();
    assert!(first.is_some());
    assert!(lease(&directory, "store", PRODUCER).unwrap().is_none());
    assert!(lease(&directory, "other", PRODUCER).unwrap().is_some());
    drop(first);
    assert!(lease(&directory, "store", PRODUCER).unwrap().is_some());
}

#[test]
fn a_directory_does_not_move_with_the_host() {
    assert!(Directory::at("relative").path().is_absolute());
}
