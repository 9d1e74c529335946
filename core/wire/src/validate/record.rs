//! One event or envelope looked at by itself, and the facts of it that only say something together with others.

use super::digest;
use super::finding::{Found, Path};
use super::members::of_body;
use super::place::Place;
use super::rules::{
    CONTENT_HASH, DIGEST, EMPTY_ENVELOPE, EMPTY_MEMBER, MARK_HASH, ORIGIN, OUT_OF_PLACE, OWN_PARENT, SEQ_ZERO,
    TIME_IMPOSSIBLE,
};
use super::{names, shape, time, usage, values};
use crate::content::{self, Mark};
use crate::envelope::MEMBERS;
use crate::event::EventType;
use crate::id::{Hash, SpanId, TraceId};
use crate::time::Timestamp;
use crate::value::{Map, Value};
use std::str::FromStr;

/// What an event says to others.
#[derive(Clone, Debug)]
pub(super) struct EventFacts {
    pub(super) event_type: EventType,
    pub(super) place: Place,
    pub(super) seq: Option<u64>,
    pub(super) time: Option<i64>,
    pub(super) trace_id: Option<TraceId>,
    pub(super) span_id: Option<SpanId>,
    pub(super) parent_id: Option<SpanId>,
    pub(super) duration_nanos: Option<u64>,
    /// Whether there is a `clock_skew_nanos`, whatever it holds.
    pub(super) has_skew: bool,
    pub(super) skew_nanos: Option<i64>,
    /// Whose event it is, where it stands in no envelope and says so.
    pub(super) producer: Option<String>,
    /// Whether an id could not be read, so that nobody can say who its parent is.
    pub(super) is_unsure: bool,
}

/// What an envelope says to others.
#[derive(Clone, Debug)]
pub(super) struct EnvelopeFacts {
    pub(super) producer: String,
    pub(super) first_seq: u64,
    pub(super) entries: u64,
    pub(super) prev: Option<Hash>,
    pub(super) digest: Hash,
    pub(super) is_closed: bool,
    pub(super) contents: Vec<Hash>,
}

/// What a document says to others.
#[derive(Clone, Debug)]
pub(super) enum Record {
    Event(Box<EventFacts>, Vec<Hash>),
    Envelope {
        envelope: Option<Box<EnvelopeFacts>>,
        place: Place,
        events: Vec<EventFacts>,
        references: Vec<(Hash, Place)>,
    },
}

/// Looks at an event by itself.
pub(super) fn event(value: &Value, place: Place, found: &mut Found) -> Option<Record> {
    let pointer = place.pointer();
    let path = &Path::Root(&pointer);
    shape::event(value, path, found);
    if found.level == super::Level::Schema {
        return None;
    }
    let mut references = Vec::new();
    let map = value.as_map()?;
    let mut facts = semantics(map, None, place, path, found, &mut |hash| references.push(hash));
    facts.producer = map.get("producer").and_then(Value::as_text).map(str::to_owned);
    Some(Record::Event(Box::new(facts), references))
}

/// Looks at an envelope by itself. `exact` is the same value with all its digits, for the digests.
pub(super) fn envelope(value: &Value, exact: &Value, place: Place, found: &mut Found) -> Option<Record> {
    let pointer = place.pointer();
    let path = &Path::Root(&pointer);
    shape::envelope(value, path, found);
    if found.level == super::Level::Schema {
        return None;
    }
    let map = value.as_map()?;
    let mut references = Vec::new();
    let mut events = Vec::new();
    let first_seq = map.get("first_seq").and_then(Value::as_u64);
    let entries = map.get("events").and_then(Value::as_list).unwrap_or_default();
    let in_events = path.key("events");
    for (at, entry) in entries.iter().enumerate() {
        let Value::Map(event) = entry else { continue };
        if matches!(Mark::of(entry), Some(Mark::Withheld(_))) {
            continue;
        }
        let place = Place { event: u32::try_from(at).ok(), ..place };
        let expected = first_seq.map(|first| first.saturating_add(at as u64));
        let facts =
            semantics(event, expected, place, &in_events.index(at), found, &mut |hash| references.push((hash, place)));
        events.push(facts);
    }
    header(map, entries, path, found);
    let contents = contents(map, exact, place, path, found, &mut references);
    let envelope = facts_of(map, first_seq, entries.len() as u64, contents);
    if let Some(envelope) = &envelope
        && let Some(computed) = exact.as_map().and_then(digest::of_envelope)
        && computed != envelope.digest
    {
        let message = format!("the envelope says {}, and its bytes say {computed}", envelope.digest);
        let mend = "compute it over the canonical header and the events' digests, when nothing changes any more";
        found.add(&DIGEST, &path.key("digest"), message, mend);
    }
    Some(Record::Envelope { envelope: envelope.map(Box::new), place, events, references })
}

fn facts_of(map: &Map, first_seq: Option<u64>, entries: u64, contents: Vec<Hash>) -> Option<EnvelopeFacts> {
    let hash = |name: &str| map.get(name).and_then(Value::as_text).and_then(parsed);
    Some(EnvelopeFacts {
        producer: map.get("producer").and_then(Value::as_text)?.to_owned(),
        first_seq: first_seq?,
        entries,
        prev: hash("prev"),
        digest: hash("digest")?,
        is_closed: map.contains_key("close"),
        contents,
    })
}

/// An id or a hash, in whatever case its digits are.
fn parsed<T: FromStr>(text: &str) -> Option<T> {
    match text.parse() {
        Ok(id) => Some(id),
        Err(_) => text.to_ascii_lowercase().parse().ok(),
    }
}

/// The members of an envelope other than its events and contents.
fn header(map: &Map, entries: &[Value], path: &Path<'_>, found: &mut Found) {
    for (name, value) in map {
        let path = &path.key(name);
        match name.as_str() {
            "events" | "content" | "digest" | "first_seq" | "prev" | "seal" | "spec" => {}
            "producer" | "predecessor" => {}
            "parent" if value.as_text().is_some() => {}
            "resource" => {
                values::check(value, path, found);
                if let Value::Map(attributes) = value {
                    names::attributes(attributes, path, found);
                }
            }
            "close" => {
                if let Value::Text(word) = value {
                    names::word(word, &["exited", "rotated", "recovered"], path, found);
                }
            }
            _ => {
                values::check_member(name, value, path, found);
                names::unknown_member(name, MEMBERS.into_iter(), path, found);
            }
        }
    }
    let is_later = map.get("first_seq").and_then(Value::as_u64).is_some_and(|first| first > 1);
    for name in ["parent", "predecessor"] {
        if is_later && map.contains_key(name) {
            let message = format!("only a producer's first envelope has `{name}`");
            found.add(
                &ORIGIN,
                &path.key(name),
                message,
                "leave it out of all envelopes but the one with `first_seq` 1",
            );
        }
    }
    if entries.is_empty()
        && map.get("events").is_some_and(|events| events.as_list().is_some())
        && !map.contains_key("close")
    {
        let mend = "write an envelope once it has an event, or say `close` in a producer's last one";
        found.add(&EMPTY_ENVELOPE, path, "an envelope without events closes its producer", mend);
    }
}

/// The contents that an envelope carries, by hash.
fn contents(
    map: &Map,
    exact: &Value,
    place: Place,
    path: &Path<'_>,
    found: &mut Found,
    references: &mut Vec<(Hash, Place)>,
) -> Vec<Hash> {
    let Some(Value::Map(contents)) = map.get("content") else { return Vec::new() };
    let path = &path.key("content");
    if contents.is_empty() {
        found.add(&EMPTY_MEMBER, path, "an empty `content` is left out", "leave it out");
    }
    let exact = exact.as_map().and_then(|map| map.get("content")).and_then(Value::as_map);
    let mut carried = Vec::with_capacity(contents.len());
    for (at, (name, entry)) in contents.iter().enumerate() {
        let path = &path.key(name);
        let Some(hash) = parsed::<Hash>(name) else { continue };
        carried.push(hash);
        match (Mark::of(entry), entry) {
            (Some(mark @ (Mark::Erased(_) | Mark::Withheld(_))), _) if mark.hash() != hash => {
                let mend = "write the hash under which it stands";
                found.add(&MARK_HASH, path, format!("this says {}", mark.hash()), mend);
            }
            (Some(Mark::Erased(_) | Mark::Withheld(_)), _) => {}
            (_, Value::Map(members)) => {
                let Some(value) = members.get("value") else { continue };
                values::check(value, &path.key("value"), found);
                content::for_each_reference_inside(value, &mut |hash| references.push((hash, place)));
                let nonce = members.get("nonce").and_then(Value::as_text);
                // The reader keeps the order of members, so the same place holds the same content.
                let exact =
                    exact.and_then(|map| map.iter().nth(at)).and_then(|(_, entry)| entry.as_map()?.get("value"));
                let exact = exact.unwrap_or(value);
                if !content::is_under(exact, nonce, &hash) {
                    let is = content::content_hash(exact, nonce);
                    let mend =
                        "hash the canonical bytes of the content's digest form, after everything that changes it";
                    found.add(&CONTENT_HASH, path, format!("the content here has the hash {is}"), mend);
                }
            }
            _ => {}
        }
    }
    carried
}

/// What one event says, beyond its shape.
fn semantics(
    map: &Map,
    expected_seq: Option<u64>,
    place: Place,
    path: &Path<'_>,
    found: &mut Found,
    refer: &mut dyn FnMut(Hash),
) -> EventFacts {
    let word = map.get("type").and_then(Value::as_text).unwrap_or_default();
    let event_type = EventType::parse(word);
    let mut facts = EventFacts {
        event_type,
        place,
        seq: None,
        time: None,
        trace_id: None,
        span_id: None,
        parent_id: None,
        duration_nanos: None,
        has_skew: false,
        skew_nanos: None,
        producer: None,
        is_unsure: false,
    };
    for (name, value) in map {
        let path = &path.key(name);
        let text = value.as_text();
        match name.as_str() {
            "seq" => {
                facts.seq = value.as_u64();
                sequence(facts.seq, expected_seq, path, found);
            }
            "time" => facts.time = moment(text.unwrap_or_default(), path, found),
            "trace_id" => {
                facts.trace_id = text.and_then(parsed);
                facts.is_unsure |= facts.trace_id.is_none();
            }
            "span_id" | "parent_id" => {
                let id: Option<SpanId> = text.and_then(parsed);
                facts.is_unsure |= id.is_none();
                if name == "span_id" { facts.span_id = id } else { facts.parent_id = id }
            }
            "duration_nanos" => facts.duration_nanos = value.as_u64(),
            "type" => {
                if let (EventType::Other(word), Some(_)) = (&facts.event_type, text) {
                    names::event_type(word, path, found);
                }
            }
            "kind" => text.iter().for_each(|word| names::kind(word, path, found)),
            "status" => text.iter().for_each(|word| names::status(word, path, found)),
            "body" => body(value, &mut facts, path, found, refer),
            "nonce" => {}
            // Lists of events name whose event each is, where there is no envelope to say it.
            "producer" if place.event.is_none() && text.is_some() => {}
            _ => {
                values::check_member(name, value, path, found);
                names::unknown_member(name, EVENT_MEMBERS.into_iter(), path, found);
            }
        }
    }
    if facts.parent_id.is_some() && facts.parent_id == facts.span_id {
        let mend = "leave `parent_id` out of a root, or name the span that caused this one";
        found.add(&OWN_PARENT, &path.key("parent_id"), "this names the span itself", mend);
        facts.parent_id = None;
    }
    facts
}

pub(super) const EVENT_MEMBERS: [&str; 11] =
    ["body", "duration_nanos", "kind", "nonce", "parent_id", "seq", "span_id", "status", "time", "trace_id", "type"];

fn sequence(seq: Option<u64>, expected: Option<u64>, path: &Path<'_>, found: &mut Found) {
    match (seq, expected) {
        (Some(0), _) => found.add(&SEQ_ZERO, path, "events are counted from 1", "write 1 for a producer's first event"),
        (Some(seq), Some(expected)) if seq != expected => {
            let message = format!("event {seq} stands in the place of event {expected}");
            let mend = "keep a producer's events in order, and leave none out: withhold it where it must not be seen";
            found.add(&OUT_OF_PLACE, path, message, mend);
        }
        _ => {}
    }
}

fn moment(text: &str, path: &Path<'_>, found: &mut Found) -> Option<i64> {
    if let Ok(Timestamp(nanos)) = text.parse() {
        return Some(nanos);
    }
    if time::has_wire_form(text) {
        let message = format!("{text} does not exist, or lies outside of the years 1678 to 2261");
        found.add(&TIME_IMPOSSIBLE, path, message, "write the moment as the clock gave it");
        return None;
    }
    let Timestamp(nanos) = time::settle(text)?.parse().ok()?;
    Some(nanos)
}

fn body(value: &Value, facts: &mut EventFacts, path: &Path<'_>, found: &mut Found, refer: &mut dyn FnMut(Hash)) {
    let Value::Map(body) = value else { return };
    if matches!(Mark::of(value), Some(Mark::Erased(_) | Mark::Withheld(_))) {
        return;
    }
    if body.is_empty() {
        found.add(&EMPTY_MEMBER, path, "an empty body is left out", "leave it out");
    }
    content::for_each_reference(body, refer);
    let part = of_body(&facts.event_type).map(|(part, _)| part);
    let is_log = facts.event_type == EventType::Log;
    for (name, value) in body {
        let path = &path.key(name);
        values::check_member(name, value, path, found);
        match (name.as_str(), value) {
            ("attributes", Value::Map(attributes)) => names::attributes(attributes, path, found),
            ("level", Value::Text(word)) if part.is_some() => names::level(word, is_log, path, found),
            ("usage", Value::Map(usage)) => usage::usage(usage, path, found),
            ("cost", Value::Map(cost)) if value.tag().is_none() => {
                let used = body.get("usage").and_then(Value::as_map);
                let used = used.is_some_and(|usage| {
                    let count = |name: &str| usage.get(name).and_then(Value::as_u64).unwrap_or_default();
                    count("input_tokens") > 0 || count("output_tokens") > 0
                });
                usage::cost(cost, used, path, found);
            }
            ("clock_skew_nanos", value) => (facts.has_skew, facts.skew_nanos) = (true, value.as_i64()),
            ("instrument", Value::Text(word)) if facts.event_type == EventType::Metric => {
                names::word(word, &["counter", "gauge", "histogram"], path, found);
            }
            ("temporality", Value::Text(word)) if facts.event_type == EventType::Metric => {
                names::word(word, &["delta", "cumulative"], path, found);
            }
            ("source", Value::Text(word)) if facts.event_type == EventType::Feedback => {
                names::word(word, &["user", "human", "model", "code"], path, found);
            }
            ("reason", Value::Text(word)) if facts.event_type == EventType::Loss => {
                names::loss_reason(word, path, found);
            }
            _ => {}
        }
        if let Some(part) = &part
            && part.form(name).is_none()
            && !name.starts_with('$')
        {
            names::unknown_member(name, part.members.iter().map(|(known, _)| *known), path, found);
        }
    }
}
