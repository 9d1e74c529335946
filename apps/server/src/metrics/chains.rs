//! Producers whose envelopes were verified.

use std::fmt;

use prometheus_client::encoding::text::encode_registry;
use prometheus_client::metrics::gauge::Gauge;
use prometheus_client::registry::Registry;

/// Writes how many there are, and how many of them contradict themselves; without an end.
pub(crate) fn write((verified, unsound): (u64, u64), out: &mut String) -> fmt::Result {
    let mut registry = Registry::with_prefix("tracewire");
    for (name, help, count) in [
        ("verified_producers", "Producers whose envelopes were verified", verified),
        ("unsound_producers", "Those of them whose envelopes contradict", unsound),
    ] {
        let gauge: Gauge = Gauge::default();
        gauge.set(i64::try_from(count).unwrap_or(i64::MAX));
        registry.register(name, help, gauge);
    }
    encode_registry(out, &registry)
}
