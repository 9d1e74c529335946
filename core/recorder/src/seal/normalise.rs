//! A record's CBOR becomes an event: ids and time in their types, values in wire form.

use crate::cbor::{DecodeError, Decoder};
use std::borrow::Cow;
use tracewire_wire::event::{Body, Event, EventType, Status};
use tracewire_wire::id::{SpanId, TraceId};
use tracewire_wire::time::Timestamp;
use tracewire_wire::value::{Map, Value};

/// Reads the event that a record holds; its `seq` is given by the sealer.
pub(super) fn event(payload: &[u8], seq: u64) -> Result<Event, DecodeError> {
    let mut decoder = Decoder::new(payload);
    let mut left = decoder.open_map()?;
    let mut event_type = None;
    let mut event = Event::new(EventType::Event, Timestamp(0));
    let (mut has_time, mut has_body) = (false, false);
    event.seq = seq;
    let mut other = Vec::new();
    while decoder.has_next(&mut left)? {
        let key = decoder.text()?.ok_or(invalid("a member's name is not a text"))?;
        let is_first = match &*key {
            "type" => event_type.replace(EventType::parse(&text(&mut decoder)?)).is_none(),
            "time" => {
                event.time = Timestamp(decoder.plain_int()?.ok_or(invalid("time is not an integer"))?);
                !std::mem::replace(&mut has_time, true)
            }
            "trace_id" => {
                let id = TraceId::from_bytes(id(&mut decoder)?).ok_or(invalid("trace_id is zero"))?;
                event.trace_id.replace(id).is_none()
            }
            "span_id" => {
                let id = SpanId::from_bytes(id(&mut decoder)?).ok_or(invalid("span_id is zero"))?;
                event.span_id.replace(id).is_none()
            }
            "parent_id" => {
                let id = SpanId::from_bytes(id(&mut decoder)?).ok_or(invalid("parent_id is zero"))?;
                event.parent_id.replace(id).is_none()
            }
            "kind" => event.kind.replace(text(&mut decoder)?.into_owned()).is_none(),
            "status" => event.status.replace(Status::parse(&text(&mut decoder)?)).is_none(),
            "duration_nanos" => {
                let nanos = decoder.plain_uint()?.ok_or(invalid("duration_nanos is not a positive integer"))?;
                event.duration_nanos.replace(nanos).is_none()
            }
            "nonce" => event.nonce.replace(text(&mut decoder)?.into_owned()).is_none(),
            "body" => {
                event.body = Body::Present(body(&mut decoder)?);
                !std::mem::replace(&mut has_body, true)
            }
            // The sealer's to give.
            "seq" => decoder.value().map(|_| true)?,
            unknown => {
                let unknown = unknown.to_owned();
                other.push((unknown, decoder.value()?));
                true
            }
        };
        if !is_first {
            return Err(invalid("a member stands twice"));
        }
    }
    if !decoder.is_finished() {
        return Err(invalid("bytes follow the record"));
    }
    let members = other.len();
    event.other = Map::from_iter(other);
    if event.other.len() < members {
        return Err(invalid("a member stands twice"));
    }
    match (event_type, has_time) {
        (Some(event_type), true) => {
            event.event_type = event_type;
            Ok(event)
        }
        _ => Err(invalid("type or time is missing")),
    }
}

fn body(decoder: &mut Decoder<'_>) -> Result<Map, DecodeError> {
    let is_map = decoder.is_map();
    match decoder.value()? {
        // Tags are maps in wire form only.
        Value::Map(map) if is_map => Ok(map),
        _ => Err(invalid("body is not a map")),
    }
}

fn text<'a>(decoder: &mut Decoder<'a>) -> Result<Cow<'a, str>, DecodeError> {
    decoder.text()?.ok_or(invalid("a text is expected"))
}

fn id<const N: usize>(decoder: &mut Decoder<'_>) -> Result<[u8; N], DecodeError> {
    let bytes = decoder.plain_bytes()?.ok_or(invalid("an id is not a byte string"))?;
    bytes.try_into().map_err(|_| invalid("an id has the wrong length"))
}

fn invalid(reason: &'static str) -> DecodeError {
    DecodeError { offset: 0, reason }
}
