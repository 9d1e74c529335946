//! Files of writers that are gone: each is recovered once, whoever comes, and nothing that may live is ended.
#![cfg(unix)]
#![allow(clippy::unwrap_used, clippy::panic, clippy::print_stderr, reason = "tests say what went wrong by panicking")]

mod journal_support;

use journal_support::*;
use std::fs;
use std::io::Read as _;
use std::path::Path;
use std::sync::Barrier;
use tracewire_recorder::journal::{
    Append, Directory, JournalReader, Liveness, Recovery, Tail, WriterOptions, liveness, recover,
};

/// The part of a child; does nothing in a run of the tests themselves.
#[test]
fn entry() {
    let Some(role) = role() else { return };
    let directory = Directory::at(std::env::var(FOLDER).unwrap());
    match role.as_str() {
        "recover" => recover_all(&directory),
        other => panic!("{other}"),
    }
}

// Recovery

/// Files of a writer that is gone, each torn in its own way.
fn leave_dead_files(directory: &Directory, count: usize) {
    let _quiet = STARTING.read();
    for index in 0..count {
        let writer = writer(WriterOptions {
            append: if index % 2 == 0 { Append::Mapped } else { Append::Written },
            ..options(directory)
        });
        writer.append(b"kept", now()).unwrap();
        let path = path_of(&writer);
        drop(writer);
        let (found, _) = read(&path);
        let Some(Found::Record(offset, _)) = found.last() else { panic!("{found:?}") };
        let end = *offset + 24;
        // Nothing, or the beginnings of a frame that never got its head, or one that lacks its end.
        let torn: &[u8] = match index % 3 {
            0 => &[],
            1 => &[0, 0, 0, 0, 0, 0, 0, 0, 9, 9, 9],
            _ => &[5, 0, 0, 0, 2, 1, 2, 3, 4, 5],
        };
        let file = fs::OpenOptions::new().write(true).open(&path).unwrap();
        std::os::unix::fs::FileExt::write_all_at(&file, torn, end).unwrap();
    }
}

fn check_recovered(path: &Path, before: &[u8]) {
    let used = before.iter().rposition(|byte| *byte != 0).unwrap() + 1;
    let after = fs::read(path).unwrap();
    assert_eq!(after[..used], before[..used], "nothing is written over");
    let (found, tail) = read(path);
    assert_eq!(tail, Tail::Closed);
    let Some(Found::Close(offset, reason)) = found.last() else { panic!("{found:?}") };
    assert_eq!(reason, "recovered");
    assert_eq!(closes(path).len(), 1);
    assert_eq!(*offset, (used as u64).next_multiple_of(8));
    assert_eq!(after.len() as u64, offset + 8 + 24 + 8, "reserved space is given back");
    assert_eq!(records(path), [b"kept"]);
}

#[test]
fn eight_threads_recover_each_file_once() {
    let (_keep, directory) = folder();
    leave_dead_files(&directory, 30);
    for path in directory.journals().unwrap() {
        let before = fs::read(&path).unwrap();
        let barrier = Barrier::new(8);
        let results: Vec<Recovery> = std::thread::scope(|scope| {
            let threads: Vec<_> = (0..8)
                .map(|_| {
                    scope.spawn(|| {
                        barrier.wait();
                        recover(&path).unwrap()
                    })
                })
                .collect();
            threads.into_iter().map(|thread| thread.join().unwrap()).collect()
        });
        let recovered = results.iter().filter(|result| matches!(result, Recovery::Recovered { .. })).count();
        assert_eq!(recovered, 1, "{results:?}");
        check_recovered(&path, &before);
        assert_eq!(recover(&path).unwrap(), Recovery::Closed);
    }
}

fn recover_all(directory: &Directory) {
    // All begin when the test closes the pipes.
    std::io::stdin().read_to_end(&mut Vec::new()).unwrap();
    for path in directory.journals().unwrap() {
        say(&format!("{:?}", recover(&path).unwrap()));
    }
}

#[test]
fn eight_processes_recover_each_file_once() {
    let (_keep, directory) = folder();
    leave_dead_files(&directory, 60);
    let paths = directory.journals().unwrap();
    let before: Vec<Vec<u8>> = paths.iter().map(|path| fs::read(path).unwrap()).collect();
    let mut processes: Vec<_> = (0..8).map(|_| start("recover", &directory, "map")).collect();
    processes.iter_mut().for_each(|process| drop(process.stdin.take()));
    let mut recovered = 0;
    for mut process in processes {
        recovered += lines(&mut process).filter(|line| line.starts_with("Recovered")).count();
        assert_success(process.wait().unwrap());
    }
    assert_eq!(recovered, paths.len());
    for (path, before) in paths.iter().zip(&before) {
        check_recovered(path, before);
    }
}

#[test]
fn recovery_depends_on_the_file_alone() {
    let folder = tempfile::tempdir().unwrap();
    let (_keep, directory) = journal_support::folder();
    leave_dead_files(&directory, 3);
    for path in directory.journals().unwrap() {
        let copy = folder.path().join(path.file_name().unwrap());
        fs::copy(&path, &copy).unwrap();
        recover(&path).unwrap();
        recover(&copy).unwrap();
        assert_eq!(fs::read(&path).unwrap(), fs::read(&copy).unwrap());
    }
}

#[test]
fn nobody_ends_what_may_live_or_cannot_be_read() {
    let folder = tempfile::tempdir().unwrap();
    // A writer on host `h`: nobody here can tell.
    let elsewhere = write_file(&folder, &small()[..SMALL_FRAMES[3] as usize + 7]);
    let unchanged = |path: &Path, result: &dyn Fn() -> bool| {
        let before = fs::read(path).unwrap();
        assert!(result());
        assert_eq!(fs::read(path).unwrap(), before);
    };
    let header = JournalReader::open(&elsewhere).unwrap().header().clone();
    assert_eq!(liveness(&elsewhere, &header), Liveness::Unknown);
    unchanged(&elsewhere, &|| recover(&elsewhere).unwrap() == Recovery::Unknown);
    let cut = write_file(&folder, &small()[..100]);
    unchanged(&cut, &|| recover(&cut).unwrap_err().code() == "journal_header");
    let foreign = write_file(&folder, b"something else entirely");
    unchanged(&foreign, &|| recover(&foreign).unwrap_err().code() == "journal_foreign");
    let (_keep, directory) = journal_support::folder();
    let writer = writer(options(&directory));
    writer.append(b"x", now()).unwrap();
    let path = path_of(&writer);
    unchanged(&path, &|| recover(&path).unwrap() == Recovery::Held);
}

#[test]
fn a_close_with_something_behind_it_is_still_a_close() {
    let (_keep, directory) = folder();
    let quiet = STARTING.read();
    let writer = writer(options(&directory));
    writer.append(b"x", now()).unwrap();
    let path = path_of(&writer);
    writer.close("exited");
    drop(quiet);
    let mut bytes = fs::read(&path).unwrap();
    bytes.extend_from_slice(b"appended by some tool");
    fs::write(&path, &bytes).unwrap();
    let header = JournalReader::open(&path).unwrap().header().clone();
    assert_eq!(liveness(&path, &header), Liveness::Closed);
    assert_eq!(recover(&path).unwrap(), Recovery::Closed);
    assert_eq!(fs::read(&path).unwrap(), bytes);
}
