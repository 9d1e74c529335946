//! Pieces of a stream put together: what is found may be spread over them, and over the events that hold them.

use crate::model::StoredEvent;
use std::collections::{BTreeMap, BTreeSet};
use tracewire_wire::event::Event;
use tracewire_wire::id::SpanId;
use tracewire_wire::redact::{Finder, Found};
use tracewire_wire::value::Value;

/// What is found in the streams of these events, which are in order of time, and in none of their pieces alone: by the place of
/// the first event that holds a piece, and the places of all of that stream, whose bodies all go.
pub(super) fn spread(finder: &Finder, events: &[StoredEvent]) -> (BTreeMap<usize, Found>, BTreeSet<usize>) {
    let mut streams: BTreeMap<(Option<SpanId>, String), String> = BTreeMap::new();
    let mut holders: BTreeMap<Option<SpanId>, Vec<usize>> = BTreeMap::new();
    let mut alone: BTreeMap<Option<SpanId>, Found> = BTreeMap::new();
    for (at, stored) in events.iter().enumerate() {
        let Some(chunks) = chunks(&stored.event) else { continue };
        let span = stored.event.span_id;
        holders.entry(span).or_default().push(at);
        for chunk in chunks {
            texts(chunk, String::new(), &mut |path, text| {
                streams.entry((span, path)).or_default().push_str(text);
            });
        }
        alone.entry(span).or_default().join(&finder.in_value(Value::List(chunks.to_vec())));
    }
    let mut together: BTreeMap<Option<SpanId>, Found> = BTreeMap::new();
    for ((span, _), text) in streams {
        together.entry(span).or_default().join(&finder.in_value(Value::Text(text)));
    }
    let (mut found, mut all) = (BTreeMap::new(), BTreeSet::new());
    for (span, together) in together {
        let nothing = Found::default();
        let more = together.beyond(alone.get(&span).unwrap_or(&nothing));
        if let (false, Some(holders)) = (more.is_empty(), holders.get(&span)) {
            found.extend(holders.first().map(|first| (*first, more)));
            all.extend(holders.iter().copied());
        }
    }
    (found, all)
}

fn chunks(event: &Event) -> Option<&[Value]> {
    match event.body_field("chunks")? {
        Value::List(chunks) => Some(chunks),
        _ => None,
    }
}

/// Every text, by the names on the way to it: what a stream says in one member belongs together.
fn texts(value: &Value, path: String, each: &mut dyn FnMut(String, &str)) {
    match value {
        Value::Text(text) => each(path, text),
        Value::List(items) => items.iter().for_each(|item| texts(item, format!("{path}/"), each)),
        Value::Map(map) => map.iter().for_each(|(key, value)| texts(value, format!("{path}/{key}"), each)),
        _ => {}
    }
}
