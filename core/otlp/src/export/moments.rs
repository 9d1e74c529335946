//! What happens inside a step becomes events of its span; what it points to, links.

use opentelemetry_proto::tonic::common::v1::KeyValue;
use opentelemetry_proto::tonic::trace::v1::span;
use tracewire_wire::event::{Body, Event, EventType};
use tracewire_wire::time::Timestamp;
use tracewire_wire::value::{Map, Value, unescape_key};

use crate::facts::{Form, flatten};
use crate::form::hex;
use crate::names;
use crate::values::{Path, any_text, json_text, key_values, plain_value, write_value};

/// An attribute.
pub(super) fn key_value(key: impl Into<String>, value: opentelemetry_proto::tonic::common::v1::AnyValue) -> KeyValue {
    KeyValue { key: key.into(), value: Some(value), key_strindex: 0 }
}

/// An attribute of a program's own values; null is none.
pub(super) fn plain(key: &str, value: Option<&Value>) -> Option<KeyValue> {
    let value = value.filter(|value| **value != Value::Null)?;
    Some(key_value(key, plain_value(value)))
}

/// A count of a note.
pub(super) fn count_of(note: Option<&Map>, name: &str) -> u32 {
    note.and_then(|note| note.get(name))
        .and_then(Value::as_int)
        .and_then(|count| u32::try_from(count).ok())
        .unwrap_or(0)
}

/// A text of a note.
pub(super) fn text_of(note: Option<&Map>, name: &str) -> String {
    note.and_then(|note| note.get(name)).and_then(Value::as_text).unwrap_or_default().to_owned()
}

/// Nanoseconds since 1970; nothing was before.
pub(super) fn nanos(time: Timestamp) -> u64 {
    u64::try_from(time.0).unwrap_or(0)
}

/// Something inside a span that was imported, or that was added to one.
pub(super) fn imported(event: &Event) -> span::Event {
    static NONE: std::sync::LazyLock<Map> = std::sync::LazyLock::new(Map::new);
    let body = match &event.body {
        Body::Present(body) => body,
        _ => &NONE,
    };
    if event.event_type == EventType::Log {
        return own(event);
    }
    let attributes = body.get("attributes").and_then(Value::as_map).unwrap_or(&NONE);
    let mut written = key_values(attributes, &|_| false);
    if let Some(exception) = body.get("exception").and_then(Value::as_map) {
        written.extend(self::exception(exception));
    }
    let origins = attributes.get(names::MEMBERS).and_then(Value::as_map);
    for member in ["data", "chunks"] {
        let Some(value) = body.get(member) else { continue };
        match origins.and_then(|origins| Origin::of(origins, member)) {
            Some(origin) => origin.write(value, attributes, &mut written),
            None => written.extend(plain(&format!("tracewire.{member}"), Some(value))),
        }
    }
    let times = attributes.get(names::TIMES).and_then(Value::as_map);
    let said = times.and_then(|times| times.get("time")).and_then(Value::as_u64);
    span::Event {
        time_unix_nano: said.unwrap_or_else(|| nanos(event.time)),
        name: text_of(Some(body), "name"),
        attributes: written,
        dropped_attributes_count: count_of(attributes.get(names::DROPPED).and_then(Value::as_map), "attributes"),
    }
}

/// Something inside a step that a program recorded.
pub(super) fn own(event: &Event) -> span::Event {
    let none = Map::new();
    let body = match &event.body {
        Body::Present(body) => body,
        _ => &none,
    };
    let given = body.get("attributes").and_then(Value::as_map).unwrap_or(&none);
    let mut written: Vec<KeyValue> = Vec::new();
    let mut name = text_of(Some(body), "name");
    if let Some(exception) = body.get("exception").and_then(Value::as_map) {
        written.extend(self::exception(exception));
        "exception".clone_into(&mut name);
    } else if event.event_type == EventType::Log {
        let own = ["level", "logger", "message"].map(|member| plain(&format!("log.{member}"), body.get(member)));
        written.extend(own.into_iter().flatten());
        "log".clone_into(&mut name);
    } else {
        let own = ["chunks", "data"].map(|member| plain(&format!("tracewire.{member}"), body.get(member)));
        written.extend(own.into_iter().flatten());
        if name.is_empty() {
            "event".clone_into(&mut name);
        }
    }
    // What the program says itself goes before what is derived.
    let given: Vec<KeyValue> = given.iter().filter_map(|(key, value)| plain(unescape_key(key), Some(value))).collect();
    written.retain(|derived| given.iter().all(|given| given.key != derived.key));
    written.extend(given);
    span::Event { time_unix_nano: nanos(event.time), name, attributes: written, dropped_attributes_count: 0 }
}

/// The attributes of an exception.
pub(super) fn exception(exception: &Map) -> impl Iterator<Item = KeyValue> {
    let parts = ["type", "message", "stacktrace", "escaped"];
    parts.into_iter().filter_map(|part| plain(&format!("exception.{part}"), exception.get(part)))
}

/// Another span; `None` for what is no reference to one.
pub(super) fn link(given: &Value) -> Option<span::Link> {
    let given = given.as_map()?;
    let id = |name: &str| hex(given.get(name)?.as_text()?);
    let none = Map::new();
    let attributes = given.get("attributes").and_then(Value::as_map).unwrap_or(&none);
    Some(span::Link {
        trace_id: id("trace_id")?,
        span_id: id("span_id")?,
        trace_state: text_of(Some(attributes), names::TRACE_STATE),
        attributes: key_values(attributes, &|_| false),
        dropped_attributes_count: count_of(attributes.get(names::DROPPED).and_then(Value::as_map), "attributes"),
        flags: count_of(Some(attributes), names::FLAGS),
    })
}

/// Where a member of a body was.
pub(super) struct Origin<'a> {
    attribute: &'a str,
    form: Form,
}

impl<'a> Origin<'a> {
    /// Where a member was; `None` where it was no attribute.
    pub(super) fn of(origins: &'a Map, member: &str) -> Option<Self> {
        let origin = origins.get(member)?.as_map()?;
        let form = Form::of_word(origin.get("form")?.as_text()?)?;
        Some(Origin { attribute: origin.get("attribute")?.as_text()?, form })
    }

    /// Writes the attribute or attributes that the member was.
    pub(super) fn write(&self, value: &Value, attributes: &Map, out: &mut Vec<KeyValue>) {
        let types = attributes.get(names::TYPES).and_then(Value::as_map);
        match self.form {
            Form::Json => out.push(key_value(self.attribute, any_text(json_text(value)))),
            Form::Value => {
                out.push(key_value(self.attribute, write_value(value, &Path::attribute(self.attribute), types)))
            }
            Form::Flattened(dialect) => flatten(self.attribute, value, dialect, &mut |name, value| {
                let written = write_value(value, &Path::attribute(&name), types);
                out.push(key_value(name, written));
            }),
        }
    }
}
