//! Members of an event's body from Python values: which are texts, which are lists of texts, which are any value.

use crate::policy::Policy;
use crate::walk::{Host, text_of, walk};
use pyo3::prelude::*;
use pyo3::types::{PyDict, PyIterator, PyString};
use tracewire_recorder::record::BodyWriter;

/// Whether a member was given at all: `...` stands for one that was not, so that `None` can be a value.
pub(crate) fn is_given(value: &Bound<'_, PyAny>) -> bool {
    !value.is(value.py().Ellipsis().bind(value.py()))
}

/// Writes a member that is any value.
pub(crate) fn value(body: &mut BodyWriter<'_, '_>, key: &str, value: &Bound<'_, PyAny>, host: &Host<'_>) {
    if is_given(value) {
        body.value(key, |out| walk(out, value, host));
    }
}

/// Writes a member that the host's mask may want to see first, if it is recorded at all.
pub(crate) fn content<'py>(
    body: &mut BodyWriter<'_, '_>,
    key: &str,
    value: &Bound<'py, PyAny>,
    policy: &Policy,
    host: &Host<'py>,
) {
    if is_given(value) && body.keeps(key) {
        match policy.masked(key, value, host) {
            Some(value) => body.value(key, |out| walk(out, &value, host)),
            None => body.value(key, |out| out.redacted("mask_failed")),
        }
    }
}

/// Writes `attributes`, unless there are none.
pub(crate) fn attributes<'py>(
    body: &mut BodyWriter<'_, '_>,
    attributes: &Bound<'py, PyAny>,
    policy: &Policy,
    host: &Host<'py>,
) {
    let is_empty = attributes.is_none() || attributes.cast_exact::<PyDict>().is_ok_and(|map| map.len() == 0);
    if !is_empty && body.keeps("attributes") {
        // A map whatever happens: where the mask fails there are none.
        if let Some(attributes) = policy.masked("attributes", attributes, host) {
            body.value("attributes", |out| walk(out, &attributes, host));
        }
    }
}

/// Writes every member of an event that is no step, by its name in the specification.
pub(crate) fn members<'py>(
    body: &mut BodyWriter<'_, '_>,
    fields: &Bound<'py, PyDict>,
    policy: &Policy,
    host: &Host<'py>,
) {
    for (name, member) in fields.iter() {
        let Ok(name) = name.cast::<PyString>().map(|name| name.to_string_lossy().into_owned()) else { continue };
        match name.as_str() {
            _ if member.is_none() => {}
            // It also decides the trace, so whoever knows that writes it.
            "correlation_id" => {}
            "attributes" => attributes(body, &member, policy, host),
            "input" | "output" | "data" | "message" => content(body, &name, &member, policy, host),
            _ => value(body, &name, &member, host),
        }
    }
}

/// Writes every member as it was given, `None` too, but `left_out`; values of content pass the host's mask.
pub(crate) fn exactly<'py>(
    body: &mut BodyWriter<'_, '_>,
    members: &Bound<'py, PyDict>,
    left_out: Option<&str>,
    policy: &Policy,
    host: &Host<'py>,
) {
    // A list of keys, not an iterator: reading a value can change the dict.
    for name in members.keys() {
        let Some(member) = members.get_item(&name).ok().flatten() else { continue };
        let name = text_of(&name, host);
        match name.as_str() {
            _ if Some(name.as_str()) == left_out => {}
            "attributes" | "input" | "output" | "data" | "chunks" | "message" => {
                content(body, &name, &member, policy, host);
            }
            _ => value(body, &name, &member, host),
        }
    }
}

/// Writes the less usual members, given by the names of the specification; others are passed over.
pub(crate) fn fields<'py>(
    body: &mut BodyWriter<'_, '_>,
    fields: Option<&Bound<'py, PyDict>>,
    policy: &Policy,
    host: &Host<'py>,
) {
    let Some(fields) = fields.filter(|fields| fields.len() > 0) else {
        return;
    };
    // A list of keys, not an iterator: reading a value can change the dict.
    for name in fields.keys() {
        let found = fields.get_item(&name).ok().flatten();
        let (Ok(name), Some(member)) = (name.cast_exact::<PyString>(), found) else {
            continue;
        };
        let Ok(name) = name.to_str() else {
            continue;
        };
        match name {
            _ if member.is_none() => {}
            "name" | "session_id" | "user_id" | "trace_state" | "environment" | "release" | "level"
            | "dataset_item_id" | "experiment_run_id" | "status_message" | "message" | "logger" => {
                body.text(name, &text_of(&member, host));
            }
            "tags" => texts(body, name, &member, host),
            "attributes" => attributes(body, &member, policy, host),
            "input" | "output" | "data" | "chunks" => content(body, name, &member, policy, host),
            "links"
            | "scope"
            | "prompt"
            | "tool_definitions"
            | "media"
            | "usage"
            | "cost"
            | "trace_flags"
            | "time_to_first_chunk_nanos" => {
                value(body, name, &member, host);
            }
            _ => {}
        }
    }
}

fn texts(body: &mut BodyWriter<'_, '_>, key: &str, values: &Bound<'_, PyAny>, host: &Host<'_>) {
    let items: Vec<String> = match values.cast::<PyString>() {
        Ok(one) => vec![text_of(one, host)],
        Err(_) => host.ok(PyIterator::from_object(values)).map_or_else(Vec::new, |items| {
            items.map_while(|item| host.ok(item)).take(1000).map(|item| text_of(&item, host)).collect()
        }),
    };
    body.texts(key, items.iter().map(String::as_str));
}

/// Writes a member that is a text.
pub(crate) fn text(body: &mut BodyWriter<'_, '_>, key: &str, value: &Bound<'_, PyAny>, host: &Host<'_>) {
    with_text_of(value, host, |text| body.text(key, text));
}

/// Lends the text of any object: without a copy where it is a short text, which names and kinds are.
pub(crate) fn with_text_of<T>(value: &Bound<'_, PyAny>, host: &Host<'_>, work: impl FnOnce(&str) -> T) -> T {
    match value.cast_exact::<PyString>().map(|text| text.to_str()) {
        Ok(Ok(text)) => work(text),
        _ => work(&text_of(value, host)),
    }
}
