//! An event is read: in canonical form in one go, in any other form by way of a value.

use super::{Body, Event, EventType, Status};
use crate::content::Mark;
use crate::error::WireError;
use crate::json::{self, Member};
use crate::time::Timestamp;
use crate::value::Value;
use std::str::FromStr;

impl Event {
    /// Reads an event from JSON; unknown members are kept.
    ///
    /// # Errors
    /// As of [`json::read`] and [`Event::from_value`].
    pub fn read(bytes: &[u8]) -> Result<Self, WireError> {
        match Self::read_canonical(bytes) {
            Some(event) => Ok(event),
            None => Self::from_value(json::read(bytes, &json::ReadOptions::default())?),
        }
    }

    /// Reads an event in canonical form in one go; `None` where it has any other form, which need not be wrong.
    fn read_canonical(bytes: &[u8]) -> Option<Self> {
        let mut event = Event::new(EventType::Event, Timestamp(0));
        let mut required = 0;
        let is_read = json::read_members(bytes, &json::ReadOptions::default(), |name, member| {
            required += u8::from(matches!(name, "seq" | "time" | "type"));
            event.take(name, member).is_some()
        });
        (is_read && required == 3).then_some(event)
    }

    /// Takes a member; `None` for one that the general reader should look at.
    fn take(&mut self, name: &str, member: Member<'_>) -> Option<()> {
        match (name, member) {
            ("body", Member::Value(value)) => self.body = read_body(value).ok()?,
            ("duration_nanos", Member::Value(value)) => self.duration_nanos = Some(value.as_u64()?),
            ("kind", Member::Text(text)) => self.kind = Some(text.to_owned()),
            ("nonce", Member::Text(text)) => self.nonce = Some(text.to_owned()),
            ("parent_id", Member::Text(text)) => self.parent_id = Some(text.parse().ok()?),
            ("seq", Member::Value(value)) => self.seq = read_count(&value, name).ok()?,
            ("span_id", Member::Text(text)) => self.span_id = Some(text.parse().ok()?),
            ("status", Member::Text(text)) => self.status = Some(Status::parse(text)),
            ("time", Member::Text(text)) => self.time = text.parse().ok()?,
            ("trace_id", Member::Text(text)) => self.trace_id = Some(text.parse().ok()?),
            ("type", Member::Text(text)) => self.event_type = EventType::parse(text),
            _ => return None,
        }
        Some(())
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
                // Unique here, since they are in the map that is read.
                _ => event.other.push_unique(name, value),
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
