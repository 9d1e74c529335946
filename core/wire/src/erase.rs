//! Erasing and withholding: something goes, every digest stays (section 8 of the spec).

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

/// Removes one content, wherever the envelope holds it; true if it held it anywhere.
pub fn remove_content(envelope: &mut Envelope, hash: &Hash, removal: Removal) -> bool {
    let mut found = false;
    if let Some(content) = envelope.content.get_mut(hash) {
        found = true;
        *content = match removal {
            Removal::Erase => Content::Erased,
            Removal::Withhold => Content::Withheld,
        };
    }
    let mut visit = |value: &mut Value| {
        let is_it = Mark::of(value).is_none() && content::content_hash(value, None) == *hash;
        if is_it {
            found = true;
            *value = mark(*hash, removal).to_value();
        }
    };
    for content in envelope.content.values_mut() {
        if let Content::Value { value, .. } = content {
            content::visit_slot(value, &mut visit);
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
    let hash = match &event.body {
        Body::Present(body) if body.is_empty() => return false,
        Body::Present(body) => content::body_hash(body, event.nonce.as_deref()),
        Body::Erased(hash) | Body::Withheld(hash) => *hash,
    };
    event.nonce = None;
    event.body = match removal {
        Removal::Erase => Body::Erased(hash),
        Removal::Withhold => Body::Withheld(hash),
    };
    true
}

/// Withholds one whole event; true if it was there.
pub fn withhold_event(envelope: &mut Envelope, seq: u64) -> bool {
    let at = seq.checked_sub(envelope.first_seq).and_then(|at| usize::try_from(at).ok());
    match at.and_then(|at| envelope.events.get_mut(at)) {
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
