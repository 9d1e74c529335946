//! For tests: injected clock and ids, readers of one's own journals, a panic. SDKs offer them apart from everything else.

use crate::formats::SealedJournal;
use crate::recorder::Recorder;
use crate::refused::{TracewireError, guarded};
use std::path::Path;
use std::sync::Arc;
use tracewire_boundary::{envelopes, guards, options};
use tracewire_recorder::testing;
use tracewire_wire::json;

/// Panics inside the boundary; the caller sees an error, code `internal`.
///
/// # Errors
/// Always.
#[uniffi::export]
#[allow(clippy::panic, reason = "the one purpose of this function")]
pub fn testing_panic() -> Result<(), TracewireError> {
    guarded(|| panic!("testing_panic"))
}

/// Checks and settlements of guards with their times, JSON in and out.
///
/// # Errors
/// `option` for what is no script.
#[uniffi::export]
pub fn testing_guard(script: &str) -> Result<String, TracewireError> {
    guarded(|| guards::script(script))
}

/// How many recorders this process has not let go of.
#[uniffi::export]
pub fn testing_live_recorders() -> u64 {
    crate::hot::open_desks()
}

/// A recorder whose clock and ids are given as JSON (`bindings/boundary/src/options.rs`).
///
/// # Errors
/// `option`, naming the one at fault; `trace_id` and `span_id` for what is no id.
#[uniffi::export]
pub fn testing_recorder(given: &str, script: &str) -> Result<Arc<Recorder>, TracewireError> {
    guarded(|| {
        let (mut options, _) = options::recorder(given)?;
        options.sources = options::script(script)?;
        Recorder::over(options)
    })
}

/// The envelopes of a directory's journals.
///
/// # Errors
/// When the directory or a journal cannot be read.
#[uniffi::export]
pub fn testing_seal_directory(directory: &str) -> Result<SealedJournal, TracewireError> {
    guarded(|| Ok(envelopes::Sealed::behind(testing::seal(Path::new(directory))?, -1.0).into()))
}

/// The events of every journal of a directory, in order of time, as one canonical JSON list with contents inline.
///
/// # Errors
/// When the directory or a journal cannot be read.
#[uniffi::export]
pub fn testing_read(directory: &str) -> Result<String, TracewireError> {
    guarded(|| {
        let events = json::write(&testing::events(Path::new(directory))?);
        Ok(String::from_utf8_lossy(&events).into_owned())
    })
}
