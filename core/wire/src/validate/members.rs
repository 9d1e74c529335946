//! What each type of event holds and needs, and forms in words.

use crate::body::{self, Form, Part};
use crate::event::EventType;
use Form::{Any, Bool, Byte, Count, Integer, List, Map, Number, Part as Of, Text};

/// What the body of an event of this type holds, and the members of the fixed part that it needs (TW-EVT-004, 007, 008).
pub(super) fn of_body(event_type: &EventType) -> Option<(&'static Part, &'static [&'static str])> {
    Some(match event_type {
        EventType::SpanStart => (&body::SpanStart::PART, &["trace_id", "span_id", "kind"]),
        EventType::SpanUpdate => (&body::SpanUpdate::PART, &["trace_id", "span_id"]),
        EventType::SpanEvent => (&body::SpanEvent::PART, &["trace_id", "span_id"]),
        EventType::SpanEnd => (&body::SpanEnd::PART, &["trace_id", "span_id", "status", "duration_nanos"]),
        EventType::Event => (&body::PointEvent::PART, &["span_id"]),
        EventType::Log => (&body::Log::PART, &[]),
        EventType::Metric => (&body::Metric::PART, &[]),
        EventType::Feedback => (&body::Feedback::PART, &[]),
        EventType::Loss => (&body::Loss::PART, &[]),
        EventType::Other(_) => return None,
    })
}

/// What a form is, in words.
pub(super) fn words(form: &Form) -> &'static str {
    match form {
        Any => "any value",
        Text => "a text",
        Bool => "a boolean",
        Count => "an integer from 0",
        Byte => "an integer from 0 to 255",
        Integer => "an integer",
        Number => "a number",
        Map | Of(_) => "a map",
        List(_) => "a list",
    }
}

#[cfg(all(test, feature = "schema"))]
#[expect(clippy::unwrap_used, reason = "a test may fail")]
mod tests {
    use super::*;
    use serde_json::{Value, json};

    /// The schema of a form as `schemars` writes it, formats and bounds aside.
    fn schema_of(form: &Form) -> Value {
        match form {
            Any => json!({ "$ref": "#/$defs/Value" }),
            Text => json!({ "type": "string" }),
            Bool => json!({ "type": "boolean" }),
            Count => json!({ "type": "integer", "minimum": 0 }),
            Byte => json!({ "type": "integer", "minimum": 0, "maximum": 255 }),
            Integer => json!({ "type": "integer" }),
            Number => json!({ "type": "number" }),
            Map => json!({ "$ref": "#/$defs/Map" }),
            List(form) => json!({ "type": "array", "items": with_tag(form) }),
            Of(part) => json!({ "$ref": format!("#/$defs/{}", part.name) }),
        }
    }

    fn with_tag(form: &Form) -> Value {
        match form {
            Any => schema_of(form),
            _ => json!({ "anyOf": [schema_of(form), { "$ref": "#/$defs/Tag" }] }),
        }
    }

    fn plain(schema: &Value) -> Value {
        match schema {
            Value::Object(map) => {
                let kept = map.iter().filter(|(name, _)| !matches!(name.as_str(), "format" | "description"));
                Value::Object(kept.map(|(name, value)| (name.clone(), plain(value))).collect())
            }
            Value::Array(items) => {
                Value::Array(items.iter().filter(|item| **item != json!({ "type": "null" })).map(plain).collect())
            }
            other => other.clone(),
        }
    }

    fn compare(part: &Part, schema: &Value, seen: &mut Vec<&'static str>) {
        seen.push(part.name);
        let members = schema["$defs"][part.name]["properties"].as_object().unwrap();
        let mut names: Vec<&str> = part.members.iter().map(|(name, _)| *name).collect();
        names.sort_unstable();
        assert_eq!(names, members.keys().map(String::as_str).collect::<Vec<_>>(), "{}", part.name);
        for (name, form) in part.members {
            assert_eq!(plain(&members[*name]), with_tag(form), "{}.{name}", part.name);
            if let Of(inner) | List(Of(inner)) = form {
                compare(inner, schema, seen);
            }
        }
    }

    #[test]
    fn the_schema_has_the_same_members_in_the_same_forms() {
        let schema = crate::schema::event();
        let mut seen = Vec::new();
        for (at, word) in EventType::ALL.iter().enumerate() {
            let (part, required) = of_body(&EventType::parse(word)).unwrap();
            compare(part, &schema, &mut seen);
            let then = &schema["allOf"][at]["then"];
            assert_eq!(then["required"], json!(required), "{word}");
            let body = then["properties"]["body"]["anyOf"][2]["$ref"].as_str().unwrap();
            assert_eq!(body, format!("#/$defs/{}", part.name));
        }
        let others = ["Map", "Tag", "Value"];
        for name in schema["$defs"].as_object().unwrap().keys() {
            assert!(seen.contains(&name.as_str()) || others.contains(&name.as_str()), "{name}");
        }
    }
}
