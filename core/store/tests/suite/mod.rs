//! What every engine must do: one function a promise, generic over [`Store`]. An engine's test calls [`engine_suite!`]
//! with a way to make an empty store.

pub mod maker;
mod ingest;
mod query;

pub use ingest::*;
pub use query::*;

use std::fmt::Write as _;
use tracewire_store::{Store, TraceFilter};

/// Everything that can be asked of a store, as text, without what depends on the order of arrival.
pub fn snapshot(store: &dyn Store) -> String {
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

/// Runs the suite against an engine: `$make` gives an empty store.
#[macro_export]
macro_rules! engine_suite {
    ($make:expr) => {
        engine_suite!($make;
            envelopes_come_back_byte_for_byte,
            applying_twice_changes_nothing,
            order_does_not_matter,
            pending_events_become_sealed_ones,
            an_older_view_takes_nothing_away,
            pending_events_that_turned_out_otherwise_are_taken_back,
            a_fork_is_kept_and_reported,
            content_is_stored_once_and_merged,
            exported_envelopes_verify,
            the_ledger_is_chained,
            a_cursor_never_goes_back,
            lists_are_paged_and_filtered,
            traces_are_found_by_what_people_have,
            a_trace_has_its_totals,
            updates_win_over_starts,
            events_are_in_order_and_followed,
            content_is_resolved_on_request,
            feedback_is_found_at_its_target,
            producers_answer_for_their_process,
        );
    };
    ($make:expr; $($name:ident),* $(,)?) => {
        $(
            #[test]
            fn $name() {
                suite::$name(&mut $make);
            }
        )*
    };
}
