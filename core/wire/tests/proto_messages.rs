//! The messages, the JSON Schema and the code that prost generates say the same.
//!
//! `tests/oracle/tracewire.v1.rs` is that code; `TRACEWIRE_UPDATE_ORACLE=1` takes over a new one.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a test may fail")]

#[path = "oracle/descriptors.rs"]
mod descriptors;

use prost_reflect::{DescriptorPool, FieldDescriptor, Kind, MessageDescriptor};
use serde_json::Value;
use std::collections::BTreeSet;
use std::path::Path;

#[test]
fn the_generated_code_is_that_of_the_messages() {
    let folder = tempfile::tempdir().unwrap();
    let mut config = prost_build::Config::new();
    config.btree_map(["."]).disable_comments(["."]).out_dir(folder.path());
    config.compile_fds(descriptors::of(&descriptors::sources())).unwrap();
    let generated = std::fs::read_to_string(folder.path().join("tracewire.v1.rs")).unwrap();
    let kept = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/oracle/tracewire.v1.rs");
    if std::env::var_os("TRACEWIRE_UPDATE_ORACLE").is_some() {
        std::fs::write(&kept, &generated).unwrap();
    }
    assert!(std::fs::read_to_string(&kept).unwrap() == generated, "run this test with TRACEWIRE_UPDATE_ORACLE=1");
}

fn schema(name: &str) -> Value {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join(format!("../../spec/schema/v1/{name}.schema.json"));
    serde_json::from_slice(&std::fs::read(path).unwrap()).unwrap()
}

fn pool() -> DescriptorPool {
    descriptors::pool(&descriptors::sources())
}

fn message(pool: &DescriptorPool, name: &str) -> MessageDescriptor {
    pool.get_message_by_name(&format!("tracewire.v1.{name}")).unwrap_or_else(|| panic!("no message {name}"))
}

/// The comment before a message or a field, as one line.
fn comment(pool: &DescriptorPool, file: &str, path: &[i32]) -> String {
    let file = pool.get_file_by_name(file).unwrap();
    let locations = &file.file_descriptor_proto().source_code_info.as_ref().unwrap().location;
    let location = locations.iter().find(|location| location.path == path).unwrap();
    location.leading_comments().split_whitespace().collect::<Vec<_>>().join(" ")
}

/// The type of a field in the words of the schema.
fn field_type(field: &FieldDescriptor) -> String {
    let one = match field.kind() {
        _ if field.is_map() => "Map".to_owned(),
        Kind::String => "string".to_owned(),
        Kind::Bool => "boolean".to_owned(),
        Kind::Double => "double".to_owned(),
        Kind::Uint64 => "uint64".to_owned(),
        Kind::Sint64 => "int64".to_owned(),
        // The smallest type that protobuf has.
        Kind::Uint32 => "uint8".to_owned(),
        Kind::Message(message) => message.name().to_owned(),
        other => panic!("{other:?}"),
    };
    if field.is_list() { format!("[{one}]") } else { one }
}

/// The type of a member: that of its plain form, which comes first.
fn member_type(member: &Value) -> String {
    let plain = member.get("anyOf").map_or(member, |forms| &forms[0]);
    if let Some(reference) = plain.get("$ref") {
        return reference.as_str().unwrap().replace("#/$defs/", "");
    }
    if plain["type"] == "array" {
        return format!("[{}]", member_type(&plain["items"]));
    }
    plain.get("format").unwrap_or(&plain["type"]).as_str().unwrap().to_owned()
}

#[test]
fn bodies_and_parts_have_the_members_of_the_schema() {
    let (pool, schema) = (pool(), schema("event"));
    let mut compared = BTreeSet::new();
    for (name, definition) in schema["$defs"].as_object().unwrap() {
        let Some(members) = definition.get("properties").and_then(Value::as_object) else { continue };
        let message = message(&pool, name);
        let fields: Vec<FieldDescriptor> = message.fields().filter(|field| field.name() != "other").collect();
        let named: BTreeSet<&str> = fields.iter().map(|field| field.name()).collect();
        assert_eq!(named, members.keys().map(String::as_str).collect(), "{name}");
        assert_eq!(message.get_field_by_name("other").map(|field| field.number()), Some(100), "{name}");
        for (at, field) in fields.iter().enumerate() {
            let member = &members[field.name()];
            assert_eq!(field.number() as usize, at + 1, "{name}.{}", field.name());
            assert_eq!(field_type(field), member_type(member), "{name}.{}", field.name());
            assert_eq!(field.supports_presence(), !field.is_list() && !field.is_map(), "{name}.{}", field.name());
            let path = [message.path(), &[2, at as i32]].concat();
            let said = comment(&pool, message.parent_file().name(), &path);
            assert_eq!(said, member["description"].as_str().unwrap(), "{name}.{}", field.name());
        }
        compared.insert(name.clone());
    }
    assert_eq!(compared.len(), 17, "nine bodies and eight parts: {compared:?}");
}

/// The fields of a message, each oneof as one: what the members of a map are called.
fn names(message: &MessageDescriptor) -> BTreeSet<String> {
    let name = |field: FieldDescriptor| match field.containing_oneof() {
        Some(oneof) if !oneof.is_synthetic() => oneof.name().to_owned(),
        _ => field.name().to_owned(),
    };
    message.fields().map(name).filter(|name| name != "other").collect()
}

#[test]
fn events_and_envelopes_have_the_members_of_the_schema() {
    let pool = pool();
    for (name, schema) in [("Event", schema("event")), ("Envelope", schema("envelope"))] {
        let members = schema["properties"].as_object().unwrap().keys().cloned().collect();
        assert_eq!(names(&message(&pool, name)), members, "{name}");
    }
    let content = &schema("envelope")["properties"]["content"]["additionalProperties"]["anyOf"][2]["properties"];
    let members: BTreeSet<String> = content.as_object().unwrap().keys().cloned().collect();
    assert_eq!(members, BTreeSet::from(["nonce".to_owned(), "value".to_owned()]));
    // Its key in JSON is its hash, and its state is the value or a mark.
    let fields = BTreeSet::from(["hash".to_owned(), "nonce".to_owned(), "state".to_owned()]);
    assert_eq!(names(&message(&pool, "Content")), fields);
}

#[test]
fn every_type_of_event_has_its_body() {
    let (pool, schema) = (pool(), schema("event"));
    let bodies = schema["allOf"].as_array().unwrap().iter();
    let of_schema: Vec<String> = bodies
        .map(|rule| rule["then"]["properties"]["body"]["anyOf"][2]["$ref"].as_str().unwrap().replace("#/$defs/", ""))
        .collect();
    let event = message(&pool, "Event");
    let of_messages: Vec<String> = (11..20)
        .map(|number| match event.get_field(number).unwrap().kind() {
            Kind::Message(message) => message.name().to_owned(),
            other => panic!("{other:?}"),
        })
        .collect();
    assert_eq!(of_messages, of_schema);
}
