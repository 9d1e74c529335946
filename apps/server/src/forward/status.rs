//! How forwarding goes, for health and metrics.

use std::sync::{Mutex, PoisonError};

use crate::metrics::Forwarded;

/// How forwarding to one target goes.
#[derive(Debug)]
pub struct Status {
    to: String,
    counts: Forwarded,
    failing: Mutex<Option<String>>,
}

impl Status {
    pub(super) fn new(to: String, counts: Forwarded) -> Self {
        Status { to, counts, failing: Mutex::new(None) }
    }

    /// Where to, without what may be secret.
    pub fn to(&self) -> &str {
        &self.to
    }

    /// Spans or envelopes that were sent and answered.
    pub fn sent_count(&self) -> u64 {
        self.counts.sent.get()
    }

    /// Those of them that were not taken.
    pub fn rejected_count(&self) -> u64 {
        self.counts.rejected.get()
    }

    /// Why it waits, where it does.
    pub fn failing(&self) -> Option<String> {
        self.failing.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    pub(super) fn sent(&self, count: u64, rejected: u64) {
        self.counts.sent.inc_by(count);
        self.counts.rejected.inc_by(rejected);
        *self.failing.lock().unwrap_or_else(PoisonError::into_inner) = None;
    }

    pub(super) fn goes_on(&self) {
        *self.failing.lock().unwrap_or_else(PoisonError::into_inner) = None;
    }

    pub(super) fn fails(&self, reason: &str) {
        self.counts.failed.inc();
        *self.failing.lock().unwrap_or_else(PoisonError::into_inner) = Some(reason.to_owned());
    }
}
