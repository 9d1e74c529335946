//! The next page of spans: those whose end came behind the place.

use std::collections::BTreeSet;

use tracewire_store::Store;
use tracewire_wire::id::TraceId;

use super::Page;
use super::place::Place;
use crate::outward::spans::{Resources, Wanted, completed, gather};
use crate::problem::Problem;
use crate::project::Project;

/// Events that are looked at at once.
const EVENTS: usize = 1000;

pub(super) async fn next(project: &Project, place: Place) -> Result<Page, Problem> {
    let read = move |store: &dyn Store| {
        let events = store.events_after(place.after, EVENTS)?;
        let ended: BTreeSet<_> = events.iter().filter_map(completed).collect();
        let traces: BTreeSet<TraceId> = ended.iter().map(|(trace_id, _)| *trace_id).collect();
        let traces: Vec<TraceId> = traces.into_iter().collect();
        let gathered = gather(store, &traces, &Wanted::Some(&ended), &mut Resources::default())?;
        let bodies = gathered.batches.iter().map(|batch| (batch.spans, batch.protobuf())).collect();
        let after = events.last().map_or(place.after, |last| last.id);
        Ok(Page { bodies, has_more: events.len() == EVENTS, place: Place { after, ..place } })
    };
    project.ask(read).await
}
