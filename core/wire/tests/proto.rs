//! Protobuf: literal bytes, whatever is written reads back, and any bytes give an answer.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a test may fail")]

mod common;

use common::strategies::{envelope, event, value};
use common::{json, read};
use proptest::prelude::*;
use std::path::Path;
use tracewire_wire::proto;
use tracewire_wire::recording::{Form, Item, Recording};
use tracewire_wire::toon;
use tracewire_wire::value::Value;

/// JSON → protobuf → TOON → JSON.
fn around(document: &Value) -> Value {
    let bytes = proto::encode(&Recording::from_value(document.clone()));
    let recording = proto::decode(&bytes).unwrap();
    assert_eq!(proto::encode(&recording), bytes, "bytes are written in one way");
    let text = toon::encode(&recording.to_value(), &toon::EncodeOptions::default());
    toon::decode(text.as_bytes(), &toon::DecodeOptions::default()).unwrap()
}

/// Every JSON document among the tests' vectors and the specification's examples.
fn vectors() -> Vec<(String, Value)> {
    let mut found = Vec::new();
    let mut folders = vec![Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/vectors")];
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                folders.push(path);
            } else if path.extension().is_some_and(|extension| extension == "json") {
                found.push((path.display().to_string(), read(&std::fs::read(&path).unwrap())));
            }
        }
    }
    found.sort_by(|(a, _), (b, _)| a.cmp(b));
    found
}

#[test]
fn every_vector_comes_around() {
    let vectors = vectors();
    assert!(vectors.len() >= 35, "{}", vectors.len());
    for (name, document) in vectors {
        assert_eq!(json(&around(&document)), json(&document), "{name}");
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(256))]

    #[test]
    fn any_value_comes_around(value in value()) {
        prop_assert_eq!(json(&around(&value)), json(&value));
    }

    #[test]
    fn envelopes_come_around(envelope in envelope(), form in prop::sample::select(vec![Form::Single, Form::List, Form::Export])) {
        prop_assert_eq!(&proto::decode_envelope(&proto::encode_envelope(&envelope)), &Ok(envelope.clone()));
        let document = Recording { form, items: vec![Item::Envelope(Box::new(envelope.clone()))] }.to_value();
        let back = around(&document);
        prop_assert_eq!(json(&back), json(&document));
        let items = Recording::from_value(back).items;
        let [Item::Envelope(back)] = items.as_slice() else { panic!("an envelope is expected") };
        prop_assert_eq!(back.compute_digest(), envelope.digest);
    }

    #[test]
    fn events_come_around(event in event()) {
        let bytes = proto::encode_event(&event);
        let back = proto::decode_event(&bytes).unwrap();
        prop_assert_eq!(&back, &event);
        prop_assert_eq!(proto::encode_event(&back), bytes);
        prop_assert_eq!(back.digest(), event.digest());
    }
}
