//! For tests: injected clock and ids, a reader of one's own journals, a panic. Reached through `tracewire/testing` only.

use crate::formats::SealedJournal;
use crate::guard::guard_or_throw;
use crate::recorder::Recorder;
use napi::Result;
use napi_derive::napi;
use std::path::Path;
use tracewire_boundary::{envelopes, guards, options};
use tracewire_recorder::testing;
use tracewire_wire::json;

/// Panics inside the boundary; the caller sees an error, code `internal`.
#[napi]
#[allow(clippy::panic, reason = "the one purpose of this function")]
pub fn testing_panic() -> Result<()> {
    guard_or_throw(|| panic!("testing_panic"))
}

/// A recorder whose clock and ids are given.
#[napi]
pub fn open_testing(given: String, script: String) -> Result<Recorder> {
    guard_or_throw(|| {
        let (mut options, _) = options::recorder(&given)?;
        options.sources = options::script(&script)?;
        Recorder::open(options)
    })
}

/// Checks and settlements of guards, with their times.
#[napi]
pub fn testing_guard(script: String) -> Result<String> {
    guard_or_throw(|| guards::script(&script))
}

/// The envelopes of a directory's journals.
#[napi]
pub fn testing_seal_directory(directory: String) -> Result<SealedJournal> {
    guard_or_throw(|| Ok(envelopes::Sealed::behind(testing::seal(Path::new(&directory))?, -1.0).into()))
}

/// The events of every journal of a directory, in order of time, as one canonical JSON list with contents inline.
#[napi]
pub fn testing_read(directory: String) -> Result<String> {
    guard_or_throw(|| {
        let events = json::write(&testing::events(Path::new(&directory))?);
        Ok(String::from_utf8_lossy(&events).into_owned())
    })
}
