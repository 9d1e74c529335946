//! What processes do to journals: die, fork, clone. Each part runs in children of this test, which speak through pipes.
#![cfg(unix)]
#![allow(clippy::unwrap_used, clippy::panic, clippy::print_stderr, reason = "tests say what went wrong by panicking")]

mod journal_support;

use journal_support::*;
use std::collections::BTreeSet;
use std::io::Read as _;
use std::sync::atomic::{AtomicBool, Ordering};
use tracewire_recorder::journal::{Directory, JournalReader, Liveness, Recovery, WriterOptions, liveness, recover};

/// The part of a child; does nothing in a run of the tests themselves.
#[test]
fn entry() {
    let Some(role) = role() else { return };
    let directory = Directory::at(std::env::var(FOLDER).unwrap());
    match role.as_str() {
        "append" => append_until_killed(&directory),
        "fork" => fork_while_threads_append(&directory),
        "fork_and_die" => fork_and_die(&directory),
        "bare_clone" => bare_clone(&directory),
        other => panic!("{other}"),
    }
}

// SIGKILL

fn append_until_killed(directory: &Directory) {
    let writer = writer(WriterOptions { file_bytes: 1 << 20, ..options(directory) });
    std::thread::scope(|scope| {
        for thread in 0..3u64 {
            let writer = &writer;
            scope.spawn(move || {
                for number in 0u64.. {
                    let payload = format!("{thread}-{number}-").into_bytes().repeat(1 + number as usize % 300);
                    writer.append(&payload, now()).unwrap();
                    say(&format!("{thread}-{number}"));
                }
            });
        }
    });
}

#[test]
fn what_was_acknowledged_survives_sigkill() {
    for way in WAYS {
        for round in 0..15u64 {
            let (_keep, directory) = folder();
            let mut child = start("append", &directory, way);
            let mut said = lines(&mut child);
            // The moment of the kill differs from round to round; what was said before it is still in the pipe.
            let mut acknowledged: Vec<String> = said.by_ref().take(1 + (round * 61 % 700) as usize).collect();
            child.kill().unwrap();
            acknowledged.extend(said);
            child.wait().unwrap();
            // The last line may be cut by the kill.
            let whole = |line: &String| line.split('-').count() == 2 && !line.ends_with('-');
            acknowledged.pop_if(|line| !whole(line));
            for path in directory.journals().unwrap() {
                let header = JournalReader::open(&path).unwrap().header().clone();
                let expected = if closes(&path).is_empty() { Liveness::Dead } else { Liveness::Closed };
                assert_eq!(liveness(&path, &header), expected);
                recover(&path).unwrap();
                assert_eq!(closes(&path).len(), 1);
            }
            let (all, _) = all_records(&directory);
            let found: BTreeSet<String> = all
                .into_iter()
                .map(|payload| {
                    let text = String::from_utf8(payload).unwrap();
                    let key: Vec<&str> = text.splitn(3, '-').take(2).collect();
                    let number: usize = key[1].parse().unwrap();
                    let key = key.join("-");
                    assert_eq!(text, format!("{key}-").repeat(1 + number % 300), "whole");
                    key
                })
                .collect();
            for line in &acknowledged {
                assert!(found.contains(line), "{line} of {} was lost ({way}, round {round})", acknowledged.len());
            }
            // At most one record of each thread is there without its acknowledgement.
            assert!(found.len() <= acknowledged.len() + 4, "{} of {}", acknowledged.len(), found.len());
        }
    }
}

// Fork

/// Forks; the child runs `work` and ends without the test harness's help.
fn fork(work: impl FnOnce() -> bool) -> libc::pid_t {
    // SAFETY: the child only runs `work`, which uses what this crate promises to work after a fork, and ends with `_exit`.
    match unsafe { libc::fork() } {
        0 => {
            let code = if work() { 0 } else { 1 };
            // SAFETY: ends the child at once.
            unsafe { libc::_exit(code) }
        }
        child => {
            assert!(child > 0);
            child
        }
    }
}

fn wait(process: libc::pid_t) -> i32 {
    let mut status = 0;
    // SAFETY: waits for a child of this process; `status` is ours.
    let waited = unsafe { libc::waitpid(process, &raw mut status, 0) };
    assert_eq!(waited, process);
    status
}

fn fork_while_threads_append(directory: &Directory) {
    let writer = writer(WriterOptions { file_bytes: 400_000, ..options(directory) });
    writer.append(b"parent", now()).unwrap();
    let is_done = AtomicBool::new(false);
    let (writer, is_done) = (&writer, &is_done);
    let counts: Vec<u64> = std::thread::scope(|scope| {
        let threads: Vec<_> = (0..3u64)
            .map(|thread| {
                scope.spawn(move || {
                    let mut number = 0;
                    while !is_done.load(Ordering::Relaxed) {
                        writer.append(format!("parent {thread} {number}").repeat(20).as_bytes(), now()).unwrap();
                        number += 1;
                    }
                    number
                })
            })
            .collect();
        for child in 0..40 {
            let process = fork(|| {
                let mut is_good = true;
                for number in 0..50 {
                    is_good &= writer.append(format!("child {child} {number}").as_bytes(), now()).is_ok();
                }
                is_good &= writer.counters().written == 50;
                // A grandchild has files of its own too.
                let grandchild = fork(|| {
                    let is_good = writer.append(format!("grandchild {child} 0").as_bytes(), now()).is_ok();
                    writer.close("exited");
                    is_good
                });
                is_good &= wait(grandchild) == 0;
                writer.close("exited");
                is_good
            });
            assert_eq!(wait(process), 0, "child {child}");
        }
        is_done.store(true, Ordering::Relaxed);
        threads.into_iter().map(|thread| thread.join().unwrap()).collect()
    });
    writer.close("exited");
    assert_eq!(writer.counters().written, counts.iter().sum::<u64>() + 1);
    say(&writer.process());
    for count in counts {
        say(&count.to_string());
    }
}

#[test]
fn children_forked_while_threads_append_have_files_of_their_own() {
    for way in WAYS {
        let (_keep, directory) = folder();
        let said = run("fork", &directory, way);
        let counts: Vec<u64> = said[1..].iter().map(|count| count.parse().unwrap()).collect();
        let (all, is_damaged) = all_records(&directory);
        assert!(!is_damaged);
        let all: BTreeSet<String> = all.into_iter().map(|payload| String::from_utf8(payload).unwrap()).collect();
        assert_eq!(all.len() as u64, counts.iter().sum::<u64>() + 1 + 40 * 51);
        for (thread, count) in counts.iter().enumerate() {
            assert!((0..*count).all(|number| all.contains(&format!("parent {thread} {number}").repeat(20))));
        }
        for child in 0..40 {
            assert!((0..50).all(|number| all.contains(&format!("child {child} {number}"))));
        }
        let parent = &said[0];
        let mut grandchildren = 0;
        for path in directory.journals().unwrap() {
            assert_eq!(closes(&path).len(), 1);
            let header = JournalReader::open(&path).unwrap().header().clone();
            match header.parent {
                None => assert!(header.producer.starts_with(parent.as_str())),
                Some(of) => {
                    assert!(!header.producer.starts_with(parent.as_str()) && header.producer.ends_with("-1"));
                    assert_eq!(header.predecessor, None);
                    if !of.starts_with(parent.as_str()) {
                        grandchildren += 1;
                        assert!(records(&path)[0].starts_with(b"grandchild"));
                        assert!(directory.journal_path(&of).exists());
                    }
                }
            }
        }
        assert_eq!(grandchildren, 40);
    }
}

fn fork_and_die(directory: &Directory) {
    let writer = writer(options(directory));
    writer.append(b"parent", now()).unwrap();
    let producer = writer.producer().unwrap();
    fork(|| {
        say(&producer);
        // Until the test closes its end of the pipe.
        let waited = std::io::stdin().read_to_end(&mut Vec::new()).is_ok();
        let is_good = waited && writer.append(b"child", now()).is_ok();
        writer.close("exited");
        is_good
    });
    // SAFETY: ends this process without any of its own doing.
    unsafe { libc::kill(libc::getpid(), libc::SIGKILL) };
}

#[test]
fn a_dead_parent_s_lock_goes_though_its_child_lives() {
    for way in WAYS {
        let (_keep, directory) = folder();
        let mut process = start("fork_and_die", &directory, way);
        let input = process.stdin.take();
        let mut said = lines(&mut process);
        process.wait().unwrap();
        let parent = said.next().unwrap();
        let path = directory.journal_path(&parent);
        let header = JournalReader::open(&path).unwrap().header().clone();
        assert_eq!(liveness(&path, &header), Liveness::Dead);
        assert!(matches!(recover(&path), Ok(Recovery::Recovered { .. })));
        drop(input);
        // The child holds the other end of the output until it is done.
        assert_eq!(said.next(), None);
        let paths = directory.journals().unwrap();
        assert_eq!(paths.len(), 2);
        let other = paths.iter().find(|other| **other != path).unwrap();
        assert_eq!(JournalReader::open(other).unwrap().header().parent.as_deref(), Some(parent.as_str()));
        assert_eq!(records(other), [b"child"]);
        assert_eq!((closes(&path), closes(other)), (vec!["recovered".to_owned()], vec!["exited".to_owned()]));
    }
}

/// A fork that the C library does not know of, as some runtimes do it.
fn bare_clone(directory: &Directory) {
    let writer = writer(options(directory));
    writer.append(b"parent", now()).unwrap();
    // SAFETY: like `fork`, without the C library's handlers; this process has one thread that matters, and the child only
    // appends and ends.
    let process = unsafe { libc::syscall(libc::SYS_clone, libc::SIGCHLD as libc::c_long, 0, 0, 0, 0) } as libc::pid_t;
    if process == 0 {
        let is_good = writer.append(b"child", now()).is_ok();
        // SAFETY: ends the child at once.
        unsafe { libc::_exit(i32::from(!is_good)) };
    }
    assert_eq!(wait(process), 0);
    writer.append(b"parent again", now()).unwrap();
    writer.close("exited");
    say(&writer.producer().unwrap());
}

#[cfg(target_os = "linux")]
#[test]
fn a_child_that_no_handler_saw_is_noticed() {
    for way in WAYS {
        let (_keep, directory) = folder();
        let parent = run("bare_clone", &directory, way).remove(0);
        let path = directory.journal_path(&parent);
        assert_eq!(records(&path), [b"parent".to_vec(), b"parent again".to_vec()]);
        let paths = directory.journals().unwrap();
        let other = paths.iter().find(|other| **other != path).unwrap();
        assert_eq!(records(other), [b"child"]);
        assert_eq!(JournalReader::open(other).unwrap().header().parent, Some(parent));
    }
}
