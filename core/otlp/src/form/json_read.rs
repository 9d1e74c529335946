//! OTLP/JSON becomes OTLP's messages.

use opentelemetry_proto::tonic::collector::logs::v1::ExportLogsServiceRequest;
use opentelemetry_proto::tonic::collector::trace::v1::ExportTraceServiceRequest;
use opentelemetry_proto::tonic::common::v1::{
    AnyValue, ArrayValue, EntityRef, InstrumentationScope, KeyValue, KeyValueList, any_value,
};
use opentelemetry_proto::tonic::logs::v1::{LogRecord, ResourceLogs, ScopeLogs, SeverityNumber};
use opentelemetry_proto::tonic::resource::v1::Resource;
use opentelemetry_proto::tonic::trace::v1::{ResourceSpans, ScopeSpans, Span, Status, span, status};
use tracewire_wire::value::Value;

use super::members::{Read, boolean, bytes, double, each, i64, id, list, number_of_enum, text, u32, u64};

pub(super) fn traces(value: Value) -> Read<ExportTraceServiceRequest> {
    let mut read = ExportTraceServiceRequest::default();
    each(value, |name, value| {
        if name == "resourceSpans" {
            read.resource_spans = list(value, resource_spans)?;
        }
        Ok(())
    })?;
    Ok(read)
}

pub(super) fn logs(value: Value) -> Read<ExportLogsServiceRequest> {
    let mut read = ExportLogsServiceRequest::default();
    each(value, |name, value| {
        if name == "resourceLogs" {
            read.resource_logs = list(value, resource_logs)?;
        }
        Ok(())
    })?;
    Ok(read)
}

fn resource_spans(value: Value) -> Read<ResourceSpans> {
    let mut read = ResourceSpans::default();
    each(value, |name, value| {
        match name {
            "resource" => read.resource = Some(resource(value)?),
            "scopeSpans" => read.scope_spans = list(value, scope_spans)?,
            "schemaUrl" => read.schema_url = text(value)?,
            _ => {}
        }
        Ok(())
    })?;
    Ok(read)
}

fn scope_spans(value: Value) -> Read<ScopeSpans> {
    let mut read = ScopeSpans::default();
    each(value, |name, value| {
        match name {
            "scope" => read.scope = Some(scope(value)?),
            "spans" => read.spans = list(value, span)?,
            "schemaUrl" => read.schema_url = text(value)?,
            _ => {}
        }
        Ok(())
    })?;
    Ok(read)
}

fn resource_logs(value: Value) -> Read<ResourceLogs> {
    let mut read = ResourceLogs::default();
    each(value, |name, value| {
        match name {
            "resource" => read.resource = Some(resource(value)?),
            "scopeLogs" => read.scope_logs = list(value, scope_logs)?,
            "schemaUrl" => read.schema_url = text(value)?,
            _ => {}
        }
        Ok(())
    })?;
    Ok(read)
}

fn scope_logs(value: Value) -> Read<ScopeLogs> {
    let mut read = ScopeLogs::default();
    each(value, |name, value| {
        match name {
            "scope" => read.scope = Some(scope(value)?),
            "logRecords" => read.log_records = list(value, log_record)?,
            "schemaUrl" => read.schema_url = text(value)?,
            _ => {}
        }
        Ok(())
    })?;
    Ok(read)
}

fn resource(value: Value) -> Read<Resource> {
    let mut read = Resource::default();
    each(value, |name, value| {
        match name {
            "attributes" => read.attributes = list(value, key_value)?,
            "droppedAttributesCount" => read.dropped_attributes_count = u32(&value)?,
            "entityRefs" => read.entity_refs = list(value, entity_ref)?,
            _ => {}
        }
        Ok(())
    })?;
    Ok(read)
}

fn entity_ref(value: Value) -> Read<EntityRef> {
    let mut read = EntityRef::default();
    each(value, |name, value| {
        match name {
            "schemaUrl" => read.schema_url = text(value)?,
            "type" => read.r#type = text(value)?,
            "idKeys" => read.id_keys = list(value, text)?,
            "descriptionKeys" => read.description_keys = list(value, text)?,
            _ => {}
        }
        Ok(())
    })?;
    Ok(read)
}

fn scope(value: Value) -> Read<InstrumentationScope> {
    let mut read = InstrumentationScope::default();
    each(value, |name, value| {
        match name {
            "name" => read.name = text(value)?,
            "version" => read.version = text(value)?,
            "attributes" => read.attributes = list(value, key_value)?,
            "droppedAttributesCount" => read.dropped_attributes_count = u32(&value)?,
            _ => {}
        }
        Ok(())
    })?;
    Ok(read)
}

fn span(value: Value) -> Read<Span> {
    let mut read = Span::default();
    each(value, |name, value| {
        match name {
            "traceId" => read.trace_id = id(&value)?,
            "spanId" => read.span_id = id(&value)?,
            "traceState" => read.trace_state = text(value)?,
            "parentSpanId" => read.parent_span_id = id(&value)?,
            "flags" => read.flags = u32(&value)?,
            "name" => read.name = text(value)?,
            "kind" => read.kind = number_of_enum(&value, |name| Some(span::SpanKind::from_str_name(name)? as i32))?,
            "startTimeUnixNano" => read.start_time_unix_nano = u64(&value)?,
            "endTimeUnixNano" => read.end_time_unix_nano = u64(&value)?,
            "attributes" => read.attributes = list(value, key_value)?,
            "droppedAttributesCount" => read.dropped_attributes_count = u32(&value)?,
            "events" => read.events = list(value, span_event)?,
            "droppedEventsCount" => read.dropped_events_count = u32(&value)?,
            "links" => read.links = list(value, span_link)?,
            "droppedLinksCount" => read.dropped_links_count = u32(&value)?,
            "status" => read.status = Some(status(value)?),
            _ => {}
        }
        Ok(())
    })?;
    Ok(read)
}

fn span_event(value: Value) -> Read<span::Event> {
    let mut read = span::Event::default();
    each(value, |name, value| {
        match name {
            "timeUnixNano" => read.time_unix_nano = u64(&value)?,
            "name" => read.name = text(value)?,
            "attributes" => read.attributes = list(value, key_value)?,
            "droppedAttributesCount" => read.dropped_attributes_count = u32(&value)?,
            _ => {}
        }
        Ok(())
    })?;
    Ok(read)
}

fn span_link(value: Value) -> Read<span::Link> {
    let mut read = span::Link::default();
    each(value, |name, value| {
        match name {
            "traceId" => read.trace_id = id(&value)?,
            "spanId" => read.span_id = id(&value)?,
            "traceState" => read.trace_state = text(value)?,
            "attributes" => read.attributes = list(value, key_value)?,
            "droppedAttributesCount" => read.dropped_attributes_count = u32(&value)?,
            "flags" => read.flags = u32(&value)?,
            _ => {}
        }
        Ok(())
    })?;
    Ok(read)
}

fn status(value: Value) -> Read<Status> {
    let mut read = Status::default();
    each(value, |name, value| {
        match name {
            "message" => read.message = text(value)?,
            "code" => read.code = number_of_enum(&value, |name| Some(status::StatusCode::from_str_name(name)? as i32))?,
            _ => {}
        }
        Ok(())
    })?;
    Ok(read)
}

fn log_record(value: Value) -> Read<LogRecord> {
    let mut read = LogRecord::default();
    each(value, |name, value| {
        match name {
            "timeUnixNano" => read.time_unix_nano = u64(&value)?,
            "observedTimeUnixNano" => read.observed_time_unix_nano = u64(&value)?,
            "severityNumber" => {
                read.severity_number =
                    number_of_enum(&value, |name| Some(SeverityNumber::from_str_name(name)? as i32))?;
            }
            "severityText" => read.severity_text = text(value)?,
            "body" => read.body = Some(any_value(value)?),
            "attributes" => read.attributes = list(value, key_value)?,
            "droppedAttributesCount" => read.dropped_attributes_count = u32(&value)?,
            "flags" => read.flags = u32(&value)?,
            "traceId" => read.trace_id = id(&value)?,
            "spanId" => read.span_id = id(&value)?,
            "eventName" => read.event_name = text(value)?,
            _ => {}
        }
        Ok(())
    })?;
    Ok(read)
}

fn key_value(value: Value) -> Read<KeyValue> {
    let mut read = KeyValue::default();
    each(value, |name, value| {
        match name {
            "key" => read.key = text(value)?,
            "value" => read.value = Some(any_value(value)?),
            _ => {}
        }
        Ok(())
    })?;
    Ok(read)
}

fn any_value(value: Value) -> Read<AnyValue> {
    use any_value::Value as Any;
    let mut read = None;
    each(value, |name, value| {
        read = Some(match name {
            "stringValue" => Any::StringValue(text(value)?),
            "boolValue" => Any::BoolValue(boolean(&value)?),
            "intValue" => Any::IntValue(i64(&value)?),
            "doubleValue" => Any::DoubleValue(double(&value)?),
            "bytesValue" => Any::BytesValue(bytes(&value)?),
            "arrayValue" => Any::ArrayValue(array(value)?),
            "kvlistValue" => Any::KvlistValue(key_value_list(value)?),
            _ => return Ok(()),
        });
        Ok(())
    })?;
    Ok(AnyValue { value: read })
}

fn array(value: Value) -> Read<ArrayValue> {
    let mut read = ArrayValue::default();
    each(value, |name, value| {
        if name == "values" {
            read.values = list(value, any_value)?;
        }
        Ok(())
    })?;
    Ok(read)
}

fn key_value_list(value: Value) -> Read<KeyValueList> {
    let mut read = KeyValueList::default();
    each(value, |name, value| {
        if name == "values" {
            read.values = list(value, key_value)?;
        }
        Ok(())
    })?;
    Ok(read)
}
