//! Erasing and withholding: something goes, every digest stays (section 8 of the spec).
//!
//! | function | what goes |
//! |---|---|
//! | [`erase_content`], [`withhold_content`] | one content, wherever the envelope holds it |
//! | [`erase_body`], [`withhold_body`] | all of an event but its fixed part |
//! | [`withhold_event`] | a whole event |
//! | [`Selection::remove`] | several of these |
//!
//! What was erased stays erased: withholding it changes nothing.

use crate::content::{self, Mark};
use crate::envelope::{Content, Entry, Envelope};
use crate::event::{Body, Event};
use crate::id::Hash;
use crate::value::Value;

/// Why something goes: for ever, or only from this copy.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Removal {
    /// It is erased for ever.
    Erase,
    /// It exists elsewhere.
    Withhold,
}

/// What goes from an envelope; what it does not have is passed over.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Selection {
    /// Contents, by their hashes.
    pub contents: Vec<Hash>,
    /// Events whose bodies go, by their numbers.
    pub bodies: Vec<u64>,
    /// Events that go whole, by their numbers: they are withheld, for nothing of an event can be erased but its body.
    pub events: Vec<u64>,
}

impl Selection {
    /// Takes it out.
    pub fn remove(&self, envelope: &mut Envelope, removal: Removal) {
        for hash in &self.contents {
            remove_content(envelope, hash, removal);
        }
        for seq in &self.bodies {
            remove_body(envelope, *seq, removal);
        }
        for seq in &self.events {
            withhold_event(envelope, *seq);
        }
    }
}

/// Erases one content, wherever the envelope holds it; true if it held it anywhere.
pub fn erase_content(envelope: &mut Envelope, hash: &Hash) -> bool {
    remove_content(envelope, hash, Removal::Erase)
}

/// Withholds one content, wherever the envelope holds it; true if it held it anywhere.
pub fn withhold_content(envelope: &mut Envelope, hash: &Hash) -> bool {
    remove_content(envelope, hash, Removal::Withhold)
}

/// Erases the body of the event with this number; true if there was one.
pub fn erase_body(envelope: &mut Envelope, seq: u64) -> bool {
    remove_body(envelope, seq, Removal::Erase)
}

/// Withholds the body of the event with this number; true if there was one.
pub fn withhold_body(envelope: &mut Envelope, seq: u64) -> bool {
    remove_body(envelope, seq, Removal::Withhold)
}

/// Removes one content, wherever the envelope holds it: in `content`, inline in a body, inline in another content. True if it
/// held it anywhere.
pub fn remove_content(envelope: &mut Envelope, hash: &Hash, removal: Removal) -> bool {
    let mut found = false;
    if let Some(content) = envelope.content.get_mut(hash) {
        match (&*content, removal) {
            (Content::Erased, _) | (Content::Withheld, Removal::Withhold) => {}
            (_, Removal::Erase) => (*content, found) = (Content::Erased, true),
            (_, Removal::Withhold) => (*content, found) = (Content::Withheld, true),
        }
    }
    let mut visit = |slot: &mut Value| {
        let goes = match Mark::of(slot) {
            None => content::content_hash(slot, None) == *hash,
            Some(Mark::Withheld(withheld)) => withheld == *hash && removal == Removal::Erase,
            Some(Mark::Ref(_) | Mark::Erased(_)) => false,
        };
        if goes {
            found = true;
            *slot = mark(*hash, removal).to_value();
        }
    };
    for content in envelope.content.values_mut() {
        if let Content::Value { value, .. } = content {
            content::visit_slots_inside(value, &mut visit);
        }
    }
    for entry in &mut envelope.events {
        if let Entry::Event(event) = entry
            && let Body::Present(body) = &mut event.body
        {
            content::visit_slots(body, &mut visit);
        }
    }
    found
}

/// Removes the body of one event; true if there was one.
pub fn remove_body(envelope: &mut Envelope, seq: u64, removal: Removal) -> bool {
    let Some(event) = event_mut(envelope, seq) else { return false };
    let hash = match (&event.body, removal) {
        (Body::Present(body), _) if body.is_empty() => return false,
        (Body::Present(body), _) => content::body_hash(body, event.nonce.as_deref()),
        (Body::Withheld(hash), Removal::Erase) => *hash,
        (Body::Withheld(_), Removal::Withhold) | (Body::Erased(_), _) => return false,
    };
    event.nonce = None;
    event.body = match removal {
        Removal::Erase => Body::Erased(hash),
        Removal::Withhold => Body::Withheld(hash),
    };
    true
}

/// Withholds the event with this number as a whole; true if it was there.
pub fn withhold_event(envelope: &mut Envelope, seq: u64) -> bool {
    let is_it = |entry: &&mut Entry| matches!(entry, Entry::Event(event) if event.seq == seq);
    match envelope.events.iter_mut().find(is_it) {
        Some(entry) => {
            *entry = Entry::Withheld(entry.digest());
            true
        }
        None => false,
    }
}

fn event_mut(envelope: &mut Envelope, seq: u64) -> Option<&mut Event> {
    envelope.events.iter_mut().find_map(|entry| match entry {
        Entry::Event(event) if event.seq == seq => Some(event.as_mut()),
        _ => None,
    })
}

fn mark(hash: Hash, removal: Removal) -> Mark {
    match removal {
        Removal::Erase => Mark::Erased(hash),
        Removal::Withhold => Mark::Withheld(hash),
    }
}
