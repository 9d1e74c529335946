//! Producers across records: order, chain, close, contents. What is kept is bounded.

use super::finding::{Bounds, Finding};
use super::place::Place;
use super::record::{EnvelopeFacts, EventFacts};
use super::rules::{AFTER_CLOSE, BOUND, CHAIN, CONTENT_REPEATED, FORK, GAP, REFERENCE, REPEATED};
use super::spans::finding;
use crate::id::Hash;
use std::collections::{BTreeMap, HashMap, HashSet, VecDeque};

/// So many stretches of events are told apart in one producer.
const MOST_STRETCHES: usize = 1000;
/// So many of a producer's latest envelopes can be continued, repeated or forked.
const MOST_HEADS: usize = 64;

/// Whose events these are: an envelope's producer, or the name that loose events give.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Name {
    Loose(String),
    Sealed(String),
}

/// An uninterrupted stretch of events that were seen.
#[derive(Clone, Copy)]
struct Stretch {
    first: u64,
    /// Behind the last one.
    end: u64,
    place: Place,
}

struct Head {
    first_seq: u64,
    end: u64,
    digest: Hash,
}

struct Producer {
    /// Its number in the tables of contents.
    number: u32,
    /// In order of their first events.
    stretches: Vec<Stretch>,
    heads: VecDeque<Head>,
    closed_at: Option<u64>,
    /// Whether too much was seen to say what is missing.
    is_beyond: bool,
    /// Whether an event has no readable number.
    is_unsure: bool,
}

/// All producers.
pub(super) struct Producers {
    bounds: Bounds,
    known: BTreeMap<Name, Producer>,
    carried: HashSet<(u32, Hash)>,
    referred: HashMap<(u32, Hash), Place>,
    beyond: Option<(Place, &'static str)>,
}

impl Producers {
    pub(super) fn new(bounds: Bounds) -> Self {
        Producers { bounds, known: BTreeMap::new(), carried: HashSet::new(), referred: HashMap::new(), beyond: None }
    }

    fn producer(&mut self, name: Name, place: Place) -> Option<&mut Producer> {
        let count = self.known.len();
        if count >= self.bounds.producers && !self.known.contains_key(&name) {
            self.beyond = self.beyond.or(Some((place, "producers")));
            return None;
        }
        let fresh = || Producer {
            number: u32::try_from(count).unwrap_or(u32::MAX),
            stretches: Vec::new(),
            heads: VecDeque::new(),
            closed_at: None,
            is_beyond: false,
            is_unsure: false,
        };
        Some(self.known.entry(name).or_insert_with(fresh))
    }

    /// Takes an event that stands in no envelope.
    pub(super) fn event(&mut self, event: &EventFacts, references: &[Hash], findings: &mut Vec<Finding>) {
        let place = event.place;
        let name = Name::Loose(event.producer.clone().unwrap_or_default());
        let Some(producer) = self.producer(name, place) else { return };
        let number = producer.number;
        match event.seq {
            Some(seq) if seq > 0 => {
                if !producer.take(seq, seq.saturating_add(1), place) {
                    let mend = "count each producer's events from 1, and name the producer where there are several";
                    findings.push(finding(&REPEATED, place, format!("event {seq} was there already"), mend));
                }
            }
            Some(_) => {}
            None => producer.is_unsure = true,
        }
        for hash in references {
            self.refer(number, *hash, place);
        }
    }

    /// Takes an envelope.
    pub(super) fn envelope(
        &mut self,
        envelope: &EnvelopeFacts,
        place: Place,
        references: &[(Hash, Place)],
        findings: &mut Vec<Finding>,
    ) {
        let Some(producer) = self.producer(Name::Sealed(envelope.producer.clone()), place) else { return };
        let number = producer.number;
        let is_copy = producer.has(envelope);
        if !is_copy {
            producer.continued(envelope, place, findings);
        }
        for hash in &envelope.contents {
            self.referred.remove(&(number, *hash));
            if self.carried.len() >= self.bounds.contents && !self.carried.contains(&(number, *hash)) {
                self.beyond = self.beyond.or(Some((place, "contents")));
            } else if !self.carried.insert((number, *hash)) && !is_copy {
                let message = format!("{hash} was carried by this producer before");
                let mend = "carry a content once, in the first envelope that needs it";
                let mut repeated = finding(&CONTENT_REPEATED, place, message, mend);
                repeated.pointer.push_str(&format!("/content/{hash}"));
                findings.push(repeated);
            }
        }
        for (hash, place) in references {
            self.refer(number, *hash, *place);
        }
    }

    fn refer(&mut self, number: u32, hash: Hash, place: Place) {
        if self.carried.contains(&(number, hash)) {
            return;
        }
        if self.referred.len() >= self.bounds.contents {
            self.beyond = self.beyond.or(Some((place, "references")));
            return;
        }
        self.referred.entry((number, hash)).or_insert(place);
    }

    /// What is missing at the end of everything.
    pub(super) fn finish(self, findings: &mut Vec<Finding>) {
        let Producers { bounds, known, referred, beyond, .. } = self;
        for (name, producer) in &known {
            producer.gaps(name, findings);
        }
        let mut missing: Vec<((u32, Hash), Place)> = referred.into_iter().collect();
        missing.sort_unstable_by_key(|((number, hash), place)| (*place, *number, *hash));
        let has_forgotten = beyond.is_some_and(|(_, what)| what != "producers");
        for ((_, hash), place) in missing {
            if has_forgotten {
                break;
            }
            let mend = "carry the content in the first envelope that needs it, or write the value in the slot itself";
            findings.push(finding(&REFERENCE, place, format!("the content {hash} is carried nowhere"), mend));
        }
        if let Some((place, what)) = beyond {
            let bound = if what == "producers" { bounds.producers } else { bounds.contents };
            let message = format!("more than {bound} {what}: from here on they are not looked at");
            findings.push(finding(&BOUND, place, message, "validate parts, or raise the bound"));
        }
    }
}

impl Producer {
    /// Whether the same envelope was there before (TW-DIG-005).
    fn has(&self, envelope: &EnvelopeFacts) -> bool {
        self.heads.iter().any(|head| head.first_seq == envelope.first_seq && head.digest == envelope.digest)
    }

    fn continued(&mut self, envelope: &EnvelopeFacts, place: Place, findings: &mut Vec<Finding>) {
        let first = envelope.first_seq;
        let end = first.saturating_add(envelope.entries);
        if self.heads.iter().any(|head| head.first_seq == first && head.end > first && envelope.entries > 0) {
            let message = format!("another envelope begins with event {first} too");
            let mend = "let one process at a time write under a producer's name, and never write an envelope anew";
            findings.push(finding(&FORK, place, message, mend));
        } else {
            if let Some(closed) = self.closed_at
                && first >= closed
            {
                let mend = "begin a new producer after `close`, and name this one as its `predecessor`";
                findings.push(finding(&AFTER_CLOSE, place, "this producer was closed before".to_owned(), mend));
            }
            if !self.take(first, end, place) {
                let message = format!("some of the events {first} to {} were there already", end.saturating_sub(1));
                let mend = "begin each envelope with the event behind the last one";
                findings.push(finding(&REPEATED, place, message, mend));
            } else {
                self.chain(envelope, place, findings);
            }
        }
        if envelope.is_closed {
            self.closed_at = self.closed_at.max(Some(end));
        }
        if self.heads.len() >= MOST_HEADS {
            self.heads.pop_front();
        }
        self.heads.push_back(Head { first_seq: first, end, digest: envelope.digest });
    }

    fn chain(&self, envelope: &EnvelopeFacts, place: Place, findings: &mut Vec<Finding>) {
        let first = envelope.first_seq;
        let before: Vec<Hash> = self
            .heads
            .iter()
            .filter(|head| head.end == first && head.first_seq < first)
            .map(|head| head.digest)
            .collect();
        let message = match (envelope.prev, before.first()) {
            (None, None) if first > 1 => "this is not the first envelope, and names none before it".to_owned(),
            (Some(prev), None) if first <= 1 => format!("the first envelope has none before it, this names {prev}"),
            (None, Some(is)) => format!("the envelope before is {is}, and this names none"),
            (Some(prev), Some(is)) if !before.contains(&prev) => {
                format!("the envelope before is {is}, this names {prev}")
            }
            _ => return,
        };
        let mut broken =
            finding(&CHAIN, place, message, "write the digest of the producer's envelope before, as `prev`");
        if envelope.prev.is_some() {
            broken.pointer.push_str("/prev");
        }
        findings.push(broken);
    }

    /// Takes events; false where some of them were there already.
    fn take(&mut self, first: u64, end: u64, place: Place) -> bool {
        if first >= end {
            return true;
        }
        let at = self.stretches.partition_point(|stretch| stretch.first <= first);
        let before = at.checked_sub(1).and_then(|at| self.stretches.get(at)).copied();
        let after = self.stretches.get(at).copied();
        let is_new = before.is_none_or(|before| before.end <= first) && after.is_none_or(|after| end <= after.first);
        let joins_before = before.is_some_and(|before| before.end >= first);
        let joins_after = after.is_some_and(|after| after.first <= end);
        match (joins_before, joins_after) {
            (true, joins_after) => {
                let end = if joins_after { after.map_or(end, |after| after.end.max(end)) } else { end };
                if let Some(before) = at.checked_sub(1).and_then(|at| self.stretches.get_mut(at)) {
                    before.end = before.end.max(end);
                }
                if joins_after {
                    self.stretches.remove(at);
                }
            }
            (false, true) => {
                if let Some(after) = self.stretches.get_mut(at) {
                    (after.first, after.end, after.place) = (first, after.end.max(end), place);
                }
            }
            (false, false) if self.stretches.len() >= MOST_STRETCHES => self.is_beyond = true,
            (false, false) => self.stretches.insert(at, Stretch { first, end, place }),
        }
        is_new
    }

    fn gaps(&self, name: &Name, findings: &mut Vec<Finding>) {
        if self.is_unsure {
            return;
        }
        let who = match name {
            Name::Loose(name) if name.is_empty() => String::new(),
            Name::Loose(name) | Name::Sealed(name) => format!(" of {}", super::finding::shown(name)),
        };
        // A list of events may begin anywhere; a producer's envelopes begin with event 1.
        let mut next = match name {
            Name::Loose(_) => None,
            Name::Sealed(_) => Some(1),
        };
        for stretch in &self.stretches {
            if let Some(next) = next
                && stretch.first > next
            {
                let last = stretch.first - 1;
                let message = match last == next {
                    true => format!("event {next}{who} is missing before this"),
                    false => format!("events {next} to {last}{who} are missing before this"),
                };
                let mend = "write every event; what was dropped is said by an event `loss`, with a `seq` of its own";
                findings.push(finding(&GAP, stretch.place, message, mend));
            }
            next = Some(stretch.end);
        }
        if self.is_beyond
            && let Some(last) = self.stretches.last()
        {
            let message = format!("more than {MOST_STRETCHES} gaps{who}: not all of them are told");
            findings.push(finding(&BOUND, last.place, message, "write the events of each producer in order"));
        }
    }
}
