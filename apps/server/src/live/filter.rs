//! Which events are wanted. All conditions must hold.

use std::collections::BTreeMap;

use serde::Deserialize;
use tracewire_store::{Store, StoredEvent, trace_of};
use tracewire_wire::id::TraceId;
use tracewire_wire::value::Value;
use utoipa::IntoParams;

use crate::api::asked;
use crate::problem::Problem;

/// Traces and producers of which is remembered what they belong to.
const MOST_REMEMBERED: usize = 10_000;

/// What is wanted, and from where on.
#[derive(Clone, Debug, Default, Deserialize, IntoParams)]
#[serde(deny_unknown_fields, default)]
#[into_params(parameter_in = Query)]
pub(super) struct Asked {
    /// Only this trace.
    #[param(pattern = "^([0-9a-f]{32})?$")]
    trace: Option<String>,
    /// Only traces of this session.
    session: Option<String>,
    /// Only what this service recorded.
    service: Option<String>,
    /// Only events that say this kind: the start of a span does.
    kind: Option<String>,
    /// Only events of this type, such as `span.end`.
    r#type: Option<String>,
    /// Begin behind the event of this id, 0 for the first that is kept. Without it, and without `Last-Event-ID`, with the next one
    /// that comes.
    pub(super) after: Option<u64>,
}

/// The same, with what was found out about traces and producers.
pub(super) struct Filter {
    trace: Option<TraceId>,
    asked: Asked,
    services: BTreeMap<String, Option<String>>,
    in_session: BTreeMap<TraceId, bool>,
}

impl Filter {
    /// # Errors
    /// `parameter_invalid`.
    pub(super) fn new(asked: Asked) -> Result<Self, Problem> {
        let trace = asked.trace.as_deref().map(asked::trace_id).transpose()?;
        Ok(Filter { trace, asked, services: BTreeMap::new(), in_session: BTreeMap::new() })
    }

    /// Whether an event is wanted.
    pub(super) fn fits(&mut self, store: &dyn Store, stored: &StoredEvent) -> Result<bool, Problem> {
        let event = &stored.event;
        let is = |asked: &Option<String>, found: Option<&str>| asked.is_none() || asked.as_deref() == found;
        if self.trace.is_some_and(|trace| trace_of(event) != Some(trace))
            || !is(&self.asked.kind, event.kind.as_deref())
            || !is(&self.asked.r#type, Some(event.event_type.as_str()))
        {
            return Ok(false);
        }
        if self.asked.service.is_some() && self.service(store, &stored.producer)? != self.asked.service {
            return Ok(false);
        }
        self.is_of_session(store, stored)
    }

    /// `service.name` of a producer.
    pub(super) fn service(&mut self, store: &dyn Store, producer: &str) -> Result<Option<String>, Problem> {
        if let Some(service) = self.services.get(producer) {
            return Ok(service.clone());
        }
        let service = store.service(producer)?;
        if self.services.len() < MOST_REMEMBERED && service.is_some() {
            self.services.insert(producer.to_owned(), service.clone());
        }
        Ok(service)
    }

    /// A trace is of the session that its head names; an event may also name one itself.
    fn is_of_session(&mut self, store: &dyn Store, stored: &StoredEvent) -> Result<bool, Problem> {
        let Some(session) = &self.asked.session else { return Ok(true) };
        let named = stored.event.body_field("session_id").and_then(Value::as_text);
        let Some(trace_id) = trace_of(&stored.event) else { return Ok(named == Some(session)) };
        if named == Some(session) {
            self.in_session.insert(trace_id, true);
            return Ok(true);
        }
        if let Some(known) = self.in_session.get(&trace_id) {
            return Ok(*known);
        }
        let row = store.trace(trace_id)?;
        let is_in = row.and_then(|row| row.session_id).as_ref() == Some(session);
        if self.in_session.len() >= MOST_REMEMBERED {
            self.in_session.clear();
        }
        self.in_session.insert(trace_id, is_in);
        Ok(is_in)
    }
}
