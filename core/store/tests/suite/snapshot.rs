//! A store as text, to compare one with another.

use std::fmt::Write as _;
use tracewire_insight::analytics::{Series, Totals};
use tracewire_store::{BucketQuery, BucketSize, Buckets, Store, TraceFilter};
use tracewire_wire::time::Timestamp;

/// Everything that can be asked of a store, as text, without what depends on the order of arrival.
pub fn snapshot(store: &mut dyn Store) -> String {
    store.tally(None).unwrap();
    let mut out = String::new();
    let filter = TraceFilter { limit: 1000, ..TraceFilter::default() };
    let mut traces = store.traces(&filter).unwrap().traces;
    // The list breaks ties by arrival.
    traces.sort_by_key(|trace| trace.trace_id);
    for trace in traces {
        writeln!(out, "{trace:?}").unwrap();
        for span in store.spans(trace.trace_id).unwrap() {
            writeln!(out, "  {span:?}").unwrap();
        }
        for event in store.events(trace.trace_id).unwrap() {
            writeln!(out, "  {} {:?}", event.producer, event.event).unwrap();
        }
    }
    for size in [BucketSize::Minute, BucketSize::Hour] {
        struct Lines<'o>(&'o mut Vec<String>);
        impl Buckets for Lines<'_> {
            fn wants(&mut self, _: &Series) -> bool {
                true
            }
            fn take(&mut self, series: &Series, start: Timestamp, totals: &Totals) {
                self.0.push(format!("{start} {} {totals:?}", series.to_key()));
            }
        }
        let mut lines = Vec::new();
        store.buckets(&BucketQuery { size, since: None, until: None }, &mut Lines(&mut lines)).unwrap();
        lines.sort();
        writeln!(out, "{size:?}\n{}", lines.join("\n")).unwrap();
    }
    let mut losses: Vec<String> =
        store.losses().unwrap().into_iter().map(|loss| format!("{} {:?}", loss.producer, loss.event)).collect();
    losses.sort();
    writeln!(out, "{losses:#?}\n{:#?}", store.forks().unwrap()).unwrap();
    for producer in store.producers().unwrap() {
        writeln!(out, "{producer:?}").unwrap();
        for envelope in store.envelopes(&producer.name, None, 1000).unwrap() {
            writeln!(out, "  {}", String::from_utf8(envelope.bytes).unwrap()).unwrap();
        }
    }
    out
}
