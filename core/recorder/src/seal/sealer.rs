//! The state machine: items of a file go in, envelopes come out at count, bytes, mark or close.

use super::prepare::{Prepared, Preparer};
use super::{normalise, size};
use crate::journal::{Header, Item};
use std::collections::HashSet;
use tracewire_wire::envelope;
use tracewire_wire::event::{Body, Event, EventType};
use tracewire_wire::id::Hash;
use tracewire_wire::order::Order as _;
use tracewire_wire::time::Timestamp;
use tracewire_wire::value::{Map, Value};

/// Where sealing goes on: everything that the bytes before it decide about the bytes after it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Checkpoint {
    /// Byte offset in the file just behind the last sealed item.
    pub offset: u64,
    /// The number of the next event, from 1.
    pub next_seq: u64,
    /// Digest of the last envelope.
    pub prev: Option<Hash>,
    /// Time of the last event; a loss found in the file has no time of its own.
    pub last_time: Option<Timestamp>,
    /// Content that this producer's envelopes carry already. Only asked for membership.
    pub content: HashSet<Hash>,
}

/// One event of an envelope, in both forms.
#[derive(Clone, Debug)]
pub struct SealedEvent {
    /// The event, its content addressed.
    pub event: Event,
    /// Its canonical JSON.
    pub json: Vec<u8>,
    /// Its digest.
    pub digest: Hash,
}

/// One envelope, whole and in its parts.
#[derive(Clone, Debug)]
pub struct Sealed {
    /// Its members other than `events`, `content` and `digest`.
    pub header: Map,
    /// Its events in order.
    pub events: Vec<SealedEvent>,
    /// The content that it carries: hash, and canonical JSON of the value.
    pub content: Vec<(Hash, Vec<u8>)>,
    /// Bytes of its events and content, without what stands around them.
    pub payload_bytes: usize,
    /// The number of its first event.
    pub first_seq: u64,
    /// Its digest.
    pub digest: Hash,
    /// The digest of the envelope before it.
    pub prev: Option<Hash>,
    /// Byte offset in the file just behind its last item.
    pub end_offset: u64,
    /// Whether it is the file's last envelope.
    pub closed: bool,
}

impl Sealed {
    /// Canonical JSON of the envelope. Put together at each call: a store keeps the parts and never asks.
    pub fn bytes(&self) -> Vec<u8> {
        let events: Vec<&[u8]> = self.events.iter().map(|event| event.json.as_slice()).collect();
        let content: Vec<(Hash, &[u8])> = self.content.iter().map(|(hash, value)| (*hash, value.as_slice())).collect();
        envelope::assemble(&self.header, &events, &content, &self.digest)
    }
}

/// Turns one file's items into envelopes.
pub struct Sealer {
    producer: String,
    base: Map,
    preparer: Preparer,
    event_limit: usize,
    byte_limit: usize,
    created: Timestamp,
    is_known_version: bool,
    state: Checkpoint,
    pending: Pending,
}

#[derive(Default)]
struct Pending {
    events: Vec<SealedEvent>,
    content: Vec<(Hash, Vec<u8>)>,
    bytes: usize,
    last_time: Option<Timestamp>,
}

impl Sealer {
    /// A sealer at the start of a file.
    pub fn new(header: &Header) -> Self {
        Self::resume(header, Checkpoint { next_seq: 1, ..Checkpoint::default() })
    }

    /// A sealer behind an envelope that was sealed earlier, by anybody.
    pub fn resume(header: &Header, checkpoint: Checkpoint) -> Self {
        let mut base = Map::from_iter([
            ("producer".to_owned(), Value::Text(header.producer.clone())),
            ("resource".to_owned(), Value::Map(header.resource.clone())),
            ("seal".to_owned(), Value::from_u64(header.seal)),
            ("spec".to_owned(), Value::Text(header.spec.clone())),
        ]);
        for (name, value) in [("parent", &header.parent), ("predecessor", &header.predecessor)] {
            if let (Some(value), 1) = (value, checkpoint.next_seq) {
                base.insert(name.to_owned(), Value::Text(value.clone()));
            }
        }
        let (preparer, has_rules) = Preparer::of_header(header);
        // No emitter writes a later version than what its header asks for needs.
        let is_known_version = header.seal == super::version_for(&header.redact, header.media) && has_rules;
        Sealer {
            producer: header.producer.clone(),
            base,
            preparer,
            event_limit: size(header.limits.envelope_events).max(1),
            byte_limit: size(header.limits.envelope_bytes),
            created: header.created,
            is_known_version: is_known_version && envelope::is_readable(&header.spec),
            state: checkpoint,
            pending: Pending::default(),
        }
    }

    /// The producer whose file it is.
    pub fn producer(&self) -> &str {
        &self.producer
    }

    /// False for a file of a later seal version, or of rules that are none, or of another major version of the specification: its events are read as [`Sealer::pending`] and never sealed.
    pub fn can_seal(&self) -> bool {
        self.is_known_version
    }

    /// Events behind the last boundary, as they will be sealed.
    pub fn pending(&self) -> &[SealedEvent] {
        &self.pending.events
    }

    /// Content that the pending events refer to and that no envelope carries yet.
    pub fn pending_content(&self) -> &[(Hash, Vec<u8>)] {
        &self.pending.content
    }

    /// Where another sealer goes on; pending events are not part of it.
    pub fn checkpoint(&self) -> &Checkpoint {
        &self.state
    }

    /// Takes the next item of the file; gives an envelope where one ends with it.
    ///
    /// A record that cannot be read becomes a `loss` event.
    pub fn push(&mut self, item: &Item<'_>) -> Option<Sealed> {
        let end_offset = item.end_offset();
        match item {
            Item::Record { payload, .. } => {
                let seq = self.next_seq();
                match normalise::event(payload, seq) {
                    Ok(event) => self.add(event),
                    Err(_) => self.add_loss("invalid", Some(1), payload.len() as u64, item.offset()),
                }
            }
            Item::Damage { offset, bytes } => self.add_loss("damaged", None, *bytes, *offset),
            Item::Mark { .. } if self.pending.events.is_empty() => return None,
            Item::Mark { .. } => return self.end(end_offset, None),
            Item::Close { reason, .. } => return self.end(end_offset, Some(reason.as_str())),
            Item::Unknown { .. } => return None,
        }
        self.end_if_full(end_offset)
    }

    /// Takes an event that comes from no file; gives an envelope where one ends with it.
    pub fn push_prepared(&mut self, mut prepared: Prepared) -> Option<Sealed> {
        prepared.event.seq = self.next_seq();
        self.add_prepared(prepared);
        self.end_if_full(self.state.offset)
    }

    /// Ends the envelope that is begun; none where nothing is pending.
    pub fn mark(&mut self) -> Option<Sealed> {
        if self.pending.events.is_empty() { None } else { self.end(self.state.offset, None) }
    }

    /// Ends the producer.
    pub fn close(&mut self, reason: &str) -> Option<Sealed> {
        self.end(self.state.offset, Some(reason))
    }

    fn end_if_full(&mut self, end_offset: u64) -> Option<Sealed> {
        let is_full = self.pending.events.len() >= self.event_limit || self.pending.bytes >= self.byte_limit;
        if is_full { self.end(end_offset, None) } else { None }
    }

    fn next_seq(&self) -> u64 {
        self.state.next_seq + self.pending.events.len() as u64
    }

    /// What a file lost is an event of its own, at the time of the event before it.
    fn add_loss(&mut self, reason: &str, count: Option<u64>, bytes: u64, offset: u64) {
        let time = self.pending.last_time.or(self.state.last_time).unwrap_or(self.created);
        let mut event = Event::new(EventType::Loss, time);
        event.seq = self.next_seq();
        let mut body = Map::from_iter([
            ("bytes".to_owned(), Value::from_u64(bytes)),
            ("offset".to_owned(), Value::from_u64(offset)),
            ("reason".to_owned(), Value::Text(reason.to_owned())),
        ]);
        if let Some(count) = count {
            body.insert("count".to_owned(), Value::from_u64(count));
        }
        event.body = Body::Present(body);
        self.add(event);
    }

    fn add(&mut self, event: Event) {
        let prepared = self.preparer.prepare(event);
        self.add_prepared(prepared);
    }

    fn add_prepared(&mut self, prepared: Prepared) {
        let Prepared { event, body_hash, content: brought } = prepared;
        let Pending { events, content, bytes, last_time } = &mut self.pending;
        for (hash, value) in brought {
            if !self.state.content.contains(&hash) && !content.iter().any(|(known, _)| *known == hash) {
                *bytes += value.len();
                content.push((hash, value));
            }
        }
        let mut json = Vec::with_capacity(512);
        event.write_to(&mut json);
        *bytes += json.len();
        *last_time = Some(event.time);
        let digest = event.digest_with(body_hash);
        events.push(SealedEvent { event, json, digest });
    }

    fn end(&mut self, end_offset: u64, close: Option<&str>) -> Option<Sealed> {
        if !self.is_known_version {
            return None;
        }
        let Pending { events, mut content, bytes: payload_bytes, last_time } = std::mem::take(&mut self.pending);
        let mut header = self.base.clone();
        header.insert("first_seq".to_owned(), Value::from_u64(self.state.next_seq));
        if let Some(prev) = &self.state.prev {
            header.insert("prev".to_owned(), Value::Text(prev.to_string()));
        }
        if let Some(reason) = close {
            header.insert("close".to_owned(), Value::Text(reason.to_owned()));
        }
        header.sort();
        content.order_by(|(a, _), (b, _)| a.cmp(b));
        let digests: Vec<Hash> = events.iter().map(|event| event.digest).collect();
        let digest = envelope::digest_of(&header, &digests);
        let first_seq = self.state.next_seq;
        let prev = self.state.prev;
        self.state.offset = end_offset;
        self.state.next_seq += events.len() as u64;
        self.state.prev = Some(digest);
        self.state.last_time = last_time.or(self.state.last_time);
        self.state.content.extend(content.iter().map(|(hash, _)| *hash));
        // Where the file comes from stands in its first envelope only.
        self.base.remove("parent");
        self.base.remove("predecessor");
        Some(Sealed {
            header,
            events,
            content,
            payload_bytes,
            first_seq,
            digest,
            prev,
            end_offset,
            closed: close.is_some(),
        })
    }
}
