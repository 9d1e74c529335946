//! The generated JSON Schema: its dialect, its references, and what it says of a few members.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a test may fail")]
#![cfg(feature = "schema")]

use serde_json::{Value, json};
use tracewire_wire::event::EventType;
use tracewire_wire::schema;

/// Every `$ref` in a schema.
fn references(schema: &Value, found: &mut Vec<String>) {
    match schema {
        Value::Object(map) => {
            if let Some(Value::String(reference)) = map.get("$ref") {
                found.push(reference.clone());
            }
            map.values().for_each(|value| references(value, found));
        }
        Value::Array(items) => items.iter().for_each(|item| references(item, found)),
        _ => {}
    }
}

#[test]
fn both_are_2020_12_and_closed_in_themselves() {
    for schema in [schema::event(), schema::envelope()] {
        assert_eq!(schema["$schema"], "https://json-schema.org/draft/2020-12/schema");
        let mut found = Vec::new();
        references(&schema, &mut found);
        assert!(found.len() > 50);
        for reference in found {
            let pointer = reference.strip_prefix('#').unwrap();
            assert!(schema.pointer(pointer).is_some(), "{reference} leads nowhere");
        }
        let text = schema.to_string();
        assert!(!text.contains("#/definitions/") && !text.contains("\"nullable\""), "marks of older drafts");
    }
}

#[test]
fn every_type_has_its_body() {
    let event = schema::event();
    let described = event["allOf"].as_array().unwrap().iter().map(|rule| &rule["if"]["properties"]["type"]["const"]);
    assert_eq!(described.collect::<Vec<_>>(), EventType::ALL);
    let bodies: Vec<&Value> = event["allOf"]
        .as_array()
        .unwrap()
        .iter()
        .map(|rule| &rule["then"]["properties"]["body"]["anyOf"][2]["$ref"])
        .collect();
    assert_eq!(bodies[0], "#/$defs/SpanStart");
    assert_eq!(bodies[8], "#/$defs/Loss");
}

#[test]
fn every_member_is_described() {
    let event = schema::event();
    for (name, definition) in event["$defs"].as_object().unwrap() {
        for (member, schema) in definition["properties"].as_object().into_iter().flatten() {
            assert!(schema["description"].as_str().is_some_and(|text| text.ends_with('.')), "{name}.{member}");
        }
    }
}

#[test]
fn a_member_is_plain_or_a_tag_and_null_only_in_updates() {
    let event = schema::event();
    let name = |body: &str| event.pointer(&format!("/$defs/{body}/properties/name/anyOf")).cloned().unwrap();
    let tag = json!({ "$ref": "#/$defs/Tag" });
    assert_eq!(name("SpanStart"), json!([{ "type": "string" }, tag]));
    assert_eq!(name("SpanUpdate"), json!([{ "type": "string" }, tag, { "type": "null" }]));
    assert_eq!(event["$defs"]["SpanStart"]["properties"]["input"]["$ref"], "#/$defs/Value");
    assert_eq!(event["$defs"]["SpanStart"].get("required"), None);
}
