//! How journals are written, and what the writer counts.

use super::directory::Directory;
use super::segment::Append;
use crate::clock::Sources;
use crate::limits::Limits;
use crate::redaction::Redact;
use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;
use tracewire_wire::value::Map;

/// What happens to a record for which the quota leaves no room.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum WhenFull {
    /// It is dropped and counted.
    #[default]
    DropNewest,
    /// The oldest files that nobody writes go, and what was in them is counted. Where there are none, it is dropped.
    DropOldest,
    /// Its caller waits for room, at most this long; then it is dropped.
    Block(Duration),
}

impl WhenFull {
    /// How long a caller waits where nobody says anything else.
    pub const BLOCK_BOUND: Duration = Duration::from_millis(100);

    /// The policy of this name.
    pub fn named(name: &str) -> Option<Self> {
        match name {
            "drop_newest" => Some(WhenFull::DropNewest),
            "drop_oldest" => Some(WhenFull::DropOldest),
            "block" => Some(WhenFull::Block(Self::BLOCK_BOUND)),
            _ => None,
        }
    }

    /// Its name.
    pub fn name(self) -> &'static str {
        match self {
            WhenFull::DropNewest => "drop_newest",
            WhenFull::DropOldest => "drop_oldest",
            WhenFull::Block(_) => "block",
        }
    }

    /// The size at which files end: where whole files give way, one must not be all of the quota.
    pub(super) fn file_bytes(self, file_bytes: u64, quota_bytes: u64) -> u64 {
        match self {
            WhenFull::DropOldest => file_bytes.min((quota_bytes / 4).max(4096)),
            _ => file_bytes,
        }
    }
}

/// How a [`super::JournalWriter`] writes.
pub struct WriterOptions {
    /// Where files are made.
    pub directory: Directory,
    /// Attributes of the emitter.
    pub resource: Map,
    /// Bounds that stand in the header.
    pub limits: Limits,
    /// Redaction that stands in the header.
    pub redact: Redact,
    /// Whether the header asks for media to be taken out of values.
    pub media: bool,
    /// Rules of sampling, where there are any.
    pub sampling: Option<Map>,
    /// Who must acknowledge a file before it may go.
    pub sinks: Vec<String>,
    /// Most bytes that all journals of the directory may take.
    pub quota_bytes: u64,
    /// What happens to a record for which that leaves no room.
    pub when_full: WhenFull,
    /// Size at which a file is closed and the next one begun.
    pub file_bytes: u64,
    /// Whether each record is forced to the disk.
    pub fsync: bool,
    /// How frames reach the file.
    pub append: Append,
    /// Clock, and the process part of names where a test fixes it.
    pub sources: Arc<dyn Sources>,
}

/// What this process has written and dropped.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Counters {
    /// Records in files of this process that are still there, `loss` records not counted.
    pub written: u64,
    /// `loss` records of this writer.
    pub loss_records: u64,
    /// Files made.
    pub files: u64,
    /// Records dropped, by reason.
    pub dropped: BTreeMap<String, u64>,
}

/// A panic while the lock was held changes nothing that the next record relies on.
pub(super) fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
