//! The one trait that engines implement.

use crate::error::StoreError;
use crate::model::{
    Activity, ActivityFilter, Applied, Batch, BucketQuery, Buckets, Cursor, Fork, Incoming, LedgerEntry, Lookup,
    LooseFilter, Pending, ProducerRow, ProducerState, ProducerUpdate, Removed, SessionFilter, SessionRow, SpanRow,
    StoreStats, StoredContent, StoredEnvelope, StoredEvent, TraceCounts, TraceFilter, TracePage, TraceRow,
};
#[cfg(feature = "erase")]
use crate::model::{Erased, Erasure};
use crate::put_back;
use std::collections::HashSet;
use std::time::Instant;
use tracewire_insight::Pricing;
use tracewire_insight::analytics::Report;
use tracewire_wire::event::Event;
use tracewire_wire::id::{Hash, TraceId};
use tracewire_wire::statement::Head;
use tracewire_wire::time::Timestamp;

/// Takes what goes into a store, inside one transaction.
pub trait Ingest {
    /// News of a producer.
    ///
    /// # Errors
    /// [`StoreError`] when the engine refuses; the transaction is then to be given up.
    fn producer(&mut self, update: &ProducerUpdate) -> Result<(), StoreError>;

    /// A sealed envelope.
    ///
    /// # Errors
    /// As [`Ingest::producer`].
    fn envelope(&mut self, envelope: &Incoming<'_>) -> Result<(), StoreError>;

    /// Events behind the last boundary of their producer.
    ///
    /// # Errors
    /// As [`Ingest::producer`].
    fn pending(&mut self, pending: &Pending<'_>) -> Result<(), StoreError>;
}

/// Keeps envelopes and answers questions about what is in them.
///
/// Ingest is idempotent and regards no order: an envelope's digest is its identity, so the same envelopes applied
/// twice, or in another order, or first seen as pending events, make the same store.
///
/// Every method gives [`StoreError`] when the engine refuses; reading changes nothing.
pub trait Store {
    /// Runs `work` in one transaction: everything that it gives to its [`Ingest`], or nothing.
    ///
    /// # Errors
    /// Those of `work`, and among others `store_locked`, after which the same can be tried again, and `store_disk_full`.
    fn write(&mut self, work: &mut dyn FnMut(&mut dyn Ingest) -> Result<(), StoreError>)
    -> Result<Applied, StoreError>;

    /// Applies a batch in one transaction: all of it or nothing.
    ///
    /// # Errors
    /// As [`Store::write`].
    fn apply(&mut self, batch: &Batch<'_>) -> Result<Applied, StoreError> {
        self.write(&mut |ingest| {
            batch.producers.iter().try_for_each(|update| ingest.producer(update))?;
            batch.envelopes.iter().try_for_each(|envelope| ingest.envelope(envelope))?;
            batch.pending.iter().try_for_each(|pending| ingest.pending(pending))
        })
    }

    /// Makes everything applied so far survive a loss of power. Journals may be removed only behind it.
    ///
    /// # Errors
    /// [`StoreError`] when that cannot be promised.
    fn make_durable(&mut self) -> Result<(), StoreError>;

    /// Housekeeping after a sweep: moves the write-ahead log into the database where nobody reads the old state.
    ///
    /// # Errors
    /// [`StoreError`] when the engine refuses; nothing is lost by that.
    fn compact(&mut self) -> Result<(), StoreError>;

    /// Brings up to date what follows from whole traces: tokens, costs, models and agents of their rows, and all buckets.
    /// Gives how many traces had changed. Lists, sessions and buckets show a trace as it was at its last tally.
    ///
    /// Without prices, costs that nobody reported stay unknown until somebody tallies who has prices.
    ///
    /// # Errors
    /// [`StoreError`] when the engine refuses; what was tallied before stays.
    fn tally(&mut self, pricing: Option<&dyn Pricing>) -> Result<u64, StoreError> {
        let mut all = 0;
        loop {
            match self.tally_some(pricing)? {
                0 => return Ok(all),
                some => all += some,
            }
        }
    }

    /// A part of [`Store::tally`], in one short transaction; gives 0 when nothing is left.
    ///
    /// # Errors
    /// As [`Store::tally`].
    fn tally_some(&mut self, pricing: Option<&dyn Pricing>) -> Result<u64, StoreError>;

    /// Has the next tally count every trace again, by the prices that it is given. Gives how many traces that are.
    ///
    /// # Errors
    /// [`StoreError`] when the engine refuses; nothing is changed then.
    fn recount(&mut self) -> Result<u64, StoreError>;

    /// Hands every bucket that fits to `into`, in order of time.
    ///
    /// # Errors
    /// [`StoreError`] when the engine refuses.
    fn buckets(&self, query: &BucketQuery, into: &mut dyn Buckets) -> Result<(), StoreError>;

    /// Hands what traces added to a report whose groups are sessions: the same as buckets of the same time, by the session of
    /// each trace's head. What happened outside of any trace is in none. Reads every trace of that time.
    ///
    /// # Errors
    /// [`StoreError`] when the engine refuses.
    fn shares_of_sessions(&self, query: &BucketQuery, into: &mut Report) -> Result<(), StoreError>;

    /// Fills a report, from buckets or, where its groups are sessions, from traces.
    ///
    /// # Errors
    /// [`StoreError`] when the engine refuses.
    fn fill(&self, query: &BucketQuery, report: &mut Report) -> Result<(), StoreError> {
        if report.is_by_session() { self.shares_of_sessions(query, report) } else { self.buckets(query, report) }
    }

    /// Deletes traces. Their events leave nothing but digests, by which envelopes still verify, and do not come back with
    /// another copy. Their content goes with [`Store::remove_unused_content`].
    ///
    /// # Errors
    /// [`StoreError`] when the engine refuses; what was deleted before stays so.
    fn delete(&mut self, traces: &[TraceId], now: Timestamp) -> Result<Removed, StoreError>;

    /// Removes traces whose last event is older than `before`, oldest first, and events of no trace; at most `limit` of
    /// both. Nothing is removed where nothing is that old.
    ///
    /// # Errors
    /// [`StoreError`] when the engine refuses; nothing is changed then.
    fn remove_older(&mut self, before: Timestamp, limit: u64) -> Result<Removed, StoreError>;

    /// Removes content that no event names any more. Reads everything once; writers wait for short times only.
    ///
    /// # Errors
    /// [`StoreError`] when the engine refuses; what was removed before stays so.
    fn remove_unused_content(&mut self) -> Result<Removed, StoreError>;

    /// Erases what [`crate::erase`] found, for good: another copy of an envelope does not bring it back. Every digest stays, so that
    /// every envelope still verifies. Events that no envelope holds yet are left alone, for whoever seals them would bring them again.
    /// What follows from the events is made anew; numbers change with the next [`Store::tally`], and [`Store::wipe`] comes behind it.
    ///
    /// # Errors
    /// [`StoreError`] when the engine refuses; what was erased before stays so, and the same can be asked again.
    #[cfg(feature = "erase")]
    fn erase(&mut self, erasure: &Erasure) -> Result<Erased, StoreError>;

    /// Rewrites the database, so that its files hold nothing any more of what was erased or removed. Takes long, and as much room
    /// again. False where somebody reads an older state, so that the write-ahead log still holds it: later this does more.
    ///
    /// # Errors
    /// [`StoreError`] when the engine refuses; nothing is changed then.
    fn wipe(&mut self) -> Result<bool, StoreError>;

    /// Where sealing of this producer goes on; `None` for one that is not known.
    fn cursor(&self, producer: &str) -> Result<Option<Cursor>, StoreError>;

    /// Hashes of the content that this producer's envelopes carry.
    fn carried(&self, producer: &str) -> Result<HashSet<Hash>, StoreError>;

    /// Traces, latest start first.
    fn traces(&self, filter: &TraceFilter) -> Result<TracePage, StoreError>;

    /// How many traces started in this time.
    ///
    /// # Errors
    /// [`StoreError`] when the engine refuses.
    fn count_traces(&self, since: Option<Timestamp>, until: Option<Timestamp>) -> Result<TraceCounts, StoreError>;

    /// One trace by its whole id.
    fn trace(&self, trace_id: TraceId) -> Result<Option<TraceRow>, StoreError>;

    /// Traces that fit, latest start first, at most `limit`. A prefix that is no hex finds nothing.
    fn find(&self, lookup: &Lookup, limit: usize) -> Result<Vec<TraceRow>, StoreError>;

    /// When traces were active, latest last event first.
    fn activity(&self, filter: &ActivityFilter) -> Result<Vec<Activity>, StoreError>;

    /// Events that belong to no trace, latest first; content as references.
    fn loose(&self, filter: &LooseFilter) -> Result<Vec<StoredEvent>, StoreError>;

    /// Sessions, the one with the latest event first.
    fn sessions(&self, filter: &SessionFilter) -> Result<Vec<SessionRow>, StoreError>;

    /// Spans and point events of a trace by start, without payload.
    fn spans(&self, trace_id: TraceId) -> Result<Vec<SpanRow>, StoreError>;

    /// Events of a trace by time, producer and number; content as references.
    fn events(&self, trace_id: TraceId) -> Result<Vec<StoredEvent>, StoreError>;

    /// Events that came after this one, in order of arrival, at most `limit`; 0 stands for the beginning.
    fn events_after(&self, id: u64, limit: usize) -> Result<Vec<StoredEvent>, StoreError>;

    /// The event that came last; 0 in an empty store.
    fn last_event(&self) -> Result<u64, StoreError>;

    /// One content.
    fn content(&self, hash: &Hash) -> Result<Option<StoredContent>, StoreError>;

    /// Calls `each` with those of these contents that are here, in the order in which they lie, until it says `false`.
    ///
    /// # Errors
    /// [`StoreError`] when the engine refuses or stored content does not read back.
    fn contents(&self, hashes: &[Hash], each: &mut dyn FnMut(Hash, StoredContent) -> bool) -> Result<(), StoreError>;

    /// Names of the producers that were last said to be in this state.
    fn producers_in(&self, state: ProducerState) -> Result<Vec<String>, StoreError>;

    /// All producers by name.
    fn producers(&self) -> Result<Vec<ProducerRow>, StoreError>;

    /// `service.name` of a producer; `None` where it is not known.
    fn service(&self, producer: &str) -> Result<Option<String>, StoreError>;

    /// All `loss` events, in order of arrival.
    fn losses(&self) -> Result<Vec<StoredEvent>, StoreError>;

    /// All forks by producer and number.
    fn forks(&self) -> Result<Vec<Fork>, StoreError>;

    /// A producer's envelopes by number, the next `limit` behind `after` (an envelope's number and digest), for
    /// resending and verifying.
    fn envelopes(
        &self,
        producer: &str,
        after: Option<(u64, Hash)>,
        limit: usize,
    ) -> Result<Vec<StoredEnvelope>, StoreError>;

    /// Envelopes of all producers in the order of their arrival, the next `limit` behind the one that came as number `after`;
    /// each with that number. 0 stands for the beginning.
    fn envelopes_since(&self, after: u64, limit: usize) -> Result<Vec<(u64, StoredEnvelope)>, StoreError>;

    /// The envelopes that hold an event: none while it is not sealed, several where the chain forks.
    fn envelopes_with(&self, producer: &str, seq: u64) -> Result<Vec<StoredEnvelope>, StoreError>;

    /// The ledger of accepted heads behind entry `after`, at most `limit`.
    fn ledger(&self, after: u64, limit: usize) -> Result<Vec<LedgerEntry>, StoreError>;

    /// Signed heads of a producer, or of all, as they came: nobody has judged their signatures.
    ///
    /// # Errors
    /// [`StoreError`] when the engine refuses.
    fn heads(&self, producer: Option<&str>) -> Result<Vec<Head>, StoreError>;

    /// Keeps signed heads, and takes away those that they make superfluous. Gives how many are new.
    ///
    /// # Errors
    /// [`StoreError`] when the engine refuses; nothing is changed then.
    fn keep_heads(&mut self, heads: &[Head], superseded: &[Head]) -> Result<u64, StoreError>;

    /// Has everything that is asked from now on end with `query_timeout` when it is this time, also what is under way then; `None`
    /// lets it take as long as it takes, as in the beginning. What writes is not ended.
    ///
    /// # Errors
    /// [`StoreError`] when the engine refuses.
    fn answer_until(&mut self, until: Option<Instant>) -> Result<(), StoreError>;

    /// Sizes.
    fn stats(&self) -> Result<StoreStats, StoreError>;

    /// Puts content back into an event; references whose value is not here stay. For many events there is [`crate::resolve_all`].
    ///
    /// # Errors
    /// [`StoreError`] when the engine refuses or stored content does not read back.
    fn resolve(&self, event: &mut Event) -> Result<(), StoreError> {
        put_back::put_back(event, &|hash| put_back::value_of(self.content(hash)?, hash))
    }
}
