//! Which events were asked for.

use std::collections::{BTreeMap, BTreeSet};

use tracewire_store::{Label, Lookup, LooseFilter, Store};
use tracewire_wire::event::Event;
use tracewire_wire::id::TraceId;
use tracewire_wire::time::Timestamp;

use crate::args::Export;
use crate::commands::trace::by_id;
use crate::error::CliError;
use crate::source::now;

/// What was asked for.
pub(super) struct Wanted {
    /// Events by producer and number; `None` for those of all traces and of none.
    pub(super) events: Option<BTreeMap<String, BTreeSet<u64>>>,
    since: Option<Timestamp>,
    until: Option<Timestamp>,
}

impl Wanted {
    pub(super) fn new(store: &dyn Store, what: &Export) -> Result<Self, CliError> {
        let mut wanted = Wanted { events: None, since: what.when.from(now()), until: what.when.until };
        let find = |lookup: Lookup| -> Result<Vec<TraceId>, CliError> {
            Ok(store.find(&lookup, usize::MAX)?.iter().map(|row| row.trace_id).collect())
        };
        let (traces, label) = if let Some(session) = &what.session {
            (find(Lookup::Session(session.clone()))?, Some((Label::Session, session.clone())))
        } else if let Some(correlation) = &what.correlation {
            (find(Lookup::Correlation(correlation.clone()))?, Some((Label::Correlation, correlation.clone())))
        } else if what.traces.is_empty() {
            return Ok(wanted);
        } else {
            let mut traces = Vec::new();
            for id in &what.traces {
                traces.extend(by_id(store, id)?.traces);
            }
            (traces, None)
        };
        let mut events: BTreeMap<String, BTreeSet<u64>> = BTreeMap::new();
        let mut add = |producer: &str, event: &Event| {
            if wanted.is_in_time(event) {
                events.entry(producer.to_owned()).or_default().insert(event.seq);
            }
        };
        for trace_id in traces {
            store.events(trace_id)?.iter().for_each(|stored| add(&stored.producer, &stored.event));
        }
        let mut filter = LooseFilter { limit: 1024, label, ..LooseFilter::default() };
        while filter.label.is_some() {
            let page = store.loose(&filter)?;
            page.iter().for_each(|stored| add(&stored.producer, &stored.event));
            let Some(last) = page.last() else { break };
            filter.after = Some((last.event.time, last.id));
        }
        wanted.events = Some(events);
        Ok(wanted)
    }

    pub(super) fn is_everything(&self) -> bool {
        self.events.is_none() && self.since.is_none() && self.until.is_none()
    }

    pub(super) fn is_in_time(&self, event: &Event) -> bool {
        self.since.is_none_or(|since| event.time >= since) && self.until.is_none_or(|until| event.time < until)
    }
}
