//! What an event belongs to and what it names: the trace, and the labels by which people look for it.

use crate::model::Label;
use crate::rollup::SpanState;
use tracewire_wire::event::{Event, EventType};
use tracewire_wire::id::TraceId;
use tracewire_wire::registry::attributes::{GEN_AI_AGENT_ID, GEN_AI_AGENT_NAME};
use tracewire_wire::value::{Map, Value};

/// The trace that an event belongs to; feedback may name it as its target only.
pub fn trace_of(event: &Event) -> Option<TraceId> {
    event.trace_id.or_else(|| target(event)?.get("trace_id")?.as_text()?.parse().ok())
}

/// What feedback is about.
pub(crate) fn target(event: &Event) -> Option<&Map> {
    if event.event_type == EventType::Feedback { event.body_field("target")?.as_map() } else { None }
}

/// What an event names. Of agents only what spans say: whether they are agents or roots is not looked at.
pub(crate) fn labels(event: &Event) -> impl Iterator<Item = (Label, &str)> {
    let text = |name: &str| event.body_field(name).and_then(Value::as_text);
    // Feedback on a session belongs to it; feedback on a trace belongs to the trace.
    let target = target(event).filter(|_| trace_of(event).is_none());
    let attributes = if SpanState::is_told_by(&event.event_type) { event.body_field("attributes") } else { None };
    let attribute = |name: &str| attributes?.as_map()?.get(name)?.as_text();
    let found = [
        (Label::Session, text("session_id")),
        (Label::Session, target.and_then(|target| target.get("session_id")?.as_text())),
        (Label::Correlation, text("correlation_id")),
        (Label::Agent, attribute(GEN_AI_AGENT_ID)),
        (Label::Agent, attribute(GEN_AI_AGENT_NAME)),
    ];
    found.into_iter().filter_map(|(label, value)| Some((label, value?)))
}
