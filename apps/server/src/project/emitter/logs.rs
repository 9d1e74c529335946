//! Which log records are there already. A log line has no id: it is known by its source and by what its first event says. Two that
//! are alike in one request are two.
//!
//! Remembered is what came lately; a server that has just started looks at the last events of the store.

use std::collections::HashMap;

use tracewire_recorder::seal::Prepared;
use tracewire_store::{Store, StoreError};
use tracewire_wire::id::Hash;
use tracewire_wire::json;
use tracewire_wire::value::{Map, Value};

use super::recent::Recent;

/// Records of a generation.
const MOST: usize = 100_000;
/// So many events are looked at in the beginning.
const LOOKED_AT: usize = 20_000;

/// The key of a resource.
pub(super) fn key_of(resource: &Map) -> Hash {
    Hash::of(&json::write(&Value::Map(resource.clone())))
}

/// Records that came lately.
pub(super) struct Logs {
    known: Recent<Hash, ()>,
    /// How many were alike in the request so far.
    alike: HashMap<Hash, u64>,
    has_looked: bool,
}

impl Default for Logs {
    fn default() -> Self {
        Logs { known: Recent::new(MOST), alike: HashMap::new(), has_looked: false }
    }
}

impl Logs {
    /// Another request begins.
    pub(super) fn begin(&mut self) {
        self.alike.clear();
    }

    /// Whether a record is new; it is remembered.
    pub(super) fn is_new(&mut self, store: &dyn Store, source: &Hash, events: &[Prepared]) -> Result<bool, StoreError> {
        if !std::mem::replace(&mut self.has_looked, true) {
            self.look_back(store)?;
        }
        let Some(first) = events.first() else { return Ok(false) };
        Ok(self.add(said_by(source, &first.digest())))
    }

    fn look_back(&mut self, store: &dyn Store) -> Result<(), StoreError> {
        let sources: HashMap<String, Hash> =
            store.producers()?.into_iter().map(|row| (row.name, key_of(&row.facts.resource))).collect();
        let after = store.last_event()?.saturating_sub(LOOKED_AT as u64);
        for mut stored in store.events_after(after, LOOKED_AT)? {
            let Some(source) = sources.get(&*stored.producer) else { continue };
            stored.event.seq = 0;
            self.add(said_by(source, &stored.event.digest()));
        }
        self.alike.clear();
        Ok(())
    }

    fn add(&mut self, said: Hash) -> bool {
        let before = self.alike.entry(said).or_default();
        *before += 1;
        let key = match *before {
            1 => said,
            number => Hash::of(&[&said.0[..], &number.to_be_bytes()].concat()),
        };
        let is_new = self.known.get(key, |()| 1).is_none();
        if is_new {
            self.known.put(key, (), 1);
        }
        is_new
    }
}

fn said_by(source: &Hash, digest: &Hash) -> Hash {
    Hash::of(&[source.0, digest.0].concat())
}
