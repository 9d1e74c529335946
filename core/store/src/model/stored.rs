//! What comes out: producers, traces, spans, events, envelopes.

use super::{Cursor, ProducerFacts, ProducerState};
use std::collections::BTreeMap;
use tracewire_insight::ProducerState as Life;
use tracewire_insight::process::Seen;
use tracewire_wire::event::{Event, Status};
use tracewire_wire::id::{Hash, SpanId, TraceId};
use tracewire_wire::time::Timestamp;
use tracewire_wire::value::Map;

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

impl ProducerRow {
    /// What groups it with others of its process.
    pub fn seen(&self) -> Seen<'_> {
        let state = match self.process_state {
            ProducerState::Alive => Life::Alive,
            ProducerState::Closed => Life::Closed,
            ProducerState::Dead => Life::Dead,
            ProducerState::Unknown => Life::Unknown,
        };
        Seen { producer: &self.name, resource: &self.facts.resource, origin: &self.facts.origin, state }
    }
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
    /// Input tokens, counted where no span below reports any: what an agent repeats is not counted again. This and all
    /// below as of the last [`crate::Store::tally`].
    pub input_tokens: u64,
    /// Output tokens.
    pub output_tokens: u64,
    /// Costs by currency, counted as tokens are: exact decimal numbers.
    pub cost: BTreeMap<String, String>,
    /// Spans that used tokens and have no known price.
    pub unpriced: u64,
    /// The models that were called, in order.
    pub models: Vec<String>,
    /// The agents that took part, in order.
    pub agents: Vec<String>,
    /// Whether that tally knew all that the trace has now.
    pub is_counted: bool,
}

/// A session: the conversation that many traces share.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SessionRow {
    /// Its id.
    pub session_id: String,
    /// Traces in which some event names it.
    pub traces: u64,
    /// Their spans.
    pub spans: u64,
    /// Spans without an end.
    pub open_spans: u64,
    /// Spans whose status is `error` or `timeout`.
    pub errors: u64,
    /// Input tokens, counted as in [`TraceRow`].
    pub input_tokens: u64,
    /// Output tokens.
    pub output_tokens: u64,
    /// Costs by currency.
    pub cost: BTreeMap<String, String>,
    /// Spans that used tokens and have no known price.
    pub unpriced: u64,
    /// Time of the first event.
    pub start: Timestamp,
    /// Time of the last event.
    pub last: Timestamp,
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

/// What was removed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Removed {
    /// Traces.
    pub traces: u64,
    /// Events, those of no trace among them.
    pub events: u64,
    /// Contents.
    pub contents: u64,
    /// Bytes of content.
    pub bytes: u64,
}

impl Removed {
    /// Adds what was removed besides.
    pub fn add(&mut self, other: &Self) {
        self.traces += other.traces;
        self.events += other.events;
        self.contents += other.contents;
        self.bytes += other.bytes;
    }
}
