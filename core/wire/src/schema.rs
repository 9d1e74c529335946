//! JSON Schema 2020-12 of events and envelopes, made from the types of this crate.

use crate::body;
use crate::event::{EventType, Status};
use schemars::{JsonSchema, SchemaGenerator, generate::SchemaSettings};
use serde_json::{Map, Value, json};

const DIALECT: &str = "https://json-schema.org/draft/2020-12/schema";

/// The schema of one event.
pub fn event() -> Value {
    let mut generator = generator();
    let event = event_schema(&mut generator);
    document("event", "A tracewire event", event, &mut generator)
}

/// The schema of one envelope.
pub fn envelope() -> Value {
    let mut generator = generator();
    let event = event_schema(&mut generator);
    let mut envelope = envelope_schema();
    envelope["properties"]["events"]["items"] =
        json!({ "anyOf": [{ "$ref": "#/$defs/Withheld" }, { "$ref": "#/$defs/Event" }] });
    let mut document = document("envelope", "A tracewire envelope", envelope, &mut generator);
    document["$defs"]["Event"] = event;
    document["$defs"]["Withheld"] = mark("$withheld", "A part that is not in this copy (TW-ERA-002).");
    document
}

fn generator() -> SchemaGenerator {
    SchemaSettings::draft2020_12().into_generator()
}

fn document(name: &str, title: &str, schema: Value, generator: &mut SchemaGenerator) -> Value {
    let mut document = Map::new();
    document.insert("$schema".to_owned(), json!(DIALECT));
    document.insert("$id".to_owned(), json!(format!("urn:tracewire:schema:v1:{name}")));
    document.insert("title".to_owned(), json!(title));
    if let Value::Object(members) = schema {
        document.extend(members);
    }
    let mut definitions = generator.take_definitions(true);
    for (name, definition) in &mut definitions {
        drop_formats(definition);
        for (_, member) in definition.get_mut("properties").and_then(Value::as_object_mut).into_iter().flatten() {
            tidy(member, name == "SpanUpdate");
        }
    }
    document.insert("$defs".to_owned(), Value::Object(definitions));
    Value::Object(document)
}

/// Formats such as `uint64` are this language's own words: strict validators refuse what they do not know.
fn drop_formats(schema: &mut Value) {
    match schema {
        Value::Object(members) => {
            if members.get("format").is_some_and(Value::is_string) {
                members.remove("format");
            }
            members.values_mut().for_each(drop_formats);
        }
        Value::Array(items) => items.iter_mut().for_each(drop_formats),
        _ => {}
    }
}

/// A member's schema says what stands there: a member without a value is left out (TW-EVT-002), so null is no form of it but in
/// an update, which sets null by it (TW-EVT-005). The first alternative is the plain form.
fn tidy(member: &mut Value, can_be_null: bool) {
    let null = json!({ "type": "null" });
    let Some(Value::Array(alternatives)) = member.get("anyOf") else { return };
    let nested = |alternative: &Value| match alternative.get("anyOf") {
        Some(Value::Array(inner)) => inner.clone(),
        _ => vec![alternative.clone()],
    };
    let any_value = json!({ "$ref": "#/$defs/Value" });
    let mut forms: Vec<Value> = alternatives.iter().flat_map(nested).filter(|form| *form != null).collect();
    if can_be_null && !forms.contains(&any_value) {
        forms.push(null);
    }
    if let Value::Object(members) = member {
        members.remove("anyOf");
        match (forms.pop(), forms.is_empty()) {
            (Some(Value::Object(only)), true) => members.extend(only),
            (last, _) => _ = members.insert("anyOf".to_owned(), forms.into_iter().chain(last).collect()),
        }
    }
}

/// A text of one form. Its length says what some validators' `$` does not: that no line break follows.
fn text(pattern: &str, length: usize) -> Value {
    json!({ "type": "string", "pattern": pattern, "maxLength": length })
}

fn hash() -> Value {
    text("^sha256:[0-9a-f]{64}$", 71)
}

fn described(mut schema: Value, description: &str) -> Value {
    schema["description"] = json!(description);
    schema
}

/// An id: hex digits that are not all zeros. Without look-ahead, which not every validator knows.
fn hex(digits: usize, description: &str) -> Value {
    let mut schema = described(text(&format!("^[0-9a-f]{{{digits}}}$"), digits), description);
    schema["not"] = json!({ "const": "0".repeat(digits) });
    schema
}

fn count(description: &str) -> Value {
    json!({ "type": "integer", "minimum": 0, "maximum": crate::value::SAFE_INTEGER, "description": description })
}

fn mark(tag: &str, description: &str) -> Value {
    json!({ "type": "object", "description": description, "properties": { tag: hash() }, "required": [tag], "additionalProperties": false })
}

fn event_schema(generator: &mut SchemaGenerator) -> Value {
    // Each type's members of the fixed part (TW-EVT-004, 007, 008).
    let required = |event_type: &EventType| -> &[&str] {
        match event_type {
            EventType::SpanStart => &["trace_id", "span_id", "kind"],
            EventType::SpanUpdate | EventType::SpanEvent => &["trace_id", "span_id"],
            EventType::SpanEnd => &["trace_id", "span_id", "status", "duration_nanos"],
            EventType::Event => &["span_id"],
            _ => &[],
        }
    };
    let mut bodies = Vec::new();
    let mut body_of = |event_type: EventType, schema: Value| {
        let body = json!({ "anyOf": [
            mark("$erased", "The body was erased (TW-ERA-001)."),
            mark("$withheld", "The body is not in this copy (TW-ERA-002)."),
            schema
        ] });
        // Strict validators want what is required to be named beside it.
        let required = required(&event_type);
        let mut members: Map<String, Value> =
            required.iter().map(|name| ((*name).to_owned(), Value::Bool(true))).collect();
        members.insert("body".to_owned(), body);
        bodies.push(json!({
            "if": {
                "type": "object",
                "properties": { "type": { "const": event_type.as_str() } },
                "required": ["type"]
            },
            "then": { "type": "object", "properties": members, "required": required }
        }));
    };
    fn schema_of<T: JsonSchema>(generator: &mut SchemaGenerator) -> Value {
        generator.subschema_for::<T>().to_value()
    }
    body_of(EventType::SpanStart, schema_of::<body::SpanStart>(generator));
    body_of(EventType::SpanUpdate, schema_of::<body::SpanUpdate>(generator));
    body_of(EventType::SpanEvent, schema_of::<body::SpanEvent>(generator));
    body_of(EventType::SpanEnd, schema_of::<body::SpanEnd>(generator));
    body_of(EventType::Event, schema_of::<body::PointEvent>(generator));
    body_of(EventType::Log, schema_of::<body::Log>(generator));
    body_of(EventType::Metric, schema_of::<body::Metric>(generator));
    body_of(EventType::Feedback, schema_of::<body::Feedback>(generator));
    body_of(EventType::Loss, schema_of::<body::Loss>(generator));
    json!({
        "type": "object",
        "description": "One event: a fixed part, and a body with all the rest (section 5 of the specification).",
        "properties": {
            "seq": count("Its number among its producer's events, from 1."),
            "type": { "type": "string", "description": "What it says; a later version may have more types.", "examples": EventType::ALL },
            "time": described(
                text("^[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}\\.[0-9]{9}Z$", 30),
                "When, by the wall clock (TW-TIME-001)."
            ),
            "trace_id": hex(32, "The trace that it belongs to."),
            "span_id": hex(16, "The span that it is about, or its own id for `event`."),
            "parent_id": hex(16, "The span that caused that one."),
            "kind": { "type": "string", "description": "The span's kind, from the registry." },
            "status": { "type": "string", "description": "How the span ended.", "examples": Status::ALL },
            "duration_nanos": {
                "description": "How long the span took by a monotonic clock, in nanoseconds.",
                "anyOf": [count("As an integer."), {
                    "type": "object",
                    "properties": { "$int": text("^[1-9][0-9]{15,19}$", 20) },
                    "required": ["$int"]
                }]
            },
            "body": { "type": "object", "description": "All the rest, by type." },
            "nonce": described(text("^[0-9a-f]{32}$", 32), "Part of the body's hash in keyed mode (TW-ERA-004).")
        },
        "required": ["seq", "time", "type"],
        "allOf": bodies
    })
}

fn envelope_schema() -> Value {
    json!({
        "type": "object",
        "description": "A producer's events in order, chained (section 7 of the specification).",
        "properties": {
            "spec": {
                "type": "string",
                "pattern": "^1\\.[0-9]+$",
                "not": { "pattern": "[^0-9.]" },
                "description": "Version of the specification."
            },
            "seal": count("Version of the function that made it (TW-VER-002)."),
            "producer": { "type": "string", "minLength": 1, "description": "Whose events these are (TW-ID-004)." },
            "resource": { "type": "object", "description": "Attributes of the emitter." },
            "first_seq": { "type": "integer", "minimum": 1, "maximum": crate::value::SAFE_INTEGER, "description": "Number of the first event." },
            "prev": described(hash(), "Digest of the envelope before it."),
            "parent": { "type": "string", "description": "Producer of the process that forked this one." },
            "predecessor": { "type": "string", "description": "Producer of the same process before this one." },
            "close": { "type": "string", "examples": ["exited", "rotated", "recovered"], "description": "Why the producer ended, in its last envelope." },
            "events": { "type": "array", "description": "Events in order." },
            "content": {
                "type": "object",
                "description": "Content by hash (TW-CON-007).",
                "propertyNames": hash(),
                "additionalProperties": { "anyOf": [
                    mark("$erased", "Erased for ever."),
                    mark("$withheld", "Not in this copy."),
                    {
                        "type": "object",
                        "properties": { "value": true, "nonce": text("^[0-9a-f]{32}$", 32) },
                        "required": ["value"]
                    }
                ] }
            },
            "digest": described(hash(), "The envelope's digest (TW-DIG-003).")
        },
        "required": ["digest", "events", "first_seq", "producer", "resource", "seal", "spec"]
    })
}
