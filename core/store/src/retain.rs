//! What a store keeps: traces of so long, and no more bytes than so many.

use crate::error::StoreError;
use crate::model::Removed;
use crate::store::Store;
use tracewire_wire::time::Timestamp;

/// Traces that are removed in one transaction: others may write in between.
const AT_ONCE: u64 = 200;
/// Attempts at a size. Each takes what should be enough, but what shares content with newer traces frees less.
const ATTEMPTS: usize = 12;

/// How long and how much.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Retention {
    /// Traces whose last event is older than so many nanoseconds go.
    pub age_nanos: Option<i64>,
    /// The oldest traces go until the store has no more bytes than these in use. For an engine that does not say what
    /// deletions have freed, such as PostgreSQL, this is of no use.
    pub bytes: Option<u64>,
}

impl Retention {
    /// Whether anything goes at all.
    pub fn is_some(&self) -> bool {
        self.age_nanos.is_some() || self.bytes.is_some()
    }
}

/// Removes what is beyond. Gives what was removed.
///
/// # Errors
/// [`StoreError`] when the engine refuses; what was removed before stays so.
pub fn retain(store: &mut dyn Store, retention: &Retention, now: Timestamp) -> Result<Removed, StoreError> {
    let mut retaining = Retaining::new(*retention, now);
    while !retaining.is_over() {
        retaining.step(store)?;
    }
    Ok(retaining.removed)
}

/// The same in steps, for who does something else in between.
#[derive(Clone, Debug)]
pub struct Retaining {
    retention: Retention,
    now: Timestamp,
    next: Next,
    attempts: usize,
    /// What was in use at the attempt before.
    used: Option<u64>,
    removed: Removed,
}

/// What the next step does.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Next {
    /// Removes traces that are too old.
    Old,
    /// Looks how much is in use.
    Measure,
    /// Removes so many of the oldest traces.
    Oldest(u64),
    /// Removes content that nothing names.
    Content,
    Over,
}

impl Retaining {
    /// Nothing is removed yet.
    pub fn new(retention: Retention, now: Timestamp) -> Self {
        let next = if retention.age_nanos.is_some() { Next::Old } else { Next::Measure };
        Retaining { retention, now, next, attempts: 0, used: None, removed: Removed::default() }
    }

    /// Whether nothing is left to do.
    pub fn is_over(&self) -> bool {
        self.next == Next::Over
    }

    /// Whether the next step reads everything there is: it takes long, and keeps writers waiting for short times only. Every
    /// other step is one short transaction.
    pub fn is_long(&self) -> bool {
        self.next == Next::Content
    }

    /// What was removed so far.
    pub fn removed(&self) -> Removed {
        self.removed
    }

    /// Does the next step.
    ///
    /// # Errors
    /// [`StoreError`] when the engine refuses; the same step can be tried again.
    pub fn step(&mut self, store: &mut dyn Store) -> Result<(), StoreError> {
        self.next = match self.next {
            Next::Old => {
                let before = Timestamp(self.now.0.saturating_sub(self.retention.age_nanos.unwrap_or(i64::MAX)));
                match store.remove_older(before, AT_ONCE)? {
                    some if some != Removed::default() => {
                        self.removed.add(&some);
                        Next::Old
                    }
                    _ if self.removed.events > 0 => Next::Content,
                    _ => Next::Measure,
                }
            }
            Next::Measure => self.measure(store)?,
            Next::Oldest(left) => {
                let some = store.remove_older(Timestamp(i64::MAX), left.min(AT_ONCE))?;
                self.removed.add(&some);
                match left.saturating_sub(AT_ONCE) {
                    left if left > 0 && some != Removed::default() => Next::Oldest(left),
                    _ => Next::Content,
                }
            }
            Next::Content => {
                self.removed.add(&store.remove_unused_content()?);
                Next::Measure
            }
            Next::Over => Next::Over,
        };
        Ok(())
    }

    fn measure(&mut self, store: &dyn Store) -> Result<Next, StoreError> {
        let Some(most) = self.retention.bytes.filter(|_| self.attempts < ATTEMPTS) else { return Ok(Next::Over) };
        let stats = store.stats()?;
        let used = stats.bytes.saturating_sub(stats.free_bytes);
        // Where removing frees nothing, removing more would only lose more.
        let is_of_use = self.used.is_none_or(|before| used < before);
        if used <= most || !is_of_use {
            return Ok(Next::Over);
        }
        let traces = store.count_traces(None, None)?.traces;
        if traces == 0 {
            return Ok(Next::Over);
        }
        self.attempts += 1;
        self.used = Some(used);
        Ok(Next::Oldest(share_of(traces, used, used - most).max(1)))
    }
}

/// As many traces as make up that share of the bytes, and a twentieth more, for the next time is not to be at once.
fn share_of(traces: u64, used: u64, excess: u64) -> u64 {
    let share = u128::from(traces) * u128::from(excess) / u128::from(used.max(1)) + u128::from(traces / 20);
    u64::try_from(share).unwrap_or(traces).min(traces)
}
