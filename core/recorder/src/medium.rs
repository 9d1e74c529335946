//! Where a recorder's records go: [`Files`] that survive the process, or [`crate::journal::Memory`] where there is no disk.
//! A medium never fails its caller; it counts.

use crate::clock::Moment;
use crate::journal::{self, Counters, Dropped, JournalWriter};
use crate::modes::{Delivered, Delivery};
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

/// Why a journal ends when its recorder is closed.
const EXITED: &str = "exited";

/// What a recorder appends to, and what becomes of it there.
pub trait Medium: Send + Sync {
    /// Appends one record.
    ///
    /// # Errors
    /// [`Dropped`] with the reason, which is counted already.
    fn append(&self, record: &[u8], moment: Moment) -> Result<(), Dropped>;

    /// Ends the current envelope.
    fn mark(&self);

    /// Counts a record that somebody above had to give up.
    fn count_drop(&self, reason: &'static str);

    /// What was written and dropped.
    fn counters(&self) -> Counters;

    /// Sentences for the host's log, each given once.
    fn take_notices(&self) -> Vec<String>;

    /// The producer of the current journal; `None` before the first.
    fn producer(&self) -> Option<String>;

    /// Where journals lie; empty where they are no files.
    fn directory(&self) -> &Path;

    /// Bytes that all journals take there.
    fn journal_bytes(&self) -> u64;

    /// Traces whose content a sink does not get.
    fn withheld(&self) -> u64 {
        0
    }

    /// A record was appended or dropped.
    fn appended(&self) {}

    /// A root ended.
    fn run_ended(&self) {}

    /// Delivers what is sealed, on the calling thread, until all is sent or `bound` has passed.
    fn drain(&self, bound: Option<Duration>);

    /// Ends the journal and delivers the rest.
    fn close(&self, bound: Option<Duration>);

    /// Events that were sealed, and those that every sink has; `None` where there is no sink.
    fn delivered(&self) -> (u64, Option<u64>);
}

/// Files of a directory, and the sinks that they are delivered to.
pub struct Files {
    pub(crate) journal: Arc<JournalWriter>,
    pub(crate) delivery: Delivery,
}

impl Medium for Files {
    fn append(&self, record: &[u8], moment: Moment) -> Result<(), Dropped> {
        self.journal.append(record, moment)
    }

    fn mark(&self) {
        self.journal.mark();
    }

    fn count_drop(&self, reason: &'static str) {
        self.journal.count_drop(reason);
    }

    fn counters(&self) -> Counters {
        self.journal.counters()
    }

    fn take_notices(&self) -> Vec<String> {
        self.journal.take_notices()
    }

    fn producer(&self) -> Option<String> {
        self.journal.producer()
    }

    fn directory(&self) -> &Path {
        self.journal.directory().path()
    }

    fn journal_bytes(&self) -> u64 {
        journal::journal_bytes(self.journal.directory())
    }

    fn withheld(&self) -> u64 {
        self.delivery.tails.withheld()
    }

    #[inline]
    fn appended(&self) {
        self.delivery.ensure_worker(&self.journal);
    }

    fn run_ended(&self) {
        self.delivery.run_ended(&self.journal);
    }

    fn drain(&self, bound: Option<Duration>) {
        self.delivery.drain(&self.journal, bound);
    }

    fn close(&self, bound: Option<Duration>) {
        self.journal.close(EXITED);
        self.delivery.finish(&self.journal, bound);
    }

    fn delivered(&self) -> (u64, Option<u64>) {
        let Delivered { sealed, sent } = self.delivery.counts();
        (sealed, sent)
    }
}
