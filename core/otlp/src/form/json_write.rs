//! OTLP's messages become OTLP/JSON.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use opentelemetry_proto::tonic::collector::trace::v1::ExportTraceServiceRequest;
use opentelemetry_proto::tonic::common::v1::{AnyValue, EntityRef, InstrumentationScope, KeyValue, any_value};
use opentelemetry_proto::tonic::resource::v1::Resource;
use opentelemetry_proto::tonic::trace::v1::{ResourceSpans, ScopeSpans, Span, Status, span};
use tracewire_wire::value::{Map, Value};

use super::members::Members;

pub(super) fn traces(request: &ExportTraceServiceRequest) -> Value {
    let mut written = Members::default();
    written.list("resourceSpans", request.resource_spans.iter().map(resource_spans));
    written.finish()
}

fn resource_spans(given: &ResourceSpans) -> Value {
    let mut written = Members::default();
    if let Some(given) = &given.resource {
        written.add("resource", resource(given));
    }
    written.list("scopeSpans", given.scope_spans.iter().map(scope_spans));
    written.text("schemaUrl", &given.schema_url);
    written.finish()
}

fn resource(given: &Resource) -> Value {
    let mut written = Members::default();
    written.list("attributes", given.attributes.iter().map(key_value));
    written.small("droppedAttributesCount", given.dropped_attributes_count);
    written.list("entityRefs", given.entity_refs.iter().map(entity_ref));
    written.finish()
}

fn entity_ref(given: &EntityRef) -> Value {
    let mut written = Members::default();
    written.text("schemaUrl", &given.schema_url);
    written.text("type", &given.r#type);
    written.list("idKeys", given.id_keys.iter().map(|key| key.as_str().into()));
    written.list("descriptionKeys", given.description_keys.iter().map(|key| key.as_str().into()));
    written.finish()
}

fn scope_spans(given: &ScopeSpans) -> Value {
    let mut written = Members::default();
    if let Some(given) = &given.scope {
        written.add("scope", scope(given));
    }
    written.list("spans", given.spans.iter().map(span));
    written.text("schemaUrl", &given.schema_url);
    written.finish()
}

fn scope(given: &InstrumentationScope) -> Value {
    let mut written = Members::default();
    written.text("name", &given.name);
    written.text("version", &given.version);
    written.list("attributes", given.attributes.iter().map(key_value));
    written.small("droppedAttributesCount", given.dropped_attributes_count);
    written.finish()
}

fn span(given: &Span) -> Value {
    let mut written = Members::default();
    written.id("traceId", &given.trace_id);
    written.id("spanId", &given.span_id);
    written.text("traceState", &given.trace_state);
    written.id("parentSpanId", &given.parent_span_id);
    written.small("flags", given.flags);
    written.text("name", &given.name);
    written.small("kind", given.kind);
    written.wide("startTimeUnixNano", given.start_time_unix_nano);
    written.wide("endTimeUnixNano", given.end_time_unix_nano);
    written.list("attributes", given.attributes.iter().map(key_value));
    written.small("droppedAttributesCount", given.dropped_attributes_count);
    written.list("events", given.events.iter().map(span_event));
    written.small("droppedEventsCount", given.dropped_events_count);
    written.list("links", given.links.iter().map(span_link));
    written.small("droppedLinksCount", given.dropped_links_count);
    if let Some(Status { message, code }) = &given.status {
        let mut status = Members::default();
        status.text("message", message);
        status.small("code", *code);
        written.add("status", status.finish());
    }
    written.finish()
}

fn span_event(given: &span::Event) -> Value {
    let mut written = Members::default();
    written.wide("timeUnixNano", given.time_unix_nano);
    written.text("name", &given.name);
    written.list("attributes", given.attributes.iter().map(key_value));
    written.small("droppedAttributesCount", given.dropped_attributes_count);
    written.finish()
}

fn span_link(given: &span::Link) -> Value {
    let mut written = Members::default();
    written.id("traceId", &given.trace_id);
    written.id("spanId", &given.span_id);
    written.text("traceState", &given.trace_state);
    written.list("attributes", given.attributes.iter().map(key_value));
    written.small("droppedAttributesCount", given.dropped_attributes_count);
    written.small("flags", given.flags);
    written.finish()
}

fn key_value(given: &KeyValue) -> Value {
    let mut written = Members::default();
    // An empty key is one too.
    written.add("key", given.key.as_str().into());
    written.add("value", given.value.as_ref().map_or_else(|| Value::Map(Map::new()), any_value));
    written.finish()
}

fn any_value(given: &AnyValue) -> Value {
    use any_value::Value as Any;
    let mut written = Members::default();
    match &given.value {
        None => {}
        Some(Any::StringValue(text)) => written.add("stringValue", text.as_str().into()),
        Some(Any::BoolValue(value)) => written.add("boolValue", Value::Bool(*value)),
        Some(Any::IntValue(value)) => written.add("intValue", Value::Text(value.to_string())),
        Some(Any::DoubleValue(value)) => written.add("doubleValue", double(*value)),
        Some(Any::BytesValue(bytes)) => written.add("bytesValue", Value::Text(STANDARD.encode(bytes))),
        Some(Any::ArrayValue(list)) => {
            let mut values = Members::default();
            values.list("values", list.values.iter().map(any_value));
            written.add("arrayValue", values.finish());
        }
        Some(Any::KvlistValue(list)) => {
            let mut values = Members::default();
            values.list("values", list.values.iter().map(key_value));
            written.add("kvlistValue", values.finish());
        }
        // Of profiles alone.
        Some(Any::StringValueStrindex(_)) => {}
    }
    written.finish()
}

/// A number, or the name of what is not finite. A double beyond 2^53 that is integral is written by its exponent.
fn double(value: f64) -> Value {
    match Value::from_f64(value) {
        Value::Int(0) if value.is_sign_negative() => "-0".into(),
        Value::Map(_) if value.is_nan() => "NaN".into(),
        Value::Map(_) if value.is_infinite() => if value > 0.0 { "Infinity" } else { "-Infinity" }.into(),
        // Readers take a number as text as well, and a tag of ours would mean nothing to them.
        Value::Map(_) => Value::Text(format!("{value:e}")),
        number => number,
    }
}
