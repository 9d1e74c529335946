//! Events are gathered by the span that they are about.

use std::collections::HashMap;

use tracewire_wire::event::{Body, Event, EventType};
use tracewire_wire::id::{SpanId, TraceId};
use tracewire_wire::value::{Map, Value};

use super::Recorded;

/// All events of one span.
pub(super) struct Step<'a> {
    pub(super) trace_id: TraceId,
    pub(super) span_id: SpanId,
    /// Who recorded its first event.
    pub(super) resource: &'a Map,
    /// A `span.start`, or the `event` of a point.
    pub(super) start: Option<&'a Event>,
    pub(super) end: Option<&'a Event>,
    /// What happened inside: `span.event` and `log`, in order.
    pub(super) moments: Vec<&'a Event>,
    updates: Vec<Recorded<'a>>,
    is_point: bool,
}

/// The steps in the order in which they first appear, and how many events belong to none.
pub(super) fn gather<'a>(events: &[Recorded<'a>]) -> (Vec<Step<'a>>, usize) {
    let mut steps: Vec<Step<'a>> = Vec::new();
    let mut places: HashMap<(TraceId, SpanId), usize> = HashMap::new();
    let mut logs = Vec::new();
    let mut loose = 0;
    for recorded in events {
        let event = recorded.event;
        let (Some(trace_id), Some(span_id)) = (event.trace_id, event.span_id) else {
            loose += 1;
            continue;
        };
        let is_point = event.event_type == EventType::Event;
        match event.event_type {
            EventType::SpanStart
            | EventType::SpanUpdate
            | EventType::SpanEvent
            | EventType::SpanEnd
            | EventType::Event => {}
            EventType::Log => {
                logs.push(((trace_id, span_id), event));
                continue;
            }
            _ => {
                loose += 1;
                continue;
            }
        }
        let place = *places.entry((trace_id, span_id)).or_insert_with(|| {
            let resource = recorded.resource;
            let step = Step {
                trace_id,
                span_id,
                resource,
                start: None,
                end: None,
                moments: vec![],
                updates: vec![],
                is_point,
            };
            steps.push(step);
            steps.len() - 1
        });
        let Some(step) = steps.get_mut(place) else { continue };
        match event.event_type {
            EventType::SpanStart | EventType::Event => {
                if step.start.is_none() {
                    step.start = Some(event);
                    step.resource = recorded.resource;
                }
            }
            EventType::SpanEnd => step.end = step.end.or(Some(event)),
            EventType::SpanUpdate => step.updates.push(*recorded),
            _ => step.moments.push(event),
        }
    }
    for (ids, log) in logs {
        match places.get(&ids).and_then(|place| steps.get_mut(*place)) {
            Some(step) => step.moments.push(log),
            None => loose += 1,
        }
    }
    for step in &mut steps {
        step.updates.sort_by(|a, b| {
            let key = |one: &Recorded<'a>| (one.event.time, one.producer, one.event.seq);
            key(a).cmp(&key(b))
        });
    }
    (steps, loose)
}

impl Step<'_> {
    /// Whether nobody said that it ended.
    pub(super) fn is_open(&self) -> bool {
        self.end.is_none() && !self.is_point
    }

    /// The bodies laid over one another (TW-EVT-005).
    pub(super) fn merged(&self) -> Map {
        let updates = self.updates.iter().map(|update| update.event);
        let mut merged = Map::new();
        for event in self.start.into_iter().chain(updates).chain(self.end) {
            let Body::Present(body) = &event.body else { continue };
            if merged.is_empty() {
                merged = body.clone();
            } else {
                body.iter().for_each(|(name, value)| lay_over(&mut merged, name, value));
            }
        }
        merged
    }

    /// What kind of step it is.
    pub(super) fn kind(&self) -> &str {
        let said = self.start.and_then(|start| start.kind.as_deref());
        said.unwrap_or(if self.is_point { "event" } else { "step" })
    }

    /// The span that caused this one.
    pub(super) fn parent_id(&self) -> Option<SpanId> {
        self.start.and_then(|start| start.parent_id).or_else(|| self.end.and_then(|end| end.parent_id))
    }
}

fn lay_over(merged: &mut Map, name: &str, value: &Value) {
    let is_merged = matches!(name, "attributes" | "usage" | "cost");
    match (merged.get_mut(name), value) {
        (Some(Value::Map(under)), Value::Map(over)) if is_merged => under.extend(over.iter().cloned()),
        (Some(under), value) => *under = value.clone(),
        (None, value) => merged.extend([(name.to_owned(), value.clone())]),
    }
}
