//! A span of OTLP becomes its start, what happened inside it, and its end.

use opentelemetry_proto::tonic::trace::v1 as otlp;
use tracewire_wire::event::{Body, Event, EventType, Status};
use tracewire_wire::id::{SpanId, TraceId};
use tracewire_wire::registry::attributes::GEN_AI_SYSTEM_INSTRUCTIONS;
use tracewire_wire::time::Timestamp;
use tracewire_wire::value::{Map, Value};

use super::fields::{ids, moment, set, set_text};
use super::sources::{Note, Scope};
use super::{Rejected, Span, messages, moments};
use crate::facts::{self, Contents};
use crate::limits::Limits;
use crate::names;
use crate::values::{Budget, JSON, Path, parse_json, read_attributes};

/// From here on a difference of clocks is told (TW-TIME-002).
const SKEW_NANOS: i64 = 1_000_000_000;

/// Names of OpenTelemetry's kinds of spans, by number.
pub(crate) const KINDS: [&str; 6] = ["unspecified", "internal", "server", "client", "producer", "consumer"];

/// The events of a span.
pub(super) fn read(given: otlp::Span, scope: &Scope, resource: &Map, limits: &Limits) -> Result<Span, Rejected> {
    let ids = Ids::read(&given)?;
    let times = Times::read(&given)?;
    let mut budget = Budget::new(limits);
    let mut attributes = read_attributes(given.attributes, &mut budget);
    let is_of_ai = facts::are_of_ai(&attributes);
    let kind = facts::kind(&attributes, &given.name);
    let mut end = Map::new();
    let mut start = Map::new();
    set_text(&mut start, "name", given.name.clone());
    let (events, events_left_out) = taken(given.events, &mut budget);
    let mut moments: Vec<Event> =
        events.into_iter().map(|event| moments::read(event, times.start, &mut budget, limits)).collect();

    let identity = facts::identity(&attributes, resource, ids.parent_id.is_none(), is_of_ai);
    start.extend(identity.start.into_iter().map(|(name, value)| (name.to_owned(), value)));
    if is_of_ai {
        set(&mut end, "usage", facts::usage(&attributes, &given.name).map(Value::Map));
        set(&mut end, "cost", facts::cost(&attributes).map(Value::Map));
        set(&mut end, "time_to_first_chunk_nanos", identity.first_chunk_nanos.map(Value::from_u64));
    }
    let status = status(given.status.unwrap_or_default(), &mut attributes, &mut end);
    if is_of_ai {
        derive(&mut attributes, &mut start, &mut end, &moments, kind, limits);
    }

    let (links, links_left_out) = taken(given.links, &mut budget);
    let links: Vec<Value> = links.into_iter().map(|link| moments::link(link, &mut budget)).collect();
    if !links.is_empty() {
        start.extend([("links".to_owned(), Value::List(links))]);
    }
    set(&mut start, "scope", scope.member.clone());
    set_text(&mut start, "trace_state", given.trace_state);
    set(
        &mut start,
        "trace_flags",
        Some(given.flags & 0xff).filter(|flags| *flags != 0).map(|flags| Value::Int(flags.into())),
    );

    let mut dropped = Note::default();
    dropped.count("attributes", given.dropped_attributes_count.saturating_add(budget.left_out()));
    dropped.count("events", given.dropped_events_count.saturating_add(events_left_out));
    dropped.count("links", given.dropped_links_count.saturating_add(links_left_out));
    dropped.put(names::DROPPED, &mut attributes);
    let kind_name = usize::try_from(given.kind).ok().and_then(|kind| KINDS.get(kind));
    let kind_name = kind_name.map_or_else(|| Value::Text(given.kind.to_string()), |name| (*name).into());
    attributes.extend([(names::KIND.to_owned(), kind_name)]);
    set(&mut attributes, names::FLAGS, (given.flags > 0xff).then(|| Value::Int(given.flags.into())));
    set(&mut attributes, names::SCOPE, scope.rest.clone());
    if times.is_start_unset {
        let unset = Map::from_iter([("start".to_owned(), Value::Int(0))]);
        attributes.extend([(names::TIMES.to_owned(), Value::Map(unset))]);
    }
    start.extend([("attributes".to_owned(), Value::Map(attributes))]);

    let mut events = Vec::with_capacity(moments.len() + 2);
    let mut first = ids.event(EventType::SpanStart, times.start, start);
    first.kind = Some(kind.to_owned());
    first.parent_id = ids.parent_id;
    events.push(first);
    for moment in &mut moments {
        moment.trace_id = Some(ids.trace_id);
        moment.span_id = Some(ids.span_id);
    }
    events.append(&mut moments);
    events.extend(last(&ids, &times, status, end));
    Ok(Span { trace_id: ids.trace_id, span_id: ids.span_id, events })
}

/// As many as there is room for, and how many there is none for.
fn taken<T>(mut given: Vec<T>, budget: &mut Budget) -> (Vec<T>, u32) {
    let room = given.iter().take_while(|_| budget.take()).count();
    let left_out = given.len() - room;
    given.truncate(room);
    (given, u32::try_from(left_out).unwrap_or(u32::MAX))
}

/// The end; of a span that has none, an update with what is known so far.
fn last(ids: &Ids, times: &Times, status: Status, mut body: Map) -> Option<Event> {
    let Some(end) = times.end else {
        body.remove("status_message");
        return (!body.is_empty()).then(|| ids.event(EventType::SpanUpdate, times.start, body));
    };
    let passed = end.0.saturating_sub(times.start.0);
    if passed < -SKEW_NANOS {
        body.extend([("clock_skew_nanos".to_owned(), Value::from_i64(passed))]);
    }
    let mut last = ids.event(EventType::SpanEnd, end, body);
    last.status = Some(status);
    last.duration_nanos = Some(u64::try_from(passed).unwrap_or(0));
    Some(last)
}

/// Moves contents into the bodies and adds today's names; says so in attributes of ours.
fn derive(attributes: &mut Map, start: &mut Map, end: &mut Map, moments: &[Event], kind: &str, limits: &Limits) {
    let Contents { members } = facts::take(attributes, limits.depth);
    let mut origins = Map::new();
    for (member, value, attribute, form) in members {
        let origin =
            [("attribute", attribute), ("form", form.word())].map(|(name, word)| (name.to_owned(), word.into()));
        origins.extend([(member.to_owned(), Value::Map(origin.into_iter().collect()))]);
        let body = match member {
            "output" => &mut *end,
            "input" | "tool_definitions" => &mut *start,
            _ => &mut *attributes,
        };
        body.extend([(member.to_owned(), value)]);
    }
    for (member, list) in messages::of_moments(moments) {
        let body = if member == "output" { &mut *end } else { &mut *start };
        if !list.is_empty() && !body.contains_key(member) {
            body.extend([(member.to_owned(), Value::List(list))]);
            // From what happened inside, where it stands as well.
            let origin = Map::from_iter([("form".to_owned(), "events".into())]);
            origins.extend([(member.to_owned(), Value::Map(origin))]);
        }
    }
    if !origins.is_empty() {
        attributes.extend([(names::MEMBERS.to_owned(), Value::Map(origins))]);
    }
    instructions(attributes, limits.depth);
    let added = facts::canonical(attributes, kind);
    if !added.is_empty() {
        let list = added.iter().map(|(name, _)| (*name).into()).collect();
        attributes.extend([(names::ADDED.to_owned(), Value::List(list))]);
        attributes.extend(added.into_iter().map(|(name, value)| (name.to_owned(), value.into())));
    }
}

/// Instructions are a content where they stand (TW-CON-001): JSON in them becomes a value.
fn instructions(attributes: &mut Map, depth: usize) {
    let Some(Value::Text(text)) = attributes.get(GEN_AI_SYSTEM_INSTRUCTIONS) else { return };
    let Some(value) = parse_json(text, depth) else { return };
    attributes.extend([(GEN_AI_SYSTEM_INSTRUCTIONS.to_owned(), value)]);
    let note = (Path::attribute(GEN_AI_SYSTEM_INSTRUCTIONS).to_string(), JSON.into());
    match attributes.get_mut(names::TYPES) {
        Some(Value::Map(types)) => types.extend([note]),
        _ => attributes.extend([(names::TYPES.to_owned(), Value::Map(Map::from_iter([note])))]),
    }
}

fn status(given: otlp::Status, attributes: &mut Map, end: &mut Map) -> Status {
    set_text(end, "status_message", given.message);
    match given.code {
        0 => Status::Unset,
        1 => Status::Ok,
        2 => match attributes.get("tracewire.status").and_then(Value::as_text) {
            Some("timeout") => Status::Timeout,
            Some("cancelled") => Status::Cancelled,
            _ => Status::Error,
        },
        unknown => {
            attributes.extend([(names::STATUS.to_owned(), Value::Int(unknown.into()))]);
            Status::Unset
        }
    }
}

struct Ids {
    trace_id: TraceId,
    span_id: SpanId,
    parent_id: Option<SpanId>,
}

impl Ids {
    fn read(given: &otlp::Span) -> Result<Self, Rejected> {
        let (trace_id, span_id) = ids(&given.trace_id, &given.span_id)?;
        let parent_id =
            match given.parent_span_id.as_slice() {
                [] | [0, 0, 0, 0, 0, 0, 0, 0] => None,
                id => {
                    let bytes = <[u8; 8]>::try_from(id).ok().and_then(SpanId::from_bytes);
                    Some(bytes.ok_or_else(|| {
                        Rejected::new("otlp_parent_id", format!("a parent's id has {} bytes", id.len()))
                    })?)
                }
            };
        Ok(Ids { trace_id, span_id, parent_id })
    }

    fn event(&self, event_type: EventType, time: Timestamp, body: Map) -> Event {
        let mut event = Event::new(event_type, time);
        event.trace_id = Some(self.trace_id);
        event.span_id = Some(self.span_id);
        event.body = Body::Present(body);
        event
    }
}

struct Times {
    start: Timestamp,
    /// `None` while the span is open.
    end: Option<Timestamp>,
    is_start_unset: bool,
}

impl Times {
    fn read(given: &otlp::Span) -> Result<Self, Rejected> {
        let start = moment(given.start_time_unix_nano)?;
        let end = moment(given.end_time_unix_nano)?;
        match (start, end) {
            (Some(start), end) => Ok(Times { start, end, is_start_unset: false }),
            (None, Some(end)) => Ok(Times { start: end, end: Some(end), is_start_unset: true }),
            (None, None) => Err(Rejected::new("otlp_no_time", "a span has neither start nor end")),
        }
    }
}
