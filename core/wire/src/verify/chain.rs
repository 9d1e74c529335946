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
        // Digests of the envelopes that end where the key says.
        let mut ends: BTreeMap<u64, Vec<Hash>> = BTreeMap::new();
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
            let before = ends.get(&first_seq);
            if first_seq > next_seq {
                report.missing_events.push((next_seq, first_seq - 1));
            } else if first_seq <= 1 || before.is_some() {
                let is_next = match before {
                    None => link.prev.is_none(),
                    Some(heads) => link.prev.is_some_and(|prev| heads.contains(&prev)),
                };
                if !is_next {
                    let is = before.and_then(|heads| heads.first()).copied();
                    find(
                        "chain",
                        first_seq,
                        format!("it follows {}, and the envelope before it is {}", shown(link.prev), shown(is)),
                    );
                    is_linked = false;
                }
            } else if !is_branch {
                find("sequence", first_seq, format!("event {first_seq} was in the envelope before already"));
                is_linked = false;
            }
            let end = link.next_seq(first_seq);
            // An envelope without events that closes an open end stands where the next one would.
            if !link.events.is_empty() || link.close.is_none() {
                ends.entry(end).or_default().push(digest);
            }
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
