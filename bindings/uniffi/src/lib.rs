//! The tracewire recorder for Kotlin and Swift, by [uniffi](https://mozilla.github.io/uniffi-rs/).
//!
//! Conversion only: bytes, texts and numbers go in and out, one opaque handle, no callback, nothing asynchronous. The
//! generated code is never the public API; each SDK wraps it. A panic stops here: uniffi's scaffolding turns it into
//! the host's internal error.
//!
//! It holds no database. Python does not use it (`spec/decisions/0002-python-binding.md`).

#![allow(unsafe_code, reason = "the scaffolding that uniffi generates")]

use std::collections::HashMap;
use std::sync::Arc;
use std::time::Duration;
use tracewire_recorder as core;

uniffi::setup_scaffolding!("tracewire");

/// Raised by whatever changes what crosses this boundary; an SDK compares it when it loads the library.
pub const CONTRACT_VERSION: u32 = 1;

/// The version of this boundary.
#[uniffi::export]
pub fn contract_version() -> u32 {
    CONTRACT_VERSION
}

/// Panics: every SDK's tests call it to see that nothing but an error reaches the host.
#[uniffi::export]
#[allow(clippy::panic, reason = "the one purpose of this function")]
pub fn testing_panic() {
    panic!("testing_panic was called");
}

/// What went wrong, with a stable code.
#[derive(Debug, thiserror::Error, uniffi::Error)]
pub enum TracewireError {
    /// An error of the recorder.
    #[error("{code}: {message}")]
    Recorder {
        /// Stable code, the same in every SDK.
        code: String,
        /// One sentence for people.
        message: String,
    },
}

impl From<core::RecorderError> for TracewireError {
    fn from(error: core::RecorderError) -> Self {
        TracewireError::Recorder { code: error.code().to_owned(), message: error.to_string() }
    }
}

/// What happened to everything recorded so far.
#[derive(Clone, Debug, PartialEq, Eq, uniffi::Record)]
pub struct FlushReport {
    /// Records in the journal.
    pub written: u64,
    /// Events sealed by this process.
    pub sealed: u64,
    /// Events acknowledged by every sink.
    pub sent: u64,
    /// Records that a sink has yet to acknowledge.
    pub pending: u64,
    /// Records dropped, by reason.
    pub dropped: HashMap<String, u64>,
    /// Steps and events of traces that sampling left out.
    pub unsampled: u64,
}

impl From<core::FlushReport> for FlushReport {
    fn from(report: core::FlushReport) -> Self {
        let core::FlushReport { written, sealed, sent, pending, dropped, unsampled } = report;
        FlushReport { written, sealed, sent, pending, dropped: dropped.into_iter().collect(), unsampled }
    }
}

/// A recorder of this process.
#[derive(uniffi::Object)]
pub struct Recorder {
    inner: core::Recorder,
}

#[uniffi::export]
impl Recorder {
    /// Opens a recorder on a directory, or on the one that the journal's rule finds.
    #[uniffi::constructor]
    pub fn open(directory: Option<String>, service: String) -> Result<Arc<Self>, TracewireError> {
        let options = core::Options { directory: directory.map(Into::into), ..core::Options::for_service(&service) };
        Ok(Arc::new(Recorder { inner: core::Recorder::open(options)? }))
    }

    /// Appends one record, CBOR of the journal's profile; false when it was dropped, which is counted.
    pub fn append(&self, record: &[u8]) -> bool {
        self.inner.append_record(record)
    }

    /// Ends the current envelope and reports; delivers for at most `bound_millis`.
    pub fn flush(&self, bound_millis: u64) -> FlushReport {
        self.inner.flush(Some(Duration::from_millis(bound_millis))).into()
    }

    /// Closes the journal and reports.
    pub fn close(&self, bound_millis: u64) -> FlushReport {
        self.inner.close(Some(Duration::from_millis(bound_millis))).into()
    }

    /// Sentences for the host to log, each given once.
    pub fn take_notices(&self) -> Vec<String> {
        self.inner.take_notices()
    }
}
