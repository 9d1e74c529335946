//! What a span's row and a trace's row hold, as functions of events alone.
//!
//! Each member of a span is decided by an order over events (the earliest start, the earliest end, the latest update),
//! so events may be seen in any order and any number of times. A trace's totals change by what its spans contribute
//! now less what they contributed before.

use std::cmp::Ordering;
use tracewire_wire::event::{Body, Event, EventType};
use tracewire_wire::id::SpanId;
use tracewire_wire::value::{Map, Value};

/// More tokens than this are taken for this many, so that sums stay exact and can be taken back.
const MAX_TOKENS: i64 = 1 << 40;

/// Where an event stands in the order of events.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Place {
    pub time: i64,
    /// Row of the producer.
    pub producer: i64,
    pub seq: i64,
}

impl Place {
    /// The order of time, producer's name and number. `names` compares the names of two producers.
    fn is_before(&self, other: &Place, names: &dyn Fn(i64, i64) -> Ordering) -> bool {
        let by_producer =
            || if self.producer == other.producer { Ordering::Equal } else { names(self.producer, other.producer) };
        self.time.cmp(&other.time).then_with(by_producer).then_with(|| self.seq.cmp(&other.seq)).is_lt()
    }
}

/// Tokens that an event reports: input, output.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Tokens {
    pub input: Option<i64>,
    pub output: Option<i64>,
}

impl Tokens {
    fn of(body: &Map) -> Self {
        let from = |map: Option<&Value>, input: &str, output: &str| {
            let map = map.and_then(Value::as_map);
            let count = |name: &str| {
                map.and_then(|map| map.get(name)).and_then(Value::as_int).map(|count| count.clamp(0, MAX_TOKENS))
            };
            Tokens { input: count(input), output: count(output) }
        };
        let usage = from(body.get("usage"), "input_tokens", "output_tokens");
        if usage.is_some() {
            return usage;
        }
        from(body.get("attributes"), "gen_ai.usage.input_tokens", "gen_ai.usage.output_tokens")
    }

    pub(crate) fn is_some(&self) -> bool {
        self.input.is_some() || self.output.is_some()
    }
}

/// What the events of one span or point event say.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct SpanState {
    /// Some `span.…` event was seen, so it is no point event.
    pub is_span: bool,
    pub first: i64,
    pub last: i64,
    /// The earliest start, and what it says.
    pub start: Option<Place>,
    pub parent: Option<SpanId>,
    pub kind: Option<String>,
    pub name: Option<String>,
    pub session: Option<String>,
    /// The earliest end, and what it says.
    pub end: Option<Place>,
    pub status: Option<String>,
    pub duration: Option<i64>,
    pub tokens: Tokens,
    /// The latest update of the name.
    pub late_name: Option<(Place, Option<String>)>,
    /// The latest update of the usage.
    pub late_tokens: Option<(Place, Tokens)>,
}

/// What a span adds to its trace.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Share {
    pub spans: i64,
    pub open: i64,
    pub errors: i64,
}

/// The order in which spans are the head of their trace: the least is it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct HeadKey {
    /// 0 a root, 1 another span, 2 a point event, 3 without a start.
    pub rank: i64,
    pub start: i64,
    pub span: SpanId,
}

impl SpanState {
    /// A span that no event has told of, but for this time.
    pub(crate) fn new(time: i64) -> Self {
        SpanState { first: time, last: time, ..SpanState::default() }
    }

    /// Whether this type of event tells of a span.
    pub(crate) fn is_told_by(event_type: &EventType) -> bool {
        use EventType::{Event, SpanEnd, SpanEvent, SpanStart, SpanUpdate};
        matches!(event_type, SpanStart | SpanUpdate | SpanEvent | SpanEnd | Event)
    }

    /// Takes what one event says.
    pub(crate) fn observe(&mut self, event: &Event, place: Place, names: &dyn Fn(i64, i64) -> Ordering) {
        self.first = self.first.min(place.time);
        self.last = self.last.max(place.time);
        self.is_span |= event.event_type != EventType::Event;
        let nothing = Map::new();
        let body = if let Body::Present(body) = &event.body { body } else { &nothing };
        let is_earlier = |known: &Option<Place>| known.is_none_or(|known| place.is_before(&known, names));
        let is_later = |known: Option<Place>| known.is_none_or(|known| known.is_before(&place, names));
        match event.event_type {
            EventType::SpanStart | EventType::Event if is_earlier(&self.start) => {
                self.start = Some(place);
                self.parent = event.parent_id;
                self.kind = event.kind.clone();
                self.name = text(body, "name");
                self.session = text(body, "session_id");
            }
            EventType::SpanEnd if is_earlier(&self.end) => {
                self.end = Some(place);
                self.status = Some(event.status.as_ref().map_or("unset", |status| status.as_str()).to_owned());
                self.duration = event.duration_nanos.map(|nanos| i64::try_from(nanos).unwrap_or(i64::MAX));
                self.tokens = Tokens::of(body);
            }
            EventType::SpanUpdate => {
                if body.contains_key("name") && is_later(self.late_name.as_ref().map(|(place, _)| *place)) {
                    self.late_name = Some((place, text(body, "name")));
                }
                let tokens = Tokens::of(body);
                if tokens.is_some() && is_later(self.late_tokens.as_ref().map(|(place, _)| *place)) {
                    self.late_tokens = Some((place, tokens));
                }
            }
            _ => {}
        }
    }

    /// The name after all updates.
    pub(crate) fn effective_name(&self) -> Option<&str> {
        match &self.late_name {
            Some((_, name)) => name.as_deref(),
            None => self.name.as_deref(),
        }
    }

    /// The tokens of the end; without any, those of the latest update.
    pub(crate) fn effective_tokens(&self) -> Tokens {
        match self.late_tokens {
            Some((_, late)) if !self.tokens.is_some() => late,
            _ => self.tokens,
        }
    }

    pub(crate) fn share(&self) -> Share {
        Share {
            spans: i64::from(self.is_span),
            open: i64::from(self.is_span && self.end.is_none()),
            errors: i64::from(matches!(self.status.as_deref(), Some("error" | "timeout"))),
        }
    }

    pub(crate) fn head_key(&self, span: SpanId) -> HeadKey {
        let (rank, start) = match self.start {
            Some(place) if !self.is_span => (2, place.time),
            Some(place) => (i64::from(self.parent.is_some()), place.time),
            None => (3, self.first),
        };
        HeadKey { rank, start, span }
    }
}

impl Share {
    /// What changed from `before` to here.
    pub(crate) fn since(&self, before: &Share) -> Share {
        Share { spans: self.spans - before.spans, open: self.open - before.open, errors: self.errors - before.errors }
    }

    pub(crate) fn add(&mut self, other: &Share) {
        self.spans += other.spans;
        self.open += other.open;
        self.errors += other.errors;
    }
}

pub(crate) fn text(map: &Map, name: &str) -> Option<String> {
    map.get(name).and_then(Value::as_text).map(str::to_owned)
}
