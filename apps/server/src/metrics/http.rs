//! What the server itself did.

use std::fmt;
use std::time::Duration;

use prometheus_client::encoding::EncodeLabelSet;
use prometheus_client::encoding::text::encode_registry;
use prometheus_client::metrics::counter::Counter;
use prometheus_client::metrics::family::Family;
use prometheus_client::metrics::histogram::{Histogram, exponential_buckets};
use prometheus_client::registry::{Registry, Unit};

#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
struct Status {
    status: u16,
}

#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
struct Record {
    outcome: &'static str,
    signal: &'static str,
}

#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
struct To {
    to: String,
}

/// What was forwarded to one place.
#[derive(Clone, Debug)]
pub struct Forwarded {
    /// Spans or envelopes that were answered.
    pub(crate) sent: Counter,
    /// Those of them that were not taken.
    pub(crate) rejected: Counter,
    /// Attempts that failed for now.
    pub(crate) failed: Counter,
}

/// What the server itself did.
pub struct Metrics {
    registry: Registry,
    requests: Family<Status, Counter>,
    duration: Histogram,
    envelopes: Counter,
    rejected: Counter,
    records: Family<Record, Counter>,
    forwarded: [Family<To, Counter>; 3],
}

impl Default for Metrics {
    fn default() -> Self {
        let mut registry = Registry::with_prefix("tracewire");
        let requests = Family::default();
        // From half a millisecond to 16 seconds.
        let duration = Histogram::new(exponential_buckets(0.0005, 2.0, 16));
        let (envelopes, rejected) = (Counter::default(), Counter::default());
        registry.register("http_requests", "Requests answered", requests.clone());
        let help = "How long requests took until their answer began";
        registry.register_with_unit("http_request_duration", help, Unit::Seconds, duration.clone());
        registry.register("envelopes_taken", "Envelopes stored or known already", envelopes.clone());
        registry.register("envelopes_rejected", "Envelopes that were not sound", rejected.clone());
        let records = Family::default();
        registry.register("otlp_records", "Spans and log records by OTLP, by what became of them", records.clone());
        let forwarded: [Family<To, Counter>; 3] = Default::default();
        for (family, (name, help)) in forwarded.iter().zip([
            ("forwarded", "Spans or envelopes that were forwarded and answered"),
            ("forwarded_rejected", "Those of them that were not taken"),
            ("forward_failures", "Attempts to forward that failed for now"),
        ]) {
            registry.register(name, help, family.clone());
        }
        Metrics { registry, requests, duration, envelopes, rejected, records, forwarded }
    }
}

impl Metrics {
    /// A request was answered.
    pub fn request(&self, status: u16, took: Duration) {
        self.requests.get_or_create(&Status { status }).inc();
        self.duration.observe(took.as_secs_f64());
    }

    /// Envelopes came.
    pub fn took(&self, envelopes: u64, rejected: u64) {
        self.envelopes.inc_by(envelopes);
        self.rejected.inc_by(rejected);
    }

    /// Spans or log records came by OTLP: so many were new, known already, not taken.
    pub fn records(&self, signal: &'static str, taken: u64, known: u64, rejected: u64) {
        for (outcome, count) in [("taken", taken), ("known", known), ("rejected", rejected)] {
            self.records.get_or_create(&Record { outcome, signal }).inc_by(count);
        }
    }

    /// Counts of what is forwarded to one place.
    pub fn forwarded(&self, to: String) -> Forwarded {
        let to = To { to };
        let [sent, rejected, failed] = self.forwarded.each_ref().map(|family| family.get_or_create(&to).clone());
        Forwarded { sent, rejected, failed }
    }

    /// Writes all of it, without an end.
    ///
    /// # Errors
    /// Never, into a text.
    pub fn write(&self, out: &mut String) -> fmt::Result {
        encode_registry(out, &self.registry)
    }
}
