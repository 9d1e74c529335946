//! What recorders report, as JSON.

use crate::refusal::text;
use std::collections::BTreeMap;
use tracewire_recorder::{FlushReport, Stats};
use tracewire_wire::value::{Map, Value};

/// What became of everything recorded so far.
pub fn report(report: &FlushReport) -> String {
    let count = Value::from_u64;
    map([
        ("dropped", counts(&report.dropped)),
        ("pending", count(report.pending)),
        ("sealed", count(report.sealed)),
        ("sent", count(report.sent)),
        ("unsampled", count(report.unsampled)),
        ("withheld", count(report.withheld)),
        ("written", count(report.written)),
    ])
}

/// The recorder's own state.
pub fn stats(stats: &Stats) -> String {
    map([
        ("bytes", Value::from_u64(stats.bytes)),
        ("directory", Value::Text(stats.directory.to_string_lossy().into_owned())),
        ("dropped", counts(&stats.dropped)),
        ("mode", Value::from(stats.mode.name())),
        ("producer", stats.producer.as_deref().map_or(Value::Null, Value::from)),
        ("quota_bytes", Value::from_u64(stats.quota_bytes)),
        ("unsampled", Value::from_u64(stats.unsampled)),
        ("withheld", Value::from_u64(stats.withheld)),
        ("written", Value::from_u64(stats.written)),
    ])
}

/// How many panics were stopped, and what the last one said.
pub fn internal_errors(count: u64, message: Option<&str>) -> String {
    map([("count", Value::from_u64(count)), ("message", message.map_or(Value::Null, Value::from))])
}

fn counts(counts: &BTreeMap<String, u64>) -> Value {
    Value::Map(counts.iter().map(|(reason, count)| (reason.clone(), Value::from_u64(*count))).collect())
}

fn map<const N: usize>(members: [(&str, Value); N]) -> String {
    text(&Value::Map(members.into_iter().map(|(name, value)| (name.to_owned(), value)).collect::<Map>()))
}
