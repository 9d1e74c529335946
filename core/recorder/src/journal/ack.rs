//! Acknowledgements: how far each sink has a file, and when a file may go (requirement TW-JNL-023).
//!
//! `acks/<producer>/<sink>` holds the acknowledged offset as decimal text.

use super::directory::{Directory, is_producer_name, make_folder};
use super::liveness::closing_end;
use super::lock::{create_new, file_name, try_exclusive};
use super::reader::JournalReader;
use crate::error::RecorderError;
use std::fs::{self, File};
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};

fn folder_of(directory: &Directory, producer: &str) -> Option<PathBuf> {
    is_producer_name(producer).then(|| directory.path().join("acks").join(producer))
}

/// The offset up to which a sink has a producer's file; `None` where it has acknowledged nothing.
pub fn acknowledged(directory: &Directory, producer: &str, sink: &str) -> Option<u64> {
    let text = fs::read_to_string(folder_of(directory, producer)?.join(file_name(sink))).ok()?;
    text.trim_end().parse().ok()
}

/// Notes that a sink has everything of a producer's file up to `offset`. An earlier, higher offset stays. Where the file and
/// its notes go meanwhile, nothing is left to note.
///
/// # Errors
/// [`RecorderError::Io`] when the note cannot be written; it is then as it was before.
pub fn acknowledge(directory: &Directory, producer: &str, sink: &str, offset: u64) -> Result<(), RecorderError> {
    let Some(folder) = folder_of(directory, producer) else {
        return Err(RecorderError::Option { option: "producer", reason: format!("{producer:?} is not a name") });
    };
    if acknowledged(directory, producer, sink).is_some_and(|known| known >= offset) {
        return Ok(());
    }
    let path = folder.join(file_name(sink));
    // Written beside and renamed, so that a reader sees the old offset or the new one.
    let fresh = folder.join(format!(".{}.{}.{:?}", file_name(sink), std::process::id(), std::thread::current().id()));
    let write = || -> io::Result<()> {
        make_folder(&folder)?;
        let _ = fs::remove_file(&fresh);
        create_new(&fresh)?.write_all(offset.to_string().as_bytes())?;
        fs::rename(&fresh, &path)
    };
    write().or_else(|source| {
        let _ = fs::remove_file(&fresh);
        // Another process had the same to note, and has removed the file and its notes meanwhile; the folder of the notes may
        // have gone between its being found there and its being looked at, which the standard library calls `AlreadyExists`.
        if matches!(source.kind(), io::ErrorKind::NotFound | io::ErrorKind::AlreadyExists)
            && is_gone(&directory.journal_path(producer))
        {
            return Ok(());
        }
        Err(RecorderError::io("acknowledge in", &path, source))
    })
}

fn is_gone(path: &Path) -> bool {
    matches!(path.try_exists(), Ok(false))
}

/// Removes a producer's file if it is closed and every sink of its header has acknowledged all of it; says whether it is
/// gone.
///
/// # Errors
/// [`RecorderError`] when the file cannot be read or removed. A file that is gone already is no error.
pub fn remove_if_acknowledged(directory: &Directory, producer: &str) -> Result<bool, RecorderError> {
    let path = directory.journal_path(producer);
    let Some(folder) = folder_of(directory, producer) else { return Ok(false) };
    let goes = match is_acknowledged(directory, producer, &path) {
        Ok(true) => match fs::remove_file(&path) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => {
                return Err(RecorderError::io("remove", &path, error));
            }
            _ => true,
        },
        // Somebody else has removed it, maybe just now.
        Err(RecorderError::Io { source, .. }) if source.kind() == io::ErrorKind::NotFound => true,
        other => other?,
    };
    if goes {
        // Notes without a file do no harm; the next call removes them.
        let _ = fs::remove_dir_all(&folder);
    }
    Ok(goes)
}

/// Whether a sink that has this much of a file has all of it. Reads the end of the file only.
pub fn is_delivered(path: &Path, acknowledged: u64) -> bool {
    let end = File::open(path).ok().and_then(|file| closing_end(&file, path).ok()).flatten();
    end.is_some_and(|end| acknowledged >= end)
}

/// Whether a file is closed, in nobody's hands, and every sink of its header has all of it.
fn is_acknowledged(directory: &Directory, producer: &str, path: &Path) -> Result<bool, RecorderError> {
    let reader = JournalReader::open(path)?;
    let failed = |source| RecorderError::io("remove", path, source);
    let file = File::open(path).map_err(failed)?;
    // Whoever holds the lock may still be writing the close, or cutting the file to its length.
    if !try_exclusive(&file).map_err(failed)? {
        return Ok(false);
    }
    let Some(end) = closing_end(&file, path)? else { return Ok(false) };
    let has_all = |sink: &String| acknowledged(directory, producer, sink).is_some_and(|offset| offset >= end);
    Ok(reader.header().sinks.iter().all(has_all))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_of_sinks_become_names_of_files() {
        assert_eq!(file_name("store"), "store");
        assert_eq!(file_name("jsonl:/a b"), "jsonl%3a%2fa%20b");
        assert_eq!(file_name(".."), "%2e%2e");
        let long = file_name(&"x".repeat(1000));
        assert_eq!(long.len(), 167);
        assert_ne!(long, file_name(&"x".repeat(1001)));
    }
}
