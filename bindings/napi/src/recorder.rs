//! The journal of this process.

use crate::desks::{self, Desk};
use crate::guard::{guard, guard_or_throw};
use crate::ship::Shipper;
use napi::Result;
use napi::bindgen_prelude::Uint8Array;
use napi_derive::napi;
use tracewire_boundary::{guards, options, reports};
use tracewire_recorder::{self as core, FlushReport, Stats, host};
use tracewire_store::prices;
use tracewire_wire::json;
use tracewire_wire::value::Value;

/// One journal of this process.
#[napi]
pub struct Recorder {
    core: core::Recorder,
    desk: Desk,
}

impl Recorder {
    pub(crate) fn open(mut options: core::Options) -> std::result::Result<Self, tracewire_boundary::Refusal> {
        prices::provide(&mut options);
        Ok(Recorder { core: core::Recorder::open(options)?, desk: Desk::default() })
    }
}

#[napi]
impl Recorder {
    /// Takes the buffer that the next records are written into, and gives the number to name it by in [`record()`]. The package
    /// keeps it as it is from now on: it is never transferred or resized.
    #[napi]
    pub fn attach(&mut self, buffer: Uint8Array) -> u32 {
        guard(desks::NONE, || self.desk.attach(&self.core, buffer))
    }

    /// Ends the current envelope.
    #[napi]
    pub fn mark(&self) {
        guard((), || self.core.mark());
    }

    /// Ends the current envelope, and reports.
    #[napi]
    pub fn flush(&self) -> String {
        reports::report(&guard(FlushReport::default(), || self.core.flush(None)))
    }

    /// Closes the journal, and reports.
    #[napi]
    pub fn close(&self) -> String {
        reports::report(&guard(FlushReport::default(), || self.core.close(None)))
    }

    /// The producer and directory, and what was written and dropped.
    #[napi]
    pub fn stats(&self) -> String {
        reports::stats(&guard(Stats::default(), || self.core.stats()))
    }

    /// Sentences for the log, each given once.
    #[napi]
    pub fn take_notices(&self) -> Vec<String> {
        guard(Vec::new(), || self.core.take_notices())
    }

    /// What the guards said of a call, by the number that [`record()`] left; given once, as JSON.
    #[napi]
    pub fn take_verdict(&self, number: u32) -> Option<String> {
        guard(None, || guards::verdict(&self.core, number))
    }

    /// Where a session, or a run by its trace id, stands before its guards, as JSON.
    #[napi]
    pub fn guard_status(&self, session_id: Option<String>, trace_id: Option<String>) -> Option<String> {
        guard(None, || guards::status(&self.core, session_id.as_deref(), trace_id.as_deref()))
    }

    /// One exporter's way through the journals.
    #[napi]
    pub fn shipper(&self, sink: String, events: bool) -> Result<Shipper> {
        guard_or_throw(|| Ok(Shipper::new(self.core.clone(), &sink, events)))
    }
}

/// Records what stands in the first `length` bytes of the buffer at this desk, and leaves a start's or point's own state there.
///
/// A function and no method, and the buffer is known already: to unwrap both at each record took 0.3 µs more.
#[napi]
pub fn record(desk: u32, operation: u32, length: u32) -> u32 {
    guard(0, || desks::record(desk, operation, length))
}

/// Opens a recorder; options are JSON.
#[napi]
pub fn open(given: String) -> Result<Recorder> {
    guard_or_throw(|| Recorder::open(options::recorder(&given)?.0))
}

/// Refuses limits that cannot be used, by the name of the member at fault; they are JSON.
#[napi]
pub fn check_guards(given: String) -> Result<()> {
    guard_or_throw(|| guards::check(&given))
}

/// Settings of files and the environment, as JSON.
#[napi]
pub fn load_config() -> Result<String> {
    guard_or_throw(|| {
        let settings = json::write(&Value::from(&core::config::load(None)));
        Ok(String::from_utf8_lossy(&settings).into_owned())
    })
}

/// The state of a step in another process, as its `traceparent` names it.
#[napi]
pub fn parse_traceparent(header: String) -> Option<Uint8Array> {
    guard(None, || host::parse_traceparent(&header).map(|state| Uint8Array::from(state.to_vec())))
}

/// The trace id that a correlation id stands for.
#[napi]
pub fn trace_id_of(correlation_id: String) -> Uint8Array {
    let id = guard([0; 16], || tracewire_wire::id::TraceId::from_correlation(&correlation_id).0);
    Uint8Array::from(id.to_vec())
}
