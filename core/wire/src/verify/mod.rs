//! What a set of envelopes proves, and what it does not (section 12 of the spec).
//!
//! Broken is what contradicts: a digest, a chain or a content that does not match. Missing, erased and withheld is what was
//! not seen; it breaks nothing, and a report says how much of it there is.

mod chain;
mod report;

pub use report::{Finding, ProducerReport, Report};

use crate::content::{self, Mark};
use crate::envelope::{Content, Entry, Envelope};
use crate::error::WireError;
use crate::event::{Body, EventType};
use crate::id::Hash;
use crate::value::Value;
use chain::{Chain, Link, Seen};
use std::collections::{BTreeMap, BTreeSet};

/// Takes envelopes in any order, the same ones also repeatedly, and says what they prove.
///
/// ```
/// use tracewire_wire::{envelope::Envelope, verify::Verifier};
/// fn is_sound(envelopes: &[Envelope]) -> bool {
///     let mut verifier = Verifier::new();
///     for envelope in envelopes {
///         verifier.push(envelope);
///     }
///     let report = verifier.finish();
///     println!("{report}");
///     report.is_sound()
/// }
/// ```
#[derive(Default)]
pub struct Verifier {
    producers: BTreeMap<String, Producer>,
}

/// What envelopes prove, each given by its bytes.
///
/// # Errors
/// As of [`Envelope::read`], for the first that is none.
pub fn verify(envelopes: impl IntoIterator<Item = impl AsRef<[u8]>>) -> Result<Report, WireError> {
    let mut verifier = Verifier::new();
    for envelope in envelopes {
        verifier.push(&Envelope::read(envelope.as_ref())?);
    }
    Ok(verifier.finish())
}

/// What was seen of one producer.
#[derive(Default)]
struct Producer {
    chain: Chain,
    contents: Contents,
    /// What is wrong with single envelopes.
    findings: Vec<Finding>,
}

/// The contents that were seen, by what was seen of them.
#[derive(Default)]
struct Contents {
    /// Carried, and their hash matches.
    carried: BTreeSet<Hash>,
    referred: BTreeSet<Hash>,
    erased: BTreeSet<Hash>,
    withheld: BTreeSet<Hash>,
}

impl Verifier {
    /// A verifier that has seen nothing.
    pub fn new() -> Self {
        Self::default()
    }

    /// Takes one envelope, and says what is wrong with it alone; chains are judged by [`Verifier::finish`].
    pub fn push(&mut self, envelope: &Envelope) -> Vec<Finding> {
        let producer = self.producers.entry(envelope.producer.clone()).or_default();
        let findings = inspect(envelope);
        producer.findings.extend(findings.iter().cloned());
        producer.chain.add(envelope.first_seq, link(envelope));
        producer.contents.take(envelope);
        findings
    }

    /// What everything taken so far proves.
    pub fn finish(self) -> Report {
        let mut report = Report::default();
        for (name, producer) in self.producers {
            let (mut result, findings) = producer.chain.follow(&name);
            let mut findings: Vec<Finding> = producer.findings.into_iter().chain(findings).collect();
            findings.sort_by(|a, b| (a.first_seq, a.code, &a.message).cmp(&(b.first_seq, b.code, &b.message)));
            findings.dedup();
            report.findings.extend(findings);
            producer.contents.count(&mut result);
            report.producers.insert(name, result);
        }
        report
    }
}

/// What is wrong with an envelope, whatever comes before and after it.
fn inspect(envelope: &Envelope) -> Vec<Finding> {
    let mut findings = Vec::new();
    let mut find = |code, message: String| {
        findings.push(Finding { code, producer: envelope.producer.clone(), first_seq: envelope.first_seq, message });
    };
    let computed = envelope.compute_digest();
    if computed != envelope.digest {
        find("digest", format!("the envelope says {} and its bytes say {computed}", envelope.digest));
    }
    for (hash, content) in &envelope.content {
        if content.matches(hash) == Some(false) {
            find("content", format!("the content under {hash} is another one"));
        }
    }
    for (at, entry) in envelope.events.iter().enumerate() {
        let expected = envelope.first_seq.saturating_add(at as u64);
        if let Entry::Event(event) = entry
            && event.seq != expected
        {
            find("sequence", format!("event {} stands in the place of event {expected}", event.seq));
        }
    }
    if envelope.first_seq == 0 {
        find("sequence", "events are counted from 1".to_owned());
    }
    if envelope.events.is_empty() && envelope.close.is_none() {
        find("sequence", "an envelope without events does not close its producer".to_owned());
    }
    if envelope.first_seq > 1 && (envelope.parent.is_some() || envelope.predecessor.is_some()) {
        find("chain", "only a producer's first envelope says where the producer comes from".to_owned());
    }
    findings
}

fn link(envelope: &Envelope) -> Link {
    let seen = |entry: &Entry| match entry {
        Entry::Withheld(_) => Seen::Withheld,
        Entry::Event(event) => match event.body {
            Body::Withheld(_) => Seen::WithoutBody,
            Body::Erased(_) => Seen::Erased,
            Body::Present(_) if event.event_type == EventType::Loss => Seen::Loss,
            Body::Present(_) => Seen::Whole,
        },
    };
    Link {
        digest: envelope.digest,
        prev: envelope.prev,
        close: envelope.close.clone(),
        events: envelope.events.iter().map(seen).collect(),
    }
}

impl Contents {
    fn take(&mut self, envelope: &Envelope) {
        for (hash, content) in &envelope.content {
            match content {
                Content::Value { value, .. } => {
                    if content.matches(hash) == Some(true) {
                        self.carried.insert(*hash);
                    }
                    content::for_each_slot_inside(value, &mut |slot| self.take_slot(slot));
                }
                Content::Erased => _ = self.erased.insert(*hash),
                Content::Withheld => _ = self.withheld.insert(*hash),
            }
        }
        for entry in &envelope.events {
            if let Entry::Event(event) = entry
                && let Body::Present(body) = &event.body
            {
                content::for_each_slot(body, &mut |slot| self.take_slot(slot));
            }
        }
    }

    fn take_slot(&mut self, slot: &Value) {
        match Mark::of(slot) {
            Some(Mark::Ref(hash)) => _ = self.referred.insert(hash),
            Some(Mark::Erased(hash)) => _ = self.erased.insert(hash),
            Some(Mark::Withheld(hash)) => _ = self.withheld.insert(hash),
            None => {}
        }
    }

    /// A content that was seen anywhere is neither missing nor erased nor withheld; one that was erased is not withheld.
    fn count(&self, report: &mut ProducerReport) {
        let is_carried = |hash: &&Hash| self.carried.contains(hash);
        let is_erased = |hash: &&Hash| self.erased.contains(hash);
        let is_withheld = |hash: &&Hash| self.withheld.contains(hash);
        report.contents = self.carried.len() as u64;
        report.erased += self.erased.iter().filter(|hash| !is_carried(hash)).count() as u64;
        report.withheld += self.withheld.iter().filter(|hash| !is_carried(hash) && !is_erased(hash)).count() as u64;
        let missing = self.referred.iter().filter(|hash| !is_carried(hash) && !is_erased(hash) && !is_withheld(hash));
        report.missing_contents = missing.copied().collect();
    }
}
