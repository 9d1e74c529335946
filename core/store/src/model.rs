//! What goes into a store and what comes out, independent of the engine.

use tracewire_recorder::seal::{Sealed, SealedEvent};
use tracewire_wire::event::{Event, Status};
use tracewire_wire::id::{Hash, SpanId, TraceId};
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

/// A producer in the store.
#[derive(Clone, Debug, PartialEq)]
pub struct ProducerRow {
    /// Its name.
    pub name: String,
    /// Facts.
    pub facts: ProducerFacts,
    /// State of its journal file.
    pub state: ProducerState,
    /// State of the process that wrote it, which may go on in a later file. `Dead` also where the file was closed for it.
    pub process_state: ProducerState,
    /// Why it was closed.
    pub close: Option<String>,
    /// Where sealing goes on.
    pub cursor: Option<Cursor>,
    /// Number of the last event in an envelope.
    pub last_seq: u64,
    /// Digest of the envelope that holds it.
    pub head: Option<Hash>,
    /// Events behind the last boundary.
    pub pending: u64,
}

/// A trace in a list.
#[derive(Clone, Debug, PartialEq)]
pub struct TraceRow {
    /// Its id.
    pub trace_id: TraceId,
    /// Time of its first event.
    pub start: Timestamp,
    /// Time of its last event.
    pub last: Timestamp,
    /// Its head: the earliest root span, else the earliest span.
    pub head: Option<SpanId>,
    /// The head's name.
    pub name: Option<String>,
    /// The head's kind.
    pub kind: Option<String>,
    /// The head's status; `None` while it has no end.
    pub status: Option<Status>,
    /// The head's duration in nanoseconds.
    pub duration_nanos: Option<u64>,
    /// The head's `session_id`.
    pub session_id: Option<String>,
    /// `service.name` of the head's producer.
    pub service: Option<String>,
    /// The producer that started the head.
    pub producer: Option<String>,
    /// Events.
    pub events: u64,
    /// Spans.
    pub spans: u64,
    /// Spans without an end.
    pub open_spans: u64,
    /// Spans whose status is `error` or `timeout`.
    pub errors: u64,
    /// Input tokens of the spans of kind `llm`, `embedding` and `rerank`.
    pub input_tokens: u64,
    /// Output tokens of these.
    pub output_tokens: u64,
}

/// A span or a point event, without its payload.
#[derive(Clone, Debug, PartialEq)]
pub struct SpanRow {
    /// Its id.
    pub span_id: SpanId,
    /// Its parent's.
    pub parent_id: Option<SpanId>,
    /// Whether it is a point event and no span.
    pub is_point: bool,
    /// Whether its start is here.
    pub has_start: bool,
    /// Its kind.
    pub kind: Option<String>,
    /// Its name after all updates.
    pub name: Option<String>,
    /// The status of its end; `None` while it has none.
    pub status: Option<Status>,
    /// When it began; the first thing known where the start is not here.
    pub start: Timestamp,
    /// When it ended.
    pub end: Option<Timestamp>,
    /// Time of the last event that names it.
    pub last: Timestamp,
    /// How long it took, in nanoseconds.
    pub duration_nanos: Option<u64>,
    /// The producer of its start; of its end where the start is not here.
    pub producer: Option<String>,
    /// Input tokens that it reports.
    pub input_tokens: Option<u64>,
    /// Output tokens that it reports.
    pub output_tokens: Option<u64>,
}

impl SpanRow {
    /// Whether it is a span without an end.
    pub fn is_open(&self) -> bool {
        !self.is_point && self.end.is_none()
    }
}

/// An event in the store.
#[derive(Clone, Debug, PartialEq)]
pub struct StoredEvent {
    /// Its place in the order of arrival, for [`crate::Store::events_after`].
    pub id: u64,
    /// The producer.
    pub producer: std::sync::Arc<str>,
    /// The event; its content as references.
    pub event: Event,
}

/// A content in the store.
#[derive(Clone, Debug, PartialEq)]
pub enum StoredContent {
    /// Canonical JSON of the value.
    Value {
        /// The bytes.
        json: Vec<u8>,
        /// Members beside the value: the nonce of keyed mode, and those of a later version.
        members: Map,
    },
    /// Erased for ever.
    Erased,
    /// Not in this copy.
    Withheld,
}

/// An envelope in the store.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StoredEnvelope {
    /// The producer.
    pub producer: String,
    /// Number of its first event.
    pub first_seq: u64,
    /// Its identity.
    pub digest: Hash,
    /// Whether another envelope holds other events under the same numbers, and came first.
    pub is_fork: bool,
    /// Canonical JSON, byte for byte as it was sealed; less what was erased since.
    pub bytes: Vec<u8>,
}

/// An entry of the chained ledger of accepted heads.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LedgerEntry {
    /// Its number, from 1.
    pub number: u64,
    /// The producer.
    pub producer: String,
    /// Number of the last event under the head.
    pub last_seq: u64,
    /// Digest of the producer's last envelope.
    pub head: Hash,
    /// Hash of the entry before it.
    pub prev: Option<Hash>,
    /// Hash of this entry; see [`LedgerEntry::compute_hash`].
    pub hash: Hash,
}

impl LedgerEntry {
    /// SHA-256 of the line `tracewire:ledger <number> <producer> <last_seq> <head> <prev or ->`.
    pub fn compute_hash(&self) -> Hash {
        let prev = self.prev.map_or_else(|| "-".to_owned(), |prev| prev.to_string());
        let line = format!("tracewire:ledger {} {} {} {} {prev}", self.number, self.producer, self.last_seq, self.head);
        Hash::of(line.as_bytes())
    }
}

/// Which traces a list holds. All conditions must hold.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct TraceFilter {
    /// At most this many; 0 stands for 50.
    pub limit: usize,
    /// Only what comes behind this place of an earlier list.
    pub after: Option<TraceCursor>,
    /// Some event names this session.
    pub session_id: Option<String>,
    /// The head's service.
    pub service: Option<String>,
    /// The head's status; `Unset` stands for the word itself.
    pub status: Option<Status>,
    /// Some span has no end.
    pub open_only: bool,
    /// Some span failed.
    pub errors_only: bool,
    /// Started at this time or later.
    pub since: Option<Timestamp>,
    /// Started before this time.
    pub until: Option<Timestamp>,
}

/// A place in a list of traces.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TraceCursor {
    /// Start of the last trace seen.
    pub start: Timestamp,
    /// Its row.
    pub row: i64,
}

/// One page of a list of traces, latest first.
#[derive(Clone, Debug, PartialEq)]
pub struct TracePage {
    /// The traces.
    pub traces: Vec<TraceRow>,
    /// Where the next page begins; `None` when this was the last one.
    pub next: Option<TraceCursor>,
}

/// What a trace is looked up by.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Lookup {
    /// The trace id or its first hex digits.
    Trace(String),
    /// The id of a span or point event, or its first hex digits.
    Span(String),
    /// A session that some event names.
    Session(String),
    /// A correlation id that some event names.
    Correlation(String),
}

/// Sizes, for people and for `doctor`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct StoreStats {
    /// Version of the database's schema.
    pub version: i64,
    /// Bytes of the database, without the write-ahead log.
    pub bytes: u64,
    /// Bytes inside it that deletions have freed.
    pub free_bytes: u64,
}
