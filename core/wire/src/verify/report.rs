//! The result of verifying, for people and as JSON.

use super::Signed;
use crate::id::Hash;
use crate::order::gathered;
use crate::value::Value;
use std::collections::{BTreeMap, BTreeSet};
use std::fmt;

/// Something that contradicts.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Finding {
    /// Stable code: `digest`, `sequence`, `chain`, `fork`, `content`, `closed`, `head`, `signature`.
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
    /// Envelopes seen, each once.
    pub envelopes: u64,
    /// Events seen, with or without their bodies.
    pub events: u64,
    /// Number of the last event that an envelope tells of; 0 for none.
    pub last_seq: u64,
    /// Contents seen under their hash.
    pub contents: u64,
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
    /// What signed heads say of it; `None` where no head counts.
    pub signed: Option<Signed>,
    /// Ids of keys that signed heads which do not count, for nobody gave these keys.
    pub other_keys: Vec<String>,
}

/// What all envelopes together say. Its `Display` is a text for people.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Report {
    /// By producer's name.
    pub producers: BTreeMap<String, ProducerReport>,
    /// Contradictions, in order of producer and place.
    pub findings: Vec<Finding>,
    /// Ids of the keys that were given; `None` where none were, and nothing is proved by signatures.
    pub trusted: Option<Vec<String>>,
}

impl Report {
    /// Whether nothing contradicts. Missing, erased and withheld parts are no contradiction.
    pub fn is_sound(&self) -> bool {
        self.findings.is_empty()
    }

    /// Whether nothing contradicts, nothing is missing, and every producer's end is known.
    pub fn is_complete(&self) -> bool {
        let is_whole = |report: &ProducerReport| {
            let is_missing = !report.missing_events.is_empty() || !report.missing_contents.is_empty();
            report.is_continuous && report.close.is_some() && !is_missing
        };
        self.is_sound() && self.producers.values().all(is_whole)
    }

    /// Whether keys were given, nothing contradicts, and each producer is whole from its first event to a head that one of these
    /// keys signed. What was recorded behind that head is not proved; [`Signed::seq`] says where it is.
    pub fn is_proved(&self) -> bool {
        let is_whole = |report: &ProducerReport| report.signed.as_ref().is_some_and(|signed| signed.is_whole);
        self.trusted.is_some() && self.is_sound() && !self.producers.is_empty() && self.producers.values().all(is_whole)
    }

    /// The codes of what was found, sorted, each once.
    pub fn codes(&self) -> Vec<&'static str> {
        gathered::<_, BTreeSet<_>>(self.findings.iter().map(|finding| finding.code)).into_iter().collect()
    }

    /// The report as a value, for JSON.
    pub fn to_value(&self) -> Value {
        let producers = self.producers.iter().map(|(name, report)| (name.clone(), report.to_value()));
        let mut value = map([
            ("complete", Value::Bool(self.is_complete())),
            ("findings", Value::List(self.findings.iter().map(Finding::to_value).collect())),
            ("producers", Value::Map(producers.collect())),
            ("sound", Value::Bool(self.is_sound())),
        ]);
        if let (Some(trusted), Value::Map(map)) = (&self.trusted, &mut value) {
            map.insert("keys".to_owned(), texts(trusted));
            map.insert("proved".to_owned(), Value::Bool(self.is_proved()));
            map.sort();
        }
        value
    }
}

impl Finding {
    /// The finding as a value, for JSON.
    pub fn to_value(&self) -> Value {
        map([
            ("code", Value::from(self.code)),
            ("first_seq", Value::from_u64(self.first_seq)),
            ("message", Value::from(self.message.as_str())),
            ("producer", Value::from(self.producer.as_str())),
        ])
    }
}

impl ProducerReport {
    /// The report as a value, for JSON.
    pub fn to_value(&self) -> Value {
        let contents = self.missing_contents.iter().map(|hash| Value::from(hash.to_string()));
        let mut value = map([
            ("close", self.close.clone().map_or(Value::Null, Value::Text)),
            ("contents", Value::from_u64(self.contents)),
            ("continuous", Value::Bool(self.is_continuous)),
            ("envelopes", Value::from_u64(self.envelopes)),
            ("erased", Value::from_u64(self.erased)),
            ("events", Value::from_u64(self.events)),
            ("head", self.head.map_or(Value::Null, |head| Value::Text(head.to_string()))),
            ("last_seq", Value::from_u64(self.last_seq)),
            ("losses", Value::from_u64(self.losses)),
            ("missing_contents", Value::List(contents.collect())),
            ("missing_events", Value::List(self.missing_events.iter().map(range).collect())),
            ("withheld", Value::from_u64(self.withheld)),
        ]);
        if let Value::Map(map) = &mut value {
            // Where nobody signs, nothing is said of it.
            if !self.other_keys.is_empty() {
                map.insert("other_keys".to_owned(), texts(&self.other_keys));
            }
            if let Some(signed) = &self.signed {
                map.insert("signed".to_owned(), signed.to_value());
            }
            map.sort();
        }
        value
    }
}

impl Signed {
    /// What was signed as a value, for JSON.
    pub fn to_value(&self) -> Value {
        map([
            ("close", self.close.clone().map_or(Value::Null, Value::Text)),
            ("heads", Value::from_u64(self.heads)),
            ("keys", texts(&self.keys)),
            ("proved", Value::List(self.proved.iter().map(range).collect())),
            ("seq", Value::from_u64(self.seq)),
            ("time", Value::from(self.time.to_string())),
            ("whole", Value::Bool(self.is_whole)),
        ])
    }
}

fn range((first, last): &(u64, u64)) -> Value {
    Value::List(vec![Value::from_u64(*first), Value::from_u64(*last)])
}

fn texts(texts: &[String]) -> Value {
    Value::List(texts.iter().map(|text| Value::from(text.as_str())).collect())
}

fn map<const N: usize>(entries: [(&str, Value); N]) -> Value {
    Value::Map(entries.into_iter().map(|(name, value)| (name.to_owned(), value)).collect())
}

impl fmt::Display for Report {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.findings.len() {
            0 => writeln!(out, "sound: nothing contradicts")?,
            1 => writeln!(out, "broken: 1 contradiction")?,
            count => writeln!(out, "broken: {count} contradictions")?,
        }
        for (name, report) in &self.producers {
            writeln!(out, "\n{name}\n{report}")?;
            for finding in self.findings.iter().filter(|finding| finding.producer == *name) {
                writeln!(
                    out,
                    "  broken    {}, envelope from event {}: {}",
                    finding.code, finding.first_seq, finding.message
                )?;
            }
        }
        Ok(())
    }
}

impl fmt::Display for ProducerReport {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        let count = |number: u64, what: &str| format!("{number} {what}{}", if number == 1 { "" } else { "s" });
        let (events, envelopes) = (count(self.events, "event"), count(self.envelopes, "envelope"));
        writeln!(out, "  seen      {events} in {envelopes}, {}", count(self.contents, "content"))?;
        match self.is_continuous {
            true => writeln!(out, "  order     whole from event 1 to event {}", self.last_seq)?,
            false => writeln!(out, "  order     not proved from event 1 to event {}", self.last_seq)?,
        }
        match &self.close {
            Some(reason) => write!(out, "  end       closed: {reason}")?,
            None => write!(out, "  end       open: nobody can say that the tail is whole")?,
        }
        let ranges = self.missing_events.iter().map(|(first, last)| match first == last {
            true => format!("event {first}"),
            false => format!("events {first} to {last}"),
        });
        let contents = Some(self.missing_contents.len() as u64).filter(|missing| *missing > 0);
        let missing: Vec<String> = ranges.chain(contents.map(|missing| count(missing, "content"))).collect();
        if !missing.is_empty() {
            write!(out, "\n  missing   {}", missing.join(", "))?;
        }
        for (number, name, what) in [
            (self.erased, "erased  ", "part was erased: what it held was not seen"),
            (self.withheld, "withheld", "part is not in this copy"),
            (self.losses, "lost    ", "report of the emitter that it could not keep something"),
        ] {
            if number > 0 {
                write!(out, "\n  {name}  {number} × {what}")?;
            }
        }
        if let Some(signed) = &self.signed {
            write!(out, "\n  signed    to event {} by {}", signed.seq, signed.keys.join(", "))?;
            write!(out, "{}", if signed.is_whole { ", and all of it is here" } else { ", and not all of it is here" })?;
        }
        if !self.other_keys.is_empty() {
            write!(out, "\n  signed    by {}, which nobody here trusts", self.other_keys.join(", "))?;
        }
        Ok(())
    }
}
