//! Envelopes of which some events are shown and all others withheld: a copy that still proves what it shows (TW-ERA-002).

use crate::error::StoreError;
use crate::model::StoredContent;
use crate::store::Store;
use std::collections::BTreeSet;
use tracewire_wire::content;
use tracewire_wire::envelope::{Content, Entry, Envelope};
use tracewire_wire::event::{Body, Event};
use tracewire_wire::id::Hash;
use tracewire_wire::json::{self, ReadOptions};

/// Makes copies of one producer's envelopes, in order.
pub struct Excerpt<'s> {
    store: &'s dyn Store,
    /// Content that stands in a copy already.
    carried: BTreeSet<Hash>,
}

/// A copy of an envelope.
#[derive(Clone, Debug, PartialEq)]
pub struct Copied {
    /// The envelope.
    pub envelope: Envelope,
    /// Events that it shows.
    pub shown: u64,
    /// Events that it withholds.
    pub withheld: u64,
}

impl<'s> Excerpt<'s> {
    /// Copies whose content, where an earlier envelope carries it, comes from this store.
    pub fn new(store: &'s dyn Store) -> Self {
        Excerpt { store, carried: BTreeSet::new() }
    }

    /// The next producer's envelopes follow.
    pub fn next_producer(&mut self) {
        self.carried.clear();
    }

    /// A copy of an envelope in which the events that `stays` names are shown, with the content that they need (TW-ERA-005);
    /// `None` where it names none.
    ///
    /// # Errors
    /// [`StoreError`] when the engine refuses or stored content does not read back.
    pub fn copy(
        &mut self,
        mut envelope: Envelope,
        stays: &dyn Fn(&Event) -> bool,
    ) -> Result<Option<Copied>, StoreError> {
        let mut needed = Vec::new();
        let mut shown = 0;
        for entry in &mut envelope.events {
            match entry {
                Entry::Event(event) if stays(event) => {
                    shown += 1;
                    if let Body::Present(body) = &event.body {
                        content::for_each_reference(body, &mut |hash| needed.push(hash));
                    }
                }
                Entry::Event(event) => *entry = Entry::Withheld(event.digest()),
                Entry::Withheld(_) => {}
            }
        }
        if shown == 0 {
            return Ok(None);
        }
        let mut carried = std::mem::take(&mut envelope.content);
        while let Some(hash) = needed.pop() {
            if !self.carried.insert(hash) {
                continue;
            }
            // It may stand in an earlier envelope, which is not here.
            let found = match carried.remove(&hash) {
                Some(found) => found,
                None => match self.store.content(&hash)? {
                    Some(stored) => content_of(stored)?,
                    None => continue,
                },
            };
            if let Content::Value { value, .. } = &found {
                content::for_each_reference_inside(value, &mut |hash| needed.push(hash));
            }
            envelope.content.insert(hash, found);
        }
        let withheld = envelope.events.len() as u64 - shown;
        Ok(Some(Copied { envelope, shown, withheld }))
    }
}

fn content_of(stored: StoredContent) -> Result<Content, StoreError> {
    Ok(match stored {
        StoredContent::Value { json, members: mut other } => {
            let value = json::read(&json, &ReadOptions::default())?;
            let nonce = other.remove("nonce").and_then(|nonce| nonce.as_text().map(str::to_owned));
            Content::Value { value, nonce, other }
        }
        StoredContent::Erased => Content::Erased,
        StoredContent::Withheld => Content::Withheld,
    })
}
