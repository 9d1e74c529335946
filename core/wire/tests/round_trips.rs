//! What is written reads back the same, whatever it is: values, events, envelopes, typed bodies; also what this version does not know.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a test may fail")]

mod common;

use common::read;
use common::strategies::{body_map, envelope, event, map, value};
use proptest::prelude::*;
use std::collections::BTreeMap;
use tracewire_wire::body;
use tracewire_wire::content;
use tracewire_wire::envelope::{Entry, Envelope};
use tracewire_wire::event::{Body, Event, EventType};
use tracewire_wire::id::Hash;
use tracewire_wire::json::{self, ReadOptions};
use tracewire_wire::time::Timestamp;
use tracewire_wire::toon::{self, DecodeOptions, Delimiter, EncodeOptions};
use tracewire_wire::value::{Map, Value, compare_keys};

/// The same value, every map in another order.
fn shuffled(value: &Value) -> Value {
    match value {
        Value::List(items) => Value::List(items.iter().map(shuffled).collect()),
        Value::Map(map) => Value::Map(shuffled_map(map)),
        other => other.clone(),
    }
}

fn shuffled_map(map: &Map) -> Map {
    let mut entries: Vec<(String, Value)> = map.iter().map(|(key, value)| (key.clone(), shuffled(value))).collect();
    entries.reverse();
    entries.into_iter().collect()
}

/// The order of keys, as RFC 8785 puts it.
fn is_canonical(value: &Value) -> bool {
    let units = |key: &str| key.encode_utf16().collect::<Vec<_>>();
    match value {
        Value::List(items) => items.iter().all(is_canonical),
        Value::Map(map) => {
            let keys: Vec<&str> = map.iter().map(|(key, _)| key.as_str()).collect();
            keys.windows(2).all(|pair| units(pair[0]) < units(pair[1]) && compare_keys(pair[0], pair[1]).is_lt())
                && map.iter().all(|(_, value)| is_canonical(value))
        }
        _ => true,
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(192))]

    #[test]
    fn values(value in value()) {
        let bytes = json::write(&value);
        let back = read(&bytes);
        prop_assert!(is_canonical(&back));
        prop_assert_eq!(&back, &value);
        prop_assert_eq!(&json::write(&back), &bytes);
        prop_assert_eq!(&json::write(&shuffled(&value)), &bytes);
        prop_assert_eq!(&shuffled(&value), &value);
    }

    #[test]
    fn toon_holds_every_value(value in value(), delimiter in prop::sample::select(vec![Delimiter::Comma, Delimiter::Tab, Delimiter::Pipe])) {
        let text = toon::encode(&value, &EncodeOptions { delimiter, ..EncodeOptions::default() });
        let back = toon::decode(text.as_bytes(), &DecodeOptions::default());
        prop_assert_eq!(back.as_ref(), Ok(&value), "{}", text);
    }

    #[test]
    fn events(event in event()) {
        let mut bytes = Vec::new();
        event.write_to(&mut bytes);
        prop_assert_eq!(&json::write(&event.to_value()), &bytes);
        let back = Event::read(&bytes).unwrap();
        prop_assert_eq!(&back, &event);
        prop_assert_eq!(back.digest(), event.digest());
        prop_assert_eq!(Event::from_value(shuffled(&event.to_value())).unwrap().digest(), event.digest());
    }

    /// Canonical events are read on a way of their own: whatever is done to their bytes, it says what the general one says.
    #[test]
    fn both_ways_of_reading_agree(
        event in event(),
        edits in prop::collection::vec((any::<prop::sample::Index>(), any::<u8>(), 0..4u8), 0..3),
    ) {
        let mut bytes = Vec::new();
        event.write_to(&mut bytes);
        for (place, byte, what) in edits {
            let at = place.index(bytes.len());
            match what {
                0 => bytes[at] = byte,
                1 => bytes.insert(at, b" \"\\,:{}"[usize::from(byte) % 7]),
                2 => _ = bytes.remove(at),
                // A member twice.
                _ => bytes.splice(1..1, bytes[1..].split_inclusive(|byte| *byte == b',').next().unwrap().to_vec()).for_each(drop),
            }
        }
        let general = json::read(&bytes, &ReadOptions::default()).and_then(Event::from_value);
        let read = Event::read(&bytes);
        prop_assert_eq!(format!("{read:?}"), format!("{general:?}"));
    }

    #[test]
    fn no_digest_says_what_is_inline_erased_or_withheld(event in event(), inline_bytes in prop::sample::select(vec![0, 16, 256])) {
        let Body::Present(body) = &event.body else { return Ok(()) };
        let digest = event.digest();
        let plain = content::body_hash(body, None);

        let mut addressed = body.clone();
        let mut carried = BTreeMap::new();
        let hash = content::externalise(&mut addressed, inline_bytes, &mut |hash, bytes| _ = carried.insert(hash, bytes));
        prop_assert_eq!(hash, plain);
        let with = |body: &Map| Event { body: Body::Present(body.clone()), ..event.clone() };
        prop_assert_eq!(with(&addressed).digest(), digest);
        for (hash, bytes) in &carried {
            prop_assert_eq!(content::content_hash(&read(bytes), None), *hash);
            prop_assert!(bytes.len() > inline_bytes);
        }

        for mark in [content::Mark::Erased, content::Mark::Withheld] {
            // One slot after the other goes, inner ones before outer ones.
            let mut slots = 0;
            content::for_each_slot(body, &mut |_| slots += 1);
            for gone in 0..slots {
                let (mut less, mut at) = (body.clone(), 0);
                content::visit_slots(&mut less, &mut |slot| {
                    if at == gone && content::Mark::of(slot).is_none() {
                        *slot = mark(content::content_hash(slot, None)).to_value();
                    }
                    at += 1;
                });
                prop_assert_eq!(with(&less).digest(), digest);
            }
        }

        if !body.is_empty() {
            let gone = content::body_hash(body, event.nonce.as_deref());
            for body in [Body::Erased(gone), Body::Withheld(gone)] {
                prop_assert_eq!(Event { body, nonce: None, ..event.clone() }.digest(), digest);
            }
        }

        content::resolve(&mut addressed, &|hash| carried.get(hash).map(|bytes| read(bytes)));
        prop_assert_eq!(&addressed, body);
    }

    #[test]
    fn envelopes(envelope in envelope()) {
        let bytes = envelope.write();
        let back = Envelope::read(&bytes).unwrap();
        prop_assert_eq!(&back, &envelope);
        prop_assert_eq!(back.compute_digest(), envelope.digest);
        prop_assert_eq!(Envelope::from_value(shuffled(&envelope.to_value())).unwrap().compute_digest(), envelope.digest);

        // Put together from pieces it is the same, in whatever order header and contents come.
        let digests: Vec<Hash> = envelope.events.iter().map(Entry::digest).collect();
        prop_assert_eq!(tracewire_wire::envelope::digest_of(&shuffled_map(&envelope.header()), &digests), envelope.digest);
        let events: Vec<Vec<u8>> = envelope.events.iter().map(|entry| match entry {
            Entry::Event(event) => json::write(&event.to_value()),
            Entry::Withheld(digest) => json::write(&content::Mark::Withheld(*digest).to_value()),
        }).collect();
        let contents: Vec<(Hash, Vec<u8>)> =
            envelope.content.iter().rev().map(|(hash, content)| (*hash, json::write(&content.to_value(hash)))).collect();
        let events: Vec<&[u8]> = events.iter().map(Vec::as_slice).collect();
        let contents: Vec<(Hash, &[u8])> = contents.iter().map(|(hash, bytes)| (*hash, bytes.as_slice())).collect();
        let header = shuffled_map(&envelope.header());
        let assembled = tracewire_wire::envelope::assemble_entries(&header, &events, &contents, &envelope.digest);
        prop_assert_eq!(&assembled, &bytes);
    }

    #[test]
    fn typed_bodies_keep_what_they_do_not_know(body in body_map(), later in map()) {
        fn check<T: serde::Serialize + serde::de::DeserializeOwned>(body: &Map) {
            let mut event = Event::new(EventType::SpanStart, Timestamp(0));
            event.body = Body::Present(body.clone());
            // A member may be of a wrong type here; only what can be read must come back.
            if let Ok(typed) = event.body_as::<T>() {
                assert_eq!(read(&serde_json::to_vec(&typed).unwrap()), Value::Map(body.clone()));
            }
        }
        let body: Map = later.into_iter().chain(body).collect();
        check::<body::SpanStart>(&body);
        check::<body::SpanUpdate>(&body);
        check::<body::SpanEvent>(&body);
        check::<body::SpanEnd>(&body);
        check::<body::PointEvent>(&body);
        check::<body::Log>(&body);
        check::<body::Metric>(&body);
        check::<body::Feedback>(&body);
        check::<body::Loss>(&body);
    }
}

#[test]
fn a_typed_body_holds_every_form_of_a_member() {
    let text = r#"{"body":{"attributes":{"a":1},"cost":{"later":[1],"total":"0.10"},"input":null,"level":null,"name":{"$cut":"sea","missing_bytes":3},"tags":["a",{"$redacted":"key"}],"usage":{"input_tokens":{"$int":"9007199254740993"},"output_tokens":7},"zeta":true},"seq":1,"time":"2026-11-21T04:30:00.000000000Z","type":"span.update"}"#;
    let event = Event::read(text.as_bytes()).unwrap();
    let typed: body::SpanUpdate = event.body_as().unwrap();
    assert_eq!(typed.input, Some(Value::Null));
    assert_eq!(typed.level, Some(body::Member::Null));
    assert!(matches!(&typed.name, Some(body::Member::Tag(tag)) if tag.get("$cut") == Some(&Value::from("sea"))));
    let usage = typed.usage.as_ref().and_then(body::Member::plain).unwrap();
    assert_eq!(usage.output_tokens, Some(body::Member::Plain(7)));
    assert!(matches!(usage.input_tokens, Some(body::Member::Tag(_))));
    let cost = typed.cost.as_ref().and_then(body::Member::plain).unwrap();
    assert_eq!(cost.other.len(), 1);
    assert_eq!(typed.other.get("zeta"), Some(&Value::Bool(true)));
    let again = Event {
        body: Body::Present(read(&serde_json::to_vec(&typed).unwrap()).as_map().unwrap().clone()),
        ..event.clone()
    };
    assert_eq!(again, event);
}

#[test]
fn long_durations_read_back() {
    let mut event = Event::new(EventType::SpanEnd, Timestamp(0));
    event.duration_nanos = Some(u64::MAX);
    let mut bytes = Vec::new();
    event.write_to(&mut bytes);
    assert_eq!(
        String::from_utf8(bytes.clone()).unwrap(),
        r#"{"duration_nanos":{"$int":"18446744073709551615"},"seq":0,"time":"1970-01-01T00:00:00.000000000Z","type":"span.end"}"#
    );
    assert_eq!(Event::read(&bytes).unwrap(), event);
}

#[test]
fn members_of_a_later_version_cannot_take_a_known_place() {
    let mut event = Event::new(EventType::Log, Timestamp(0));
    let plain = event.digest();
    event.other.insert("type".to_owned(), Value::from("forged"));
    event.other.insert("nonce".to_owned(), Value::from("forged"));
    assert_eq!(event.digest(), plain);
    let mut bytes = Vec::new();
    event.write_to(&mut bytes);
    assert_eq!(json::write(&event.to_value()), bytes);
    assert_eq!(String::from_utf8(bytes).unwrap(), r#"{"seq":0,"time":"1970-01-01T00:00:00.000000000Z","type":"log"}"#);
}
