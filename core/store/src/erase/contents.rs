//! Contents, each looked at once: what is found in it, what it holds inline, what it names.

use super::Sought;
use crate::error::StoreError;
use crate::model::StoredContent;
use crate::store::Store;
use std::collections::{HashMap, HashSet};
use tracewire_wire::content::{self, Mark};
use tracewire_wire::id::Hash;
use tracewire_wire::json::{self, ReadOptions};
use tracewire_wire::redact::Places;
use tracewire_wire::value::Value;

/// Contents that are read together.
const TOGETHER: usize = 1_000;

/// What is known of a content.
#[derive(Default)]
pub(super) struct Looked {
    /// What is found in it; what it names.
    pub places: Places,
    /// Whether it was erased already, or is not here.
    pub is_gone: bool,
}

/// What is known of contents.
pub(super) struct Contents<'s> {
    store: &'s dyn Store,
    sought: Sought<'s>,
    known: HashMap<Hash, Looked>,
    /// Whether something goes of a content or of one that it names.
    touched: HashMap<Hash, bool>,
}

impl<'s> Contents<'s> {
    pub(super) fn new(store: &'s dyn Store, sought: Sought<'s>) -> Self {
        Contents { store, sought, known: HashMap::new(), touched: HashMap::new() }
    }

    pub(super) fn get(&self, hash: &Hash) -> Option<&Looked> {
        self.known.get(hash)
    }

    /// Looks at these and at all that they name.
    pub(super) fn look(&mut self, hashes: impl IntoIterator<Item = Hash>) -> Result<(), StoreError> {
        let mut left: Vec<Hash> = hashes.into_iter().filter(|hash| !self.known.contains_key(hash)).collect();
        while !left.is_empty() {
            let unknown: HashSet<Hash> = left.drain(..).filter(|hash| !self.known.contains_key(hash)).collect();
            let unknown: Vec<Hash> = unknown.into_iter().collect();
            for some in unknown.chunks(TOGETHER) {
                let mut failure = None;
                let (sought, known) = (self.sought, &mut self.known);
                self.store.contents(some, &mut |hash, content| match look(sought, content) {
                    Ok(looked) => {
                        left.extend(looked.places.refs.iter().copied());
                        known.insert(hash, looked);
                        true
                    }
                    Err(error) => {
                        failure = Some(error);
                        false
                    }
                })?;
                failure.map_or(Ok(()), Err)?;
                for hash in some {
                    self.known.entry(*hash).or_insert_with(|| Looked { is_gone: true, ..Looked::default() });
                }
            }
        }
        Ok(())
    }

    /// All that these name, themselves included, each once.
    pub(super) fn reached(&self, from: impl IntoIterator<Item = Hash>, into: &mut HashSet<Hash>) {
        let mut left: Vec<Hash> = from.into_iter().collect();
        while let Some(hash) = left.pop() {
            if into.insert(hash)
                && let Some(looked) = self.known.get(&hash)
            {
                left.extend(looked.places.refs.iter().copied());
            }
        }
    }

    /// Whether something is found in one of these or in what they name.
    pub(super) fn is_touched(&mut self, from: &[Hash]) -> bool {
        let mut is_touched = false;
        for hash in from {
            if let Some(known) = self.touched.get(hash) {
                is_touched |= known;
                continue;
            }
            // First as if nothing were found: a content that names itself ends there.
            self.touched.insert(*hash, false);
            let Some(looked) = self.known.get(hash) else { continue };
            let own = !looked.places.own.is_empty() || !looked.places.inline.is_empty();
            let inner = looked.places.refs.clone();
            let found = own | self.is_touched(&inner);
            self.touched.insert(*hash, found);
            is_touched |= found;
        }
        is_touched
    }
}

fn look(sought: Sought<'_>, content: StoredContent) -> Result<Looked, StoreError> {
    let StoredContent::Value { json, .. } = content else {
        return Ok(Looked { is_gone: content == StoredContent::Erased, ..Looked::default() });
    };
    let value = json::read(&json, &ReadOptions::default())?;
    let places = match sought {
        Sought::Rules(finder) => finder.in_content(&value),
        Sought::Content => Places { refs: refs_inside(&value), ..Places::default() },
    };
    Ok(Looked { places, is_gone: false })
}

fn refs_inside(value: &Value) -> Vec<Hash> {
    let mut refs = Vec::new();
    content::for_each_slot_inside(value, &mut |slot| {
        if let Some(Mark::Ref(hash)) = Mark::of(slot) {
            refs.push(hash);
        }
    });
    refs
}
