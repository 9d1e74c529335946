//! What the copies of one envelope show together: what one withholds another may hold, and what one has erased stays erased
//! (TW-DIG-005).

use super::ProducerReport;
use crate::content::{self, Mark};
use crate::envelope::{Content, Entry, Envelope};
use crate::event::{Body, EventType};
use crate::id::Hash;
use crate::order::{Order as _, gathered};
use crate::value::Value;
use std::collections::{BTreeMap, BTreeSet};

/// Hashes by number, so that each of the many places that refer to one costs little.
#[derive(Default)]
pub(super) struct Hashes {
    numbers: BTreeMap<Hash, u32>,
    all: Vec<Hash>,
}

impl Hashes {
    fn number(&mut self, hash: Hash) -> u32 {
        let all = &mut self.all;
        *self.numbers.entry(hash).or_insert_with(|| {
            all.push(hash);
            u32::try_from(all.len() - 1).unwrap_or(u32::MAX)
        })
    }

    fn get(&self, number: u32) -> Option<Hash> {
        self.all.get(number as usize).copied()
    }
}

/// What was seen of an event, the least first: of two copies, the better one counts, and an erased one counts most.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Seen {
    Withheld,
    WithoutBody,
    Loss,
    Whole,
    Erased,
}

/// What stands in a slot instead of its value, or a medium that stands in it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Slot {
    Refers(u32),
    Erased(u32),
    Withheld(u32),
}

/// What was seen of a content, the least first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Carried {
    Withheld,
    /// Under a hash that is not its own.
    Wrong,
    Right,
    Erased,
}

/// One thing, and the slots inside it.
#[derive(Clone, Debug)]
struct Held<T> {
    what: T,
    slots: Vec<Slot>,
}

impl<T: Copy + Ord> Held<T> {
    /// Takes what another copy shows.
    fn merge(&mut self, more: Held<T>) {
        match more.what.cmp(&self.what) {
            std::cmp::Ordering::Greater => *self = more,
            std::cmp::Ordering::Equal => {
                self.slots.extend(more.slots);
                self.slots.order_unstable_by(Ord::cmp);
                self.slots.dedup();
            }
            std::cmp::Ordering::Less => {}
        }
    }
}

/// What the chain needs to know of one envelope.
pub(super) struct Link {
    pub(super) digest: Hash,
    pub(super) prev: Option<Hash>,
    pub(super) close: Option<String>,
    /// Whether a copy was seen whose bytes have the digest.
    pub(super) is_intact: bool,
    events: Vec<Held<Seen>>,
    contents: BTreeMap<u32, Held<Carried>>,
}

/// What is to be known of an envelope.
pub(super) fn link(envelope: &Envelope, is_intact: bool, hashes: &mut Hashes) -> Link {
    let contents =
        envelope.content.iter().map(|(hash, content)| (hashes.number(*hash), carried(hash, content, hashes)));
    let contents = gathered(contents);
    Link {
        digest: envelope.digest,
        prev: envelope.prev,
        close: envelope.close.clone(),
        is_intact,
        events: envelope.events.iter().map(|entry| seen(entry, hashes)).collect(),
        contents,
    }
}

fn seen(entry: &Entry, hashes: &mut Hashes) -> Held<Seen> {
    let mut slots = Vec::new();
    let what = match entry {
        Entry::Withheld(_) => Seen::Withheld,
        Entry::Event(event) => match &event.body {
            Body::Withheld(_) => Seen::WithoutBody,
            Body::Erased(_) => Seen::Erased,
            Body::Present(body) => {
                content::for_each_slot(body, &mut |slot| slots.extend(slot_of(slot, hashes)));
                content::for_each_reference(body, &mut |hash| slots.push(Slot::Refers(hashes.number(hash))));
                if event.event_type == EventType::Loss { Seen::Loss } else { Seen::Whole }
            }
        },
    };
    Held { what, slots }
}

fn carried(hash: &Hash, content: &Content, hashes: &mut Hashes) -> Held<Carried> {
    let mut slots = Vec::new();
    let what = match content {
        Content::Value { value, .. } => {
            content::for_each_slot_inside(value, &mut |slot| slots.extend(slot_of(slot, hashes)));
            content::for_each_reference_inside(value, &mut |hash| slots.push(Slot::Refers(hashes.number(hash))));
            if content.matches(hash) == Some(true) { Carried::Right } else { Carried::Wrong }
        }
        Content::Erased => Carried::Erased,
        Content::Withheld => Carried::Withheld,
    };
    Held { what, slots }
}

fn slot_of(slot: &Value, hashes: &mut Hashes) -> Option<Slot> {
    match Mark::of(slot)? {
        // Named with all that is referred to.
        Mark::Ref(_) => None,
        Mark::Erased(hash) => Some(Slot::Erased(hashes.number(hash))),
        Mark::Withheld(hash) => Some(Slot::Withheld(hashes.number(hash))),
    }
}

impl Link {
    /// The number of the event behind its last one.
    pub(super) fn next_seq(&self, first_seq: u64) -> u64 {
        first_seq.saturating_add(self.events.len() as u64)
    }

    /// Whether it holds no event.
    pub(super) fn is_empty(&self) -> bool {
        self.events.is_empty()
    }

    /// Takes what another copy shows.
    pub(super) fn merge(&mut self, mut copy: Link) {
        // How an envelope ends and what it follows, one says whose bytes have the digest.
        if copy.is_intact && !self.is_intact {
            std::mem::swap(self, &mut copy);
        }
        for (known, more) in self.events.iter_mut().zip(copy.events) {
            known.merge(more);
        }
        for (hash, more) in copy.contents {
            match self.contents.get_mut(&hash) {
                Some(known) => known.merge(more),
                None => _ = self.contents.insert(hash, more),
            }
        }
    }

    /// Counts its events.
    pub(super) fn count(&self, report: &mut ProducerReport) {
        for held in &self.events {
            match held.what {
                Seen::Withheld => report.withheld += 1,
                Seen::WithoutBody => (report.events, report.withheld) = (report.events + 1, report.withheld + 1),
                Seen::Erased => (report.events, report.erased) = (report.events + 1, report.erased + 1),
                Seen::Loss => (report.events, report.losses) = (report.events + 1, report.losses + 1),
                Seen::Whole => report.events += 1,
            }
        }
    }
}

/// The contents of a producer, by what was seen of them.
#[derive(Default)]
pub(super) struct Contents {
    /// Carried, and their hash matches.
    carried: BTreeSet<u32>,
    referred: BTreeSet<u32>,
    erased: BTreeSet<u32>,
    withheld: BTreeSet<u32>,
}

impl Contents {
    pub(super) fn take(&mut self, link: &Link) {
        for (hash, held) in &link.contents {
            match held.what {
                Carried::Right => _ = self.carried.insert(*hash),
                Carried::Wrong => {}
                Carried::Erased => _ = self.erased.insert(*hash),
                Carried::Withheld => _ = self.withheld.insert(*hash),
            }
        }
        let slots = link.events.iter().flat_map(|held| &held.slots);
        for slot in slots.chain(link.contents.values().flat_map(|held| &held.slots)) {
            match slot {
                Slot::Refers(hash) => _ = self.referred.insert(*hash),
                Slot::Erased(hash) => _ = self.erased.insert(*hash),
                Slot::Withheld(hash) => _ = self.withheld.insert(*hash),
            }
        }
    }

    /// A content that was seen anywhere is neither missing nor erased nor withheld; one that was erased is not withheld.
    pub(super) fn count(&self, hashes: &Hashes, report: &mut ProducerReport) {
        let is_carried = |hash: &&u32| self.carried.contains(hash);
        let is_erased = |hash: &&u32| self.erased.contains(hash);
        let is_withheld = |hash: &&u32| self.withheld.contains(hash);
        report.contents = self.carried.len() as u64;
        report.erased += self.erased.iter().filter(|hash| !is_carried(hash)).count() as u64;
        report.withheld += self.withheld.iter().filter(|hash| !is_carried(hash) && !is_erased(hash)).count() as u64;
        let missing = self.referred.iter().filter(|hash| !is_carried(hash) && !is_erased(hash) && !is_withheld(hash));
        report.missing_contents =
            gathered::<_, BTreeSet<_>>(missing.filter_map(|hash| hashes.get(*hash))).into_iter().collect();
    }
}
