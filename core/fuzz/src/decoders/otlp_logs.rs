//! OTLP's log records, in both forms: what is read is the same each time, keys included, and each event is one that its own reader
//! takes.
//!
//! The first byte chooses the form: even is protobuf, odd is JSON.

use super::otlp_traces::{form_of, readable};
use crate::budget::Budget;
use std::collections::BTreeSet;
use tracewire_otlp::read_logs;

/// As of spans; a record of an agent may become the events of a span, too.
pub const BUDGET: Budget = Budget { memory: 2_000, steps: 20_000 };

/// See the module.
pub fn check(bytes: &[u8]) {
    let Some((form, body)) = form_of(bytes) else { return };
    let Ok(imported) = BUDGET.keep(body.len(), || read_logs(body, form)) else { return };
    assert_eq!(read_logs(body, form).as_ref(), Ok(&imported), "the same bytes give the same events");
    let mut keys = BTreeSet::new();
    for log in imported.sources.iter().flat_map(|source| &source.logs) {
        assert!(keys.insert(log.key.to_string()), "each record of a request has a key of its own");
        log.events.iter().for_each(readable);
    }
}
