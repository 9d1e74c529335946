//! What is asked for.

use super::TraceRow;
use tracewire_wire::event::Status;
use tracewire_wire::time::Timestamp;

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
