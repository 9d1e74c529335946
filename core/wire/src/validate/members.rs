//! The members of bodies and their forms, as the JSON Schema has them; a test compares the two.

use crate::event::EventType;

/// The form of a member. A tag may stand in the place of any of them.
#[derive(Clone, Copy, Debug)]
pub(super) enum Form {
    Any,
    Text,
    Bool,
    /// An integer that is not negative.
    Count,
    /// An integer from 0 to 255.
    Byte,
    Integer,
    Number,
    Map,
    List(&'static Form),
    Part(Part),
}

/// The members of a map that are known; others are of a later version.
#[derive(Clone, Copy, Debug)]
pub(super) struct Part {
    #[cfg_attr(not(all(test, feature = "schema")), expect(dead_code, reason = "the test asks the schema by it"))]
    pub(super) name: &'static str,
    pub(super) members: &'static [(&'static str, Form)],
}

macro_rules! part {
    ($id:ident, $name:literal, $($member:literal: $form:expr,)*) => {
        pub(super) const $id: Part = Part { name: $name, members: &[$(($member, $form)),*] };
    };
}

use Form::{Any, Bool, Byte, Count, Integer, List, Map, Number, Part as Of, Text};

part! { LINK, "Link", "attributes": Map, "span_id": Text, "trace_id": Text, }
part! { SCOPE, "Scope", "name": Text, "version": Text, }
part! { PROMPT, "PromptRef", "name": Text, "version": Text, }
part! { USAGE, "Usage",
    "cache_read_input_tokens": Count, "cache_write_input_tokens": Count, "details": Map, "input_tokens": Count,
    "output_tokens": Count, "raw": Any, "reasoning_output_tokens": Count,
}
part! { COST, "Cost",
    "currency": Text, "details": Map, "input": Text, "output": Text, "price_source": Text, "price_version": Text,
    "total": Text,
}
part! { EXCEPTION, "Exception", "escaped": Bool, "message": Text, "stacktrace": Text, "type": Text, }
part! { TARGET, "FeedbackTarget", "session_id": Text, "span_id": Text, "trace_id": Text, }
part! { HISTOGRAM, "Histogram",
    "bounds": List(&Number), "count": Count, "counts": List(&Count), "max": Number, "min": Number, "sum": Number,
}
part! { SPAN_START, "SpanStart",
    "attributes": Map, "correlation_id": Text, "dataset_item_id": Text, "environment": Text,
    "experiment_run_id": Text, "input": Any, "level": Text, "links": List(&Of(LINK)), "media": List(&Any),
    "name": Text, "prompt": Of(PROMPT), "release": Text, "scope": Of(SCOPE), "session_id": Text, "tags": List(&Text),
    "tool_definitions": Any, "trace_flags": Byte, "trace_state": Text, "user_id": Text,
}
part! { SPAN_UPDATE, "SpanUpdate",
    "attributes": Map, "cost": Of(COST), "input": Any, "level": Text, "links": List(&Of(LINK)), "name": Text,
    "output": Any, "tags": List(&Text), "time_to_first_chunk_nanos": Count, "usage": Of(USAGE),
}
part! { SPAN_EVENT, "SpanEvent",
    "attributes": Map, "chunks": List(&Any), "data": Any, "exception": Of(EXCEPTION), "name": Text,
}
part! { SPAN_END, "SpanEnd",
    "attributes": Map, "clock_skew_nanos": Integer, "cost": Of(COST), "exception": Of(EXCEPTION), "output": Any,
    "status_message": Text, "time_to_first_chunk_nanos": Count, "usage": Of(USAGE),
}
part! { POINT, "PointEvent",
    "attributes": Map, "correlation_id": Text, "data": Any, "name": Text, "session_id": Text,
}
part! { LOG, "Log", "attributes": Map, "level": Text, "logger": Text, "message": Text, }
part! { METRIC, "Metric",
    "attributes": Map, "histogram": Of(HISTOGRAM), "instrument": Text, "name": Text, "temporality": Text, "unit": Text,
    "value": Number,
}
part! { FEEDBACK, "Feedback",
    "comment": Text, "feedback_id": Text, "name": Text, "source": Text, "supersedes": Text, "target": Of(TARGET),
    "value": Any,
}
part! { LOSS, "Loss", "bytes": Count, "count": Count, "offset": Count, "reason": Text, }

impl Part {
    /// The form of the member of this name.
    pub(super) fn form(&self, name: &str) -> Option<&'static Form> {
        self.members.iter().find(|(known, _)| *known == name).map(|(_, form)| form)
    }

    /// What the body of an event of this type holds, and the members of the fixed part that it needs (TW-EVT-004, 007, 008).
    pub(super) fn of_body(event_type: &EventType) -> Option<(Part, &'static [&'static str])> {
        Some(match event_type {
            EventType::SpanStart => (SPAN_START, &["trace_id", "span_id", "kind"]),
            EventType::SpanUpdate => (SPAN_UPDATE, &["trace_id", "span_id"]),
            EventType::SpanEvent => (SPAN_EVENT, &["trace_id", "span_id"]),
            EventType::SpanEnd => (SPAN_END, &["trace_id", "span_id", "status", "duration_nanos"]),
            EventType::Event => (POINT, &["span_id"]),
            EventType::Log => (LOG, &[]),
            EventType::Metric => (METRIC, &[]),
            EventType::Feedback => (FEEDBACK, &[]),
            EventType::Loss => (LOSS, &[]),
            EventType::Other(_) => return None,
        })
    }
}

/// What a form is, in words.
impl Form {
    pub(super) fn words(&self) -> &'static str {
        match self {
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
        let names: Vec<&str> = part.members.iter().map(|(name, _)| *name).collect();
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
            let (part, required) = Part::of_body(&EventType::parse(word)).unwrap();
            compare(&part, &schema, &mut seen);
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
