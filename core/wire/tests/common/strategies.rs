//! Values, events and envelopes of every form, for property tests.

use proptest::prelude::*;
use std::collections::BTreeMap;
use tracewire_wire::content;
use tracewire_wire::envelope::{Content, Entry, Envelope};
use tracewire_wire::event::{Body, Event, EventType, Status};
use tracewire_wire::id::{Hash, SpanId, TraceId};
use tracewire_wire::time::Timestamp;
use tracewire_wire::value::{Map, Value};

/// Keys that sort differently in UTF-8 and UTF-16, that need escapes, that name tags and slots.
pub fn key() -> impl Strategy<Value = String> {
    prop_oneof![
        "[a-c\u{e000}\u{ffff}\u{10000}\u{1f600}\"\\\\\n]{0,3}",
        "\\PC{0,6}",
        prop::sample::select(vec![
            "$int", "$ref", "$$ref", "$", "input", "output", "messages", "system", "role", "type", "body"
        ])
        .prop_map(str::to_owned),
    ]
}

pub fn value() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::Bool),
        any::<i64>().prop_map(Value::from_i64),
        any::<u64>().prop_map(Value::from_u64),
        any::<f64>().prop_map(Value::from_f64),
        (-20..40i32, any::<f64>())
            .prop_map(|(power, number)| Value::from_f64((number.fract() * 100.0).round() * 10f64.powi(power))),
        prop::collection::vec(any::<u8>(), 0..5).prop_map(|bytes| Value::bytes(&bytes)),
        any::<[u8; 32]>().prop_map(|bytes| Value::tagged("$ref", Hash(bytes).to_string())),
        "\\PC{0,300}|[\u{0}-\u{1f}\"\\\\\u{7f}\u{e000}\u{10000}]{0,12}".prop_map(Value::Text),
    ];
    leaf.prop_recursive(4, 48, 6, |inner| {
        let message = (prop::sample::select(vec!["user", "assistant"]), inner.clone()).prop_map(|(role, content)| {
            Value::Map(Map::from_iter([("content".to_owned(), content), ("role".to_owned(), Value::from(role))]))
        });
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..6).prop_map(Value::List),
            prop::collection::vec(message, 1..4).prop_map(Value::List),
            prop::collection::vec((key(), inner), 0..6).prop_map(|entries| Value::Map(entries.into_iter().collect())),
        ]
    })
}

pub fn map() -> impl Strategy<Value = Map> {
    prop::collection::vec((key(), value()), 0..5).prop_map(|entries| entries.into_iter().collect())
}

pub fn body_map() -> impl Strategy<Value = Map> {
    let slots = vec!["input", "output", "data", "tool_definitions", "name", "other"];
    let attributes =
        vec!["gen_ai.input.messages", "gen_ai.output.messages", "gen_ai.system_instructions", "gen_ai.request.model"];
    let attributes = prop::collection::vec((prop::sample::select(attributes), value()), 0..4);
    let members = prop::collection::vec((prop::sample::select(slots), value()), 0..5);
    (members, attributes).prop_map(|(members, attributes)| {
        let mut map: Map = members.into_iter().map(|(name, value)| (name.to_owned(), value)).collect();
        if !attributes.is_empty() {
            let attributes = attributes.into_iter().map(|(name, value)| (name.to_owned(), value));
            map.insert("attributes".to_owned(), Value::Map(attributes.collect()));
        }
        map
    })
}

pub fn trace_id() -> impl Strategy<Value = TraceId> {
    any::<[u8; 16]>().prop_filter_map("not zero", TraceId::from_bytes)
}

pub fn span_id() -> impl Strategy<Value = SpanId> {
    any::<[u8; 8]>().prop_filter_map("not zero", SpanId::from_bytes)
}

prop_compose! {
    pub fn event()(
        (seq, time, word, trace_id, span_id, parent_id) in (
            1u64..1 << 53, any::<i64>(), prop::sample::select([EventType::ALL, &["later.type", ""]].concat()),
            prop::option::of(trace_id()), prop::option::of(span_id()), prop::option::of(span_id()),
        ),
        (kind, status, duration_nanos, nonce) in (
            prop::option::of("\\PC{0,8}"), prop::option::of(prop::sample::select([Status::ALL, &["paused"]].concat())),
            prop::option::of(any::<u64>()), prop::option::of("[0-9a-f]{32}"),
        ),
        body in prop_oneof![
            body_map().prop_map(Body::Present),
            any::<[u8; 32]>().prop_map(|hash| Body::Erased(Hash(hash))),
            any::<[u8; 32]>().prop_map(|hash| Body::Withheld(Hash(hash))),
        ],
        other in prop_oneof![Just(Map::new()), prop::collection::vec(("[a-z\u{e000}\u{10000}]{1,2}|\\$new", value()), 0..3)
            .prop_map(|entries| entries.into_iter().collect())],
    ) -> Event {
        // A body of nothing but a mark is that mark, and an event whose body is not there has no nonce.
        let is_mark = matches!(&body, Body::Present(map) if content::Mark::of(&Value::Map(map.clone())).is_some());
        let nonce = nonce.filter(|_| matches!(body, Body::Present(_)));
        Event {
            seq, event_type: EventType::parse(word), time: Timestamp(time), trace_id, span_id, parent_id, kind,
            status: status.map(Status::parse), duration_nanos, body: if is_mark { Body::Present(Map::new()) } else { body }, nonce, other,
        }
    }
}

prop_compose! {
    pub fn envelope()(
        events in prop::collection::vec(event(), 0..4),
        withheld in prop::collection::vec(any::<[u8; 32]>(), 0..2),
        contents in prop::collection::vec((value(), prop::option::of("[0-9a-f]{32}"), map()), 0..3),
        (gone, resource, prev) in (any::<[u8; 32]>(), map(), prop::option::of(any::<[u8; 32]>())),
        texts in prop::collection::vec(prop::option::of("\\PC{0,8}"), 3),
        other in prop::collection::vec(("[a-z\u{e000}\u{10000}]{1,2}", value()), 0..3),
        (seal, first_seq) in (0u64..9, 1u64..1000),
    ) -> Envelope {
        let mut content = BTreeMap::new();
        for (value, nonce, mut other) in contents {
            // What holds nothing but a mark is no value, and these two names are taken.
            other.remove("value");
            other.remove("nonce");
            content.insert(content::content_hash(&value, nonce.as_deref()), Content::Value { value, nonce, other });
        }
        content.insert(Hash(gone), if seal % 2 == 0 { Content::Erased } else { Content::Withheld });
        let events = events.into_iter().map(|event| Entry::Event(Box::new(event)));
        let mut envelope = Envelope {
            spec: format!("1.{seal}"), seal, producer: "p-1".to_owned(), resource, first_seq, prev: prev.map(Hash),
            parent: texts[0].clone(), predecessor: texts[1].clone(), close: texts[2].clone(),
            events: events.chain(withheld.into_iter().map(|digest| Entry::Withheld(Hash(digest)))).collect(),
            content, digest: Hash([0; 32]), other: other.into_iter().collect(),
        };
        envelope.digest = envelope.compute_digest();
        envelope
    }
}
