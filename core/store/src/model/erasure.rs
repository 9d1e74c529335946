//! What is erased after the fact.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use tracewire_wire::id::Hash;

/// What is to be erased.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Erasure {
    /// Contents that go for good, wherever they are carried; also where an event or a content below holds them inline.
    pub contents: BTreeSet<Hash>,
    /// Contents that stay, and hold some of these inline.
    pub holders: BTreeSet<Hash>,
    /// Events of which something goes, by [`crate::StoredEvent::id`].
    pub events: BTreeMap<u64, ErasedEvent>,
}

impl Erasure {
    /// Whether nothing goes.
    pub fn is_empty(&self) -> bool {
        self.contents.is_empty() && self.events.is_empty()
    }
}

/// An event of which something goes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ErasedEvent {
    /// Whose it is.
    pub producer: Arc<str>,
    /// Its number there.
    pub seq: u64,
    /// What goes.
    pub part: ErasedPart,
}

/// What goes of an event.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ErasedPart {
    /// Everything but its fixed part.
    Body,
    /// What it holds inline of the contents that go.
    Inline,
    /// All its content, also what it only names.
    Slots,
}

/// What was erased.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Erased {
    /// Contents.
    pub contents: u64,
    /// Their bytes.
    pub bytes: u64,
    /// Contents that stay without a part of them.
    pub holders: u64,
    /// Events whose bodies went.
    pub bodies: u64,
    /// Events that stay without some of their content.
    pub events: u64,
}

impl Erased {
    /// Adds what was erased besides.
    pub fn add(&mut self, other: &Self) {
        self.contents += other.contents;
        self.bytes += other.bytes;
        self.holders += other.holders;
        self.bodies += other.bodies;
        self.events += other.events;
    }
}
