//! What is read next.

use std::collections::{BTreeMap, BTreeSet};

use tracewire_store::{Store, StoreError, StoredEnvelope};
use tracewire_wire::id::Hash;

use super::Verified;
use super::chain::{Chain, Place};

/// Envelopes that are read at once. They may be of 16 MiB each (TW-LIM-003), and are of far less.
const PAGE: usize = 8;

/// What was read, and what is to be read again.
pub(super) struct Worker {
    /// Number of the last envelope by arrival.
    arrived: u64,
    /// How many are read at once: fewer where the store cannot give one of them back, to find which.
    page: usize,
    /// Producers of which something came late.
    late: BTreeSet<String>,
    /// Producers of which something may not be readable.
    suspects: BTreeSet<String>,
    walk: Option<Walk>,
}

/// A chain that is read from its beginning.
struct Walk {
    producer: String,
    chain: Chain,
    before: Option<StoredEnvelope>,
    /// Whether it is only looked for what the store cannot give back.
    is_search: bool,
    /// How many are read at once.
    page: usize,
}

impl Default for Worker {
    fn default() -> Self {
        Worker { arrived: 0, page: PAGE, late: BTreeSet::new(), suspects: BTreeSet::new(), walk: None }
    }
}

impl Worker {
    /// Reads some envelopes; says whether there may be more.
    ///
    /// # Errors
    /// Where the store cannot be asked now.
    pub(super) fn step(&mut self, store: &dyn Store, verified: &Verified) -> Result<bool, StoreError> {
        let is_arriving = self.arrivals(store, verified)?;
        let is_walking = self.walk(store, verified)?;
        Ok(is_arriving || is_walking)
    }

    fn arrivals(&mut self, store: &dyn Store, verified: &Verified) -> Result<bool, StoreError> {
        let arrivals = match store.envelopes_since(self.arrived, self.page) {
            Ok(arrivals) => arrivals,
            Err(error) if error.is_retryable() => return Err(error),
            Err(_) if self.page > 1 => {
                self.page = 1;
                return Ok(true);
            }
            Err(_) => {
                // Whose it is, nobody can say from here.
                self.arrived = self.arrived.saturating_add(1);
                self.page = PAGE;
                self.suspects = store.producers()?.into_iter().map(|row| row.name).collect();
                return Ok(true);
            }
        };
        let Some((arrived, _)) = arrivals.last() else { return Ok(false) };
        let arrived = *arrived;
        let mut chains: BTreeMap<String, Vec<StoredEnvelope>> = BTreeMap::new();
        for (_, stored) in arrivals {
            chains.entry(stored.producer.clone()).or_default().push(stored);
        }
        for (producer, mut page) in chains {
            page.sort_by_key(place);
            let mut chain = verified.get(&producer);
            chain.seen = chain.seen.max(page.last().map(place));
            let before = match chain.after.filter(|_| chain.contradiction.is_none()) {
                Some(after) => Some(at(store, &producer, after)?),
                None => None,
            };
            let is_gone = before.as_ref().is_some_and(Option::is_none);
            if is_gone || page.first().is_some_and(|first| chain.is_late(place(first))) {
                self.late.insert(producer.clone());
            } else {
                chain.go_on(before.flatten().as_ref(), &page);
            }
            verified.set(&producer, chain);
        }
        (self.arrived, self.page) = (arrived, PAGE);
        Ok(true)
    }

    fn walk(&mut self, store: &dyn Store, verified: &Verified) -> Result<bool, StoreError> {
        if self.walk.is_none() {
            let late = self.late.pop_first().map(|producer| (producer, false));
            let Some((producer, is_search)) = late.or_else(|| self.suspects.pop_first().map(|one| (one, true))) else {
                return Ok(false);
            };
            self.walk = Some(Walk { producer, chain: Chain::default(), before: None, is_search, page: PAGE });
        }
        let Some(walk) = &mut self.walk else { return Ok(false) };
        let known = verified.get(&walk.producer);
        let is_over = match store.envelopes(&walk.producer, walk.chain.after, walk.page) {
            Ok(mut page) => {
                // What is behind has not arrived here yet.
                page.retain(|stored| walk.is_search || Some(place(stored)) <= known.seen);
                walk.chain.go_on(walk.before.as_ref(), &page);
                walk.before = page.pop();
                walk.before.is_none() || walk.chain.contradiction.is_some()
            }
            Err(error) if error.is_retryable() => return Err(error),
            Err(_) if walk.page > 1 => {
                walk.page = 1;
                false
            }
            Err(error) => {
                walk.chain.cannot_be_read(&error);
                true
            }
        };
        if is_over && let Some(mut walk) = self.walk.take() {
            walk.chain.seen = known.seen;
            if !walk.is_search || walk.chain.contradiction.is_some() {
                verified.set(&walk.producer, walk.chain);
            }
        }
        Ok(true)
    }
}

/// Where an envelope stands in its chain.
fn place(stored: &StoredEnvelope) -> Place {
    (stored.first_seq, stored.digest)
}

/// The envelope at a place, where it is the first one of its number and reads.
fn at(store: &dyn Store, producer: &str, (first_seq, digest): Place) -> Result<Option<StoredEnvelope>, StoreError> {
    match store.envelopes(producer, Some((first_seq, Hash([0; 32]))), 1) {
        Ok(found) => Ok(found.into_iter().next().filter(|stored| place(stored) == (first_seq, digest))),
        Err(error) if error.is_retryable() => Err(error),
        Err(_) => Ok(None),
    }
}
