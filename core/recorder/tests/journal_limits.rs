//! What a journal meets outside: full disks, sizes and rights that end, long runs. Each part runs in a child of this test.
#![cfg(unix)]
#![allow(clippy::unwrap_used, clippy::panic, clippy::print_stderr, reason = "tests say what went wrong by panicking")]

mod journal_support;

use journal_support::*;
use std::fs;
use std::path::Path;
use std::process::Command;
use tracewire_recorder::journal::{
    Append, Directory, JournalWriter, Surroundings, Tail, WriterOptions, find_directory_in,
};

/// The part of a child; does nothing in a run of the tests themselves.
#[test]
fn entry() {
    let Some(role) = role() else { return };
    let directory = Directory::at(std::env::var(FOLDER).unwrap());
    match role.as_str() {
        "size_limit" => size_limit(&directory),
        "memory" => memory(&directory),
        "unprivileged" => unprivileged(&directory),
        other => panic!("{other}"),
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
