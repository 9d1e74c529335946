//! Resources and scopes: who sent what.

use std::collections::HashMap;

use opentelemetry_proto::tonic::common::v1::{EntityRef, InstrumentationScope};
use opentelemetry_proto::tonic::resource::v1::Resource;
use tracewire_wire::json;
use tracewire_wire::value::{Map, Value};

use super::{Imported, Log, Rejected, Source, Span};
use crate::limits::Limits;
use crate::names;
use crate::values::{Budget, read_attributes};

/// Sources by resource.
#[derive(Default)]
pub(super) struct Sources {
    imported: Imported,
    places: HashMap<Vec<u8>, usize>,
    none: Map,
}

impl Sources {
    /// The place of a resource.
    pub(super) fn find(&mut self, resource: Option<Resource>, schema_url: String, limits: &Limits) -> usize {
        let Resource { attributes, dropped_attributes_count, entity_refs } = resource.unwrap_or_default();
        let mut map = read_attributes(attributes, &mut Budget::new(limits));
        let mut note = Note::default();
        note.text("schema_url", &schema_url);
        note.count("dropped_attributes", dropped_attributes_count);
        if !entity_refs.is_empty() {
            note.add("entity_refs", Value::List(entity_refs.into_iter().map(entity_ref).collect()));
        }
        note.put(names::RESOURCE, &mut map);
        let whole = Value::Map(map);
        let imported = &mut self.imported;
        *self.places.entry(json::write(&whole)).or_insert_with(|| {
            let Value::Map(resource) = whole else { return 0 };
            imported.sources.push(Source { resource, ..Source::default() });
            imported.sources.len() - 1
        })
    }

    /// The attributes of the resource at a place.
    pub(super) fn resource(&self, at: usize) -> &Map {
        self.imported.sources.get(at).map_or(&self.none, |source| &source.resource)
    }

    pub(super) fn add_span(&mut self, at: usize, read: Result<Span, Rejected>) {
        match (read, self.imported.sources.get_mut(at)) {
            (Ok(span), Some(source)) => source.spans.push(span),
            (Err(rejected), _) => self.imported.rejected.push(rejected),
            (Ok(_), None) => {}
        }
    }

    pub(super) fn add_log(&mut self, at: usize, read: Result<Log, Rejected>) {
        match (read, self.imported.sources.get_mut(at)) {
            (Ok(log), Some(source)) => source.logs.push(log),
            (Err(rejected), _) => self.imported.rejected.push(rejected),
            (Ok(_), None) => {}
        }
    }

    /// What was imported; a resource of which nothing was taken is left out.
    pub(super) fn finish(mut self) -> Imported {
        self.imported.sources.retain(|source| !source.spans.is_empty() || !source.logs.is_empty());
        self.imported
    }
}

fn entity_ref(given: EntityRef) -> Value {
    let mut note = Note::default();
    note.text("schema_url", &given.schema_url);
    note.text("type", &given.r#type);
    for (name, keys) in [("id_keys", given.id_keys), ("description_keys", given.description_keys)] {
        if !keys.is_empty() {
            note.add(name, Value::List(keys.into_iter().map(Value::Text).collect()));
        }
    }
    Value::Map(note.0)
}

/// The library that made a group of records.
pub(super) struct Scope {
    /// Its name, if it says one.
    pub(super) name: Option<String>,
    /// The member `scope` of a start.
    pub(super) member: Option<Value>,
    /// What it has besides, for `tracewire.otlp.scope`.
    pub(super) rest: Option<Value>,
    /// All of it, for records that have no member `scope`.
    pub(super) whole: Option<Value>,
}

impl Scope {
    pub(super) fn new(given: Option<InstrumentationScope>, schema_url: String, limits: &Limits) -> Self {
        let InstrumentationScope { name, version, attributes, dropped_attributes_count } = given.unwrap_or_default();
        let mut member = Note::default();
        member.text("name", &name);
        member.text("version", &version);
        let mut rest = Note::default();
        let attributes = read_attributes(attributes, &mut Budget::new(limits));
        if !attributes.is_empty() {
            rest.add("attributes", Value::Map(attributes));
        }
        rest.count("dropped_attributes", dropped_attributes_count);
        rest.text("schema_url", &schema_url);
        let whole = match (&member.0, &rest.0) {
            (name, rest) if name.is_empty() && rest.is_empty() => None,
            (name, rest) => Some(Value::Map(name.iter().chain(rest).cloned().collect())),
        };
        Scope { whole, name: (!name.is_empty()).then_some(name), member: member.value(), rest: rest.value() }
    }
}

/// A map of what there is to say.
#[derive(Default)]
pub(super) struct Note(Map);

impl Note {
    pub(super) fn add(&mut self, name: &str, value: Value) {
        self.0.extend([(name.to_owned(), value)]);
    }

    pub(super) fn text(&mut self, name: &str, text: &str) {
        if !text.is_empty() {
            self.add(name, text.into());
        }
    }

    pub(super) fn count(&mut self, name: &str, count: u32) {
        if count != 0 {
            self.add(name, Value::Int(i64::from(count)));
        }
    }

    pub(super) fn value(self) -> Option<Value> {
        (!self.0.is_empty()).then_some(Value::Map(self.0))
    }

    /// Puts itself among attributes, if there is anything to say.
    pub(super) fn put(self, name: &str, attributes: &mut Map) {
        if let Some(value) = self.value() {
            attributes.extend([(name.to_owned(), value)]);
        }
    }
}
