//! What every SQL engine shares: the statements, and what happens between them. An engine brings its tables, a driver
//! and transactions, and is a [`Store`] by that.
//!
//! | module | what it is |
//! |---|---|
//! | [`driver`] | what an engine must do: statements, parameters, rows |
//! | `ingest` | envelopes and pending events become rows of facts |
//! | `producer` | a producer's row, its pending events, the ledger |
//! | `derive` | spans, traces and labels follow from events, by exact differences |
//! | `tally` | tokens, costs, models and buckets follow from whole traces |
//! | `remove` | traces that are deleted, what is too old, content that nothing names |
//! | `erase` | what is erased of events and content, for good |
//! | `loose` | events of no trace |
//! | `rows` | rows of spans and traces, read and written |
//! | `pack` | events and content, several in a row |
//! | `content` | content by hash |
//! | `counter` | numbers that the store keeps for itself |
//! | `filter` | conditions of a list |
//! | `query` | traces, spans, events |
//! | `heads` | signed heads |
//! | `rebuild` | all that follows from events, made anew |
//! | `recent` | what was last: where searching starts |
//! | `export` | producers, envelopes, ledger |

mod content;
mod counter;
mod derive;
pub mod driver;
#[cfg(feature = "erase")]
mod erase;
mod export;
mod filter;
mod heads;
mod ingest;
mod loose;
mod names;
mod pack;
mod producer;
mod query;
mod rebuild;
mod recent;
mod remove;
mod rows;
mod tally;

use crate::error::StoreError;
use crate::model::{
    Activity, ActivityFilter, Applied, BucketQuery, Buckets, Cursor, Fork, LedgerEntry, Lookup, LooseFilter,
    ProducerRow, ProducerState, Removed, SessionFilter, SessionRow, SpanRow, StoreStats, StoredContent, StoredEnvelope,
    StoredEvent, TraceCounts, TraceFilter, TracePage, TraceRow,
};
#[cfg(feature = "erase")]
use crate::model::{Erased, Erasure};
use crate::store::{Ingest, Store};
use driver::{Driver, Row};
use std::collections::HashSet;
use std::time::{Duration, Instant};
use tracewire_insight::Pricing;
use tracewire_insight::analytics::Report;
use tracewire_wire::id::{Hash, TraceId};
use tracewire_wire::json::{self, ReadOptions};
use tracewire_wire::statement::Head;
use tracewire_wire::time::Timestamp;
use tracewire_wire::value::{Map, Value};

pub use counter::count_up;
use counter::{counter, set_counter};
pub use rebuild::rebuild;

/// Traces that go in one transaction.
const REMOVED_AT_ONCE: usize = 200;

/// What happens inside a transaction.
pub type Work<'a> = dyn FnMut(&dyn Driver) -> Result<(), StoreError> + 'a;

/// A database with our tables.
pub trait Engine {
    /// Runs `work` in a transaction that nobody else writes beside, and commits it; what it did is undone where it fails.
    ///
    /// # Errors
    /// Those of `work`; `store_locked` where another writer was waited for in vain.
    fn change(&mut self, work: &mut Work<'_>) -> Result<(), StoreError>;

    /// Runs `work`, all reads of which see one state.
    ///
    /// # Errors
    /// Those of `work`.
    fn look(&self, work: &mut Work<'_>) -> Result<(), StoreError>;

    /// As [`Store::make_durable`].
    ///
    /// # Errors
    /// [`StoreError`] when that cannot be promised.
    fn sync(&mut self) -> Result<(), StoreError>;

    /// As [`Store::compact`].
    ///
    /// # Errors
    /// [`StoreError`] when the engine refuses.
    fn tidy(&mut self) -> Result<(), StoreError>;

    /// As [`Store::wipe`].
    ///
    /// # Errors
    /// [`StoreError`] when the engine refuses.
    fn rewrite(&mut self) -> Result<bool, StoreError>;

    /// As [`Store::answer_until`].
    ///
    /// # Errors
    /// [`StoreError`] when the engine refuses.
    fn look_until(&mut self, until: Option<Instant>) -> Result<(), StoreError>;

    /// As [`Store::stats`].
    ///
    /// # Errors
    /// [`StoreError`] when the engine refuses.
    fn sizes(&self) -> Result<StoreStats, StoreError>;
}

/// What `work` saw.
fn seen<T>(
    engine: &(impl Engine + ?Sized),
    work: impl FnOnce(&dyn Driver) -> Result<T, StoreError>,
) -> Result<T, StoreError> {
    let mut work = Some(work);
    let mut result = None;
    engine.look(&mut |connection| {
        if let Some(work) = work.take() {
            result = Some(work(connection)?);
        }
        Ok(())
    })?;
    result.ok_or_else(|| StoreError::Engine("nothing was looked at".to_owned()))
}

impl<E: Engine> Store for E {
    fn write(
        &mut self,
        work: &mut dyn FnMut(&mut dyn Ingest) -> Result<(), StoreError>,
    ) -> Result<Applied, StoreError> {
        let mut applied = Applied::default();
        self.change(&mut |connection| {
            applied = ingest::write(connection, work)?;
            Ok(())
        })?;
        Ok(applied)
    }

    fn make_durable(&mut self) -> Result<(), StoreError> {
        self.sync()
    }

    fn compact(&mut self) -> Result<(), StoreError> {
        self.tidy()
    }

    fn tally_some(&mut self, pricing: Option<&dyn Pricing>) -> Result<u64, StoreError> {
        // Where there is nothing to do, nobody else's writing is waited for.
        if !seen(self, |connection| tally::is_wanted(connection, pricing.is_some()))? {
            return Ok(0);
        }
        let mut some = 0;
        self.change(&mut |connection| {
            some = tally::some(connection, pricing)?;
            Ok(())
        })?;
        Ok(some)
    }

    fn recount(&mut self) -> Result<u64, StoreError> {
        let mut marked = 0;
        self.change(&mut |connection| {
            marked = tally::mark_all(connection)?;
            Ok(())
        })?;
        Ok(marked)
    }

    fn delete(&mut self, traces: &[TraceId], now: Timestamp) -> Result<Removed, StoreError> {
        let mut removed = Removed::default();
        for traces in traces.chunks(REMOVED_AT_ONCE) {
            self.change(&mut |connection| {
                removed.add(&remove::traces(connection, traces, Some(now))?);
                Ok(())
            })?;
        }
        Ok(removed)
    }

    fn remove_older(&mut self, before: Timestamp, limit: u64) -> Result<Removed, StoreError> {
        let mut removed = Removed::default();
        self.change(&mut |connection| {
            removed = remove::older(connection, before, limit)?;
            Ok(())
        })?;
        Ok(removed)
    }

    fn remove_unused_content(&mut self) -> Result<Removed, StoreError> {
        let mut named = remove::Named::default();
        seen(self, |connection| named.look(connection))?;
        let mut removed = Removed::default();
        let mut after = Some(0);
        while let Some(row) = after {
            self.change(&mut |connection| {
                // What came since then may name what nothing named before.
                named.look(connection)?;
                after = remove::unused(connection, row, &named, &mut removed)?;
                Ok(())
            })?;
        }
        Ok(removed)
    }

    #[cfg(feature = "erase")]
    fn erase(&mut self, erasure: &Erasure) -> Result<Erased, StoreError> {
        let mut erased = Erased::default();
        for work in erase::in_parts(erasure) {
            self.change(&mut |connection| {
                erased.add(&work.carry_out(connection, erasure)?);
                Ok(())
            })?;
        }
        Ok(erased)
    }

    fn wipe(&mut self) -> Result<bool, StoreError> {
        self.change(&mut |connection| tally::forget_series(connection))?;
        self.rewrite()
    }

    fn buckets(&self, query: &BucketQuery, report: &mut dyn Buckets) -> Result<(), StoreError> {
        seen(self, |connection| tally::buckets(connection, query, report))
    }

    fn shares_of_sessions(&self, query: &BucketQuery, report: &mut Report) -> Result<(), StoreError> {
        seen(self, |connection| tally::of_sessions(connection, query, report))
    }

    fn cursor(&self, producer: &str) -> Result<Option<Cursor>, StoreError> {
        seen(self, |connection| export::cursor(connection, producer))
    }

    fn carried(&self, producer: &str) -> Result<HashSet<Hash>, StoreError> {
        seen(self, |connection| export::carried(connection, producer))
    }

    fn traces(&self, filter: &TraceFilter) -> Result<TracePage, StoreError> {
        seen(self, |connection| query::traces(connection, filter))
    }

    fn count_traces(&self, since: Option<Timestamp>, until: Option<Timestamp>) -> Result<TraceCounts, StoreError> {
        seen(self, |connection| query::count(connection, since, until))
    }

    fn trace(&self, trace_id: TraceId) -> Result<Option<TraceRow>, StoreError> {
        seen(self, |connection| query::trace(connection, trace_id))
    }

    fn find(&self, lookup: &Lookup, limit: usize) -> Result<Vec<TraceRow>, StoreError> {
        seen(self, |connection| query::find(connection, lookup, limit))
    }

    fn activity(&self, filter: &ActivityFilter) -> Result<Vec<Activity>, StoreError> {
        seen(self, |connection| recent::activity(connection, filter))
    }

    fn loose(&self, filter: &LooseFilter) -> Result<Vec<StoredEvent>, StoreError> {
        seen(self, |connection| loose::find(connection, filter))
    }

    fn sessions(&self, filter: &SessionFilter) -> Result<Vec<SessionRow>, StoreError> {
        seen(self, |connection| recent::sessions(connection, filter))
    }

    fn spans(&self, trace_id: TraceId) -> Result<Vec<SpanRow>, StoreError> {
        seen(self, |connection| query::spans(connection, trace_id))
    }

    fn events(&self, trace_id: TraceId) -> Result<Vec<StoredEvent>, StoreError> {
        seen(self, |connection| query::events(connection, trace_id))
    }

    fn events_after(&self, id: u64, limit: usize) -> Result<Vec<StoredEvent>, StoreError> {
        seen(self, |connection| query::events_after(connection, id, limit))
    }

    fn last_event(&self) -> Result<u64, StoreError> {
        seen(self, |connection| Ok(unsigned(pack::next_number(connection, pack::Table::Event)? - 1)))
    }

    fn content(&self, hash: &Hash) -> Result<Option<StoredContent>, StoreError> {
        seen(self, |connection| content::read(connection, hash))
    }

    fn contents(&self, hashes: &[Hash], each: &mut dyn FnMut(Hash, StoredContent) -> bool) -> Result<(), StoreError> {
        seen(self, |connection| content::read_some(connection, hashes, each))
    }

    fn producers_in(&self, state: ProducerState) -> Result<Vec<String>, StoreError> {
        seen(self, |connection| export::producers_in(connection, state))
    }

    fn producers(&self) -> Result<Vec<ProducerRow>, StoreError> {
        seen(self, export::producers)
    }

    fn service(&self, producer: &str) -> Result<Option<String>, StoreError> {
        seen(self, |connection| recent::service(connection, producer))
    }

    fn losses(&self) -> Result<Vec<StoredEvent>, StoreError> {
        seen(self, query::losses)
    }

    fn forks(&self) -> Result<Vec<Fork>, StoreError> {
        seen(self, export::forks)
    }

    fn envelopes(
        &self,
        producer: &str,
        after: Option<(u64, Hash)>,
        limit: usize,
    ) -> Result<Vec<StoredEnvelope>, StoreError> {
        seen(self, |connection| export::envelopes(connection, producer, after, limit))
    }

    fn envelopes_since(&self, after: u64, limit: usize) -> Result<Vec<(u64, StoredEnvelope)>, StoreError> {
        seen(self, |connection| export::envelopes_since(connection, after, limit))
    }

    fn envelopes_with(&self, producer: &str, seq: u64) -> Result<Vec<StoredEnvelope>, StoreError> {
        seen(self, |connection| export::envelopes_with(connection, producer, seq))
    }

    fn ledger(&self, after: u64, limit: usize) -> Result<Vec<LedgerEntry>, StoreError> {
        seen(self, |connection| export::ledger(connection, after, limit))
    }

    fn heads(&self, producer: Option<&str>) -> Result<Vec<Head>, StoreError> {
        seen(self, |connection| heads::find(connection, producer))
    }

    fn keep_heads(&mut self, heads: &[Head], superseded: &[Head]) -> Result<u64, StoreError> {
        let mut kept = 0;
        self.change(&mut |connection| {
            kept = heads::keep(connection, heads, superseded)?;
            Ok(())
        })?;
        Ok(kept)
    }

    fn answer_until(&mut self, until: Option<Instant>) -> Result<(), StoreError> {
        self.look_until(until)
    }

    fn stats(&self) -> Result<StoreStats, StoreError> {
        self.sizes()
    }
}

/// How long is left until then.
///
/// # Errors
/// `query_timeout` where that is over.
pub fn time_left(until: Instant) -> Result<Duration, StoreError> {
    let left = until.saturating_duration_since(Instant::now());
    if left.is_zero() { Err(StoreError::QueryTimeout) } else { Ok(left) }
}

/// A map as it is stored: canonical JSON.
fn map_bytes(map: &Map) -> Vec<u8> {
    let mut map = map.clone();
    map.sort();
    json::write(&Value::Map(map))
}

/// A stored map; empty where there is none.
fn read_map(row: &dyn Row, at: usize) -> Result<Map, StoreError> {
    row.maybe_blob(at)?.map_or_else(|| Ok(Map::new()), map_of)
}

fn map_of(bytes: &[u8]) -> Result<Map, StoreError> {
    match json::read(bytes, &ReadOptions::default())? {
        Value::Map(map) => Ok(map),
        other => Err(StoreError::corrupt(format!("a map is stored as {}", other.kind_name()))),
    }
}

/// Integers of databases are signed; what we count never is negative.
fn unsigned(value: i64) -> u64 {
    u64::try_from(value).unwrap_or(0)
}

fn signed(value: u64) -> i64 {
    i64::try_from(value).unwrap_or(i64::MAX)
}
