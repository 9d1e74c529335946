//! Digests down to the bytes, and that nothing that may change changes them.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a test may fail")]

use sha2::{Digest, Sha256};
use tracewire_wire::content::{self, Mark};
use tracewire_wire::envelope::{Content, Entry, Envelope};
use tracewire_wire::erase::{self, Removal};
use tracewire_wire::event::{Body, Event};
use tracewire_wire::id::Hash;
use tracewire_wire::json::{self, ReadOptions};
use tracewire_wire::value::{Map, Value};
use tracewire_wire::verify::Verifier;

fn sha(text: &str) -> String {
    let digest: String = Sha256::digest(text).iter().map(|byte| format!("{byte:02x}")).collect();
    format!("sha256:{digest}")
}

fn value(text: &str) -> Value {
    json::read(text.as_bytes(), &ReadOptions::default()).unwrap()
}

const EVENT: &str = r#"{"body":{"input":{"q":"otters"},"name":"search"},"kind":"tool","seq":1,"span_id":"00f067aa0ba902b7","time":"2026-11-21T04:30:00.123456789Z","trace_id":"0af7651916cd43dd8448eb211c80319c","type":"span.start"}"#;

/// The digest of [`EVENT`], from text alone.
fn event_digest() -> String {
    let body = sha(&format!(r#"{{"input":{{"$ref":"{}"}},"name":"search"}}"#, sha(r#"{"q":"otters"}"#)));
    sha(&format!(
        r#"{{"body":"{body}","kind":"tool","seq":1,"span_id":"00f067aa0ba902b7","time":"2026-11-21T04:30:00.123456789Z","trace_id":"0af7651916cd43dd8448eb211c80319c","type":"span.start"}}"#
    ))
}

#[test]
fn an_event_by_hand() {
    let event = Event::from_value(value(EVENT)).unwrap();
    assert_eq!(event.digest().to_string(), event_digest());
    let mut out = Vec::new();
    event.write_to(&mut out);
    assert_eq!(String::from_utf8(out).unwrap(), EVENT);
    assert_eq!(json::write(&event.to_value()), EVENT.as_bytes());
}

#[test]
fn an_envelope_by_hand() {
    let header = r#""first_seq":1,"producer":"p-1","resource":{"service.name":"demo"},"seal":1,"spec":"1.0""#;
    let digest = sha(&format!(r#"{{"events":["{}"],{header}}}"#, event_digest()));
    let text = format!(r#"{{"digest":"{digest}","events":[{EVENT}],{header}}}"#);
    let envelope = Envelope::read(text.as_bytes()).unwrap();
    assert_eq!(envelope.compute_digest().to_string(), digest);
    assert_eq!(String::from_utf8(envelope.write()).unwrap(), text);
}

#[test]
fn unknown_members_survive_and_count() {
    let event = r#"{"a_new_member":1,"seq":1,"time":"2026-11-21T04:30:00.000000000Z","type":"new.type","zeta":[true]}"#;
    let text = format!(
        r#"{{"bonus":{{"x":1}},"digest":"{}","events":[{event}],"first_seq":1,"producer":"p-1","resource":{{}},"seal":7,"spec":"1.4"}}"#,
        sha("")
    );
    let envelope = Envelope::read(text.as_bytes()).unwrap();
    assert_eq!(String::from_utf8(envelope.write()).unwrap(), text);
    let Entry::Event(event) = &envelope.events[0] else { panic!("the event is there") };
    assert_eq!(
        event.digest().to_string(),
        sha(r#"{"a_new_member":1,"seq":1,"time":"2026-11-21T04:30:00.000000000Z","type":"new.type","zeta":[true]}"#)
    );
    let without = Envelope { other: Map::new(), ..envelope.clone() };
    assert_ne!(without.compute_digest(), envelope.compute_digest());
}

/// A conversation with every kind of slot.
fn body() -> Map {
    let text = r#"{
        "name": "chat",
        "input": {"messages": [{"role":"user","content":"MANY"}, {"role":"assistant","content":"short"}], "system": "MANY", "temperature": 0.5},
        "output": [{"type":"function_call","name":"f","arguments":"MANY"}],
        "tool_definitions": [{"type":"function","function":{"name":"f","description":"MANY"}}],
        "attributes": {
            "gen_ai.input.messages": [{"role":"user","parts":[{"type":"text","content":"MANY"}]}],
            "gen_ai.system_instructions": [{"type":"text","content":"MANY"}],
            "gen_ai.request.model": "m"
        }
    }"#;
    match value(&text.replace("MANY", &"words ".repeat(60))) {
        Value::Map(map) => map,
        _ => Map::new(),
    }
}

#[test]
fn inlined_and_addressed_bodies_have_one_hash() {
    let whole = content::body_hash(&body(), None);
    for inline_bytes in [0, 64, 256, 1 << 20] {
        let mut addressed = body();
        let mut carried = Vec::new();
        let hash = content::externalise(&mut addressed, inline_bytes, &mut |hash, bytes| carried.push((hash, bytes)));
        assert_eq!(hash, whole, "{inline_bytes}");
        assert_eq!(content::body_hash(&addressed, None), whole, "{inline_bytes}");
        for (hash, bytes) in &carried {
            let carried = json::read(bytes, &ReadOptions::default()).unwrap();
            assert_eq!(content::content_hash(&carried, None), *hash);
        }
        let lookup = |wanted: &Hash| {
            let found = carried.iter().find(|(hash, _)| hash == wanted)?;
            json::read(&found.1, &ReadOptions::default()).ok()
        };
        content::resolve(&mut addressed, &lookup);
        assert_eq!(json::write(&Value::Map(addressed)), json::write(&Value::Map(body())), "{inline_bytes}");
    }
}

#[test]
fn slots_are_those_of_the_spec() {
    let mut addressed = body();
    content::externalise(&mut addressed, 0, &mut |_, _| {});
    let is_ref = |value: Option<&Value>| value.and_then(Mark::of).is_some();
    let attributes = addressed.get("attributes").and_then(Value::as_map).unwrap();
    assert!(
        is_ref(addressed.get("input")) && is_ref(addressed.get("output")) && is_ref(addressed.get("tool_definitions"))
    );
    assert!(is_ref(attributes.get("gen_ai.system_instructions")));
    let messages = attributes.get("gen_ai.input.messages").and_then(Value::as_list).unwrap();
    assert!(messages.iter().all(|message| is_ref(Some(message))));
    assert_eq!(attributes.get("gen_ai.request.model"), Some(&Value::from("m")));
    assert_eq!(addressed.get("name"), Some(&Value::from("chat")));
    let mut slots = 0;
    content::visit_slots(&mut body(), &mut |_| slots += 1);
    // input with two messages and its system, output with one message, the tools, one message and the instructions of the attributes
    assert_eq!(slots, 4 + 2 + 1 + 2);
}

fn envelope() -> Envelope {
    let mut event = Event::from_value(value(EVENT)).unwrap();
    let mut addressed = body();
    let mut contents = std::collections::BTreeMap::new();
    content::externalise(&mut addressed, 256, &mut |hash, bytes| {
        let value = json::read(&bytes, &ReadOptions::default()).unwrap();
        contents.insert(hash, Content::new(value));
    });
    event.body = Body::Present(addressed);
    let mut second = Event::from_value(value(EVENT)).unwrap();
    second.seq = 2;
    let mut envelope = Envelope {
        spec: "1.0".to_owned(),
        seal: 1,
        producer: "p-1".to_owned(),
        resource: Map::new(),
        first_seq: 1,
        prev: None,
        parent: None,
        predecessor: None,
        close: Some("exited".to_owned()),
        events: vec![Entry::Event(Box::new(event)), Entry::Event(Box::new(second))],
        content: contents,
        digest: Hash([0; 32]),
        other: Map::new(),
    };
    envelope.digest = envelope.compute_digest();
    envelope
}

fn verified(envelope: &Envelope) -> tracewire_wire::verify::Report {
    let mut verifier = Verifier::new();
    verifier.push(&Envelope::read(&envelope.write()).unwrap());
    verifier.finish()
}

#[test]
fn every_content_and_body_can_go() {
    let whole = envelope();
    assert!(verified(&whole).is_sound());
    for removal in [Removal::Erase, Removal::Withhold] {
        let mut less = whole.clone();
        for hash in whole.content.keys() {
            assert!(erase::remove_content(&mut less, hash, removal));
            let report = verified(&less);
            assert!(report.is_sound(), "{:?}", report.findings);
        }
        let short = content::content_hash(&value(r#"{"q":"otters"}"#), None);
        assert!(erase::remove_content(&mut less, &short, removal), "a short inline content can go too");
        assert!(erase::remove_body(&mut less, 1, removal) && erase::remove_body(&mut less, 2, removal));
        let report = verified(&less);
        assert!(report.is_sound(), "{:?}", report.findings);
        let producer = &report.producers["p-1"];
        let (gone, other) = match removal {
            Removal::Erase => (producer.erased, producer.withheld),
            Removal::Withhold => (producer.withheld, producer.erased),
        };
        assert_eq!((gone, other), (whole.content.len() as u64 + 2, 0));
        assert!(!String::from_utf8(less.write()).unwrap().contains("otters"));
    }
    let mut filtered = whole.clone();
    assert!(erase::withhold_event(&mut filtered, 2));
    assert!(verified(&filtered).is_sound());
}

#[test]
fn a_nonce_is_part_of_the_hash() {
    let mut keyed = Event::from_value(value(EVENT)).unwrap();
    let plain = keyed.digest();
    keyed.nonce = Some("0123456789abcdef0123456789abcdef".to_owned());
    assert_ne!(keyed.digest(), plain);
    let read = Event::from_value(keyed.to_value()).unwrap();
    assert_eq!(read.digest(), keyed.digest());
    let erased = Event {
        body: Body::Erased(content::body_hash(
            &match &keyed.body {
                Body::Present(body) => body.clone(),
                _ => Map::new(),
            },
            keyed.nonce.as_deref(),
        )),
        nonce: None,
        ..keyed.clone()
    };
    assert_eq!(erased.digest(), keyed.digest());
}
