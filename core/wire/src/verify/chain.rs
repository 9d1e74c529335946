//! One producer's envelopes in order: what follows what, what is missing between, where there are two.

use super::{Finding, ProducerReport};
use crate::id::Hash;
use std::collections::BTreeMap;

/// What was seen of an event, the least first: of two copies, the better one counts.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Seen {
    Withheld,
    WithoutBody,
    Erased,
    Loss,
    Whole,
}

/// What the chain needs to know of one envelope.
pub(super) struct Link {
    pub(super) digest: Hash,
    pub(super) prev: Option<Hash>,
    pub(super) close: Option<String>,
    pub(super) events: Vec<Seen>,
}

impl Link {
    /// The number of the event behind its last one.
    fn next_seq(&self, first_seq: u64) -> u64 {
        first_seq.saturating_add(self.events.len() as u64)
    }
}

/// Envelopes by the number of their first event, then by digest, so that the order in which they came says nothing.
#[derive(Default)]
pub(super) struct Chain(BTreeMap<(u64, Hash), Link>);

impl Chain {
    pub(super) fn add(&mut self, first_seq: u64, link: Link) {
        let known = self.0.entry((first_seq, link.digest));
        let known = known.or_insert_with(|| Link { events: link.events.clone(), close: link.close.clone(), ..link });
        for (known, more) in known.events.iter_mut().zip(link.events) {
            *known = more.max(*known);
        }
    }

    /// Follows the chain from the first event on, along each branch where there are several.
    pub(super) fn follow(&self, name: &str) -> (ProducerReport, Vec<Finding>) {
        let mut report = ProducerReport { envelopes: self.0.len() as u64, ..ProducerReport::default() };
        for link in self.0.values() {
            count(link, &mut report);
        }
        let mut findings = Vec::new();
        let mut find = |code, first_seq, message: String| {
            findings.push(Finding { code, producer: name.to_owned(), first_seq, message });
        };
        let places = Places::of(&self.0);
        let mut next_seq = 1;
        let mut is_linked = true;
        let mut closed_at = None;
        let mut previous_first = None;
        for (&(first_seq, digest), link) in &self.0 {
            let branches = self.0.range((first_seq, Hash([0; 32]))..=(first_seq, Hash([0xff; 32]))).count();
            let is_branch = previous_first == Some(first_seq);
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
            match places.before(first_seq, digest, link.prev, next_seq) {
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

/// Where the envelopes of a producer begin and end.
struct Places {
    /// First event and next event of each.
    of: BTreeMap<Hash, (u64, u64)>,
    /// Those that end where the key says. One without events that closes an open end stands where the next one would, and
    /// is none of them.
    ends: BTreeMap<u64, Vec<Hash>>,
}

impl Places {
    fn of(links: &BTreeMap<(u64, Hash), Link>) -> Self {
        let mut places = Places { of: BTreeMap::new(), ends: BTreeMap::new() };
        for (&(first_seq, digest), link) in links {
            let end = link.next_seq(first_seq);
            places.of.insert(digest, (first_seq, end));
            if !link.events.is_empty() || link.close.is_none() {
                places.ends.entry(end).or_default().push(digest);
            }
        }
        places
    }

    /// The envelope before one is the one that its `prev` names; else one that ends where it begins; else the nearest, and
    /// `next_seq` is where all ended that begin before it (TW-VFY-003).
    fn before(&self, first_seq: u64, digest: Hash, prev: Option<Hash>, next_seq: u64) -> Before {
        let named = prev.filter(|prev| *prev != digest).and_then(|prev| self.of.get(&prev));
        match named {
            // What begins here as well stands beside it, unless it holds nothing.
            Some(&(begin, end)) if begin < first_seq || (begin, end) == (first_seq, first_seq) => {
                return if end > first_seq { Before::Overlaps } else { Before::AsItSays };
            }
            _ => {}
        }
        let mut ends = self.ends.get(&first_seq).into_iter().flatten();
        match ends.find(|other| **other != digest) {
            Some(other) => Before::Other(Some(*other)),
            None if first_seq <= 1 && prev.is_some() => Before::Other(None),
            None if first_seq > 1 && first_seq < next_seq => Before::Overlaps,
            None => Before::AsItSays,
        }
    }
}

fn count(link: &Link, report: &mut ProducerReport) {
    for seen in &link.events {
        match seen {
            Seen::Withheld => report.withheld += 1,
            Seen::WithoutBody => (report.events, report.withheld) = (report.events + 1, report.withheld + 1),
            Seen::Erased => (report.events, report.erased) = (report.events + 1, report.erased + 1),
            Seen::Loss => (report.events, report.losses) = (report.events + 1, report.losses + 1),
            Seen::Whole => report.events += 1,
        }
    }
}

fn shown(hash: Option<Hash>) -> String {
    hash.map_or_else(|| "nothing".to_owned(), |hash| hash.to_string())
}
