//! Envelopes that wait for decisions: they were sent at once without the content of traces that are undecided, and go again, with
//! it, when such a trace proves to be one to keep. The cursor stays before the first one that is not settled.
//!
//! What is withheld stands as a reference in its slot, and as withheld in `content`: a copy with more has nothing else to change.

use super::tail::Decider;
use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet, VecDeque};
use tracewire_wire::content::{self, Mark};
use tracewire_wire::envelope::{Content, Entry, Envelope};
use tracewire_wire::event::{Body, Event};
use tracewire_wire::id::{Hash, TraceId};
use tracewire_wire::value::Value;

/// What one journal may hold: beyond, the oldest traces are given up.
const HELD_BYTES: usize = 16 << 20;

/// The envelopes of one journal that are not settled, in order.
pub(super) struct Hold {
    /// Whether nothing goes twice: the sink would take it for something new.
    is_once: bool,
    held: VecDeque<Held>,
    bytes: usize,
    /// Contents that the sink does not have yet, of envelopes that may be gone from here.
    lacking: HashMap<Hash, Content>,
    flight: Vec<Flight>,
}

struct Held {
    envelope: Envelope,
    bytes: usize,
    end_offset: u64,
    is_closed: bool,
    traces: BTreeSet<TraceId>,
    /// The traces of which the sink has the content; `None` before it has the envelope.
    shown: Option<HashSet<TraceId>>,
}

/// A copy that is on its way.
struct Flight {
    end_offset: u64,
    shown: HashSet<TraceId>,
    withheld: Vec<(Hash, Content)>,
    given: Vec<Hash>,
}

/// How far a journal is settled.
pub(super) struct Settled {
    pub(super) end_offset: u64,
    pub(super) is_closed: bool,
}

impl Hold {
    pub(super) fn new(is_once: bool) -> Self {
        Hold { is_once, held: VecDeque::new(), bytes: 0, lacking: HashMap::new(), flight: Vec::new() }
    }

    /// Takes the next envelope of the journal.
    pub(super) fn push(&mut self, envelope: Envelope, bytes: usize, end_offset: u64, is_closed: bool) {
        let traces = events(&envelope).filter_map(|event| event.trace_id).collect();
        self.held.push_back(Held { envelope, bytes, end_offset, is_closed, traces, shown: None });
        self.bytes += bytes;
    }

    /// Notes what an envelope carries that an earlier shipper delivered: nobody knows how much of it.
    pub(super) fn lacks(&mut self, envelope: Envelope) {
        self.lacking.extend(envelope.content);
    }

    /// Gives up traces while more is held than may be.
    pub(super) fn bound(&self, decider: &mut Decider) {
        let mut over = self.bytes.saturating_sub(HELD_BYTES);
        for held in &self.held {
            if over == 0 {
                return;
            }
            held.traces.iter().for_each(|trace| decider.give_up(*trace));
            over = over.saturating_sub(held.bytes);
        }
    }

    /// Copies that are due, about `max_bytes` of them: envelopes that are new, with how many events they have, and those again of
    /// which a trace has been decided to be kept.
    pub(super) fn due(&mut self, decider: &Decider, max_bytes: usize) -> Vec<(Envelope, u64)> {
        self.flight.clear();
        let (mut copies, mut bytes) = (Vec::new(), 0);
        for held in &self.held {
            if bytes >= max_bytes {
                break;
            }
            let kept: HashSet<TraceId> =
                held.traces.iter().copied().filter(|trace| decider.verdict(Some(*trace)) == Some(true)).collect();
            if held.shown.as_ref().is_some_and(|shown| self.is_once || kept.is_subset(shown)) {
                continue;
            }
            let keeps = |event: &Event| event.trace_id.is_none_or(|trace| kept.contains(&trace));
            let copy = copy(&held.envelope, &keeps, held.shown.is_some(), &self.lacking);
            let is_withheld = |hash: &Hash| matches!(copy.content.get(hash), Some(Content::Withheld));
            let original = held.envelope.content.iter();
            self.flight.push(Flight {
                end_offset: held.end_offset,
                shown: kept,
                withheld: original
                    .filter(|(hash, _)| is_withheld(hash))
                    .map(|(hash, content)| (*hash, content.clone()))
                    .collect(),
                given: copy.content.keys().copied().filter(|hash| !is_withheld(hash)).collect(),
            });
            let events = if held.shown.is_none() { events(&held.envelope).count() as u64 } else { 0 };
            bytes += held.bytes;
            copies.push((copy, events));
        }
        copies
    }

    /// The sink has what was handed out last.
    pub(super) fn delivered(&mut self) {
        for flight in self.flight.drain(..) {
            for hash in &flight.given {
                self.lacking.remove(hash);
            }
            self.lacking.extend(flight.withheld);
            if let Some(held) = self.held.iter_mut().find(|held| held.end_offset == flight.end_offset) {
                held.shown.get_or_insert_default().extend(flight.shown);
            }
        }
    }

    /// Forgets what is settled, from the front; gives how far that is, if it is any.
    pub(super) fn settled(&mut self, decider: &Decider) -> Option<Settled> {
        let mut settled = None;
        while let Some(held) = self.held.front() {
            let Some(shown) = &held.shown else { break };
            let is_settled = |trace: &TraceId| match decider.verdict(Some(*trace)) {
                Some(true) => shown.contains(trace),
                Some(false) => true,
                None => false,
            };
            if !self.is_once && !held.traces.iter().all(is_settled) {
                break;
            }
            settled = Some(Settled { end_offset: held.end_offset, is_closed: held.is_closed });
            self.bytes = self.bytes.saturating_sub(held.bytes);
            self.held.pop_front();
        }
        settled
    }
}

/// An event without what stands in its slots, for sinks that speak no envelopes.
pub(super) fn withheld(event: &Event) -> Event {
    let mut event = event.clone();
    if let Body::Present(body) = &mut event.body {
        content::visit_slots(body, &mut |slot| *slot = Mark::Withheld(hash_of(slot)).to_value());
    }
    event
}

fn hash_of(slot: &Value) -> Hash {
    Mark::of(slot).map_or_else(|| content::content_hash(slot, None), |mark| mark.hash())
}

/// An envelope with the content of those events alone that are kept. In one that goes again every slot is a reference, as it
/// was when it went without.
fn copy(
    envelope: &Envelope,
    keeps: &dyn Fn(&Event) -> bool,
    goes_again: bool,
    lacking: &HashMap<Hash, Content>,
) -> Envelope {
    let mut copy = envelope.clone();
    let (mut needed, mut inline) = (Vec::new(), BTreeMap::new());
    for entry in &mut copy.events {
        let Entry::Event(event) = entry else { continue };
        let is_kept = keeps(event);
        let Body::Present(body) = &mut event.body else { continue };
        if is_kept {
            content::for_each_reference(body, &mut |hash| needed.push(hash));
        }
        content::visit_slots(body, &mut |slot| match Mark::of(slot) {
            Some(_) => {}
            None if is_kept && !goes_again => {}
            None => {
                let hash = content::content_hash(slot, None);
                let value = std::mem::replace(slot, Mark::Ref(hash).to_value());
                inline.insert(hash, Content::new(value));
                needed.extend(is_kept.then_some(hash));
            }
        });
    }
    for (hash, content) in inline {
        copy.content.entry(hash).or_insert(content);
    }
    let mut found = HashSet::new();
    while let Some(hash) = needed.pop() {
        if !found.insert(hash) {
            continue;
        }
        if !copy.content.contains_key(&hash)
            && let Some(content) = lacking.get(&hash)
        {
            copy.content.insert(hash, content.clone());
        }
        if let Some(Content::Value { value, .. }) = copy.content.get(&hash) {
            content::for_each_reference_inside(value, &mut |hash| needed.push(hash));
        }
    }
    for (hash, content) in &mut copy.content {
        if !found.contains(hash) && matches!(content, Content::Value { .. }) {
            *content = Content::Withheld;
        }
    }
    copy
}

fn events(envelope: &Envelope) -> impl Iterator<Item = &Event> {
    envelope.events.iter().filter_map(|entry| match entry {
        Entry::Event(event) => Some(event.as_ref()),
        Entry::Withheld(_) => None,
    })
}
