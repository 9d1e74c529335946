//! Events and envelopes.

use super::back::Back;
use super::members::write_part;
use super::value::{write_field, write_pair, write_pairs};
use crate::content::Mark;
use crate::envelope::{Content, Entry, Envelope};
use crate::event::{Body, Event};
use crate::id::Hash;
use crate::order::Order as _;
use crate::proto::messages::body_of;
use crate::proto::unknown;
use crate::proto::wire::{FIELDS, ITEMS, OTHER, content, entry, envelope as field, event, timestamp};
use crate::time::Timestamp;
use crate::value::{Map, Value, compare_keys};

/// Writes what an `Envelope` holds.
pub(super) fn write(envelope: &Envelope, out: &mut Back) {
    write_other(&envelope.other, Envelope::is_member, field::is_known, out);
    for (hash, held) in envelope.content.iter().rev() {
        let before = out.written();
        write_content(hash, held, out);
        out.close(field::CONTENT, before);
    }
    for entry in envelope.events.iter().rev() {
        let before = out.written();
        match entry {
            Entry::Event(event) => {
                let before = out.written();
                write_event(event, out);
                out.close(entry::EVENT, before);
            }
            Entry::Withheld(digest) => out.bytes_field(entry::WITHHELD, digest.as_bytes()),
        }
        out.close(field::EVENTS, before);
    }
    write_pairs(field::RESOURCE, &envelope.resource, out);
    out.bytes_field(field::DIGEST, envelope.digest.as_bytes());
    write_text(field::CLOSE, envelope.close.as_deref(), out);
    write_text(field::PREDECESSOR, envelope.predecessor.as_deref(), out);
    write_text(field::PARENT, envelope.parent.as_deref(), out);
    if let Some(prev) = &envelope.prev {
        out.bytes_field(field::PREV, prev.as_bytes());
    }
    write_count(field::FIRST_SEQ, envelope.first_seq, out);
    write_text(field::PRODUCER, Some(&envelope.producer).filter(|text| !text.is_empty()).map(String::as_str), out);
    write_count(field::SEAL, envelope.seal, out);
    write_text(field::SPEC, Some(&envelope.spec).filter(|text| !text.is_empty()).map(String::as_str), out);
}

fn write_content(hash: &Hash, held: &Content, out: &mut Back) {
    match held {
        Content::Value { value, nonce, other } => {
            write_other(other, |name| name == "value" || name == "nonce", content::is_known, out);
            write_text(content::NONCE, nonce.as_deref(), out);
            write_field(content::VALUE, value, out);
        }
        Content::Erased => out.varint_field(content::ABSENCE, content::ABSENCE_ERASED),
        Content::Withheld => out.varint_field(content::ABSENCE, content::ABSENCE_WITHHELD),
    }
    out.bytes_field(content::HASH, hash.as_bytes());
}

/// Writes what an `Event` holds.
pub(super) fn write_event(event: &Event, out: &mut Back) {
    write_other(&event.other, Event::is_member, event::is_known, out);
    write_body(event, out);
    write_text(event::NONCE, event.nonce.as_deref(), out);
    if let Some(nanos) = event.duration_nanos {
        out.varint_field(event::DURATION_NANOS, nanos);
    }
    write_text(event::STATUS, event.status.as_ref().map(|status| status.as_str()), out);
    write_text(event::KIND, event.kind.as_deref(), out);
    if let Some(id) = &event.parent_id {
        out.bytes_field(event::PARENT_ID, id.as_bytes());
    }
    if let Some(id) = &event.span_id {
        out.bytes_field(event::SPAN_ID, id.as_bytes());
    }
    if let Some(id) = &event.trace_id {
        out.bytes_field(event::TRACE_ID, id.as_bytes());
    }
    write_time(event.time, out);
    write_text(event::TYPE, Some(event.event_type.as_str()).filter(|text| !text.is_empty()), out);
    write_count(event::SEQ, event.seq, out);
}

fn write_time(time: Timestamp, out: &mut Back) {
    const SECOND: i64 = 1_000_000_000;
    let before = out.written();
    write_count(timestamp::NANOS, time.0.rem_euclid(SECOND) as u64, out);
    // As protobuf has it, a negative number takes the bits of its complement.
    write_count(timestamp::SECONDS, time.0.div_euclid(SECOND) as u64, out);
    out.close(event::TIME, before);
}

fn write_body(event: &Event, out: &mut Back) {
    let members = match &event.body {
        Body::Present(members) if members.is_empty() => return,
        Body::Present(members) => members,
        Body::Erased(hash) => return out.bytes_field(event::ERASED, hash.as_bytes()),
        Body::Withheld(hash) => return out.bytes_field(event::WITHHELD, hash.as_bytes()),
    };
    let mark = match members.iter().next() {
        // What reads as a mark is one, however it was made.
        Some((tag, _)) if members.len() == 1 && tag.starts_with('$') => Mark::of(&Value::Map(members.clone())),
        _ => None,
    };
    match (mark, body_of(&event.event_type)) {
        (Some(Mark::Erased(hash)), _) => out.bytes_field(event::ERASED, hash.as_bytes()),
        (Some(Mark::Withheld(hash)), _) => out.bytes_field(event::WITHHELD, hash.as_bytes()),
        (_, Some((number, message))) => write_part(number, message, members, out),
        (_, None) => {
            let before = out.written();
            write_pairs(ITEMS, members, out);
            out.close(event::UNKNOWN, before);
        }
    }
}

/// Writes members of a later version, and its fields behind them. What has a field of its own cannot stand among them.
fn write_other(other: &Map, has_field: impl Fn(&str) -> bool, is_known: impl Fn(u32) -> bool, out: &mut Back) {
    if other.is_empty() {
        return;
    }
    let unknown = unknown::fields_of(other, is_known);
    if let Some(fields) = &unknown {
        out.put(fields);
    }
    let is_written = |name: &str| !(has_field(name) || unknown.is_some() && name == FIELDS);
    let mut members: Vec<&(String, Value)> = other.iter().filter(|(name, _)| is_written(name)).collect();
    members.order_unstable_by(|(a, _), (b, _)| compare_keys(a, b));
    for (name, value) in members.into_iter().rev() {
        write_pair(OTHER, name, value, out);
    }
}

fn write_text(number: u32, text: Option<&str>, out: &mut Back) {
    if let Some(text) = text {
        out.bytes_field(number, text.as_bytes());
    }
}

/// Writes a number whose absence is zero.
fn write_count(number: u32, count: u64, out: &mut Back) {
    if count > 0 {
        out.varint_field(number, count);
    }
}
