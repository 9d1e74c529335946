//! What was removed because it was too old or too much.

use std::fmt;

use prometheus_client::encoding::text::encode_registry;
use prometheus_client::metrics::counter::Counter;
use prometheus_client::registry::{Registry, Unit};
use tracewire_store::Removed;

/// Counts of one project.
pub(crate) struct Removals {
    registry: Registry,
    traces: Counter,
    events: Counter,
    contents: Counter,
    bytes: Counter,
}

impl Default for Removals {
    fn default() -> Self {
        let mut registry = Registry::with_prefix("tracewire");
        let [traces, events, contents, bytes]: [Counter; 4] = Default::default();
        registry.register("removed_traces", "Traces that were kept no longer", traces.clone());
        registry.register("removed_events", "Their events, and those of no trace", events.clone());
        registry.register("removed_contents", "Contents that nothing named any more", contents.clone());
        registry.register_with_unit("removed_content", "What these took", Unit::Bytes, bytes.clone());
        Removals { registry, traces, events, contents, bytes }
    }
}

impl Removals {
    /// So much more.
    pub(crate) fn add(&self, removed: &Removed) {
        self.traces.inc_by(removed.traces);
        self.events.inc_by(removed.events);
        self.contents.inc_by(removed.contents);
        self.bytes.inc_by(removed.bytes);
    }

    /// All of it.
    pub(crate) fn sum(&self) -> Removed {
        Removed {
            traces: self.traces.get(),
            events: self.events.get(),
            contents: self.contents.get(),
            bytes: self.bytes.get(),
        }
    }

    /// Writes all of it, without an end.
    pub(crate) fn write(&self, out: &mut String) -> fmt::Result {
        encode_registry(out, &self.registry)
    }
}
