//! Events: a fixed part, and a body with all the rest (section 5 of the spec).

use crate::content::{self, Mark};
use crate::error::WireError;
use crate::id::{Hash, SpanId, TraceId};
use crate::json;
use crate::time::Timestamp;
use crate::value::{Map, Value};
use std::str::FromStr;

macro_rules! words {
    ($(#[$doc:meta])* $name:ident { $($(#[$variant_doc:meta])* $variant:ident = $text:literal,)* }) => {
        $(#[$doc])*
        #[derive(Clone, Debug, PartialEq, Eq)]
        pub enum $name {
            $($(#[$variant_doc])* $variant,)*
            /// A word of a later version, kept as it came.
            Other(String),
        }

        impl $name {
            /// Every word of this version.
            pub const ALL: &[&str] = &[$($text),*];

            /// The word on the wire.
            pub fn as_str(&self) -> &str {
                match self {
                    $($name::$variant => $text,)*
                    $name::Other(word) => word,
                }
            }

            /// What a word on the wire means.
            pub fn parse(word: &str) -> Self {
                match word {
                    $($text => $name::$variant,)*
                    other => $name::Other(other.to_owned()),
                }
            }
        }
    };
}

words! {
    /// What an event says (TW-EVT-001).
    EventType {
        /// A span begins.
        SpanStart = "span.start",
        /// Something about a span that must be visible before its end.
        SpanUpdate = "span.update",
        /// Something that happened inside a span.
        SpanEvent = "span.event",
        /// A span ends.
        SpanEnd = "span.end",
        /// A point with a place of its own in the tree.
        Event = "event",
        /// A log line.
        Log = "log",
        /// A sample of a counter, gauge or histogram.
        Metric = "metric",
        /// What somebody thinks of a trace, span or session.
        Feedback = "feedback",
        /// What was dropped.
        Loss = "loss",
    }
}

words! {
    /// How a span ended (TW-EVT-007).
    Status {
        /// The emitter does not say.
        Unset = "unset",
        /// As intended.
        Ok = "ok",
        /// It failed.
        Error = "error",
        /// It took too long and was given up.
        Timeout = "timeout",
        /// Its caller no longer wanted it.
        Cancelled = "cancelled",
    }
}

/// The body of an event.
#[derive(Clone, Debug, PartialEq)]
pub enum Body {
    /// Its members; an empty body is left out on the wire.
    Present(Map),
    /// Erased for ever; the hash still proves the event (TW-ERA-001).
    Erased(Hash),
    /// Not in this copy (TW-ERA-002).
    Withheld(Hash),
}

/// The members of an event that this version knows.
const MEMBERS: [&str; 11] =
    ["body", "duration_nanos", "kind", "nonce", "parent_id", "seq", "span_id", "status", "time", "trace_id", "type"];

/// One event.
#[derive(Clone, Debug, PartialEq)]
pub struct Event {
    /// Its number among its producer's events, from 1.
    pub seq: u64,
    /// What it says.
    pub event_type: EventType,
    /// When, by the wall clock.
    pub time: Timestamp,
    /// The trace that it belongs to.
    pub trace_id: Option<TraceId>,
    /// The span that it is about, or its own id for `event`.
    pub span_id: Option<SpanId>,
    /// The span that caused that one.
    pub parent_id: Option<SpanId>,
    /// The span's kind, from the registry.
    pub kind: Option<String>,
    /// How the span ended.
    pub status: Option<Status>,
    /// How long the span took by a monotonic clock, in nanoseconds.
    pub duration_nanos: Option<u64>,
    /// All the rest.
    pub body: Body,
    /// Part of the body's hash in keyed mode (TW-ERA-004).
    pub nonce: Option<String>,
    /// Members of a later version, kept as they came.
    pub other: Map,
}

impl Event {
    /// An event with nothing but a type and a time.
    pub fn new(event_type: EventType, time: Timestamp) -> Self {
        Event {
            seq: 0,
            event_type,
            time,
            trace_id: None,
            span_id: None,
            parent_id: None,
            kind: None,
            status: None,
            duration_nanos: None,
            body: Body::Present(Map::new()),
            nonce: None,
            other: Map::new(),
        }
    }

    /// A member of the body, if the body is there and has it.
    pub fn body_field(&self, name: &str) -> Option<&Value> {
        match &self.body {
            Body::Present(body) => body.get(name),
            _ => None,
        }
    }

    /// The body in its typed form (see [`crate::body`]).
    ///
    /// # Errors
    /// [`WireError`] `body_shape` when a member has the wrong type; `body_absent` when the body was erased or withheld.
    pub fn body_as<T: serde::de::DeserializeOwned>(&self) -> Result<T, WireError> {
        match &self.body {
            Body::Present(body) => crate::value::from_map(body).map_err(|error| error.within("/body")),
            _ => Err(WireError::shape("body_absent", "/body", "the body was erased or withheld")),
        }
    }

    /// Appends the canonical JSON of the event.
    pub fn write_to(&self, out: &mut Vec<u8>) {
        self.write_with(out, true, |out| match &self.body {
            Body::Present(body) if body.is_empty() => false,
            Body::Present(body) => {
                json_member(out, "body");
                json::write_map(body, out);
                true
            }
            Body::Erased(hash) => write_mark(out, Mark::Erased(*hash)),
            Body::Withheld(hash) => write_mark(out, Mark::Withheld(*hash)),
        });
    }

    /// The event's digest (TW-DIG-002).
    pub fn digest(&self) -> Hash {
        let body_hash = match &self.body {
            Body::Present(body) if body.is_empty() => None,
            Body::Present(body) => Some(content::body_hash(body, self.nonce.as_deref())),
            Body::Erased(hash) | Body::Withheld(hash) => Some(*hash),
        };
        self.digest_with(body_hash)
    }

    /// The event's digest, for a body whose hash is known already.
    pub fn digest_with(&self, body_hash: Option<Hash>) -> Hash {
        let mut out = Vec::with_capacity(384);
        self.write_with(&mut out, false, |out| match &body_hash {
            None => false,
            Some(hash) => {
                json_member(out, "body");
                out.push(b'"');
                hash.write_to(out);
                out.push(b'"');
                true
            }
        });
        Hash::of(&out)
    }

    /// Writes the members in canonical order. `body` writes that member and says whether there is one.
    fn write_with(&self, out: &mut Vec<u8>, with_nonce: bool, body: impl FnOnce(&mut Vec<u8>) -> bool) {
        if !self.other.is_empty() {
            return self.write_with_unknown(out, with_nonce, body);
        }
        out.push(b'{');
        let mut is_first = !body(out);
        let mut member = |out: &mut Vec<u8>, name: &str| {
            if !is_first {
                out.push(b',');
            }
            is_first = false;
            json_member(out, name);
        };
        if let Some(nanos) = self.duration_nanos {
            member(out, "duration_nanos");
            json::write_to(&Value::from_u64(nanos), out);
        }
        if let Some(kind) = &self.kind {
            member(out, "kind");
            json::write_text(kind, out);
        }
        if let (Some(nonce), true) = (&self.nonce, with_nonce) {
            member(out, "nonce");
            json::write_text(nonce, out);
        }
        if let Some(id) = self.parent_id {
            member(out, "parent_id");
            write_display(out, id);
        }
        member(out, "seq");
        json::write_to(&Value::from_u64(self.seq), out);
        if let Some(id) = self.span_id {
            member(out, "span_id");
            write_display(out, id);
        }
        if let Some(status) = &self.status {
            member(out, "status");
            json::write_text(status.as_str(), out);
        }
        member(out, "time");
        out.push(b'"');
        out.extend_from_slice(&self.time.text());
        out.push(b'"');
        if let Some(id) = self.trace_id {
            member(out, "trace_id");
            write_display(out, id);
        }
        member(out, "type");
        json::write_text(self.event_type.as_str(), out);
        out.push(b'}');
    }

    /// The rare event with members of a later version: their place in the order is only known at run time.
    fn write_with_unknown(&self, out: &mut Vec<u8>, with_nonce: bool, body: impl FnOnce(&mut Vec<u8>) -> bool) {
        let mut written = Vec::new();
        let has_body = body(&mut written);
        let mut members = self.fixed_members();
        members.extend(self.unknown_members());
        if has_body {
            // Only its place counts: what stands there is written already.
            members.insert("body".to_owned(), Value::Null);
        }
        if !with_nonce {
            members.remove("nonce");
        }
        members.sort();
        out.push(b'{');
        for (at, (name, value)) in members.iter().enumerate() {
            if at > 0 {
                out.push(b',');
            }
            if name == "body" {
                out.extend_from_slice(&written);
            } else {
                json::write_text(name, out);
                out.push(b':');
                json::write_to(value, out);
            }
        }
        out.push(b'}');
    }

    /// Members of a later version; none of them can take the place of a member that this version knows.
    fn unknown_members(&self) -> impl Iterator<Item = (String, Value)> {
        self.other.iter().filter(|(name, _)| !MEMBERS.contains(&name.as_str())).cloned()
    }

    /// The event as a value, members in canonical order but for unknown ones at the end.
    pub fn to_value(&self) -> Value {
        let mut map = Map::new();
        match &self.body {
            Body::Present(body) if body.is_empty() => {}
            Body::Present(body) => _ = map.insert("body".to_owned(), Value::Map(body.clone())),
            Body::Erased(hash) => _ = map.insert("body".to_owned(), Mark::Erased(*hash).to_value()),
            Body::Withheld(hash) => _ = map.insert("body".to_owned(), Mark::Withheld(*hash).to_value()),
        }
        map.extend(self.fixed_members());
        map.extend(self.unknown_members());
        Value::Map(map)
    }

    /// The known members but for the body, in canonical order.
    fn fixed_members(&self) -> Map {
        let text = |value: &dyn std::fmt::Display| Value::Text(value.to_string());
        let members = [
            ("duration_nanos", self.duration_nanos.map(Value::from_u64)),
            ("kind", self.kind.clone().map(Value::Text)),
            ("nonce", self.nonce.clone().map(Value::Text)),
            ("parent_id", self.parent_id.map(|id| text(&id))),
            ("seq", Some(Value::from_u64(self.seq))),
            ("span_id", self.span_id.map(|id| text(&id))),
            ("status", self.status.as_ref().map(|status| status.as_str().into())),
            ("time", Some(text(&self.time))),
            ("trace_id", self.trace_id.map(|id| text(&id))),
            ("type", Some(self.event_type.as_str().into())),
        ];
        members.into_iter().filter_map(|(name, value)| Some((name.to_owned(), value?))).collect()
    }

    /// Reads an event from JSON; unknown members are kept.
    ///
    /// # Errors
    /// As of [`json::read`] and [`Event::from_value`].
    pub fn read(bytes: &[u8]) -> Result<Self, WireError> {
        Self::from_value(json::read(bytes, &json::ReadOptions::default())?)
    }

    /// Reads an event; unknown members are kept.
    ///
    /// # Errors
    /// [`WireError::Shape`] with the path of the first member that is missing or has the wrong form.
    pub fn from_value(value: Value) -> Result<Self, WireError> {
        let Value::Map(map) = value else {
            return Err(WireError::shape(
                "event_shape",
                "",
                format!("an event is a map, this is {}", value.kind_name()),
            ));
        };
        let mut event = Event::new(EventType::Event, Timestamp(0));
        let (mut has_type, mut has_time, mut has_seq) = (false, false, false);
        for (name, value) in map {
            match name.as_str() {
                "body" => event.body = read_body(value)?,
                "duration_nanos" => event.duration_nanos = Some(read_nanos(&value, &name)?),
                "kind" => event.kind = Some(read_text(value, &name)?),
                "nonce" => event.nonce = Some(read_text(value, &name)?),
                "parent_id" => event.parent_id = Some(read_parsed(value, &name)?),
                "seq" => (event.seq, has_seq) = (read_count(&value, &name)?, true),
                "span_id" => event.span_id = Some(read_parsed(value, &name)?),
                "status" => event.status = Some(Status::parse(&read_text(value, &name)?)),
                "time" => (event.time, has_time) = (read_parsed(value, &name)?, true),
                "trace_id" => event.trace_id = Some(read_parsed(value, &name)?),
                "type" => (event.event_type, has_type) = (EventType::parse(&read_text(value, &name)?), true),
                _ => _ = event.other.insert(name, value),
            }
        }
        for (is_there, name) in [(has_seq, "seq"), (has_time, "time"), (has_type, "type")] {
            if !is_there {
                return Err(WireError::shape("event_member_missing", "", format!("an event has a member `{name}`")));
            }
        }
        Ok(event)
    }
}

fn json_member(out: &mut Vec<u8>, name: &str) {
    out.push(b'"');
    out.extend_from_slice(name.as_bytes());
    out.extend_from_slice(b"\":");
}

fn write_display(out: &mut Vec<u8>, value: impl std::fmt::Display) {
    use std::io::Write as _;
    // Writing to a Vec cannot fail.
    let _ = write!(out, "\"{value}\"");
}

fn write_mark(out: &mut Vec<u8>, mark: Mark) -> bool {
    json_member(out, "body");
    mark.write_to(out);
    true
}

fn read_body(value: Value) -> Result<Body, WireError> {
    match (Mark::of(&value), value) {
        (Some(Mark::Erased(hash)), _) => Ok(Body::Erased(hash)),
        (Some(Mark::Withheld(hash)), _) => Ok(Body::Withheld(hash)),
        (_, Value::Map(map)) => Ok(Body::Present(map)),
        (_, other) => {
            Err(WireError::shape("event_shape", "/body", format!("a body is a map, this is {}", other.kind_name())))
        }
    }
}

pub(crate) fn read_text(value: Value, name: &str) -> Result<String, WireError> {
    match value {
        Value::Text(text) => Ok(text),
        other => Err(WireError::shape(
            "member_type",
            format!("/{name}"),
            format!("a text is expected, this is {}", other.kind_name()),
        )),
    }
}

pub(crate) fn read_parsed<T: FromStr<Err = WireError>>(value: Value, name: &str) -> Result<T, WireError> {
    read_text(value, name)?.parse().map_err(|error: WireError| error.within(&format!("/{name}")))
}

pub(crate) fn read_count(value: &Value, name: &str) -> Result<u64, WireError> {
    let count = value.as_int().and_then(|count| u64::try_from(count).ok());
    count.ok_or_else(|| WireError::shape("member_type", format!("/{name}"), "an integer of 0 to 2^53 − 1 is expected"))
}

/// A duration may be longer than the 104 days that 2^53 nanoseconds are, and is a `$int` then.
fn read_nanos(value: &Value, name: &str) -> Result<u64, WireError> {
    let nanos = value.as_u64();
    nanos.ok_or_else(|| WireError::shape("member_type", format!("/{name}"), "an integer of 0 to 2^64 − 1 is expected"))
}
