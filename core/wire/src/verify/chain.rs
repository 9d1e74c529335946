//! One producer's envelopes in order: what follows what, what is missing between, where there are two.

use super::seen::{Contents, Hashes, Link};
use super::{Finding, ProducerReport};
use crate::id::Hash;
use crate::statement::Head;
use std::collections::BTreeMap;
use std::collections::btree_map::Entry;

/// Envelopes by the number of their first event, then by digest, so that the order in which they came says nothing.
#[derive(Default)]
pub(super) struct Chain(BTreeMap<(u64, Hash), Link>);

/// What stands where a head points.
pub(super) enum At {
    /// The envelope that it names, with the bytes that it vouches for.
    Here,
    /// The envelope that it names, with other bytes: a finding of its own.
    Changed,
    /// Nothing.
    Missing,
    /// Something else.
    Other(String),
}

impl Chain {
    pub(super) fn add(&mut self, first_seq: u64, link: Link) {
        match self.0.entry((first_seq, link.digest)) {
            Entry::Occupied(mut known) => known.get_mut().merge(link),
            Entry::Vacant(place) => _ = place.insert(link),
        }
    }

    /// Says which contents the producer carries, lacks, erased and withholds.
    pub(super) fn count_contents(&self, hashes: &Hashes, report: &mut ProducerReport) {
        let mut contents = Contents::default();
        self.0.values().for_each(|link| contents.take(link));
        contents.count(hashes, report);
    }

    /// The envelopes that end where the key says. One without events that closes an open end stands where the next one would, and
    /// is before none.
    fn ends(&self) -> BTreeMap<u64, Vec<Hash>> {
        let mut ends: BTreeMap<u64, Vec<Hash>> = BTreeMap::new();
        for (&(first_seq, digest), link) in &self.0 {
            if !link.is_empty() || link.close.is_none() {
                ends.entry(link.next_seq(first_seq)).or_default().push(digest);
            }
        }
        ends
    }

    /// Whether there is no envelope.
    pub(super) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// What stands where a head points.
    pub(super) fn at(&self, head: &Head) -> At {
        if let Some(link) = self.0.get(&(head.first_seq, head.digest)) {
            return match link {
                link if !link.is_intact => At::Changed,
                link if link.close != head.close || link.next_seq(head.first_seq) != head.seq.saturating_add(1) => {
                    At::Other(format!("the signed head at event {} says otherwise how its envelope ends", head.seq))
                }
                _ => At::Here,
            };
        }
        let begins = self.0.range((head.first_seq, Hash([0; 32]))..=(head.first_seq, Hash([0xff; 32]))).next();
        if let Some(((_, digest), _)) = begins {
            let (seq, signed) = (head.seq, head.digest);
            return At::Other(format!("the head that was signed at event {seq} is {signed}, and here it is {digest}"));
        }
        // A chain that was made anew has its boundaries elsewhere.
        let covers = |((first_seq, _), link): (&(u64, Hash), &Link)| {
            *first_seq < head.first_seq && link.next_seq(*first_seq) > head.first_seq
        };
        if self.0.range(..(head.first_seq, Hash([0; 32]))).any(covers) {
            let (first, seq) = (head.first_seq, head.seq);
            return At::Other(format!("an envelope of events {first} to {seq} was signed, and here none begins there"));
        }
        At::Missing
    }

    /// Adds the events of an envelope, and of those before it as far as they can be walked back to: each is here, has the bytes
    /// of its digest, and is what the one behind it names.
    pub(super) fn walk_back(&self, first_seq: u64, digest: Hash, proved: &mut Vec<(u64, u64)>) {
        let mut at = Some((first_seq, digest));
        while let Some((first_seq, digest)) = at
            && let Some(link) = self.0.get(&(first_seq, digest))
            && link.is_intact
        {
            if !link.is_empty() {
                proved.push((first_seq, link.next_seq(first_seq) - 1));
            }
            at = link.prev.and_then(|prev| {
                let mut before = self.0.range(..(first_seq, Hash([0; 32])));
                let (key, _) = before.rfind(|((_, digest), link)| *digest == prev && link.is_intact)?;
                Some(*key)
            });
        }
    }

    /// Follows the chain from the first event on, along each branch where there are several.
    pub(super) fn follow(&self, name: &str) -> (ProducerReport, Vec<Finding>) {
        let mut report = ProducerReport { envelopes: self.0.len() as u64, ..ProducerReport::default() };
        for link in self.0.values() {
            link.count(&mut report);
        }
        let mut findings = Vec::new();
        let mut find = |code, first_seq, message: String| {
            findings.push(Finding { code, producer: name.to_owned(), first_seq, message });
        };
        let ends = self.ends();
        // Where all ended that begin before the envelope at hand.
        let mut reach = 0;
        let mut next_seq = 1;
        let mut is_linked = true;
        let mut closed_at = None;
        let mut previous_first = None;
        for (&(first_seq, digest), link) in &self.0 {
            let branches = self.0.range((first_seq, Hash([0; 32]))..=(first_seq, Hash([0xff; 32]))).count();
            let is_branch = previous_first == Some(first_seq);
            if previous_first.is_some() && !is_branch {
                reach = next_seq;
            }
            previous_first = Some(first_seq);
            if branches > 1 && !is_branch {
                find("fork", first_seq, format!("{branches} different envelopes begin with this event"));
                is_linked = false;
            }
            if closed_at.is_some_and(|closed| first_seq > closed) {
                find("closed", first_seq, "an envelope follows the producer's last one".to_owned());
            }
            if first_seq > next_seq {
                report.missing_events.push((next_seq, first_seq - 1));
            }
            match before(&ends, (first_seq, digest), link.prev, reach) {
                Before::AsItSays => {}
                Before::Other(is) => {
                    let message =
                        format!("it follows {}, and the envelope before it is {}", shown(link.prev), shown(is));
                    find("chain", first_seq, message);
                    is_linked = false;
                }
                Before::Overlaps => {
                    find("sequence", first_seq, format!("event {first_seq} was in the envelope before already"));
                    is_linked = false;
                }
            }
            let end = link.next_seq(first_seq);
            if link.close.is_some() {
                closed_at = closed_at.max(Some(first_seq));
                report.close.clone_from(&link.close);
            }
            if end >= next_seq {
                report.head = Some(digest);
            }
            next_seq = next_seq.max(end);
        }
        report.last_seq = next_seq - 1;
        report.is_continuous = is_linked && report.missing_events.is_empty() && !self.0.is_empty();
        (report, findings)
    }
}

/// What stands before an envelope.
enum Before {
    /// What its `prev` says, or what nobody can judge, for it is missing.
    AsItSays,
    /// Another envelope, or none.
    Other(Option<Hash>),
    /// One that has the envelope's first event as well.
    Overlaps,
}

/// The envelope before one is one that ends where it begins, of several the one that its `prev` names; else the one that ends
/// last, at `reach`, of those that begin before it. Where that ends earlier, an envelope is missing (TW-VFY-003).
fn before(ends: &BTreeMap<u64, Vec<Hash>>, (first_seq, digest): (u64, Hash), prev: Option<Hash>, reach: u64) -> Before {
    let heads = || ends.get(&first_seq).into_iter().flatten().filter(|other| **other != digest);
    match heads().next() {
        Some(_) if prev.is_some_and(|prev| heads().any(|head| *head == prev)) => Before::AsItSays,
        Some(head) => Before::Other(Some(*head)),
        None if first_seq < reach => Before::Overlaps,
        None if first_seq <= 1 && prev.is_some() => Before::Other(None),
        None => Before::AsItSays,
    }
}

fn shown(hash: Option<Hash>) -> String {
    hash.map_or_else(|| "nothing".to_owned(), |hash| hash.to_string())
}
