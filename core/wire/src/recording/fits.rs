//! Whether a value is an event or an envelope, and would be the same value when written again.
//!
//! By reference, so that a value that is neither costs no copy. What passes here, [`Event::from_value`](crate::event::Event::from_value) or
//! [`Envelope::from_value`](crate::envelope::Envelope::from_value) reads without an error; the tests hold them together.

use crate::content::Mark;
use crate::envelope::is_readable;
use crate::id::{Hash, SpanId, TraceId};
use crate::time::Timestamp;
use crate::value::{Map, Value};
use std::str::FromStr;

/// Whether a value is an event.
pub(super) fn is_event(value: &Value) -> bool {
    let Value::Map(map) = value else { return false };
    let has_required = ["seq", "time", "type"].iter().all(|name| map.contains_key(name));
    has_required
        && map.iter().all(|(name, value)| match name.as_str() {
            // An empty body is left out when written.
            "body" => value.as_map().is_some_and(|body| !body.is_empty()),
            "duration_nanos" => value.as_u64().is_some_and(|nanos| Value::from_u64(nanos) == *value),
            "kind" | "nonce" | "status" | "type" => value.as_text().is_some(),
            "parent_id" | "span_id" => is::<SpanId>(value),
            "seq" => is_count(value),
            "time" => is::<Timestamp>(value),
            "trace_id" => is::<TraceId>(value),
            _ => true,
        })
}

/// Whether a value is an envelope.
pub(super) fn is_envelope(value: &Value) -> bool {
    let Value::Map(map) = value else { return false };
    let required = ["digest", "events", "first_seq", "producer", "resource", "seal", "spec"];
    required.iter().all(|name| map.contains_key(name))
        && map.iter().all(|(name, value)| match name.as_str() {
            "close" | "parent" | "predecessor" | "producer" => value.as_text().is_some(),
            "content" => value.as_map().is_some_and(is_content),
            "digest" | "prev" => is::<Hash>(value),
            "events" => value.as_list().is_some_and(|events| events.iter().all(is_entry)),
            "first_seq" | "seal" => is_count(value),
            "resource" => value.as_map().is_some(),
            "spec" => value.as_text().is_some_and(is_readable),
            _ => true,
        })
}

fn is_entry(value: &Value) -> bool {
    matches!(Mark::of(value), Some(Mark::Withheld(_))) || is_event(value)
}

/// Whether this is an envelope's `content`; an empty one is left out when written.
fn is_content(map: &Map) -> bool {
    !map.is_empty()
        && map.iter().all(|(name, value)| {
            let Ok(hash) = name.parse::<Hash>() else { return false };
            match (Mark::of(value), value) {
                (Some(Mark::Erased(marked) | Mark::Withheld(marked)), _) => marked == hash,
                (_, Value::Map(entry)) => {
                    entry.contains_key("value") && entry.get("nonce").is_none_or(|nonce| nonce.as_text().is_some())
                }
                _ => false,
            }
        })
}

fn is_count(value: &Value) -> bool {
    value.as_int().is_some_and(|count| count >= 0)
}

/// Whether a text is one of these; each has one text only.
fn is<T: FromStr>(value: &Value) -> bool {
    value.as_text().is_some_and(|text| text.parse::<T>().is_ok())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::envelope::Envelope;
    use crate::event::Event;
    use crate::json::{self, ReadOptions};
    use proptest::prelude::*;

    const EVENT: &str = r#"{"body":{"name":"a"},"duration_nanos":{"$int":"9007199254740992"},"kind":"tool","nonce":"0","parent_id":"b7ad6b7169203331","seq":1,"span_id":"00f067aa0ba902b7","status":"ok","time":"2026-11-21T04:30:00.000000000Z","trace_id":"0af7651916cd43dd8448eb211c80319c","type":"span.end"}"#;

    fn hash(text: &str) -> String {
        Hash::of(text.as_bytes()).to_string()
    }

    fn envelope() -> String {
        let (one, two, three) = (hash("1"), hash("2"), hash("3"));
        format!(
            r#"{{"close":"exited","content":{{"{one}":{{"value":1}},"{two}":{{"$erased":"{two}"}}}},"digest":"{three}","events":[{EVENT},{{"$withheld":"{one}"}}],"first_seq":1,"parent":"q","predecessor":"r","prev":"{two}","producer":"p","resource":{{}},"seal":1,"spec":"1.0","zeta":[]}}"#
        )
    }

    fn read(text: &str) -> Value {
        json::read(text.as_bytes(), &ReadOptions::default()).unwrap()
    }

    #[test]
    fn what_is_one_is_seen() {
        assert!(is_event(&read(EVENT)) && !is_envelope(&read(EVENT)));
        assert!(is_envelope(&read(&envelope())) && !is_event(&read(&envelope())));
    }

    #[test]
    fn what_would_not_come_back_the_same_is_none() {
        for (from, to) in [
            (r#"{"name":"a"}"#, "{}"),
            (r#"{"$int":"9007199254740992"}"#, r#"{"$int":"09007199254740992"}"#),
            (r#"{"$int":"9007199254740992"}"#, r#"{"$int":"7"}"#),
            (r#""kind":"tool","#, r#""kind":null,"#),
            (r#""seq":1,"#, ""),
        ] {
            let changed = EVENT.replace(from, to);
            assert_ne!(changed, EVENT);
            assert!(!is_event(&read(&changed)), "{changed}");
        }
        for (from, to) in [
            (r#"{"value":1}"#, r#"{"nonce":1,"value":1}"#),
            (r#"{"value":1}"#, r#"{"nonce":"1"}"#),
            (r#""spec":"1.0""#, r#""spec":"2.0""#),
            (r#""name":"a""#, ""),
        ] {
            let changed = envelope().replace(from, to);
            assert_ne!(changed, envelope());
            assert!(!is_envelope(&read(&changed)), "{changed}");
        }
        let Value::Map(mut map) = read(&envelope()) else { panic!("an envelope is a map") };
        map.insert("content".to_owned(), Value::Map(Map::new()));
        assert!(!is_envelope(&Value::Map(map)));
    }

    proptest! {
        /// Wherever one member becomes something else, both say the same of it.
        #[test]
        fn what_fits_is_read_and_comes_back(
            place in any::<prop::sample::Index>(),
            to in prop::sample::select(vec![
                "1", "-1", "0.5", "\"\"", "\"a\"", "null", "[]", "{}", "{\"$withheld\":\"\"}", "{\"$int\":\"8\"}", "\"1.7\"",
                "\"00f067aa0ba902b7\"", "\"2026-11-21T04:30:00.000000000Z\"",
            ]),
        ) {
            for text in [EVENT.to_owned(), envelope()] {
                let colons: Vec<usize> = text.match_indices("\":").map(|(at, _)| at + 2).collect();
                let at = colons[place.index(colons.len())];
                let end = value_end(&text[at..]);
                let changed = read(&[&text[..at], to, &text[at + end..]].concat());
                let event = Event::from_value(changed.clone()).is_ok_and(|event| event.to_value() == changed);
                prop_assert_eq!(event, is_event(&changed), "{:?}", changed);
                let envelope = Envelope::from_value(changed.clone()).is_ok_and(|read| read.to_value() == changed);
                prop_assert_eq!(envelope, is_envelope(&changed), "{:?}", changed);
            }
        }
    }

    /// Where the value that a text begins with ends; no string of these tests holds a bracket.
    fn value_end(text: &str) -> usize {
        let mut depth = 0;
        for (at, byte) in text.bytes().enumerate() {
            match byte {
                b'{' | b'[' => depth += 1,
                b',' if depth == 0 => return at,
                b'}' | b']' if depth == 0 => return at,
                b'}' | b']' => depth -= 1,
                _ => {}
            }
        }
        text.len()
    }
}
