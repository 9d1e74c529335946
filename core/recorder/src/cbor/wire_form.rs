//! Values and events that are in wire form already, written as CBOR: what reads them takes their tags as tags.

use super::Walker;
#[cfg(feature = "redact")]
use tracewire_wire::event::{Body, Event};
use tracewire_wire::value::{Map, Value};

#[cfg(feature = "redact")]
/// Deeper than a record's values can be read.
const RECORD_DEPTH: usize = 160;

/// The map of a record (TW-JNL-012).
#[cfg(feature = "redact")]
pub(crate) fn event(walker: &mut Walker<'_>, event: &Event) {
    walker.begin_part();
    walker.part_text("type", event.event_type.as_str());
    walker.part_int("time", event.time.0);
    if let Some(id) = &event.trace_id {
        walker.part_bytes("trace_id", id.as_bytes());
    }
    for (name, id) in [("span_id", &event.span_id), ("parent_id", &event.parent_id)] {
        if let Some(id) = id {
            walker.part_bytes(name, id.as_bytes());
        }
    }
    if let Some(kind) = &event.kind {
        walker.part_text("kind", kind);
    }
    if let Some(status) = &event.status {
        walker.part_text("status", status.as_str());
    }
    if let Some(nanos) = event.duration_nanos {
        walker.part_wide_int("duration_nanos", i128::from(nanos));
    }
    if let Some(nonce) = &event.nonce {
        walker.part_text("nonce", nonce);
    }
    if let Body::Present(body) = &event.body {
        walker.raw_text("body");
        walker.begin_part();
        for (name, value) in body {
            walker.raw_text(name);
            self::value(walker, value, RECORD_DEPTH);
        }
        walker.end_part();
    }
    for (name, value) in &event.other {
        walker.raw_text(name);
        self::value(walker, value, RECORD_DEPTH);
    }
    walker.end_part();
}

/// A value of its own; below `depth` lists and maps, nothing.
pub(crate) fn value(walker: &mut Walker<'_>, value: &Value, depth: usize) {
    if matches!(value, Value::Map(_) | Value::List(_)) {
        walker.wire_form();
    }
    inner(walker, value, depth);
}

/// A map whose keys are in wire form; whoever calls has said so.
pub(crate) fn members(walker: &mut Walker<'_>, map: &Map, depth: usize) {
    walker.begin_part();
    for (key, value) in map {
        walker.raw_text(key);
        inner(walker, value, depth.saturating_sub(1));
    }
    walker.end_part();
}

fn inner(walker: &mut Walker<'_>, value: &Value, depth: usize) {
    match value {
        Value::Map(_) | Value::List(_) if depth == 0 => walker.null(),
        Value::Null => walker.null(),
        Value::Bool(value) => walker.bool(*value),
        Value::Int(value) => walker.int(*value),
        Value::Double(value) => walker.double(*value),
        Value::Text(text) => walker.raw_text(text),
        Value::Map(map) => members(walker, map, depth),
        Value::List(items) => {
            if walker.begin_list(0) {
                items.iter().for_each(|item| inner(walker, item, depth.saturating_sub(1)));
                walker.end_list(0);
            }
        }
    }
}
