//! Recovery: a dead writer's file gets its close, exactly once, whoever tries and how many at once (requirement
//! TW-JNL-019).

use super::frame::{self, Kind};
use super::item::{Item, Tail};
use super::liveness::{Liveness, closing_end, liveness};
use super::lock::{open_writable, try_exclusive};
use super::reader::JournalReader;
use super::segment::write_all_at;
use crate::error::RecorderError;
use std::fs::File;
use std::io;
use std::path::Path;

/// How often the lock is tried while somebody only asks for it, or a process that is just being started has not yet let
/// go of what it inherited.
const LOCK_TRIES: usize = 64;

/// What became of a recovery.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Recovery {
    /// The close was written by this call.
    Recovered {
        /// Where the file now ends.
        end_offset: u64,
    },
    /// The file had its close already.
    Closed,
    /// Its writer lives, or somebody else is recovering it at this moment.
    Held,
    /// Its writer ran elsewhere: nobody here may end its file.
    Unknown,
}

/// Ends the file of a dead writer with a close of reason `recovered`. Changes nothing else: no byte that is not zero is
/// written over.
///
/// # Errors
/// [`RecorderError`] where the file is not a readable journal (it is then left as it is), or cannot be written.
pub fn recover(path: impl AsRef<Path>) -> Result<Recovery, RecorderError> {
    let path = path.as_ref();
    let header = JournalReader::open(path)?.header().clone();
    match liveness(path, &header) {
        Liveness::Alive => Ok(Recovery::Held),
        Liveness::Closed => Ok(Recovery::Closed),
        Liveness::Unknown => Ok(Recovery::Unknown),
        Liveness::Dead => recover_dead(path),
    }
}

/// The same for a file whose writer is known to be dead, wherever it ran.
///
/// # Errors
/// As of [`recover`].
fn recover_dead(path: &Path) -> Result<Recovery, RecorderError> {
    let failed = |source| RecorderError::io("recover", path, source);
    let file = open_writable(path).map_err(failed)?;
    if !gain(&file).map_err(failed)? {
        return Ok(Recovery::Held);
    }
    // Only now nobody else writes; what was seen before may be old.
    let mut reader = JournalReader::open(path)?;
    let Some((offset, frame)) = missing_close(&mut reader)? else { return Ok(Recovery::Closed) };
    write_all_at(&file, &frame, offset).map_err(failed)?;
    let end_offset = offset + frame.len() as u64;
    // Space that the writer had reserved goes back; only zeros stand there.
    if closing_end(&file, path)? == Some(end_offset) {
        let _ = file.set_len(end_offset);
    }
    Ok(Recovery::Recovered { end_offset })
}

/// The bytes of a journal as [`recover`] leaves a file whose writer is dead. What cannot be read comes back as it is.
pub fn recovered(mut journal: Vec<u8>) -> Vec<u8> {
    let missing = JournalReader::of_bytes(journal.clone()).and_then(|mut reader| missing_close(&mut reader));
    if let Ok(Some((offset, frame))) = missing
        && let Ok(offset) = usize::try_from(offset)
    {
        // Behind it only zeros stand; where the file ends before it, zeros come between.
        journal.resize(offset, 0);
        journal.extend_from_slice(&frame);
    }
    journal
}

/// The close that a journal lacks, and where it belongs; `None` where it has one.
fn missing_close(reader: &mut JournalReader) -> Result<Option<(u64, Vec<u8>)>, RecorderError> {
    while let Some(item) = reader.next()? {
        if matches!(item, Item::Close { .. }) {
            return Ok(None);
        }
    }
    let offset = match reader.tail() {
        Tail::Closed => return Ok(None),
        Tail::Clean => reader.offset(),
        Tail::Torn { offset, bytes } => offset + bytes,
    };
    let mut frame = Vec::new();
    let is_frame = frame::encode(&mut frame, offset, Kind::Close, &close_payload("recovered"), reader.seed());
    Ok(is_frame.then_some((offset, frame)))
}

fn gain(file: &File) -> io::Result<bool> {
    for _ in 0..LOCK_TRIES {
        if try_exclusive(file)? {
            return Ok(true);
        }
        std::thread::yield_now();
    }
    Ok(false)
}

/// The payload of a close: a CBOR map with its reason, the same whoever writes it.
pub(super) fn close_payload(reason: &str) -> Vec<u8> {
    let reason = reason.as_bytes().get(..255).unwrap_or(reason.as_bytes());
    let mut payload = b"\xa1\x66reason".to_vec();
    match reason.len() {
        length @ 0..24 => payload.push(0x60 | length as u8),
        length => payload.extend_from_slice(&[0x78, length as u8]),
    }
    payload.extend_from_slice(reason);
    payload
}
