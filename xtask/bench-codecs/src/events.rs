//! Events as an agent's recorder makes them, one after the other and in envelopes.

use crate::samples::{KINDS, MODELS, NAMES, Random, SENTENCES, map};
use std::collections::BTreeMap;
use tracewire_wire::envelope::{Entry, Envelope};
use tracewire_wire::event::{Body, Event, EventType, Status};
use tracewire_wire::id::{Hash, SpanId, TraceId};
use tracewire_wire::time::Timestamp;
use tracewire_wire::value::{Map, Value};

/// Events for each envelope.
const PER_ENVELOPE: usize = 128;

/// 2026-11-21T00:00:00Z in nanoseconds.
const START: i64 = 1_795_219_200_000_000_000;

/// So many events: spans that begin and end, eight in a trace.
pub fn events(count: usize) -> Vec<Event> {
    Producer::new(3).take(count).collect()
}

/// Events without end, numbered from 1.
pub struct Producer {
    random: Random,
    seq: u64,
    trace: [u8; 16],
    root: Option<SpanId>,
    open: Option<SpanId>,
}

impl Producer {
    pub fn new(seed: u64) -> Self {
        Producer { random: Random(seed), seq: 0, trace: [0; 16], root: None, open: None }
    }

    fn event(&mut self, event_type: EventType, body: Value) -> Event {
        self.seq += 1;
        let time = START + self.seq as i64 * 1_000_000 + self.random.below(1_000_000) as i64;
        let mut event = Event::new(event_type, Timestamp(time));
        event.seq = self.seq;
        event.trace_id = TraceId::from_bytes(self.trace);
        if let Value::Map(map) = body {
            event.body = Body::Present(map);
        }
        event
    }

    fn start(&mut self) -> Event {
        if self.seq.is_multiple_of(16) {
            let high = self.random.next().to_be_bytes();
            self.trace = std::array::from_fn(|at| if at < 8 { high[at] } else { at as u8 });
            self.root = None;
        }
        let kind = self.random.pick(KINDS);
        let random = &mut self.random;
        let body = map([
            (
                "attributes",
                map([
                    ("gen_ai.operation.name", Value::from("chat")),
                    ("gen_ai.request.model", Value::from(random.pick(MODELS))),
                    ("gen_ai.request.temperature", random.fraction(2)),
                    ("server.address", Value::from("api.example.com")),
                ]),
            ),
            ("input", map([("content", Value::from(random.pick(SENTENCES))), ("role", Value::from("user"))])),
            ("name", Value::from(random.pick(NAMES))),
        ]);
        let span = SpanId::from_bytes(random.next().to_be_bytes());
        let mut event = self.event(EventType::SpanStart, body);
        event.kind = Some(kind.to_owned());
        (event.span_id, event.parent_id) = (span, self.root);
        self.root = self.root.or(span);
        self.open = span;
        event
    }

    fn end(&mut self, span: SpanId) -> Event {
        let random = &mut self.random;
        let body = map([
            ("output", Value::from(random.pick(SENTENCES))),
            ("usage", map([("input_tokens", random.int(20_000)), ("output_tokens", random.int(4_000))])),
        ]);
        let duration = random.below(900_000_000);
        let mut event = self.event(EventType::SpanEnd, body);
        event.span_id = Some(span);
        event.status = Some(Status::Ok);
        event.duration_nanos = Some(duration);
        event
    }
}

impl Iterator for Producer {
    type Item = Event;

    fn next(&mut self) -> Option<Event> {
        Some(match self.open.take() {
            Some(span) => self.end(span),
            None => self.start(),
        })
    }
}

/// Envelopes without end, chained.
pub struct Envelopes {
    producer: Producer,
    prev: Option<Hash>,
}

impl Envelopes {
    pub fn new(seed: u64) -> Self {
        Envelopes { producer: Producer::new(seed), prev: None }
    }
}

impl Iterator for Envelopes {
    type Item = Envelope;

    fn next(&mut self) -> Option<Envelope> {
        let first_seq = self.producer.seq + 1;
        let mut envelope = Envelope {
            spec: "1.0".to_owned(),
            seal: 1,
            producer: "0123456789abcdef".to_owned(),
            resource: Map::from_iter([("service.name".to_owned(), Value::from("otter"))]),
            first_seq,
            prev: self.prev,
            parent: None,
            predecessor: None,
            close: None,
            events: self.producer.by_ref().take(PER_ENVELOPE).map(|event| Entry::Event(Box::new(event))).collect(),
            content: BTreeMap::new(),
            digest: Hash([0; 32]),
            other: Map::new(),
        };
        envelope.digest = envelope.compute_digest();
        self.prev = Some(envelope.digest);
        Some(envelope)
    }
}
