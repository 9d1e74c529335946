//! What processes do to journals: kill, fork, fill the disk, recover at once. Each part runs in children of this test,
//! which speak through pipes.
#![cfg(unix)]
#![allow(clippy::unwrap_used, clippy::panic, clippy::print_stderr, reason = "tests say what went wrong by panicking")]

mod journal_support;

use journal_support::*;
use std::collections::BTreeSet;
use std::fs;
use std::io::Read as _;
use std::path::Path;
use std::process::{Command, ExitStatus};
use std::sync::Barrier;
use std::sync::atomic::{AtomicBool, Ordering};
use tracewire_recorder::journal::{
    Append, Directory, JournalReader, JournalWriter, Liveness, Recovery, Surroundings, Tail, WriterOptions,
    find_directory_in, liveness, recover,
};

const FOLDER: &str = "JOURNAL_TEST_FOLDER";
/// Both ways of writing, as the environment names them.
const WAYS: [&str; 2] = ["map", "write"];

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
        "size_limit" => size_limit(&directory),
        "memory" => memory(&directory),
        "recover" => recover_all(&directory),
        "unprivileged" => unprivileged(&directory),
        other => panic!("{other}"),
    }
}

fn start(role: &str, directory: &Directory, way: &str) -> std::process::Child {
    child("entry", role, &[(FOLDER, directory.path().to_str().unwrap()), ("TRACEWIRE_APPEND", way)])
}

/// Runs a role to its end; gives what it said.
fn run(role: &str, directory: &Directory, way: &str) -> Vec<String> {
    let mut child = start(role, directory, way);
    let said = lines(&mut child).collect();
    assert_success(child.wait().unwrap());
    said
}

fn assert_success(status: ExitStatus) {
    assert!(status.success(), "{status}");
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

// Full disks

/// Growing beyond this limit would bring a signal that ends a process which does not expect it.
fn size_limit(directory: &Directory) {
    let limit = |bytes: u64| {
        let limit = libc::rlimit { rlim_cur: bytes, rlim_max: libc::RLIM_INFINITY };
        // SAFETY: `limit` is the struct that the call reads.
        assert_eq!(unsafe { libc::setrlimit(libc::RLIMIT_FSIZE, &raw const limit) }, 0);
    };
    limit(300_000);
    let writer = writer(options(directory));
    let mut accepted = 0;
    for number in 0..1000 {
        accepted += u64::from(writer.append(&[7; 1000], at_millis(number)).is_ok());
    }
    assert!((280..300).contains(&accepted), "{accepted}");
    let dropped = writer.counters().dropped;
    assert_eq!(dropped, [("file_size_limit".to_owned(), 1000 - accepted)].into());
    limit(libc::RLIM_INFINITY);
    writer.append(b"after", at_millis(2000)).unwrap();
    writer.close("exited");
    say(&accepted.to_string());
}

#[test]
fn a_file_size_limit_drops_and_does_not_kill() {
    for way in WAYS {
        let (_keep, directory) = folder();
        let accepted: usize = run("size_limit", &directory, way)[0].parse().unwrap();
        let path = &directory.journals().unwrap()[0];
        let all = records(path);
        assert_eq!(all.len(), accepted + 2);
        assert_eq!(all[accepted], format!("loss file_size_limit {}", 1000 - accepted).into_bytes());
        assert_eq!(all[accepted + 1], b"after");
        assert_eq!(closes(path), ["exited"]);
    }
}

struct Mounted<'a>(&'a Path);

impl Drop for Mounted<'_> {
    fn drop(&mut self) {
        let _alone = STARTING.write();
        let _ = Command::new("umount").arg(self.0).status();
    }
}

/// A file system of one megabyte; `None` where this process may not mount one.
fn small_disk(path: &Path) -> Option<Mounted<'_>> {
    let _alone = STARTING.write();
    let mounted = Command::new("mount").args(["-t", "tmpfs", "-o", "size=1m", "tmpfs"]).arg(path).output();
    let is_mounted = mounted.is_ok_and(|output| output.status.success());
    if !is_mounted {
        eprintln!("not run: this user may not mount a small file system");
    }
    is_mounted.then_some(Mounted(path))
}

#[test]
fn a_full_disk_drops_until_there_is_space() {
    for append in [Append::Mapped, Append::Written] {
        let keep = tempfile::tempdir().unwrap();
        let Some(_mounted) = small_disk(keep.path()) else { return };
        let directory = Directory::at(keep.path().join("here"));
        let filler = keep.path().join("filler");
        let writer = writer(WriterOptions { append, ..options(&directory) });
        writer.append(b"first", at_millis(0)).unwrap();
        assert_eq!(writer.is_mapped(), append == Append::Mapped);
        // Somebody else takes the rest of the disk.
        let rest = vec![1; 1 << 20];
        let mut file = fs::File::create(&filler).unwrap();
        while std::io::Write::write(&mut file, &rest).is_ok_and(|count| count > 0) {}
        let mut accepted = 0;
        for number in 0..1000 {
            accepted += u64::from(writer.append(&[7; 2000], at_millis(number)).is_ok());
        }
        assert!(accepted < 400);
        assert_eq!(writer.counters().dropped, [("disk_full".to_owned(), 1000 - accepted)].into());
        fs::remove_file(&filler).unwrap();
        drop(file);
        writer.append(b"after", at_millis(2000)).unwrap();
        let path = path_of(&writer);
        writer.close("exited");
        let (found, tail) = read(&path);
        assert!(found.iter().all(|item| matches!(item, Found::Record(..) | Found::Close(..))), "nothing is torn");
        assert_eq!(tail, Tail::Closed);
        let all = records(&path);
        assert_eq!(all.len() as u64, accepted + 3);
        assert_eq!(all[accepted as usize + 1], format!("loss disk_full {}", 1000 - accepted).into_bytes());
    }
}

#[test]
fn a_disk_that_is_full_from_the_start_costs_records_only() {
    let keep = tempfile::tempdir().unwrap();
    let Some(_mounted) = small_disk(keep.path()) else { return };
    let mut file = fs::File::create(keep.path().join("filler")).unwrap();
    while std::io::Write::write(&mut file, &[1; 4096]).is_ok_and(|count| count > 0) {}
    let directory = Directory::at(keep.path().join("here"));
    let writer = writer(options(&directory));
    assert_eq!(writer.append(b"x", at_millis(0)).unwrap_err().reason, "disk_full");
    writer.close("exited");
    assert!(directory.journals().unwrap().is_empty());
    let left: Vec<_> = fs::read_dir(directory.journal_folder()).into_iter().flatten().flatten().collect();
    assert!(left.is_empty(), "{left:?}");
}

// Memory

fn resident_kilobytes() -> u64 {
    let status = fs::read_to_string("/proc/self/status").unwrap();
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:")).unwrap();
    line.trim().trim_end_matches(" kB").parse().unwrap()
}

fn memory(directory: &Directory) {
    let writer = writer(options(directory));
    let payload = vec![1; 2400];
    (0..1000).for_each(|_| writer.append(&payload, now()).unwrap());
    let before = resident_kilobytes();
    (0..50_000).for_each(|_| writer.append(&payload, now()).unwrap());
    say(&resident_kilobytes().saturating_sub(before).to_string());
    writer.close("exited");
}

#[cfg(target_os = "linux")]
#[test]
fn recording_for_long_takes_no_more_memory() {
    for way in WAYS {
        let (_keep, directory) = folder();
        let grown: u64 = run("memory", &directory, way)[0].parse().unwrap();
        assert!(grown < 5_000, "{grown} kB");
        let bytes = 51_000 * 2416;
        let taken = tracewire_recorder::journal::journal_bytes(&directory);
        assert!((bytes..bytes + 100_000).contains(&taken), "{taken}");
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

// Rights

fn unprivileged(directory: &Directory) {
    // SAFETY: this process was started to give up its rights.
    unsafe {
        libc::setgid(65_534);
        libc::setuid(65_534);
    }
    let state = directory.path().join("state");
    let found = find_directory_in(&Surroundings {
        chosen: None,
        working: Some(directory.path().to_owned()),
        state: Some(state),
    });
    say(found.notice().unwrap_or("none"));
    let writer: JournalWriter = writer(options(&Directory::at(directory.path().join(".tracewire"))));
    say(writer.append(b"x", now()).unwrap_err().reason);
    let open = directory.path().join("open");
    fs::create_dir(&open).unwrap_err();
}

#[test]
fn a_directory_without_rights_is_left_for_the_state_folder() {
    use std::os::unix::fs::PermissionsExt as _;
    let keep = tempfile::tempdir().unwrap();
    fs::set_permissions(keep.path(), fs::Permissions::from_mode(0o555)).unwrap();
    let said = run("unprivileged", &Directory::at(keep.path()), "map");
    assert!(said[0].ends_with(".tracewire is not writable"), "{said:?}");
    assert_eq!(said[1], "unwritable");
    fs::set_permissions(keep.path(), fs::Permissions::from_mode(0o755)).unwrap();
}
