//! What a set of envelopes proves, and what it does not (section 12 of the spec).

use crate::content::{self, Mark};
use crate::envelope::{Content, Entry, Envelope};
use crate::event::{Body, EventType};
use crate::id::Hash;
use crate::value::{Map, Value};
use std::collections::{BTreeMap, BTreeSet};

/// Something that contradicts the chain.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Finding {
    /// Stable code: `digest`, `sequence`, `chain`, `fork`, `content`, `closed`.
    pub code: &'static str,
    /// The producer.
    pub producer: String,
    /// Number of the first event of the envelope.
    pub first_seq: u64,
    /// What is wrong, in one sentence.
    pub message: String,
}

/// What is known of one producer.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ProducerReport {
    /// Envelopes seen.
    pub envelopes: u64,
    /// Events seen whole.
    pub events: u64,
    /// Whether the chain is whole from the first event to the last one seen.
    pub is_continuous: bool,
    /// Why the producer ended; `None` where its end is open and nobody can say that the tail is whole.
    pub close: Option<String>,
    /// Ranges of `seq` that are not here, first and last.
    pub missing_events: Vec<(u64, u64)>,
    /// Contents that events refer to and no envelope carries.
    pub missing_contents: Vec<Hash>,
    /// Contents and bodies that were erased.
    pub erased: u64,
    /// Contents, bodies and events that are withheld.
    pub withheld: u64,
    /// `loss` events: what the emitter itself says it could not keep.
    pub losses: u64,
    /// Digest of the last envelope of the chain.
    pub head: Option<Hash>,
}

/// What all envelopes together say.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Report {
    /// By producer's name.
    pub producers: BTreeMap<String, ProducerReport>,
    /// Contradictions, in order of producer and place.
    pub findings: Vec<Finding>,
}

impl Report {
    /// Whether nothing contradicts the chain. Missing, erased and withheld parts are no contradiction.
    pub fn is_sound(&self) -> bool {
        self.findings.is_empty()
    }

    /// The report as a value, for JSON.
    pub fn to_value(&self) -> Value {
        let producers = self.producers.iter().map(|(name, report)| (name.clone(), report.to_value()));
        let findings = self.findings.iter().map(|finding| {
            Value::Map(Map::from_iter([
                ("code".to_owned(), Value::from(finding.code)),
                ("first_seq".to_owned(), Value::from_u64(finding.first_seq)),
                ("message".to_owned(), Value::from(finding.message.as_str())),
                ("producer".to_owned(), Value::from(finding.producer.as_str())),
            ]))
        });
        Value::Map(Map::from_iter([
            ("findings".to_owned(), Value::List(findings.collect())),
            ("producers".to_owned(), Value::Map(producers.collect())),
            ("sound".to_owned(), Value::Bool(self.is_sound())),
        ]))
    }
}

impl ProducerReport {
    fn to_value(&self) -> Value {
        let ranges = self.missing_events.iter().map(|(first, last)| {
            Value::List(vec![Value::from_u64(*first), Value::from_u64(*last)])
        });
        let contents = self.missing_contents.iter().map(|hash| Value::from(hash.to_string()));
        let or_null = |text: Option<String>| text.map_or(Value::Null, Value::Text);
        Value::Map(Map::from_iter([
            ("close".to_owned(), or_null(self.close.clone())),
            ("continuous".to_owned(), Value::Bool(self.is_continuous)),
            ("envelopes".to_owned(), Value::from_u64(self.envelopes)),
            ("erased".to_owned(), Value::from_u64(self.erased)),
            ("events".to_owned(), Value::from_u64(self.events)),
            ("head".to_owned(), or_null(self.head.map(|head| head.to_string()))),
            ("losses".to_owned(), Value::from_u64(self.losses)),
            ("missing_contents".to_owned(), Value::List(contents.collect())),
            ("missing_events".to_owned(), Value::List(ranges.collect())),
            ("withheld".to_owned(), Value::from_u64(self.withheld)),
        ]))
    }
}

/// Takes envelopes in any order and says what they prove.
#[derive(Default)]
pub struct Verifier {
    producers: BTreeMap<String, Producer>,
}

#[derive(Default)]
struct Producer {
    links: BTreeMap<u64, Vec<Link>>,
    carried: BTreeSet<Hash>,
    referred: BTreeSet<Hash>,
    findings: Vec<Finding>,
    events: u64,
    erased: u64,
    withheld: u64,
    losses: u64,
}

/// What the chain needs to know of one envelope.
struct Link {
    digest: Hash,
    prev: Option<Hash>,
    count: u64,
    close: Option<String>,
}

impl Verifier {
    /// A verifier that has seen nothing.
    pub fn new() -> Self {
        Self::default()
    }

    /// Takes one envelope. The same one again changes nothing.
    pub fn push(&mut self, envelope: &Envelope) {
        let producer = self.producers.entry(envelope.producer.clone()).or_default();
        let links = producer.links.entry(envelope.first_seq).or_default();
        let is_known = links.iter().any(|link| link.digest == envelope.digest);
        if !is_known {
            links.push(Link {
                digest: envelope.digest,
                prev: envelope.prev,
                count: envelope.events.len() as u64,
                close: envelope.close.clone(),
            });
        }
        let mut find = |code, message: String| {
            producer.findings.push(Finding {
                code,
                producer: envelope.producer.clone(),
                first_seq: envelope.first_seq,
                message,
            });
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
            let expected = envelope.first_seq + at as u64;
            if let Entry::Event(event) = entry
                && event.seq != expected
            {
                find("sequence", format!("event {} stands in the place of event {expected}", event.seq));
            }
        }
        producer.take_content(envelope);
        if !is_known {
            producer.count_events(envelope);
        }
    }

    /// What everything taken so far proves.
    pub fn finish(self) -> Report {
        let mut report = Report::default();
        for (name, producer) in self.producers {
            let mut findings = Vec::new();
            let result = producer.follow(&name, &mut findings);
            report.findings.extend(producer.findings);
            report.findings.extend(findings);
            report.producers.insert(name, result);
        }
        report.findings.sort_by(|a, b| (&a.producer, a.first_seq).cmp(&(&b.producer, b.first_seq)));
        report.findings.dedup();
        report
    }
}

impl Producer {
    fn take_content(&mut self, envelope: &Envelope) {
        for (hash, content) in &envelope.content {
            self.carried.insert(*hash);
            match content {
                Content::Value { value, .. } => self.take_slots(|visit| content::visit_slot(&mut value.clone(), visit)),
                Content::Erased => self.erased += 1,
                Content::Withheld => self.withheld += 1,
            }
        }
        for entry in &envelope.events {
            if let Entry::Event(event) = entry
                && let Body::Present(body) = &event.body
            {
                self.take_slots(|visit| content::visit_slots(&mut body.clone(), visit));
            }
        }
    }

    fn take_slots(&mut self, walk: impl FnOnce(&mut dyn FnMut(&mut Value))) {
        walk(&mut |value| match Mark::of(value) {
            Some(Mark::Ref(hash)) => _ = self.referred.insert(hash),
            Some(Mark::Erased(_)) => self.erased += 1,
            Some(Mark::Withheld(_)) => self.withheld += 1,
            None => {}
        });
    }

    fn count_events(&mut self, envelope: &Envelope) {
        for entry in &envelope.events {
            match entry {
                Entry::Withheld(_) => self.withheld += 1,
                Entry::Event(event) => {
                    self.events += 1;
                    self.losses += u64::from(event.event_type == EventType::Loss);
                    match event.body {
                        Body::Present(_) => {}
                        Body::Erased(_) => self.erased += 1,
                        Body::Withheld(_) => self.withheld += 1,
                    }
                }
            }
        }
    }

    /// Follows the chain from the first event on.
    fn follow(&self, name: &str, findings: &mut Vec<Finding>) -> ProducerReport {
        let mut find = |code, first_seq, message| {
            findings.push(Finding { code, producer: name.to_owned(), first_seq, message });
        };
        let mut report = ProducerReport {
            envelopes: self.links.values().map(|links| links.len() as u64).sum(),
            events: self.events,
            missing_contents: self.referred.difference(&self.carried).copied().collect(),
            erased: self.erased,
            withheld: self.withheld,
            losses: self.losses,
            ..ProducerReport::default()
        };
        let mut next_seq = 1;
        for (&first_seq, links) in &self.links {
            if links.len() > 1 {
                find("fork", first_seq, format!("{} different envelopes begin with this event", links.len()));
            }
            let Some(link) = links.first() else { continue };
            if report.close.is_some() {
                find("closed", first_seq, "an envelope follows the producer's last one".to_owned());
            }
            if first_seq > next_seq {
                report.missing_events.push((next_seq, first_seq - 1));
            } else if first_seq < next_seq {
                find("sequence", first_seq, format!("event {first_seq} was in the envelope before already"));
            } else if link.prev != report.head {
                let (said, is) = (shown(link.prev), shown(report.head));
                find("chain", first_seq, format!("it follows {said}, and the envelope before it is {is}"));
            }
            next_seq = next_seq.max(first_seq + link.count);
            report.head = Some(link.digest);
            report.close = report.close.take().or_else(|| link.close.clone());
        }
        report.is_continuous = report.missing_events.is_empty() && !self.links.is_empty();
        report
    }
}

fn shown(hash: Option<Hash>) -> String {
    hash.map_or_else(|| "nothing".to_owned(), |hash| hash.to_string())
}
