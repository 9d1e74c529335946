//! What was dropped, by reason: counted for `flush`, and owed to the stream as `loss` records.

use std::collections::BTreeMap;
use std::io;
use tracewire_wire::order::gathered;

/// Reasons that this layer gives; a binding may count others.
pub mod reason {
    /// The recorder is closed.
    pub const CLOSED: &str = "closed";
    /// The disk, or the user's share of it, is full.
    pub const DISK_FULL: &str = "disk_full";
    /// The oldest journals had to make room for new ones.
    pub const EVICTED: &str = "evicted";
    /// The process may not make files that large.
    pub const FILE_SIZE_LIMIT: &str = "file_size_limit";
    /// The system failed in another way.
    pub const IO: &str = "io";
    /// The journals of the directory have reached their quota.
    pub const QUOTA: &str = "quota";
    /// A signal handler recorded while its thread was writing a record.
    pub const REENTRANT: &str = "reentrant";
    /// The record has no bytes, or too many for a frame.
    pub const SIZE: &str = "size";
    /// The directory cannot be made or written.
    pub const UNWRITABLE: &str = "unwritable";
    /// The file was removed or cut while it was written.
    pub const VANISHED: &str = "vanished";
}

/// All of them, by their names in the stream.
const REASONS: &[&str] = &[
    reason::CLOSED,
    reason::DISK_FULL,
    reason::EVICTED,
    reason::FILE_SIZE_LIMIT,
    reason::IO,
    reason::QUOTA,
    reason::REENTRANT,
    reason::SIZE,
    reason::UNWRITABLE,
    reason::VANISHED,
];

/// The reason of this name; that of what is evicted for one that somebody else gave.
fn reason_named(name: &str) -> &'static str {
    REASONS.iter().find(|reason| **reason == name).copied().unwrap_or(reason::EVICTED)
}

/// The reason that an error of the system stands for.
pub(super) fn reason_of(error: &io::Error) -> &'static str {
    match error.kind() {
        io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded => reason::DISK_FULL,
        io::ErrorKind::FileTooLarge => reason::FILE_SIZE_LIMIT,
        io::ErrorKind::PermissionDenied
        | io::ErrorKind::ReadOnlyFilesystem
        | io::ErrorKind::NotFound
        | io::ErrorKind::NotADirectory
        | io::ErrorKind::AlreadyExists => reason::UNWRITABLE,
        _ => reason::IO,
    }
}

/// What was dropped for one reason.
#[derive(Clone, Copy, Debug, Default)]
struct Loss {
    count: u64,
    bytes: u64,
    told_count: u64,
    told_bytes: u64,
}

/// All that was dropped.
#[derive(Debug, Default)]
pub(super) struct Losses {
    by_reason: BTreeMap<&'static str, Loss>,
    is_owing: bool,
}

/// What the stream does not say yet.
#[derive(Clone, Copy, Debug)]
pub(super) struct Owed {
    pub(super) reason: &'static str,
    pub(super) count: u64,
    pub(super) bytes: u64,
}

impl Losses {
    /// The reason of this name, if anything was dropped for it; else one that this layer knows.
    pub(super) fn named(&self, name: &str) -> &'static str {
        self.by_reason.keys().find(|reason| **reason == name).copied().unwrap_or_else(|| reason_named(name))
    }

    /// Counts a drop; true for the first one of its reason.
    pub(super) fn add(&mut self, reason: &'static str, count: u64, bytes: u64) -> bool {
        let loss = self.by_reason.entry(reason).or_default();
        let is_first = loss.count == 0;
        loss.count = loss.count.saturating_add(count);
        loss.bytes = loss.bytes.saturating_add(bytes);
        self.is_owing |= count > 0;
        is_first && count > 0
    }

    /// Whether anything was dropped for this reason.
    pub(super) fn has(&self, reason: &str) -> bool {
        self.by_reason.get(reason).is_some_and(|loss| loss.count > 0)
    }

    /// The next loss that the stream does not say.
    #[inline]
    pub(super) fn owed(&mut self) -> Option<Owed> {
        if !self.is_owing {
            return None;
        }
        let owed = self.by_reason.iter().find(|(_, loss)| loss.count > loss.told_count);
        self.is_owing = owed.is_some();
        owed.map(|(reason, loss)| Owed {
            reason,
            count: loss.count - loss.told_count,
            bytes: loss.bytes.saturating_sub(loss.told_bytes),
        })
    }

    /// The stream says it now.
    pub(super) fn told(&mut self, owed: Owed) {
        if let Some(loss) = self.by_reason.get_mut(owed.reason) {
            loss.told_count += owed.count;
            loss.told_bytes += owed.bytes;
        }
    }

    /// What the stream said of it is gone.
    pub(super) fn owe_again(&mut self, told: Owed) {
        if let Some(loss) = self.by_reason.get_mut(told.reason) {
            loss.told_count = loss.told_count.saturating_sub(told.count);
            loss.told_bytes = loss.told_bytes.saturating_sub(told.bytes);
            self.is_owing = true;
        }
    }

    /// How many were dropped, by reason.
    pub(super) fn counts(&self) -> BTreeMap<String, u64> {
        gathered(self.by_reason.iter().map(|(reason, loss)| ((*reason).to_owned(), loss.count)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_loss_is_told_once() {
        let mut losses = Losses::default();
        assert!(losses.owed().is_none());
        assert!(losses.add(reason::QUOTA, 2, 30));
        assert!(!losses.add(reason::QUOTA, 1, 5));
        let owed = losses.owed().unwrap();
        assert_eq!((owed.reason, owed.count, owed.bytes), ("quota", 3, 35));
        losses.told(owed);
        assert!(losses.owed().is_none());
        losses.add(reason::QUOTA, 1, 1);
        let owed = losses.owed().unwrap();
        assert_eq!((owed.reason, owed.count, owed.bytes), ("quota", 1, 1));
        assert_eq!(losses.counts(), [("quota".to_owned(), 4)].into());
    }

    #[test]
    fn what_is_gone_with_its_file_is_owed_again() {
        let mut losses = Losses::default();
        losses.add(reason::IO, 2, 30);
        let told = losses.owed().unwrap();
        losses.told(told);
        losses.add(reason::IO, 1, 5);
        losses.owe_again(told);
        let owed = losses.owed().unwrap();
        assert_eq!((owed.reason, owed.count, owed.bytes), ("io", 3, 35));
        losses.told(owed);
        assert!(losses.owed().is_none());
    }
}
