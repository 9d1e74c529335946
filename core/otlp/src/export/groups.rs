//! Spans by who sent them.

use std::collections::HashMap;

use opentelemetry_proto::tonic::collector::trace::v1::ExportTraceServiceRequest;
use opentelemetry_proto::tonic::common::v1::{EntityRef, InstrumentationScope};
use opentelemetry_proto::tonic::resource::v1::Resource;
use opentelemetry_proto::tonic::trace::v1::{ResourceSpans, ScopeSpans, Span};
use tracewire_wire::json;
use tracewire_wire::value::{Map, Value};

use super::moments::{count_of, text_of};
use crate::names;
use crate::values::key_values;

/// The library that made a span, as the span says it.
#[derive(Clone, Debug, Default)]
pub(super) struct Scope {
    pub(super) name: String,
    pub(super) version: String,
    /// `tracewire.otlp.scope`.
    pub(super) rest: Option<Map>,
}

/// A request on its way.
#[derive(Default)]
pub(super) struct Groups {
    request: ExportTraceServiceRequest,
    resources: HashMap<Vec<u8>, usize>,
    scopes: HashMap<(usize, Vec<u8>), usize>,
}

impl Groups {
    pub(super) fn add(&mut self, resource: &Map, scope: Scope, span: Span) {
        let groups = &mut self.request.resource_spans;
        let at = *self.resources.entry(key(resource)).or_insert_with(|| {
            groups.push(resource_spans(resource));
            groups.len() - 1
        });
        let Some(group) = groups.get_mut(at) else { return };
        let mut scope_key = json::write(&Value::List(vec![scope.name.as_str().into(), scope.version.as_str().into()]));
        scope_key.extend(scope.rest.as_ref().map(key).unwrap_or_default());
        let scopes = &mut group.scope_spans;
        let place = *self.scopes.entry((at, scope_key)).or_insert_with(|| {
            scopes.push(scope_spans(&scope));
            scopes.len() - 1
        });
        if let Some(scope) = scopes.get_mut(place) {
            scope.spans.push(span);
        }
    }

    pub(super) fn finish(self) -> ExportTraceServiceRequest {
        self.request
    }
}

fn key(map: &Map) -> Vec<u8> {
    json::write(&Value::Map(map.clone()))
}

fn resource_spans(resource: &Map) -> ResourceSpans {
    let note = resource.get(names::RESOURCE).and_then(Value::as_map);
    let entities = note.and_then(|note| note.get("entity_refs")).and_then(Value::as_list).unwrap_or_default();
    ResourceSpans {
        resource: Some(Resource {
            attributes: key_values(resource, &|_| false),
            dropped_attributes_count: count_of(note, "dropped_attributes"),
            entity_refs: entities.iter().filter_map(Value::as_map).map(entity_ref).collect(),
        }),
        scope_spans: Vec::new(),
        schema_url: text_of(note, "schema_url"),
    }
}

fn entity_ref(given: &Map) -> EntityRef {
    let keys = |name: &str| {
        let keys = given.get(name).and_then(Value::as_list).unwrap_or_default();
        keys.iter().filter_map(Value::as_text).map(str::to_owned).collect()
    };
    EntityRef {
        schema_url: text_of(Some(given), "schema_url"),
        r#type: text_of(Some(given), "type"),
        id_keys: keys("id_keys"),
        description_keys: keys("description_keys"),
    }
}

fn scope_spans(scope: &Scope) -> ScopeSpans {
    let rest = scope.rest.as_ref();
    let attributes = rest.and_then(|rest| rest.get("attributes")).and_then(Value::as_map);
    ScopeSpans {
        scope: Some(InstrumentationScope {
            name: scope.name.clone(),
            version: scope.version.clone(),
            attributes: attributes.map(|attributes| key_values(attributes, &|_| false)).unwrap_or_default(),
            dropped_attributes_count: count_of(rest, "dropped_attributes"),
        }),
        spans: Vec::new(),
        schema_url: text_of(rest, "schema_url"),
    }
}
