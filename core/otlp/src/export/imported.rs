//! A span that was imported becomes what it was.

use opentelemetry_proto::tonic::trace::v1::{Span, Status as OtlpStatus};
use tracewire_wire::content::Mark;
use tracewire_wire::event::Status;
use tracewire_wire::value::{Map, Value};

use super::groups::Scope;
use super::moments::{self, Origin, count_of, nanos, plain, text_of};
use super::steps::Step;
use crate::import::KINDS;
use crate::names;
use crate::values::key_values;

/// Whether a step came by OTLP.
pub(super) fn is_imported(merged: &Map) -> bool {
    merged.get("attributes").and_then(Value::as_map).is_some_and(|attributes| attributes.contains_key(names::KIND))
}

/// The span, and who made it.
pub(super) fn span(step: &Step<'_>, merged: &Map) -> (Scope, Span) {
    let none = Map::new();
    let attributes = merged.get("attributes").and_then(Value::as_map).unwrap_or(&none);
    let note = |name: &str| attributes.get(name).and_then(Value::as_map);
    let dropped = note(names::DROPPED);
    let links = merged.get("links").and_then(Value::as_list).unwrap_or_default();
    let is_start_unset = note(names::TIMES).is_some_and(|times| times.contains_key("start"));
    let start = step.start.filter(|_| !is_start_unset).map_or(0, |start| nanos(start.time));
    let span = Span {
        trace_id: step.trace_id.as_bytes().to_vec(),
        span_id: step.span_id.as_bytes().to_vec(),
        trace_state: text_of(Some(merged), "trace_state"),
        parent_span_id: step.parent_id().map(|id| id.as_bytes().to_vec()).unwrap_or_default(),
        flags: flags(attributes, merged),
        name: text_of(Some(merged), "name"),
        kind: kind(attributes),
        start_time_unix_nano: start,
        end_time_unix_nano: step.end.map_or(0, |end| nanos(end.time)),
        attributes: self::attributes(attributes, merged),
        dropped_attributes_count: count_of(dropped, "attributes"),
        events: step.moments.iter().map(|moment| moments::imported(moment)).collect(),
        dropped_events_count: count_of(dropped, "events"),
        links: links.iter().filter_map(moments::link).collect(),
        dropped_links_count: count_of(dropped, "links"),
        status: status(step, attributes, merged),
    };
    let scope = merged.get("scope").and_then(Value::as_map);
    let rest = note(names::SCOPE).cloned();
    (Scope { name: text_of(scope, "name"), version: text_of(scope, "version"), rest }, span)
}

fn flags(attributes: &Map, merged: &Map) -> u32 {
    let said = attributes.get(names::FLAGS).or_else(|| merged.get("trace_flags"));
    said.and_then(Value::as_int).and_then(|flags| u32::try_from(flags).ok()).unwrap_or(0)
}

fn kind(attributes: &Map) -> i32 {
    let word = attributes.get(names::KIND).and_then(Value::as_text).unwrap_or_default();
    let known = KINDS.iter().position(|kind| *kind == word).and_then(|kind| i32::try_from(kind).ok());
    known.or_else(|| word.parse().ok()).unwrap_or(0)
}

fn status(step: &Step<'_>, attributes: &Map, merged: &Map) -> Option<OtlpStatus> {
    let unknown = attributes.get(names::STATUS).and_then(Value::as_int).and_then(|code| i32::try_from(code).ok());
    let known = match step.end.and_then(|end| end.status.as_ref()) {
        Some(Status::Ok) => 1,
        Some(Status::Error | Status::Timeout | Status::Cancelled) => 2,
        _ => 0,
    };
    let status = OtlpStatus { code: unknown.unwrap_or(known), message: text_of(Some(merged), "status_message") };
    (status != OtlpStatus::default()).then_some(status)
}

/// The attributes that were sent: without what was added, with what became a member.
fn attributes(attributes: &Map, merged: &Map) -> Vec<opentelemetry_proto::tonic::common::v1::KeyValue> {
    let added = attributes.get(names::ADDED).and_then(Value::as_list).unwrap_or_default();
    let origins = attributes.get(names::MEMBERS).and_then(Value::as_map);
    let is_member = |name: &str| origins.is_some_and(|origins| origins.contains_key(name));
    let is_added = |name: &str| added.iter().any(|added| added.as_text() == Some(name));
    let mut written = key_values(attributes, &|name| is_added(name) || is_member(name));
    // An attribute of today's name that was sent in another form.
    for (name, value) in attributes.iter().filter(|(name, _)| is_member(name)) {
        if let Some(origin) = origins.and_then(|origins| Origin::of(origins, name)) {
            origin.write(value, attributes, &mut written);
        }
    }
    for member in ["input", "output", "tool_definitions"] {
        let Some(value) = merged.get(member) else { continue };
        // What was erased or withheld is not there to be written.
        if Mark::of(value).is_some() {
            continue;
        }
        match origins.map(|origins| (Origin::of(origins, member), origins.contains_key(member))) {
            Some((Some(origin), _)) => origin.write(value, attributes, &mut written),
            // It came from events of the span, which have it.
            Some((None, true)) => {}
            // It was added later.
            _ => written.extend(plain(&format!("tracewire.{member}"), Some(value))),
        }
    }
    written
}
