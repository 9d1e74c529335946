//! What is asked for.

use super::TraceRow;
use tracewire_wire::event::Status;
use tracewire_wire::id::TraceId;
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
    /// The head's kind.
    pub kind: Option<String>,
    /// The head's name.
    pub name: Option<String>,
    /// Some step called this model.
    pub model: Option<String>,
    /// This agent took part.
    pub agent: Option<String>,
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

/// What events name and traces are found by.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Label {
    /// `session_id`.
    Session,
    /// `correlation_id`.
    Correlation,
    /// `gen_ai.agent.id` or `gen_ai.agent.name` of a span.
    Agent,
}

/// Which traces were active, and when. All conditions must hold.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct ActivityFilter {
    /// At most this many; 0 stands for 50.
    pub limit: usize,
    /// Only what comes behind this one.
    pub after: Option<Activity>,
    /// Some event of the trace names each of these.
    pub labels: Vec<(Label, String)>,
    /// Some span failed.
    pub errors_only: bool,
    /// Its last event is of this time or later.
    pub since: Option<Timestamp>,
    /// Its first event is of this time or earlier.
    pub until: Option<Timestamp>,
}

/// When a trace was active.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Activity {
    /// Which trace.
    pub trace_id: TraceId,
    /// Time of its first event.
    pub start: Timestamp,
    /// Time of its last event.
    pub last: Timestamp,
    /// Its row.
    pub row: i64,
}

/// Which sessions. All conditions must hold.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct SessionFilter {
    /// At most this many; 0 stands for 50.
    pub limit: usize,
    /// With an event of this time or later.
    pub since: Option<Timestamp>,
    /// With an event before this time.
    pub until: Option<Timestamp>,
    /// This one alone.
    pub session_id: Option<String>,
    /// Only those behind this one.
    pub after: Option<SessionCursor>,
}

/// A place in the list of sessions.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SessionCursor {
    /// Time of the last event.
    pub last: Timestamp,
    /// The session.
    pub session_id: String,
}

/// Which events of no trace. All conditions must hold.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct LooseFilter {
    /// At most this many; 0 stands for 50.
    pub limit: usize,
    /// Only what comes behind the event of this time and id.
    pub after: Option<(Timestamp, u64)>,
    /// The event names this.
    pub label: Option<(Label, String)>,
    /// Of this time or later.
    pub since: Option<Timestamp>,
    /// Of this time or earlier.
    pub until: Option<Timestamp>,
}

/// How many traces there are.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct TraceCounts {
    /// All of them.
    pub traces: u64,
    /// Those in which some span failed.
    pub failed: u64,
    /// Those in which some span has no end.
    pub open: u64,
}
