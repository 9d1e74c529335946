//! Locks that end with the process that holds them: of a journal's writer, and of a sink's shipper.

use super::directory::{Directory, make_folder};
use crate::error::RecorderError;
use crate::fork::OwnFile;
use std::fs::{File, OpenOptions, TryLockError};
use std::io;
use std::path::Path;

/// Opens a file for reading and writing, never a link that somebody put in its place.
pub(super) fn open_writable(path: &Path) -> io::Result<File> {
    let mut options = OpenOptions::new();
    options.read(true).write(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::custom_flags(&mut options, libc::O_NOFOLLOW);
    options.open(path)
}

/// Makes a new file that only its user can read.
pub(super) fn create_new(path: &Path) -> io::Result<File> {
    let mut options = OpenOptions::new();
    options.read(true).write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options.open(path)
}

/// Takes the exclusive lock of an open file; false when somebody else holds it.
pub(super) fn try_exclusive(file: &File) -> io::Result<bool> {
    match file.try_lock() {
        Ok(()) => Ok(true),
        Err(TryLockError::WouldBlock) => Ok(false),
        Err(TryLockError::Error(error)) => Err(error),
    }
}

/// Whether a writer or a recoverer holds the lock. Asks for a shared lock, so that those who ask do not disturb each
/// other.
pub(super) fn is_held(file: &File) -> io::Result<bool> {
    match file.try_lock_shared() {
        Ok(()) => file.unlock().map(|()| false),
        Err(TryLockError::WouldBlock) => Ok(true),
        Err(TryLockError::Error(error)) => Err(error),
    }
}

/// The right to ship one producer's file to a sink, which one shipper has at a time. It ends with the value or the
/// process; fork children do not inherit it.
#[derive(Debug)]
pub struct Lease {
    _file: OwnFile,
}

/// Takes the lease of a producer's file for a sink; `None` while another shipper has it.
///
/// # Errors
/// [`RecorderError::Io`] when the lease file cannot be made or locked.
pub fn lease(directory: &Directory, sink: &str, producer: &str) -> Result<Option<Lease>, RecorderError> {
    // Beside the sink's note of what it has, so that both go with the file.
    let folder = directory.path().join("acks").join(producer);
    let path = folder.join(format!(".{}.lease", file_name(sink)));
    let take = || -> io::Result<Option<Lease>> {
        make_folder(&folder)?;
        let file = match create_new(&path) {
            Err(error) if error.kind() == io::ErrorKind::AlreadyExists => open_writable(&path)?,
            made => made?,
        };
        let file = OwnFile::new(file);
        Ok(try_exclusive(&file)?.then_some(Lease { _file: file }))
    };
    take().map_err(|source| RecorderError::io("lock", &path, source))
}

/// A sink's name as a file name: letters, digits, `_` and `-` as they are, each other byte as `%` and two digits; a
/// long name is cut and gets a hash of the whole.
pub(super) fn file_name(sink: &str) -> String {
    let mut name = String::with_capacity(sink.len());
    for byte in sink.bytes() {
        match byte {
            b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'_' | b'-' => name.push(byte as char),
            _ => name.push_str(&format!("%{byte:02x}")),
        }
    }
    if name.len() > 150 {
        name.truncate(150);
        name.push_str(&format!("~{:016x}", xxhash_rust::xxh3::xxh3_64(sink.as_bytes())));
    }
    name
}
