//! What was recorded, as far as it is looked at.

use tracewire_insight::prices::Prices;
use tracewire_insight::process::Processes;
use tracewire_store::TraceRow;
use tracewire_wire::id::TraceId;
use tracewire_wire::time::Timestamp;

use super::super::trace;

/// What `app` selects in, and `scene` draws.
#[derive(Default)]
pub(super) struct Data {
    pub directory: String,
    pub now: Timestamp,
    pub traces: Vec<TraceRow>,
    pub processes: Processes,
    pub prices: Option<Prices>,
    /// The trace whose events these are.
    pub of_trace: Option<TraceId>,
    pub events: Vec<trace::Event>,
}
