//! What a sweep did, and what it found in the way.

use crate::model::Fork;
use std::path::PathBuf;
use tracewire_recorder::RecorderError;

/// What a sweep did. Nothing in it keeps the rest from being swept.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct SweepReport {
    /// Journal files seen.
    pub journals: u64,
    /// Files of dead writers that this sweep ended.
    pub recovered: u64,
    /// Files removed because every sink has all of them.
    pub removed: u64,
    /// Envelopes that were new.
    pub envelopes: u64,
    /// Envelopes that were in the store already.
    pub known: u64,
    /// Events that were new, pending ones among them.
    pub events: u64,
    /// Events behind the last boundary of their file.
    pub pending: u64,
    /// Bytes between whole frames that are none.
    pub damage: Vec<Damage>,
    /// Files that could not be read or written, and files of a newer version.
    pub problems: Vec<Problem>,
    /// Forks that came to light.
    pub forks: Vec<Fork>,
}

/// A part of a file that holds no frame.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Damage {
    /// The file.
    pub path: PathBuf,
    /// Where it begins.
    pub offset: u64,
    /// How many bytes.
    pub bytes: u64,
    /// Whether it is the end of a dead file, and not between frames.
    pub is_torn_end: bool,
}

/// A file that could not be swept, or not to its end.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Problem {
    /// The file.
    pub path: PathBuf,
    /// Stable code, such as `journal_foreign`, `journal_newer`, `journal_header`, `seal_newer`, `io`.
    pub code: &'static str,
    /// Where in the file, if it is known.
    pub offset: Option<u64>,
    /// What is wrong, for people.
    pub message: String,
}

impl Problem {
    pub(super) fn of(path: PathBuf, error: &RecorderError) -> Self {
        Problem { path, code: error.code(), offset: error.offset(), message: error.to_string() }
    }
}

/// Hears how far a sweep is.
pub trait Progress {
    /// It begins: so many bytes of journals are in the directory.
    fn begin(&mut self, bytes: u64) {
        let _ = bytes;
    }

    /// So many more bytes are done, and so many more events are in the store.
    fn advance(&mut self, bytes: u64, events: u64) {
        let _ = (bytes, events);
    }
}

/// Nobody listens.
impl Progress for () {}
