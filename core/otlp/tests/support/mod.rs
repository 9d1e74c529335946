//! What several tests need: events to look at, and requests in a form that can be compared.
#![allow(dead_code, reason = "each test uses its part")]
#![allow(clippy::unwrap_used, reason = "a test may fail")]

use opentelemetry_proto::tonic::collector::trace::v1::ExportTraceServiceRequest;
use opentelemetry_proto::tonic::common::v1::{AnyValue, InstrumentationScope, KeyValue, any_value};
use opentelemetry_proto::tonic::resource::v1::Resource;
use opentelemetry_proto::tonic::trace::v1::{Span, Status};
use tracewire_otlp::opentelemetry_proto;
use tracewire_otlp::{Imported, Recorded};
use tracewire_wire::json;
use tracewire_wire::value::Value;

/// The events with the resource that they came from.
pub fn recorded(imported: &Imported) -> Vec<Recorded<'_>> {
    let mut recorded = Vec::new();
    for source in &imported.sources {
        let spans = source.spans.iter().flat_map(|span| &span.events);
        for event in spans.chain(source.logs.iter().flat_map(|log| &log.events)) {
            recorded.push(Recorded { producer: "otlp", resource: &source.resource, event });
        }
    }
    recorded
}

/// Canonical JSON, a line for each resource and event.
pub fn events_as_lines(imported: &Imported) -> String {
    let mut lines = Vec::new();
    for source in &imported.sources {
        lines.push(line(json::write(&Value::Map(source.resource.clone()))));
        let spans = source.spans.iter().flat_map(|span| &span.events);
        for event in spans.chain(source.logs.iter().flat_map(|log| &log.events)) {
            let mut bytes = Vec::new();
            event.write_to(&mut bytes);
            lines.push(line(bytes));
        }
    }
    lines.join("\n")
}

fn line(bytes: Vec<u8>) -> String {
    String::from_utf8(bytes).unwrap()
}

/// A span with who sent it; attributes sorted, texts that hold JSON in one form, what protobuf cannot tell apart made alike.
#[derive(Clone, Debug, PartialEq)]
pub struct Sent {
    resource: Resource,
    resource_schema: String,
    scope: InstrumentationScope,
    scope_schema: String,
    span: Span,
}

/// The spans of a request, sorted, for how they are grouped means nothing.
pub fn spans_of(request: ExportTraceServiceRequest) -> Vec<Sent> {
    let mut sent = Vec::new();
    for group in request.resource_spans {
        let mut resource = group.resource.unwrap_or_default();
        settle(&mut resource.attributes);
        for scoped in group.scope_spans {
            let mut scope = scoped.scope.unwrap_or_default();
            settle(&mut scope.attributes);
            for mut span in scoped.spans {
                settle(&mut span.attributes);
                span.events.iter_mut().for_each(|event| settle(&mut event.attributes));
                span.links.iter_mut().for_each(|link| settle(&mut link.attributes));
                if span.parent_span_id == [0; 8] {
                    span.parent_span_id.clear();
                }
                span.status = span.status.filter(|status| *status != Status::default());
                let (resource, scope) = (resource.clone(), scope.clone());
                let (resource_schema, scope_schema) = (group.schema_url.clone(), scoped.schema_url.clone());
                sent.push(Sent { resource, resource_schema, scope, scope_schema, span });
            }
        }
    }
    sent.sort_by_key(|sent| format!("{sent:?}"));
    sent
}

fn settle(attributes: &mut [KeyValue]) {
    for attribute in attributes.iter_mut() {
        settle_value(attribute.value.get_or_insert_default());
    }
    attributes.sort_by_key(|attribute| (attribute.key.clone(), format!("{:?}", attribute.value)));
}

fn settle_value(value: &mut AnyValue) {
    use any_value::Value as Any;
    match &mut value.value {
        // One NaN is as good as another, and none equals itself.
        Some(Any::DoubleValue(number)) if number.is_nan() => value.value = Some(Any::StringValue("NaN".to_owned())),
        Some(Any::StringValue(text)) if text.trim_start().starts_with(['{', '[']) => {
            if let Ok(read) = serde_json::from_str::<serde_json::Value>(text) {
                *text = settled_json(read).to_string();
            }
        }
        Some(Any::ArrayValue(list)) => list.values.iter_mut().for_each(settle_value),
        Some(Any::KvlistValue(list)) => settle(&mut list.values),
        _ => {}
    }
}

/// `1.0` and `1` are one number.
fn settled_json(value: serde_json::Value) -> serde_json::Value {
    match value {
        serde_json::Value::Number(number)
            if number.as_f64().is_some_and(|number| number.fract() == 0.0 && number.abs() < 9e15) =>
        {
            (number.as_f64().unwrap() as i64).into()
        }
        serde_json::Value::Array(items) => items.into_iter().map(settled_json).collect(),
        serde_json::Value::Object(map) => map.into_iter().map(|(key, value)| (key, settled_json(value))).collect(),
        other => other,
    }
}
