//! The journal of this process.

use crate::hot::Desk;
use crate::refused::{TracewireError, guarded};
use crate::ship::Shipper;
use std::sync::Arc;
use std::time::Duration;
use tracewire_boundary::guard::guard;
use tracewire_boundary::{Refusal, guards, options, reports};
use tracewire_recorder::{self as core, FlushReport, Stats, host};

/// One journal of this process.
#[derive(uniffi::Object)]
pub struct Recorder {
    core: core::Recorder,
    desk: Desk,
}

impl Recorder {
    pub(crate) fn over(options: core::Options) -> Result<Arc<Self>, Refusal> {
        let core = core::Recorder::open(options)?;
        let desk = Desk::of(&core);
        Ok(Arc::new(Recorder { core, desk }))
    }
}

/// Opens a recorder; options are JSON (`bindings/boundary/src/options.rs`).
///
/// # Errors
/// `option`, naming the one at fault.
#[uniffi::export]
pub fn open_recorder(given: &str) -> Result<Arc<Recorder>, TracewireError> {
    guarded(|| Recorder::over(options::recorder(given)?.0))
}

#[uniffi::export]
impl Recorder {
    /// The number that names it in each record's call.
    pub fn desk(&self) -> u64 {
        self.desk.0
    }

    /// Ends the current envelope.
    pub fn mark(&self) {
        guard((), || self.core.mark());
    }

    /// Ends the current envelope, and reports, as JSON.
    pub fn flush(&self) -> String {
        reports::report(&guard(FlushReport::default(), || self.core.flush(Some(Duration::ZERO))))
    }

    /// Closes the journal, and reports, as JSON.
    pub fn close_journal(&self) -> String {
        reports::report(&guard(FlushReport::default(), || self.core.close(Some(Duration::ZERO))))
    }

    /// The producer and directory, and what was written and dropped, as JSON.
    pub fn stats(&self) -> String {
        reports::stats(&guard(Stats::default(), || self.core.stats()))
    }

    /// Sentences for the log, each given once.
    pub fn take_notices(&self) -> Vec<String> {
        guard(Vec::new(), || self.core.take_notices())
    }

    /// What the guards said of a call, by the number that its check left; given once, as JSON.
    pub fn take_verdict(&self, number: u32) -> Option<String> {
        guard(None, || guards::verdict(&self.core, number))
    }

    /// Where a session, or a run by its trace id, stands before its guards, as JSON.
    pub fn guard_status(&self, session_id: Option<String>, trace_id: Option<String>) -> Option<String> {
        guard(None, || guards::status(&self.core, session_id.as_deref(), trace_id.as_deref()))
    }

    /// Counts a record that could not be handed over.
    pub fn count_drop(&self, reason: &str) {
        guard((), || self.core.count_drop(drop_reason(reason)));
    }

    /// One exporter's way through the journals.
    pub fn shipper(&self, sink: &str, events: bool) -> Result<Arc<Shipper>, TracewireError> {
        guarded(|| Ok(Shipper::over(self.core.clone(), sink, events)))
    }
}

fn drop_reason(reason: &str) -> &'static str {
    if reason == "memory" { "memory" } else { "invalid" }
}

/// Refuses limits of guards (JSON) that cannot be used, by the name of the member at fault.
#[uniffi::export]
pub fn check_guards(given: &str) -> Result<(), TracewireError> {
    guarded(|| guards::check(given))
}

/// Settings of files and the environment, as JSON; without any in a library for telephones.
#[uniffi::export]
pub fn load_config() -> Result<String, TracewireError> {
    guarded(|| Ok(settings()))
}

#[cfg(feature = "config")]
fn settings() -> String {
    let settings = tracewire_wire::json::write(&tracewire_wire::value::Value::from(&core::config::load(None)));
    String::from_utf8_lossy(&settings).into_owned()
}

#[cfg(not(feature = "config"))]
fn settings() -> String {
    r#"{"file":null,"problems":[],"settings":{},"sources":{}}"#.to_owned()
}

/// The state of a step in another process, as its `traceparent` names it.
#[uniffi::export]
pub fn parse_traceparent(header: &str) -> Option<Vec<u8>> {
    guard(None, || host::parse_traceparent(header).map(|state| state.to_vec()))
}

/// The trace id that a correlation id stands for, 16 bytes.
#[uniffi::export]
pub fn trace_id_of(correlation_id: &str) -> Vec<u8> {
    guard([0; 16], || tracewire_wire::id::TraceId::from_correlation(correlation_id).0).to_vec()
}
