//! What a set of envelopes proves, and what it does not (section 12 of the spec).
//!
//! Broken is what contradicts: a digest, a chain or a content that does not match. Missing, erased and withheld is what was
//! not seen; it breaks nothing, and a report says how much of it there is.

mod chain;
mod heads;
mod report;
mod seen;

pub use heads::{Signature, Signed};
pub use report::{Finding, ProducerReport, Report};

use crate::envelope::{Entry, Envelope};
use crate::error::WireError;
use crate::json::{self, ReadOptions};
use crate::order::Order as _;
use crate::statement::{self, Head};
use chain::Chain;
use heads::Heads;
use seen::Hashes;
use std::collections::BTreeMap;

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
    /// Ids of the keys that were given, if any were.
    trusted: Option<Vec<String>>,
}

/// What a verifier takes.
#[derive(Clone, Debug, PartialEq)]
pub enum Item {
    /// An envelope.
    Envelope(Box<Envelope>),
    /// A signed head.
    Head(Box<Head>),
    /// A statement of a kind that this version does not know: it is passed over (TW-SIG-001).
    OtherStatement,
}

impl Item {
    /// Reads canonical or other JSON.
    ///
    /// # Errors
    /// As of [`Envelope::read`] and [`Head::from_value`].
    pub fn read(bytes: &[u8]) -> Result<Self, WireError> {
        Self::from_value(json::read(bytes, &ReadOptions::default())?)
    }

    /// The item that a value is.
    ///
    /// # Errors
    /// As of [`Envelope::from_value`] and [`Head::from_value`].
    pub fn from_value(value: crate::value::Value) -> Result<Self, WireError> {
        if !statement::is_statement(&value) {
            return Ok(Item::Envelope(Box::new(Envelope::from_value(value)?)));
        }
        Ok(Head::from_value(&value)?.map_or(Item::OtherStatement, |head| Item::Head(Box::new(head))))
    }
}

/// What envelopes prove, each given by its bytes. Statements among them are what somebody claims: their signatures are not
/// checked.
///
/// # Errors
/// As of [`Item::read`], for the first that is neither.
pub fn verify(items: impl IntoIterator<Item = impl AsRef<[u8]>>) -> Result<Report, WireError> {
    let mut verifier = Verifier::new();
    for item in items {
        match Item::read(item.as_ref())? {
            Item::Envelope(envelope) => _ = verifier.push(&envelope),
            Item::Head(head) => verifier.push_head(&head, Signature::Unchecked),
            Item::OtherStatement => {}
        }
    }
    Ok(verifier.finish())
}

/// What was seen of one producer.
#[derive(Default)]
struct Producer {
    chain: Chain,
    hashes: Hashes,
    heads: Heads,
    /// What is wrong with single envelopes.
    findings: Vec<Finding>,
}

impl Verifier {
    /// A verifier that has seen nothing.
    pub fn new() -> Self {
        Self::default()
    }

    /// A verifier for who trusts the keys with these ids: what none of them vouches for is not proved ([`Report::is_proved`]).
    pub fn trusting<'a>(keys: impl IntoIterator<Item = &'a str>) -> Self {
        let trusted = keys.into_iter().map(str::to_owned).collect();
        Verifier { producers: BTreeMap::new(), trusted: Some(trusted) }
    }

    /// Takes one envelope, and says what is wrong with it alone; chains are judged by [`Verifier::finish`].
    pub fn push(&mut self, envelope: &Envelope) -> Vec<Finding> {
        let producer = self.producers.entry(envelope.producer.clone()).or_default();
        let findings = inspect(envelope);
        producer.findings.extend(findings.iter().cloned());
        let is_intact = findings.iter().all(|finding| finding.code != "digest");
        let link = seen::link(envelope, is_intact, &mut producer.hashes);
        producer.chain.add(envelope.first_seq, link);
        findings
    }

    /// Takes one head, and what its signature is worth.
    pub fn push_head(&mut self, head: &Head, signature: Signature) {
        self.producers.entry(head.producer.clone()).or_default().heads.add(head, signature);
    }

    /// What everything taken so far proves.
    pub fn finish(self) -> Report {
        let mut report = Report { trusted: self.trusted, ..Report::default() };
        for (name, producer) in self.producers {
            // Whoever is not trusted can tell of producers that there never were.
            if producer.chain.is_empty() && producer.heads.say_nothing() {
                continue;
            }
            let (mut result, findings) = producer.chain.follow(&name);
            let mut findings: Vec<Finding> = producer.findings.into_iter().chain(findings).collect();
            findings.extend(producer.heads.judge(&name, &producer.chain, &mut result));
            findings.order_by(|a, b| (a.first_seq, a.code, &a.message).cmp(&(b.first_seq, b.code, &b.message)));
            findings.dedup();
            report.findings.extend(findings);
            producer.chain.count_contents(&producer.hashes, &mut result);
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
