//! The next events and traces of one connection.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use std::time::Duration;

use serde::Serialize;
use tokio::sync::{OwnedSemaphorePermit, watch};
use tokio::time::Instant;
use tracewire_store::{Store, resolve_all, trace_of};
use tracewire_wire::id::TraceId;
use utoipa::ToSchema;

use super::filter::{Asked, Filter};
use crate::api::answer::Wire;
use crate::api::rows::TraceRow;
use crate::problem::Problem;
use crate::project::Project;
use crate::state::Shared;

/// Events that are read at once.
const PAGE: usize = 200;
/// A trace is shown anew at most this often.
const TRACES_EVERY: Duration = Duration::from_millis(100);
/// Traces that are shown at once; the others follow.
const MOST_TRACES: usize = 100;
/// Traces of which is remembered that they are to be shown again.
const MOST_UNCOUNTED: usize = 10_000;
/// Without anything else, a sign of life is given this often.
const HEARTBEAT: Duration = Duration::from_secs(15);

/// An event that arrived.
#[derive(Serialize, ToSchema)]
pub(super) struct LiveEvent {
    /// The event as it stands on the wire, its content put back.
    event: Wire,
    /// Its place in the order of arrival: what to go on behind.
    pub(super) id: u64,
    /// Who recorded it.
    producer: String,
    /// `service.name` of who recorded it.
    service: Option<String>,
}

/// A part of the history that is not there any more.
#[derive(Serialize, ToSchema)]
pub(super) struct Gap {
    /// The event behind which it begins.
    from: u64,
    /// The event behind which it goes on.
    to: u64,
}

/// What is told.
pub(super) enum Told {
    /// An event.
    Event(Box<LiveEvent>),
    /// A trace that has changed.
    Trace(Box<TraceRow>),
    /// Something is missing.
    Gap(Gap),
    /// Nothing happened for a while.
    Heartbeat,
}

/// Why a connection goes on.
enum Woken {
    ByNews,
    ByTally,
    ForTraces,
    ByNothing,
}

/// One connection's place.
pub(super) struct Feed {
    project: Arc<Project>,
    filter: Option<Filter>,
    after: u64,
    news: watch::Receiver<u64>,
    /// How many traces were counted.
    tallied: watch::Receiver<u64>,
    stop: watch::Receiver<bool>,
    /// Traces to be shown: at once, or only if they are counted by now.
    changed: BTreeMap<TraceId, bool>,
    /// Traces that were shown before their tokens and costs were counted.
    uncounted: BTreeSet<TraceId>,
    traces_at: Instant,
    /// Whether more may be there than was read.
    has_more: bool,
    _permit: OwnedSemaphorePermit,
}

impl Feed {
    /// Begins where the caller wants to, which `last` says where it comes back.
    ///
    /// # Errors
    /// `parameter_invalid`; `busy` where as many follow as the server bears.
    pub(super) fn new(app: &Shared, project: Arc<Project>, asked: Asked, last: Option<u64>) -> Result<Self, Problem> {
        let permit = Arc::clone(&app.live).try_acquire_owned();
        let permit = permit.map_err(|_| Problem::busy("as many follow what happens as the server bears"))?;
        let news = project.news();
        let after = last.or(asked.after).unwrap_or_else(|| *news.borrow());
        Ok(Feed {
            filter: Some(Filter::new(asked)?),
            after,
            news,
            tallied: project.writer.tallied(),
            stop: app.stop.clone(),
            changed: BTreeMap::new(),
            uncounted: BTreeSet::new(),
            traces_at: Instant::now(),
            has_more: true,
            project,
            _permit: permit,
        })
    }

    /// What is to be told next, when there is something; `None` at the end, which comes with the server's or the store's.
    pub(super) async fn next(&mut self) -> Option<Vec<Told>> {
        loop {
            if *self.stop.borrow() {
                return None;
            }
            if self.has_more {
                match self.read().await {
                    Ok(told) if told.is_empty() => continue,
                    Ok(told) => return Some(told),
                    // Who comes back goes on where this ended.
                    Err(problem) => {
                        tracing::warn!(code = problem.code(), "a live connection ends");
                        return None;
                    }
                }
            }
            let has_changed = !self.changed.is_empty();
            let wake_at = if has_changed { self.traces_at } else { Instant::now() + HEARTBEAT };
            let stopped = async { _ = self.stop.wait_for(|stop| *stop).await };
            let woken = tokio::select! {
                biased;
                () = stopped => return None,
                news = self.news.changed() => {
                    news.ok()?;
                    Woken::ByNews
                }
                tallied = self.tallied.changed(), if !self.uncounted.is_empty() => {
                    tallied.ok()?;
                    Woken::ByTally
                }
                () = tokio::time::sleep_until(wake_at) => if has_changed { Woken::ForTraces } else { Woken::ByNothing },
            };
            match woken {
                Woken::ByNews => self.has_more = true,
                Woken::ByTally => {
                    for trace_id in std::mem::take(&mut self.uncounted) {
                        self.changed.entry(trace_id).or_insert(false);
                    }
                }
                Woken::ByNothing => return Some(vec![Told::Heartbeat]),
                Woken::ForTraces => match self.traces().await {
                    Ok(told) if told.is_empty() => {}
                    Ok(told) => return Some(told),
                    Err(_) => return None,
                },
            }
        }
    }

    /// The next page of events that are wanted; it may be empty.
    async fn read(&mut self) -> Result<Vec<Told>, Problem> {
        let known = *self.news.borrow_and_update();
        let (after, mut told) = (self.after, Vec::new());
        // Where the news seems to be behind, the store knows.
        let last = match after > known {
            true => self.project.ask(|store: &dyn Store| Ok(store.last_event()?)).await?,
            false => known,
        };
        if after > last {
            // The place is of another history: of a store that was put back, or made anew.
            told.push(Told::Gap(Gap { from: after, to: last }));
            self.after = last;
            self.has_more = false;
            return Ok(told);
        }
        let Some(mut filter) = self.filter.take() else { return Err(Problem::internal()) };
        let read = move |store: &dyn Store| {
            let page = store.events_after(after, PAGE)?;
            let is_full = page.len() == PAGE;
            let ends = page.first().zip(page.last()).map(|(first, last)| (first.id, last.id));
            let mut wanted = Vec::with_capacity(page.len());
            for stored in page {
                if filter.fits(store, &stored)? {
                    wanted.push(stored);
                }
            }
            // A content that does not read back is shown as a reference.
            resolve_all(store, &mut wanted, |_, _| Ok::<(), Problem>(()))?;
            let (mut events, mut traces) = (Vec::new(), BTreeSet::new());
            for stored in wanted {
                traces.extend(trace_of(&stored.event));
                events.push(LiveEvent {
                    service: filter.service(store, &stored.producer)?,
                    event: Wire(stored.event.to_value()),
                    id: stored.id,
                    producer: stored.producer.to_string(),
                });
            }
            Ok((filter, events, traces, is_full, ends))
        };
        let (filter, events, traces, is_full, ends) = self.project.ask(read).await?;
        self.filter = Some(filter);
        // What lies between was deleted. Who begins with the first that is kept misses nothing.
        let goes_on = ends.map_or(last, |(first, _)| first.saturating_sub(1));
        if after > 0 && goes_on > after {
            told.push(Told::Gap(Gap { from: after, to: goes_on }));
        }
        self.after = ends.map_or(last, |(_, behind)| behind);
        self.has_more = is_full;
        self.changed.extend(traces.into_iter().map(|trace_id| (trace_id, true)));
        told.extend(events.into_iter().map(|event| Told::Event(Box::new(event))));
        Ok(told)
    }

    /// Rows of the traces that have changed.
    async fn traces(&mut self) -> Result<Vec<Told>, Problem> {
        self.traces_at = Instant::now() + TRACES_EVERY;
        let ids: Vec<TraceId> = self.changed.keys().take(MOST_TRACES).copied().collect();
        let ids: Vec<(TraceId, bool)> =
            ids.into_iter().filter_map(|id| self.changed.remove(&id).map(|at_once| (id, at_once))).collect();
        let processes = self.project.processes().await?;
        let read = move |store: &dyn Store| {
            let mut rows = Vec::new();
            for (id, at_once) in ids {
                rows.extend(store.trace(id)?.map(|row| (row, at_once)));
            }
            Ok(rows)
        };
        let rows: Vec<(tracewire_store::TraceRow, bool)> = self.project.ask(read).await?;
        for (row, _) in rows.iter().filter(|(row, _)| !row.is_counted) {
            self.uncounted.insert(row.trace_id);
        }
        while self.uncounted.len() > MOST_UNCOUNTED {
            self.uncounted.pop_first();
        }
        let rows = rows.into_iter().filter(|(row, at_once)| *at_once || row.is_counted).map(|(row, _)| row);
        Ok(rows.map(|row| Told::Trace(Box::new(TraceRow::new(row, &processes)))).collect())
    }
}
