//! Envelopes made by hand: events in, canonical pieces out, with chain and content as a sealer makes them.

use std::collections::BTreeSet;
use tracewire_store::{Batch, ContentBody, Incoming, IncomingContent, IncomingEvent, Pending};
use tracewire_wire::content;
use tracewire_wire::envelope::{self, Content, Entry, Envelope};
use tracewire_wire::event::{Body, Event, EventType, Status};
use tracewire_wire::id::{Hash, SpanId, TraceId};
use tracewire_wire::json::{self, ReadOptions};
use tracewire_wire::time::Timestamp;
use tracewire_wire::value::{Map, Value};

/// 2026-01-01T00:00:00Z.
pub const EPOCH: i64 = 1_767_225_600_000_000_000;

pub fn trace_id(number: u128) -> TraceId {
    TraceId(number.to_be_bytes())
}

pub fn span_id(number: u64) -> SpanId {
    SpanId(number.to_be_bytes())
}

/// Reads JSON written in a test.
pub fn value(text: &str) -> Value {
    json::read(text.as_bytes(), &ReadOptions::default()).unwrap()
}

/// An event at so many milliseconds after the epoch, with a body written as JSON.
pub fn event(event_type: EventType, millis: i64, trace: u128, span: u64, body: &str) -> Event {
    let mut event = Event::new(event_type, Timestamp(EPOCH + millis * 1_000_000));
    event.trace_id = TraceId::from_bytes(trace.to_be_bytes());
    event.span_id = SpanId::from_bytes(span.to_be_bytes());
    let Value::Map(body) = value(body) else { panic!("a body is a map") };
    event.body = Body::Present(body);
    event
}

pub fn start(millis: i64, trace: u128, span: u64, parent: u64, kind: &str, body: &str) -> Event {
    let mut event = event(EventType::SpanStart, millis, trace, span, body);
    event.kind = Some(kind.to_owned());
    event.parent_id = SpanId::from_bytes(parent.to_be_bytes());
    event
}

pub fn end(millis: i64, trace: u128, span: u64, status: Status, body: &str) -> Event {
    let mut event = event(EventType::SpanEnd, millis, trace, span, body);
    event.status = Some(status);
    event.duration_nanos = Some(5_000_000);
    event
}

/// A sealed envelope that owns its parts.
#[derive(Clone, Debug)]
pub struct Made {
    pub producer: String,
    pub header: Map,
    pub first_seq: u64,
    pub digest: Hash,
    pub events: Vec<(Option<Event>, Vec<u8>)>,
    pub content: Vec<(Hash, Carried)>,
    pub bytes: Vec<u8>,
}

#[derive(Clone, Debug, PartialEq)]
pub enum Carried {
    Value(Vec<u8>, Map),
    Erased,
    Withheld,
}

impl Made {
    pub fn incoming(&self) -> Incoming<'_> {
        Incoming {
            producer: &self.producer,
            header: &self.header,
            first_seq: self.first_seq,
            digest: self.digest,
            events: self.events.iter().map(|(event, json)| IncomingEvent { event: event.as_ref(), json }).collect(),
            content: self
                .content
                .iter()
                .map(|(hash, carried)| match carried {
                    Carried::Value(json, members) => {
                        IncomingContent { hash: *hash, members: Some(members), body: ContentBody::Value(json) }
                    }
                    Carried::Erased => IncomingContent { hash: *hash, members: None, body: ContentBody::Erased },
                    Carried::Withheld => IncomingContent { hash: *hash, members: None, body: ContentBody::Withheld },
                })
                .collect(),
        }
    }

    /// The same envelope as a batch of its own.
    pub fn batch(&self) -> Batch<'_> {
        Batch { envelopes: vec![self.incoming()], ..Batch::default() }
    }

    /// Its events as if they were not sealed yet.
    pub fn pending(&self) -> Batch<'_> {
        self.pending_first(self.events.len())
    }

    /// Its first events as if they were not sealed yet.
    pub fn pending_first(&self, count: usize) -> Batch<'_> {
        let incoming = self.incoming();
        let events = incoming.events.into_iter().take(count).collect();
        let pending =
            Pending { producer: &self.producer, first_seq: self.first_seq, events, content: incoming.content };
        Batch { pending: vec![pending], ..Batch::default() }
    }

    /// From an envelope as it came from elsewhere.
    pub fn from_envelope(envelope: &Envelope) -> Self {
        let entry = |entry: &Entry| match entry {
            Entry::Event(event) => {
                let mut json = Vec::new();
                event.write_to(&mut json);
                (Some((**event).clone()), json)
            }
            Entry::Withheld(hash) => (None, json::write(&content::Mark::Withheld(*hash).to_value())),
        };
        let carried = |(hash, content): (&Hash, &Content)| {
            let carried = match content {
                Content::Value { value, nonce, other } => {
                    let nonce = nonce.iter().map(|nonce| ("nonce".to_owned(), Value::from(nonce.as_str())));
                    Carried::Value(json::write(value), nonce.chain(other.iter().cloned()).collect())
                }
                Content::Erased => Carried::Erased,
                Content::Withheld => Carried::Withheld,
            };
            (*hash, carried)
        };
        Made {
            producer: envelope.producer.clone(),
            header: envelope.header(),
            first_seq: envelope.first_seq,
            digest: envelope.digest,
            events: envelope.events.iter().map(entry).collect(),
            content: envelope.content.iter().map(carried).collect(),
            bytes: envelope.write(),
        }
    }
}

/// One producer that seals what it is given.
pub struct Maker {
    producer: String,
    resource: Map,
    next_seq: u64,
    prev: Option<Hash>,
    carried: BTreeSet<Hash>,
}

impl Maker {
    pub fn new(producer: &str) -> Self {
        let resource =
            Map::from_iter([("service.name".to_owned(), Value::from(format!("service-{}", &producer[..4])))]);
        Maker { producer: producer.to_owned(), resource, next_seq: 1, prev: None, carried: BTreeSet::new() }
    }

    /// A copy that goes another way from here: a fork.
    pub fn branch(&self) -> Self {
        Maker {
            producer: self.producer.clone(),
            resource: self.resource.clone(),
            next_seq: self.next_seq,
            prev: self.prev,
            carried: self.carried.clone(),
        }
    }

    pub fn seal(&mut self, events: Vec<Event>) -> Made {
        self.seal_with(events, None)
    }

    pub fn close(&mut self, events: Vec<Event>, reason: &str) -> Made {
        self.seal_with(events, Some(reason))
    }

    fn seal_with(&mut self, events: Vec<Event>, close: Option<&str>) -> Made {
        let mut header = Map::from_iter([
            ("first_seq".to_owned(), Value::from_u64(self.next_seq)),
            ("producer".to_owned(), Value::from(self.producer.as_str())),
            ("resource".to_owned(), Value::Map(self.resource.clone())),
            ("seal".to_owned(), Value::Int(1)),
            ("spec".to_owned(), Value::from("1.0")),
        ]);
        if let Some(prev) = self.prev {
            header.insert("prev".to_owned(), Value::from(prev.to_string()));
        }
        if let Some(close) = close {
            header.insert("close".to_owned(), Value::from(close));
        }
        header.sort();
        let first_seq = self.next_seq;
        let mut content = Vec::new();
        let mut digests = Vec::new();
        let mut made = Vec::new();
        for mut event in events {
            event.seq = self.next_seq;
            self.next_seq += 1;
            if let Body::Present(body) = &mut event.body {
                content::externalise(body, 64, &mut |hash, json| {
                    if self.carried.insert(hash) {
                        content.push((hash, json));
                    }
                });
            }
            digests.push(event.digest());
            let mut json = Vec::new();
            event.write_to(&mut json);
            made.push((Some(event), json));
        }
        content.sort();
        let digest = envelope::digest_of(&header, &digests);
        let events: Vec<&[u8]> = made.iter().map(|(_, json)| json.as_slice()).collect();
        let pieces: Vec<(Hash, &[u8])> = content.iter().map(|(hash, json)| (*hash, json.as_slice())).collect();
        let bytes = envelope::assemble(&header, &events, &pieces, &digest);
        self.prev = Some(digest);
        let content = content.into_iter().map(|(hash, json)| (hash, Carried::Value(json, Map::new()))).collect();
        Made { producer: self.producer.clone(), header, first_seq, digest, events: made, content, bytes }
    }
}

/// Numbers that look random and are the same in every run.
pub struct Dice(pub u64);

impl Dice {
    pub fn below(&mut self, limit: u64) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        (self.0 >> 11) % limit
    }

    pub fn shuffle<T>(&mut self, items: &mut [T]) {
        for at in (1..items.len()).rev() {
            items.swap(at, self.below(at as u64 + 1) as usize);
        }
    }
}

/// What several processes record of a few shared traces: spans that cross processes, ends without starts, several
/// starts, updates, equal times, logs, losses, feedback, long content that repeats.
pub fn workload(seed: u64) -> Vec<Made> {
    let mut dice = Dice(seed.wrapping_mul(0x9e37_79b9_7f4a_7c15) | 1);
    let mut all = Vec::new();
    for process in 0..3 {
        let mut maker = Maker::new(&format!("{:016x}-1", seed * 16 + process + 1));
        for envelope in 0..4 {
            let events = (0..1 + dice.below(9)).map(|_| any_event(&mut dice)).collect();
            let is_last = envelope == 3 && process < 2;
            all.push(if is_last { maker.close(events, "exited") } else { maker.seal(events) });
        }
    }
    all
}

fn any_event(dice: &mut Dice) -> Event {
    let millis = dice.below(6) as i64;
    let trace = u128::from(1 + dice.below(3));
    let span = 1 + dice.below(5);
    let parent = dice.below(3);
    let kind = ["agent", "llm", "tool"][dice.below(3) as usize];
    let long = format!("the same long text that is said again and again and again, number {}", dice.below(4));
    let body = |rest: &str| format!(r#"{{"input":"{long}","name":"n{span}{millis}"{rest}}}"#);
    match dice.below(12) {
        0..=3 => {
            let session = format!(r#","session_id":"s{}""#, dice.below(3));
            start(millis, trace, span, parent, kind, &body(if dice.below(3) == 0 { &session } else { "" }))
        }
        4..=6 => {
            let status = [Status::Ok, Status::Error, Status::Timeout][dice.below(3) as usize].clone();
            let usage =
                format!(r#"{{"output":"{long}","usage":{{"input_tokens":{},"output_tokens":2}}}}"#, dice.below(50));
            end(millis, trace, span, status, &usage)
        }
        7 => event(EventType::SpanUpdate, millis, trace, span, &format!(r#"{{"name":"later {}"}}"#, dice.below(9))),
        8 => event(
            EventType::SpanUpdate,
            millis,
            trace,
            span,
            &format!(r#"{{"usage":{{"input_tokens":{}}}}}"#, dice.below(9)),
        ),
        9 => event(EventType::Event, millis, trace, span + 10, r#"{"name":"mcp.tool.called"}"#),
        10 if span == 1 => {
            event(EventType::SpanUpdate, millis, trace, span, r#"{"attributes":{"gen_ai.agent.name":"planner"}}"#)
        }
        10 if span == 2 => {
            let mut loose = event(EventType::Log, millis, 0, 0, r#"{"message":"alone","session_id":"s1"}"#);
            (loose.trace_id, loose.span_id) = (None, None);
            loose
        }
        10 => event(EventType::Log, millis, trace, span, r#"{"message":"hello","correlation_id":"c1"}"#),
        _ => {
            let mut loss = event(EventType::Loss, millis, 0, 0, r#"{"reason":"quota","count":3}"#);
            loss.trace_id = None;
            loss.span_id = None;
            loss
        }
    }
}
