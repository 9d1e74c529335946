//! Erasing and withholding: something goes, every digest stays (section 8 of the spec).
//!
//! | function | what goes |
//! |---|---|
//! | [`erase_content`], [`withhold_content`] | one content, wherever the envelope holds it |
//! | [`erase_body`], [`withhold_body`] | all of an event but its fixed part |
//! | [`withhold_event`] | a whole event |
//! | [`Selection::remove`] | several of these |
//! | [`erase_slots`], [`erase_slots_inside`], [`erase_all_slots`], [`erase_body_of`] | the same for who has a body, a content or an event alone |
//!
//! What was erased stays erased: withholding it changes nothing.

use crate::content::{self, Mark};
use crate::envelope::{Content, Entry, Envelope};
use crate::event::{Body, Event};
use crate::id::Hash;
use crate::value::{Map, Value};
use std::collections::HashSet;

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
        let contents: HashSet<Hash> = self.contents.iter().copied().collect();
        if !contents.is_empty() {
            remove_contents(envelope, &|hash| contents.contains(hash), removal);
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
    remove_contents(envelope, &|other| other == hash, removal)
}

/// Removes the contents that `goes` says, in one walk.
fn remove_contents(envelope: &mut Envelope, goes: &dyn Fn(&Hash) -> bool, removal: Removal) -> bool {
    let mut found = false;
    for (hash, content) in &mut envelope.content {
        match (&mut *content, removal) {
            (Content::Value { value, .. }, _) if !goes(hash) => {
                content::visit_slots_inside(value, &mut |slot| found |= remove_slot(slot, goes, removal));
            }
            (Content::Erased, _) | (Content::Withheld, Removal::Withhold) => {}
            (Content::Withheld, _) if !goes(hash) => {}
            (_, Removal::Erase) => (*content, found) = (Content::Erased, true),
            (_, Removal::Withhold) => (*content, found) = (Content::Withheld, true),
        }
    }
    for entry in &mut envelope.events {
        if let Entry::Event(event) = entry
            && let Body::Present(body) = &mut event.body
        {
            content::visit_slots(body, &mut |slot| found |= remove_slot(slot, goes, removal));
        }
    }
    found
}

/// True where the slot held such a content.
fn remove_slot(slot: &mut Value, goes: &dyn Fn(&Hash) -> bool, removal: Removal) -> bool {
    let hash = match Mark::of(slot) {
        None => content::content_hash(slot, None),
        Some(Mark::Withheld(hash)) if removal == Removal::Erase => hash,
        Some(_) => return false,
    };
    if goes(&hash) {
        *slot = mark(hash, removal).to_value();
        return true;
    }
    false
}

/// Erases the contents that `goes` says where a body holds them inline; true if it held any. What it names stays a name: it is
/// erased where it is carried.
pub fn erase_slots(body: &mut Map, goes: &dyn Fn(&Hash) -> bool) -> bool {
    let mut found = false;
    content::visit_slots(body, &mut |slot| found |= remove_slot(slot, goes, Removal::Erase));
    found
}

/// The same inside of a content.
pub fn erase_slots_inside(value: &mut Value, goes: &dyn Fn(&Hash) -> bool) -> bool {
    let mut found = false;
    content::visit_slots_inside(value, &mut |slot| found |= remove_slot(slot, goes, Removal::Erase));
    found
}

/// Erases every slot of a body, also those that only name a content; true if there was any.
pub fn erase_all_slots(body: &mut Map) -> bool {
    let mut found = false;
    content::visit_slots(body, &mut |slot| {
        let hash = match Mark::of(slot) {
            None => content::content_hash(slot, None),
            Some(Mark::Erased(_)) => return,
            Some(Mark::Ref(hash) | Mark::Withheld(hash)) => hash,
        };
        *slot = Mark::Erased(hash).to_value();
        found = true;
    });
    found
}

/// Erases an event's body; true if there was one.
pub fn erase_body_of(event: &mut Event) -> bool {
    remove_body_of(event, Removal::Erase)
}

/// Removes the body of one event; true if there was one.
pub fn remove_body(envelope: &mut Envelope, seq: u64, removal: Removal) -> bool {
    event_mut(envelope, seq).is_some_and(|event| remove_body_of(event, removal))
}

fn remove_body_of(event: &mut Event, removal: Removal) -> bool {
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
