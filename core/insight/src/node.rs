//! One place in the tree.

use std::collections::{BTreeMap, BTreeSet};

use tracewire_wire::event::Status;
use tracewire_wire::id::SpanId;
use tracewire_wire::time::Timestamp;
use tracewire_wire::value::Value;

use crate::call::Call;
use crate::cost::CostSource;
use crate::usage::{Money, Tokens};

/// What a node stands for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Form {
    /// A step with a beginning and an end.
    Span,
    /// A point event.
    Event,
    /// A log line.
    Log,
    /// An event of a type that this version does not know.
    Other,
    /// Not recorded: the parent that its children name.
    MissingParent,
}

/// How far a span came.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum State {
    /// It has an end, or needs none.
    Ended,
    /// It has no end and its process lives.
    InFlight,
    /// It has no end and its process is closed or dead.
    Abandoned,
    /// It has no end and nobody can tell whether its process lives.
    Unknown,
}

/// Something that does not add up; shown, never hidden.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Oddity {
    /// There is an end or an update, but no start.
    NoStart,
    /// Several starts; the earliest counts.
    SeveralStarts,
    /// Several ends; the earliest counts.
    SeveralEnds,
    /// Something happened inside it after its end.
    LateEvents,
    /// Wall clocks disagree: with the span's own duration, or with its parent's start.
    ClockSkew,
    /// Its parent links ran in a circle; the circle was cut here.
    CycleBroken,
    /// A body was erased.
    Erased,
    /// A body is not in this copy.
    Withheld,
}

/// An exception, from a `span.event` or a `span.end`.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Exception<'a> {
    /// When it was recorded.
    pub time: Timestamp,
    /// Its type's name.
    pub exception_type: Option<&'a str>,
    /// Its message.
    pub message: Option<&'a str>,
    /// Its stack trace.
    pub stacktrace: Option<&'a str>,
}

/// A named `span.event`.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Moment<'a> {
    /// When it happened.
    pub time: Timestamp,
    /// Its name.
    pub name: Option<&'a str>,
    /// Its attributes.
    pub attributes: Option<&'a Value>,
    /// Its data.
    pub data: Option<&'a Value>,
}

/// A judgement of a span or a trace.
#[derive(Clone, Debug, PartialEq)]
pub struct Feedback<'a> {
    /// Its own id.
    pub feedback_id: Option<&'a str>,
    /// What is judged, such as `helpful`.
    pub name: Option<&'a str>,
    /// The verdict.
    pub value: Option<&'a Value>,
    /// Who judged.
    pub source: Option<&'a str>,
    /// Why.
    pub comment: Option<&'a str>,
    pub(crate) supersedes: Option<&'a str>,
}

/// The last thing that an open span is known to have done.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct LastKnown<'a> {
    /// When.
    pub time: Timestamp,
    /// What.
    pub what: What<'a>,
}

/// What the last thing was.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum What<'a> {
    /// It began, and then nothing.
    Started,
    /// It was updated.
    Updated,
    /// Stream chunks arrived.
    Chunks,
    /// An exception was recorded.
    Exception,
    /// Something named happened inside it.
    Event(Option<&'a str>),
    /// A line was logged.
    Log(Option<&'a str>),
    /// A child began.
    ChildStarted(Option<&'a str>),
    /// A child ended.
    ChildEnded(Option<&'a str>),
}

/// One place in the tree. Indexes point into [`Tree::nodes`](crate::Tree::nodes).
#[derive(Clone, Debug, PartialEq)]
pub struct Node<'a> {
    /// What it stands for.
    pub form: Form,
    /// Its own id; logs have none.
    pub span_id: Option<SpanId>,
    /// The parent that its events name.
    pub parent_id: Option<SpanId>,
    /// The parent that it got.
    pub parent: Option<usize>,
    /// Its children by time.
    pub children: Vec<usize>,
    /// Its kind, such as `tool`.
    pub kind: Option<&'a str>,
    /// Who recorded its first event.
    pub producer: &'a str,
    /// How far it came.
    pub state: State,
    /// The status of its end.
    pub status: Option<&'a Status>,
    /// When it began; the first thing known where the start is not there.
    pub start: Timestamp,
    /// When it ended. For an open span: now while in flight, the last thing known otherwise.
    pub end: Timestamp,
    /// How long it took by its own monotonic clock, where it ended; the difference of wall clocks for lack of that.
    pub duration_nanos: Option<u64>,
    /// The body's members after all updates, without attributes, usage, cost and exception.
    pub fields: BTreeMap<&'a str, &'a Value>,
    /// Attributes after all updates.
    pub attributes: BTreeMap<&'a str, &'a Value>,
    /// What it says of a model, an agent or a tool, where it says something.
    pub call: Option<Box<Call<'a>>>,
    /// Tokens that this span itself reports.
    pub usage: Option<Tokens>,
    /// What it cost: as it says itself, else as a price list says.
    pub cost: Option<Money>,
    /// Where the cost is from, or why there is none; nothing where no model was called.
    pub cost_source: Option<CostSource>,
    /// Tokens of it and all below; where descendants report, what this one reports is their summary and not added.
    pub usage_total: Option<Tokens>,
    /// Costs of it and all below, by the same rule.
    pub cost_total: Option<Money>,
    /// Whether a part of that total was computed from a price list.
    pub is_cost_computed: bool,
    /// Calls of named models among it and all below that used something and have no cost.
    pub unpriced: u64,
    /// Stream chunks received.
    pub chunks: u64,
    /// From the start to the first chunk.
    pub time_to_first_chunk_nanos: Option<u64>,
    /// Exceptions in order of time, each (type, message) once.
    pub exceptions: Vec<Exception<'a>>,
    /// Other things that happened inside, in order of time.
    pub moments: Vec<Moment<'a>>,
    /// Judgements that were not superseded.
    pub feedback: Vec<Feedback<'a>>,
    /// Metric samples that belong here.
    pub metrics: u64,
    /// Its wall time minus that covered by its children.
    pub self_nanos: u64,
    /// The part of the critical path that was spent here and in no child.
    pub critical_nanos: u64,
    /// Whether making this shorter makes the trace shorter.
    pub on_critical_path: bool,
    /// Whether it took a notable share of the trace (see [`SLOW_SHARE_PERCENT`](crate::SLOW_SHARE_PERCENT)).
    pub slow: bool,
    /// Whether its status is `error` or `timeout`.
    pub failed: bool,
    /// Failed, and no child of it did: here it began.
    pub failure_origin: bool,
    /// For an open span whose process is gone or unknown: the last thing known.
    pub last_known: Option<LastKnown<'a>>,
    /// What does not add up.
    pub oddities: BTreeSet<Oddity>,
    /// For the order of siblings and for equal times.
    pub(crate) seq: u64,
}

impl<'a> Node<'a> {
    pub(crate) fn new(form: Form, start: Timestamp, producer: &'a str, seq: u64) -> Self {
        Self {
            form,
            span_id: None,
            parent_id: None,
            parent: None,
            children: Vec::new(),
            kind: None,
            producer,
            state: State::Ended,
            status: None,
            start,
            end: start,
            duration_nanos: None,
            fields: BTreeMap::new(),
            attributes: BTreeMap::new(),
            call: None,
            usage: None,
            cost: None,
            cost_source: None,
            usage_total: None,
            cost_total: None,
            is_cost_computed: false,
            unpriced: 0,
            chunks: 0,
            time_to_first_chunk_nanos: None,
            exceptions: Vec::new(),
            moments: Vec::new(),
            feedback: Vec::new(),
            metrics: 0,
            self_nanos: 0,
            critical_nanos: 0,
            on_critical_path: false,
            slow: false,
            failed: false,
            failure_origin: false,
            last_known: None,
            oddities: BTreeSet::new(),
            seq,
        }
    }

    /// A member of the merged body.
    #[must_use]
    pub fn field(&self, name: &str) -> Option<&'a Value> {
        self.fields.get(name).copied()
    }

    /// A member of the merged body that is a text.
    #[must_use]
    pub fn text(&self, name: &str) -> Option<&'a str> {
        as_text(self.field(name))
    }

    /// An attribute that is a text.
    #[must_use]
    pub fn text_attribute(&self, name: &str) -> Option<&'a str> {
        as_text(self.attributes.get(name).copied())
    }

    /// What went in: `input`, or a tool's arguments by their attribute.
    #[must_use]
    pub fn input(&self) -> Option<&'a Value> {
        self.field("input").or_else(|| self.attributes.get("gen_ai.tool.call.arguments").copied())
    }

    /// What came out: `output`, or a tool's result by its attribute.
    #[must_use]
    pub fn output(&self) -> Option<&'a Value> {
        self.field("output").or_else(|| self.attributes.get("gen_ai.tool.call.result").copied())
    }

    /// Its name; of a log line, the message.
    #[must_use]
    pub fn name(&self) -> Option<&'a str> {
        self.text(if self.form == Form::Log { "message" } else { "name" })
    }

    /// What went wrong, in words: the status message, else the last exception's message.
    #[must_use]
    pub fn failure_message(&self) -> Option<&'a str> {
        self.text("status_message").or_else(|| self.exceptions.last().and_then(|exception| exception.message))
    }

    /// Nanoseconds from start to end: the duration where it is known, what is known of the wall clock otherwise.
    #[must_use]
    pub fn extent_nanos(&self) -> u64 {
        self.duration_nanos.unwrap_or_else(|| nanos_between(self.start, self.end))
    }

    /// Whether it is a span without an end.
    #[must_use]
    pub fn is_open(&self) -> bool {
        self.state != State::Ended
    }
}

pub(crate) fn as_text(value: Option<&Value>) -> Option<&str> {
    match value {
        Some(Value::Text(text)) => Some(text),
        _ => None,
    }
}

/// From `start` to `end`, 0 if they are the other way round.
pub(crate) fn nanos_between(start: Timestamp, end: Timestamp) -> u64 {
    u64::try_from(i128::from(end.0) - i128::from(start.0)).unwrap_or(0)
}
