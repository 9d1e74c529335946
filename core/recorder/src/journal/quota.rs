//! How much of the disk the journals of a directory take.

use super::directory::{Directory, SUFFIX};
use super::lock::{open_writable, try_exclusive};
use std::fs;

/// Suffix of files that are being made; they get their name when their header is whole.
pub(super) const UNFINISHED_SUFFIX: &str = ".new";

/// Bytes of all journal files of a directory, reserved space included. What cannot be read counts nothing.
///
/// Files that somebody began to make and never finished are removed on the way.
pub fn journal_bytes(directory: &Directory) -> u64 {
    let Ok(entries) = fs::read_dir(directory.journal_folder()) else { return 0 };
    let mut bytes = 0;
    for entry in entries.flatten() {
        let name = entry.file_name();
        let Some(name) = name.to_str() else { continue };
        let is_unfinished = name.ends_with(UNFINISHED_SUFFIX);
        if is_unfinished && is_abandoned(&entry) {
            let _ = fs::remove_file(entry.path());
        } else if is_unfinished || name.ends_with(SUFFIX) {
            bytes += entry.metadata().map_or(0, |found| found.len());
        }
    }
    bytes
}

/// Who makes a file holds its lock from its first moment on, almost: one that is a minute old has no maker.
fn is_abandoned(entry: &fs::DirEntry) -> bool {
    let age = entry.metadata().and_then(|found| found.modified()).ok().and_then(|made| made.elapsed().ok());
    age.is_some_and(|age| age.as_secs() >= 60)
        && open_writable(&entry.path()).and_then(|file| try_exclusive(&file)).unwrap_or(false)
}
