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
    /// The oldest traces go until the store has no more bytes than these in use.
    pub bytes: Option<u64>,
}

/// Removes what is beyond. Gives what was removed.
///
/// # Errors
/// [`StoreError`] when the engine refuses; what was removed before stays so.
pub fn retain(store: &mut dyn Store, retention: &Retention, now: Timestamp) -> Result<Removed, StoreError> {
    let mut removed = Removed::default();
    if let Some(age) = retention.age_nanos {
        let before = Timestamp(now.0.saturating_sub(age));
        loop {
            let some = store.remove_older(before, AT_ONCE)?;
            removed.add(&some);
            if some == Removed::default() {
                break;
            }
        }
    }
    if removed.events > 0 {
        removed.add(&store.remove_unused_content()?);
    }
    for _ in 0..ATTEMPTS {
        let Some(excess) = excess(store, retention)? else { break };
        let traces = store.count_traces(None, None)?.traces;
        if traces == 0 {
            break;
        }
        let mut left = share_of(traces, excess).max(1);
        while left > 0 {
            let some = store.remove_older(Timestamp(i64::MAX), left.min(AT_ONCE))?;
            removed.add(&some);
            if some == Removed::default() {
                break;
            }
            left = left.saturating_sub(AT_ONCE);
        }
        removed.add(&store.remove_unused_content()?);
    }
    Ok(removed)
}

/// What is in use, and how much of it is too much.
fn excess(store: &dyn Store, retention: &Retention) -> Result<Option<(u64, u64)>, StoreError> {
    let Some(most) = retention.bytes else { return Ok(None) };
    let stats = store.stats()?;
    let used = stats.bytes.saturating_sub(stats.free_bytes);
    Ok(used.checked_sub(most).filter(|excess| *excess > 0).map(|excess| (used, excess)))
}

/// As many traces as make up that share of the bytes, and a twentieth more, for the next time is not to be at once.
fn share_of(traces: u64, (used, excess): (u64, u64)) -> u64 {
    let share = u128::from(traces) * u128::from(excess) / u128::from(used.max(1)) + u128::from(traces / 20);
    u64::try_from(share).unwrap_or(traces).min(traces)
}
