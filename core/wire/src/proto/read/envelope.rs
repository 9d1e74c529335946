//! Events and envelopes.

use super::cursor::{Cursor, Fault, Seen, fault, repeated};
use super::members::OTHER_PAIRS;
use super::value::unknown_field;
use crate::content::Mark;
use crate::envelope::{Content, Entry, Envelope, is_readable};
use crate::event::{Body, Event, EventType, Status};
use crate::id::{Hash, SpanId, TraceId};
use crate::proto::messages::{BODIES, body_of};
use crate::proto::wire::{BYTES, FIELDS, VARINT, content, entry, envelope as field, event, key, timestamp};
use crate::time::Timestamp;
use crate::value::{Map, SAFE_INTEGER, Value};
use std::collections::BTreeMap;

/// What a message of this version has beside its own fields.
#[derive(Default)]
struct Rest {
    seen: Seen,
    other: Map,
    unknown: Vec<u8>,
}

impl Rest {
    /// `other`, with the fields of a later version among its members.
    fn finish(mut self, offset: usize, has_field: fn(&str) -> bool) -> Result<Map, Fault> {
        if let Some((name, _)) = self.other.iter().find(|(name, _)| has_field(name)) {
            return fault(
                "proto_duplicate_key",
                offset,
                format!("`{name}` has a field of its own, and cannot be in `other`"),
            );
        }
        if !self.unknown.is_empty() {
            let fields = Value::bytes(&self.unknown);
            if self.other.insert(FIELDS.to_owned(), fields).is_some() {
                return fault(
                    "proto_duplicate_key",
                    offset,
                    "fields of a later version stand beside a member `$fields`",
                );
            }
        }
        Ok(self.other)
    }
}

impl Cursor<'_> {
    /// Takes a field's key and notes the field, but for those of a later version, which are taken whole.
    fn next_field(
        &mut self,
        message: &str,
        is_known: fn(u32) -> bool,
        rest: &mut Rest,
        end: usize,
    ) -> Result<Option<(u32, usize)>, Fault> {
        while self.at < end {
            let start = self.at;
            let key = self.key(end)?;
            if !is_known(key >> 3) {
                self.skip(key, end)?;
                rest.unknown.extend_from_slice(self.since(start));
            } else if !rest.seen.first(key >> 3) {
                return repeated(start, message, key >> 3);
            } else if key == OTHER_PAIRS {
                rest.other = self.pairs(key, end)?;
            } else {
                return Ok(Some((key, start)));
            }
        }
        Ok(None)
    }

    /// What an `Event` holds, up to its end.
    pub fn event(&mut self, end: usize) -> Result<Event, Fault> {
        const BODY_FIRST: u32 = event::FIRST_BODY;
        self.enter()?;
        let begin = self.at;
        let mut read = Event::new(EventType::Other(String::new()), Timestamp(0));
        let mut rest = Rest::default();
        let (mut has_time, mut body_field) = (false, None);
        while let Some((key, start)) = self.next_field("Event", event::is_known, &mut rest, end)? {
            let is_body = (event::FIRST_BODY..=event::WITHHELD).contains(&(key >> 3));
            if is_body && body_field.replace((key >> 3, start)).is_some() {
                return fault("proto_duplicate_field", start, "an event has one body");
            }
            match (key >> 3, key & 7) {
                (event::SEQ, VARINT) => read.seq = self.count(end)?,
                (event::TYPE, BYTES) => read.event_type = EventType::parse(self.text(end)?),
                (event::TIME, BYTES) => (read.time, has_time) = (self.time(end)?, true),
                (event::TRACE_ID, BYTES) => read.trace_id = self.trace_id(end)?,
                (event::SPAN_ID, BYTES) => read.span_id = self.span_id(end)?,
                (event::PARENT_ID, BYTES) => read.parent_id = self.span_id(end)?,
                (event::KIND, BYTES) => read.kind = Some(self.text(end)?.to_owned()),
                (event::STATUS, BYTES) => read.status = Some(Status::parse(self.text(end)?)),
                (event::DURATION_NANOS, VARINT) => read.duration_nanos = Some(self.varint(end)?),
                (event::NONCE, BYTES) => read.nonce = Some(self.text(end)?.to_owned()),
                (event::UNKNOWN, BYTES) => {
                    let inner = self.length(end)?;
                    read.body = body(self.map(inner)?);
                }
                (event::ERASED, BYTES) => read.body = Body::Erased(Hash(self.array(end)?)),
                (event::WITHHELD, BYTES) => read.body = Body::Withheld(Hash(self.array(end)?)),
                (number @ BODY_FIRST.., BYTES) => match BODIES.get((number - BODY_FIRST) as usize) {
                    Some((_, message)) => read.body = body(self.part(message, end)?),
                    None => return self.wrong_type(start, "Event", key, end),
                },
                _ => return self.wrong_type(start, "Event", key, end),
            }
        }
        self.leave();
        if !has_time {
            return fault("event_member_missing", begin, "an event has a field `time`");
        }
        // The type may stand behind the body. A writer that does not know the type puts its body into `unknown`.
        if let Some((number @ ..event::UNKNOWN, start)) = body_field
            && body_of(&read.event_type).is_none_or(|(own, _)| own != number)
        {
            let reason = format!("an event of the type `{}` has a body of another type", read.event_type.as_str());
            return fault("body_shape", start, reason);
        }
        read.other = rest.finish(begin, Event::is_member)?;
        Ok(read)
    }

    /// A number that is an integer in JSON.
    fn count(&mut self, end: usize) -> Result<u64, Fault> {
        let start = self.at;
        match self.varint(end)? {
            count if count <= SAFE_INTEGER.unsigned_abs() => Ok(count),
            _ => fault("member_type", start, "an integer of 0 to 2^53 − 1 is expected"),
        }
    }

    /// An id; no bytes are none.
    fn trace_id(&mut self, end: usize) -> Result<Option<TraceId>, Fault> {
        let start = self.at;
        if self.take_empty(end)? {
            return Ok(None);
        }
        match TraceId::from_bytes(self.array(end)?) {
            Some(id) => Ok(Some(id)),
            None => fault("trace_id", start, "an id is not all zero"),
        }
    }

    fn span_id(&mut self, end: usize) -> Result<Option<SpanId>, Fault> {
        let start = self.at;
        if self.take_empty(end)? {
            return Ok(None);
        }
        match SpanId::from_bytes(self.array(end)?) {
            Some(id) => Ok(Some(id)),
            None => fault("span_id", start, "an id is not all zero"),
        }
    }

    /// Takes a field's length if it is zero.
    fn take_empty(&mut self, end: usize) -> Result<bool, Fault> {
        let start = self.at;
        let is_empty = self.length(end)? == self.at;
        if !is_empty {
            self.at = start;
        }
        Ok(is_empty)
    }

    /// A `google.protobuf.Timestamp` behind its length.
    fn time(&mut self, end: usize) -> Result<Timestamp, Fault> {
        const SECONDS: u32 = key(timestamp::SECONDS, VARINT);
        const NANOS: u32 = key(timestamp::NANOS, VARINT);
        let start = self.at;
        let inner = self.length(end)?;
        let (mut seconds, mut nanos) = (None, None);
        while self.at < inner {
            let start = self.at;
            match self.key(inner)? {
                SECONDS if seconds.is_none() => seconds = Some(self.varint(inner)? as i64),
                NANOS if nanos.is_none() => nanos = Some(self.varint(inner)?),
                key @ (SECONDS | NANOS) => return repeated(start, "Timestamp", key >> 3),
                _ => return unknown_field(start, "Timestamp"),
            }
        }
        let nanos = i64::try_from(nanos.unwrap_or(0)).ok().filter(|nanos| *nanos < 1_000_000_000);
        // In two steps, for the first second that there is begins before the first nanosecond.
        let whole = i128::from(seconds.unwrap_or(0)) * 1_000_000_000;
        match nanos.and_then(|nanos| i64::try_from(whole + i128::from(nanos)).ok()) {
            Some(time) => Ok(Timestamp(time)),
            None => {
                fault("time", start, "a time of the years 1677 to 2262 is expected, with 0 to 999999999 nanoseconds")
            }
        }
    }

    /// What an `Envelope` holds, up to its end.
    pub fn envelope(&mut self, end: usize) -> Result<Envelope, Fault> {
        self.enter()?;
        let begin = self.at;
        let mut read = Envelope::blank();
        let mut rest = Rest::default();
        let mut has_digest = false;
        while let Some((key, start)) = self.next_field("Envelope", field::is_known, &mut rest, end)? {
            match (key >> 3, key & 7) {
                (field::SPEC, BYTES) => read.spec = self.text(end)?.to_owned(),
                (field::SEAL, VARINT) => read.seal = self.count(end)?,
                (field::PRODUCER, BYTES) => read.producer = self.text(end)?.to_owned(),
                (field::FIRST_SEQ, VARINT) => read.first_seq = self.count(end)?,
                (field::PREV, BYTES) => {
                    read.prev = if self.take_empty(end)? { None } else { Some(Hash(self.array(end)?)) };
                }
                (field::PARENT, BYTES) => read.parent = Some(self.text(end)?.to_owned()),
                (field::PREDECESSOR, BYTES) => read.predecessor = Some(self.text(end)?.to_owned()),
                (field::CLOSE, BYTES) => read.close = Some(self.text(end)?.to_owned()),
                (field::DIGEST, BYTES) => (read.digest, has_digest) = (Hash(self.array(end)?), true),
                (field::RESOURCE, BYTES) => read.resource = self.pairs(key, end)?,
                (field::EVENTS, BYTES) => read.events = self.entries(key, end)?,
                (field::CONTENT, BYTES) => read.content = self.contents(key, end)?,
                _ => return self.wrong_type(start, "Envelope", key, end),
            }
        }
        self.leave();
        if !has_digest {
            return fault("envelope_member_missing", begin, "an envelope has a field `digest`");
        }
        if !is_readable(&read.spec) {
            return fault("spec_version", begin, "a version 1.x of the specification is expected");
        }
        read.other = rest.finish(begin, Envelope::is_member)?;
        Ok(read)
    }

    fn entries(&mut self, key: u32, end: usize) -> Result<Vec<Entry>, Fault> {
        const EVENT: u32 = self::key(entry::EVENT, BYTES);
        const WITHHELD: u32 = self::key(entry::WITHHELD, BYTES);
        self.enter()?;
        let mut entries = Vec::new();
        loop {
            let inner = self.length(end)?;
            let start = self.at;
            if start == inner {
                return fault("proto_missing", start, "an entry is an event, or the digest of one");
            }
            entries.push(match self.key(inner)? {
                EVENT => {
                    let inner = self.length(inner)?;
                    Entry::Event(Box::new(self.event(inner)?))
                }
                WITHHELD => Entry::Withheld(Hash(self.array(inner)?)),
                _ => return unknown_field(start, "Entry"),
            });
            if self.at < inner {
                let start = self.at;
                return match self.key(inner)? >> 3 {
                    entry::EVENT | entry::WITHHELD => {
                        fault("proto_duplicate_field", start, "an entry is one event, or the digest of one")
                    }
                    _ => unknown_field(start, "Entry"),
                };
            }
            if !self.take_key(key, end)? {
                break;
            }
        }
        self.leave();
        Ok(entries)
    }

    fn contents(&mut self, key: u32, end: usize) -> Result<BTreeMap<Hash, Content>, Fault> {
        self.enter()?;
        let mut contents = BTreeMap::new();
        loop {
            let inner = self.length(end)?;
            let start = self.at;
            let (hash, content) = self.content(inner)?;
            if contents.insert(hash, content).is_some() {
                return fault("proto_duplicate_key", start, format!("the content {hash} stands twice in one envelope"));
            }
            if !self.take_key(key, end)? {
                break;
            }
        }
        self.leave();
        Ok(contents)
    }

    fn content(&mut self, end: usize) -> Result<(Hash, Content), Fault> {
        self.enter()?;
        let begin = self.at;
        let (mut hash, mut value, mut absence, mut nonce) = (None, None, None, None);
        let mut rest = Rest::default();
        while let Some((key, start)) = self.next_field("Content", content::is_known, &mut rest, end)? {
            match (key >> 3, key & 7) {
                (content::HASH, BYTES) => hash = Some(Hash(self.array(end)?)),
                (content::VALUE, BYTES) => value = Some(self.value_field(end)?),
                (content::ABSENCE, VARINT) => absence = Some(self.varint(end)?),
                (content::NONCE, BYTES) => nonce = Some(self.text(end)?.to_owned()),
                _ => return self.wrong_type(start, "Content", key, end),
            }
        }
        self.leave();
        let other = rest.finish(begin, |name| name == "value" || name == "nonce")?;
        let Some(hash) = hash else { return fault("proto_missing", begin, "a content has a field `hash`") };
        let content = match (value, absence) {
            (Some(value), None) => Content::Value { value, nonce, other },
            (None, Some(_)) if nonce.is_some() || !other.is_empty() => {
                return fault("content_shape", begin, "a content that is not there has nothing but its hash");
            }
            (None, Some(content::ABSENCE_ERASED)) => Content::Erased,
            (None, Some(content::ABSENCE_WITHHELD)) => Content::Withheld,
            _ => return fault("content_shape", begin, "a content has a value, or says why it is not there"),
        };
        Ok((hash, content))
    }
}

/// The body of these members: a mark and nothing else says that it is gone.
fn body(members: Map) -> Body {
    let is_mark = members.len() == 1 && members.iter().all(|(name, _)| name == "$erased" || name == "$withheld");
    if is_mark {
        return match Mark::of(&Value::Map(members.clone())) {
            Some(Mark::Erased(hash)) => Body::Erased(hash),
            Some(Mark::Withheld(hash)) => Body::Withheld(hash),
            _ => Body::Present(members),
        };
    }
    Body::Present(members)
}
