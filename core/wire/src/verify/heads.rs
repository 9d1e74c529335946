//! Signed heads beside a producer's chain: how far they reach, and what contradicts them (`spec/signing.md`).
//!
//! A head vouches for its envelope by the digest, that one for the one before it by `prev`, and so on: what is proved is what
//! can be walked back from a head over envelopes whose bytes have their digests.

use super::chain::{At, Chain};
use super::{Finding, ProducerReport};
use crate::order::Order as _;
use crate::statement::Head;
use crate::time::Timestamp;

/// What a head's signature is worth to who verifies.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Signature {
    /// Nobody gave a key: the head counts as what somebody claims.
    Unchecked,
    /// It is that of a key which was given.
    Valid,
    /// The head names a key that was not given, and proves nothing.
    OtherKey,
    /// The head names a key that was given, and this is not its signature.
    Wrong,
}

/// What the heads of a producer say together.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Signed {
    /// How many heads there are, each counted once.
    pub heads: u64,
    /// The ids of their keys, sorted.
    pub keys: Vec<String>,
    /// Number of the last event that the latest head tells of.
    pub seq: u64,
    /// The close that it tells of.
    pub close: Option<String>,
    /// When it was signed, as its signer says.
    pub time: Timestamp,
    /// Ranges of `seq` that are proved, first and last: here, and vouched for by a head.
    pub proved: Vec<(u64, u64)>,
    /// Whether that is all from event 1 to the latest head, which is here too.
    pub is_whole: bool,
}

/// Heads of one producer.
#[derive(Default)]
pub(super) struct Heads {
    /// Those that count.
    counted: Vec<Head>,
    wrong: Vec<Head>,
    other_keys: Vec<String>,
}

impl Heads {
    pub(super) fn add(&mut self, head: &Head, signature: Signature) {
        match signature {
            Signature::Unchecked | Signature::Valid if !self.counted.contains(head) => self.counted.push(head.clone()),
            Signature::Unchecked | Signature::Valid => {}
            Signature::OtherKey => self.other_keys.push(head.key.clone()),
            Signature::Wrong => self.wrong.push(head.clone()),
        }
    }

    /// Whether none of them tells of the producer to who verifies.
    pub(super) fn say_nothing(&self) -> bool {
        self.counted.is_empty() && self.wrong.is_empty()
    }

    /// Puts into the report how far the heads reach; gives what contradicts.
    pub(super) fn judge(mut self, name: &str, chain: &Chain, report: &mut ProducerReport) -> Vec<Finding> {
        let mut findings = Vec::new();
        let mut find = |code, head: &Head, message: String| {
            findings.push(Finding { code, producer: name.to_owned(), first_seq: head.first_seq, message });
        };
        for head in &self.wrong {
            find(
                "signature",
                head,
                format!("the head at event {} is not signed by {}, as it says", head.seq, head.key),
            );
        }
        self.other_keys.order_by(Ord::cmp);
        self.other_keys.dedup();
        report.other_keys = self.other_keys;
        let mut proved = Vec::new();
        let mut latest_here = None;
        self.counted.order_by(|a, b| (a.seq, a.first_seq).cmp(&(b.seq, b.first_seq)));
        for head in &self.counted {
            match chain.at(head) {
                At::Here => {
                    latest_here = Some((head.seq, head.first_seq));
                    chain.walk_back(head.first_seq, head.digest, &mut proved);
                }
                At::Changed | At::Missing => {}
                At::Other(message) => find("head", head, message),
            }
        }
        let Some(latest) = self.counted.last() else { return findings };
        let proved = joined(proved);
        let reaches = |(first, last): &(u64, u64)| *first == 1 && *last >= latest.seq;
        let is_to_head = latest.seq == 0 || proved.first().is_some_and(reaches);
        let mut keys: Vec<String> = self.counted.iter().map(|head| head.key.clone()).collect();
        keys.order_by(Ord::cmp);
        keys.dedup();
        if latest.seq > report.last_seq {
            report.missing_events.push((report.last_seq + 1, latest.seq));
        }
        report.signed = Some(Signed {
            heads: self.counted.len() as u64,
            keys,
            seq: latest.seq,
            close: latest.close.clone(),
            time: latest.time,
            is_whole: latest_here == Some((latest.seq, latest.first_seq)) && is_to_head,
            proved,
        });
        findings
    }
}

/// Ranges without overlaps, in order.
fn joined(mut ranges: Vec<(u64, u64)>) -> Vec<(u64, u64)> {
    ranges.order_by(Ord::cmp);
    let mut joined: Vec<(u64, u64)> = Vec::new();
    for (first, last) in ranges {
        match joined.last_mut() {
            Some(before) if first <= before.1.saturating_add(1) => before.1 = before.1.max(last),
            _ => joined.push((first, last)),
        }
    }
    joined
}
