//! What a request brings, ready to be numbered.

use tracewire_recorder::seal::Prepared;
use tracewire_wire::id::{Hash, SpanId, TraceId};
use tracewire_wire::value::Map;

/// What one resource sent.
pub struct Brought {
    /// Its attributes, as they stand in envelopes.
    pub resource: Map,
    /// Hash of their canonical JSON.
    pub key: Hash,
    /// What it sent, in order.
    pub records: Vec<Record>,
}

/// Where a point belongs.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Place {
    /// In a trace, which may come later.
    Trace(TraceId),
    /// In a session, and in no trace of it.
    Session(String),
}

/// A span, a log record, or a judgement.
pub enum Record {
    /// A span.
    Span {
        /// Its trace.
        trace_id: TraceId,
        /// Its id.
        span_id: SpanId,
        /// Its events, the start first.
        events: Vec<Prepared>,
    },
    /// A log record.
    Log {
        /// The events that it became.
        events: Vec<Prepared>,
    },
    /// A judgement.
    Feedback {
        /// What it is about.
        place: Place,
        /// The id that its giver chose; `None` where the server did, and nothing can be there already.
        id: Option<String>,
        /// What it says.
        event: Box<Prepared>,
    },
}
