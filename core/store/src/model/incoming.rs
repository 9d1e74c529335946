//! What goes in: batches of envelopes and pending events, and what applying them changed.

use tracewire_recorder::seal::{Sealed, SealedEvent};
use tracewire_wire::event::Event;
use tracewire_wire::id::Hash;
use tracewire_wire::time::Timestamp;
use tracewire_wire::value::Map;

/// Everything that is applied in one transaction: producers first, then envelopes, then pending events.
#[derive(Clone, Debug, Default)]
pub struct Batch<'a> {
    /// What is known of producers.
    pub producers: Vec<ProducerUpdate>,
    /// Sealed envelopes, in any order.
    pub envelopes: Vec<Incoming<'a>>,
    /// Events behind the last boundary of their producer.
    pub pending: Vec<Pending<'a>>,
}

impl Batch<'_> {
    /// Whether there is nothing in it.
    pub fn is_empty(&self) -> bool {
        self.producers.is_empty() && self.envelopes.is_empty() && self.pending.is_empty()
    }
}

/// A sealed envelope in parts.
#[derive(Clone, Debug)]
pub struct Incoming<'a> {
    /// Whose events these are.
    pub producer: &'a str,
    /// Its members other than `events`, `content` and `digest`, in canonical order.
    pub header: &'a Map,
    /// Number of its first event.
    pub first_seq: u64,
    /// Its identity.
    pub digest: Hash,
    /// Its events in order.
    pub events: Vec<IncomingEvent<'a>>,
    /// The content that it carries, by hash.
    pub content: Vec<IncomingContent<'a>>,
}

/// One event of an envelope.
#[derive(Clone, Copy, Debug)]
pub struct IncomingEvent<'a> {
    /// The event; `None` where only its digest is here.
    pub event: Option<&'a Event>,
    /// Its canonical JSON, or the `$withheld` mark that stands in its place.
    pub json: &'a [u8],
}

/// One content of an envelope.
#[derive(Clone, Copy, Debug)]
pub struct IncomingContent<'a> {
    /// Its hash.
    pub hash: Hash,
    /// Members beside the value: the nonce of keyed mode, and those of a later version.
    pub members: Option<&'a Map>,
    /// What is carried.
    pub body: ContentBody<'a>,
}

/// What an envelope carries for a hash.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ContentBody<'a> {
    /// Canonical JSON of the value.
    Value(&'a [u8]),
    /// Erased for ever.
    Erased,
    /// Not in this copy.
    Withheld,
}

impl<'a> From<&'a Sealed> for Incoming<'a> {
    fn from(sealed: &'a Sealed) -> Self {
        let producer = sealed.header.get("producer").and_then(|producer| producer.as_text()).unwrap_or_default();
        Incoming {
            producer,
            header: &sealed.header,
            first_seq: sealed.first_seq,
            digest: sealed.digest,
            events: sealed.events.iter().map(IncomingEvent::from).collect(),
            content: sealed.content.iter().map(|(hash, value)| IncomingContent::value(*hash, value)).collect(),
        }
    }
}

impl<'a> From<&'a SealedEvent> for IncomingEvent<'a> {
    fn from(event: &'a SealedEvent) -> Self {
        IncomingEvent { event: Some(&event.event), json: &event.json }
    }
}

impl<'a> IncomingContent<'a> {
    /// A content that is its value and no more.
    pub fn value(hash: Hash, json: &'a [u8]) -> Self {
        IncomingContent { hash, members: None, body: ContentBody::Value(json) }
    }
}

/// Events of one producer that no envelope holds yet. They are seen by queries, and stay the same rows when sealed.
#[derive(Clone, Debug)]
pub struct Pending<'a> {
    /// The producer.
    pub producer: &'a str,
    /// Number of the first event.
    pub first_seq: u64,
    /// The events in order; none says that nothing is pending.
    pub events: Vec<IncomingEvent<'a>>,
    /// Content that they refer to and no envelope carries yet.
    pub content: Vec<IncomingContent<'a>>,
}

/// Whether more can come from a producer.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum ProducerState {
    /// Its process runs.
    Alive,
    /// It ended and said so, or was closed for it.
    Closed,
    /// Its process is gone.
    Dead,
    /// Nobody here can tell.
    Unknown,
}

impl ProducerState {
    /// The state as a word.
    pub fn as_str(self) -> &'static str {
        match self {
            ProducerState::Alive => "alive",
            ProducerState::Closed => "closed",
            ProducerState::Dead => "dead",
            ProducerState::Unknown => "unknown",
        }
    }
}

/// Facts of a producer, as its journal tells them.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct ProducerFacts {
    /// When it began.
    pub created: Option<Timestamp>,
    /// Attributes of the emitter.
    pub resource: Map,
    /// Where it runs: `host`, `boot`, `pid_namespace`, `pid`, `started`.
    pub origin: Map,
    /// Version of the specification.
    pub spec: String,
    /// Version of the sealing function.
    pub seal: u64,
    /// Producer of the process that forked this one.
    pub parent: Option<String>,
    /// Producer of the same process before this one.
    pub predecessor: Option<String>,
}

/// Where sealing of a producer's journal goes on. The content that its envelopes carry is asked for apart.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Cursor {
    /// Byte offset behind the last sealed item.
    pub offset: u64,
    /// Number of the next event.
    pub next_seq: u64,
    /// Digest of the last envelope.
    pub prev: Option<Hash>,
    /// Time of the last event.
    pub last_time: Option<Timestamp>,
}

/// News of a producer. What is `None` stays as it is; a cursor never goes back.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct ProducerUpdate {
    /// Its name.
    pub name: String,
    /// Facts.
    pub facts: Option<ProducerFacts>,
    /// Whether more can come.
    pub state: Option<ProducerState>,
    /// Where sealing goes on.
    pub cursor: Option<Cursor>,
}

/// What applying a batch changed.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Applied {
    /// Envelopes that were new.
    pub envelopes: u64,
    /// Envelopes that were there already.
    pub known: u64,
    /// Events that were new.
    pub events: u64,
    /// Events of traces that were deleted: only their digests were kept.
    pub withheld: u64,
    /// Forks that came to light.
    pub forks: Vec<Fork>,
}

/// One place of a chain with two successors (TW-DIG-004).
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Fork {
    /// The producer.
    pub producer: String,
    /// Number of the first event of the later comer.
    pub first_seq: u64,
    /// Digest of the later comer.
    pub digest: Hash,
}
