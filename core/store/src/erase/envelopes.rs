//! The same erasure in copies of envelopes: files that are handed on.

use crate::model::{ErasedPart, Erasure};
use std::collections::HashMap;
use tracewire_wire::envelope::{Content, Entry, Envelope};
use tracewire_wire::erase::{erase_all_slots, erase_body_of, erase_slots, erase_slots_inside};
use tracewire_wire::event::Body;
use tracewire_wire::id::Hash;

/// Erases in copies of envelopes what a plan says of a store that held them.
pub struct Copies<'e> {
    erasure: &'e Erasure,
    /// What goes of a producer's events, by their numbers.
    parts: HashMap<&'e str, HashMap<u64, ErasedPart>>,
}

impl<'e> Copies<'e> {
    /// For this erasure.
    pub fn new(erasure: &'e Erasure) -> Self {
        let mut parts: HashMap<&str, HashMap<u64, ErasedPart>> = HashMap::new();
        for event in erasure.events.values() {
            let known = parts.entry(&*event.producer).or_default().entry(event.seq).or_insert(event.part);
            // Where a chain forks, two events have one number.
            if event.part == ErasedPart::Body {
                *known = ErasedPart::Body;
            }
        }
        Copies { erasure, parts }
    }

    /// Erases it; true if there was anything. No digest changes.
    pub fn erase(&self, envelope: &mut Envelope) -> bool {
        let goes = |hash: &Hash| self.erasure.contents.contains(hash);
        let mut found = false;
        for (hash, content) in &mut envelope.content {
            match content {
                Content::Erased => {}
                _ if goes(hash) => (*content, found) = (Content::Erased, true),
                Content::Value { value, .. } if self.erasure.holders.contains(hash) => {
                    found |= erase_slots_inside(value, &goes);
                }
                Content::Value { .. } | Content::Withheld => {}
            }
        }
        let Some(parts) = self.parts.get(envelope.producer.as_str()) else { return found };
        for entry in &mut envelope.events {
            let Entry::Event(event) = entry else { continue };
            found |= match (parts.get(&event.seq), &mut event.body) {
                (Some(ErasedPart::Body), _) => erase_body_of(event),
                (Some(ErasedPart::Inline), Body::Present(body)) => erase_slots(body, &goes),
                (Some(ErasedPart::Slots), Body::Present(body)) => erase_all_slots(body),
                _ => false,
            };
        }
        found
    }
}
