//! The events of one trace become the rows that they are: a step's start, updates and end are one row.

use super::cursor::Place;
use crate::labels::{target, trace_of};
use crate::model::StoredEvent;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use tracewire_wire::event::{Body, Event, EventType};
use tracewire_wire::id::{SpanId, TraceId};
use tracewire_wire::registry::attributes::{GEN_AI_AGENT_ID, GEN_AI_AGENT_NAME};
use tracewire_wire::time::Timestamp;
use tracewire_wire::value::{Map, Value};

/// A row on its way: merged, its content still references.
#[derive(Clone, Debug)]
pub(super) struct Gathered {
    pub place: Place,
    pub producer: Arc<str>,
    /// `span` for a step, else the type of the event.
    pub row_type: String,
    /// Types of all events that are in it.
    pub types: BTreeSet<String>,
    pub trace_id: Option<TraceId>,
    pub span_id: Option<SpanId>,
    pub parent_id: Option<SpanId>,
    pub kind: Option<String>,
    pub status: Option<String>,
    pub end_time: Option<Timestamp>,
    pub duration_nanos: Option<u64>,
    pub session_id: Option<String>,
    pub correlation_id: Option<String>,
    /// The merged body.
    pub body: Map,
}

impl Gathered {
    /// An event that is a row of its own.
    pub(super) fn of(stored: StoredEvent) -> Self {
        let StoredEvent { id, producer, event } = stored;
        let text = |name: &str| event.body_field(name).and_then(Value::as_text).map(str::to_owned);
        let about = target(&event).filter(|_| trace_of(&event).is_none());
        let about = about.and_then(|target| Some(target.get("session_id")?.as_text()?.to_owned()));
        Gathered {
            place: Place { time: event.time, event: id },
            producer,
            row_type: event.event_type.as_str().to_owned(),
            types: BTreeSet::from([event.event_type.as_str().to_owned()]),
            trace_id: trace_of(&event),
            span_id: event.span_id.or_else(|| target(&event)?.get("span_id")?.as_text()?.parse().ok()),
            parent_id: event.parent_id,
            status: event.status.as_ref().map(|status| status.as_str().to_owned()),
            end_time: None,
            duration_nanos: event.duration_nanos,
            session_id: text("session_id").or(about),
            correlation_id: text("correlation_id"),
            kind: event.kind,
            body: match event.body {
                Body::Present(body) => body,
                Body::Erased(_) | Body::Withheld(_) => Map::new(),
            },
        }
    }

    fn step(stored: &StoredEvent) -> Self {
        Gathered {
            place: Place { time: stored.event.time, event: stored.id },
            producer: stored.producer.clone(),
            row_type: "span".to_owned(),
            types: BTreeSet::new(),
            trace_id: stored.event.trace_id,
            span_id: stored.event.span_id,
            parent_id: None,
            kind: None,
            status: None,
            end_time: None,
            duration_nanos: None,
            session_id: None,
            correlation_id: None,
            body: Map::new(),
        }
    }

    pub(super) fn is_step(&self) -> bool {
        self.row_type == "span"
    }

    pub(super) fn attribute(&self, name: &str) -> Option<&Value> {
        self.body.get("attributes")?.as_map()?.get(name)
    }

    /// The agent that it says it is.
    fn agent(&self) -> Option<&str> {
        let text = |name: &str| self.attribute(name).and_then(Value::as_text).filter(|text| !text.is_empty());
        text(GEN_AI_AGENT_ID).or_else(|| text(GEN_AI_AGENT_NAME))
    }

    /// Takes one event of the step; they come by time, producer and number.
    fn take(&mut self, stored: StoredEvent) {
        let Event { event_type, time, parent_id, kind, status, duration_nanos, body, .. } = stored.event;
        let is_first = self.types.insert(event_type.as_str().to_owned());
        let mut body = if let Body::Present(body) = body { body } else { Map::new() };
        match event_type {
            EventType::SpanStart if is_first => {
                self.place = Place { time, event: stored.id };
                self.producer = stored.producer;
                (self.parent_id, self.kind) = (parent_id, kind);
                // What came before the start was said later.
                let said = std::mem::replace(&mut self.body, body);
                lay_over(&mut self.body, said);
            }
            EventType::SpanEnd if is_first => {
                self.status = Some(status.as_ref().map_or("unset", |status| status.as_str()).to_owned());
                (self.end_time, self.duration_nanos) = (Some(time), duration_nanos);
                lay_over(&mut self.body, body);
            }
            EventType::SpanUpdate => lay_over(&mut self.body, body),
            // What went wrong is often said when it happens, and not again at the end.
            EventType::SpanEvent => {
                if let Some(exception) = body.remove("exception")
                    && !self.body.contains_key("exception")
                {
                    self.body.insert("exception".to_owned(), exception);
                }
            }
            _ => {}
        }
    }
}

/// Members of `over` replace those of `under`; attributes, usage and cost member by member (TW-EVT-005).
fn lay_over(under: &mut Map, over: Map) {
    for (name, value) in over {
        match (under.get_mut(&name), value) {
            (Some(Value::Map(under)), Value::Map(over)) if matches!(name.as_str(), "attributes" | "usage" | "cost") => {
                for (key, value) in over {
                    under.insert(key, value);
                }
            }
            (Some(under), value) => *under = value,
            (None, value) => _ = under.insert(name, value),
        }
    }
}

/// The rows of a trace, and what is so of the runs in it.
pub(super) struct Gathering {
    pub rows: Vec<Gathered>,
    /// The run of each row: the row of its root; `None` for what belongs to no step that is here.
    roots: Vec<Option<usize>>,
    /// The agents of each run, by the row of its root.
    agents: BTreeMap<usize, BTreeSet<String>>,
}

impl Gathering {
    /// From all events of a trace, sorted by time, producer and number.
    pub(super) fn new(events: Vec<StoredEvent>) -> Self {
        let mut rows: Vec<Gathered> = Vec::new();
        let mut steps: BTreeMap<SpanId, usize> = BTreeMap::new();
        for stored in events {
            let is_of_step = matches!(
                stored.event.event_type,
                EventType::SpanStart | EventType::SpanUpdate | EventType::SpanEvent | EventType::SpanEnd
            );
            match stored.event.span_id.filter(|_| is_of_step) {
                Some(span_id) => {
                    let at = *steps.entry(span_id).or_insert_with(|| {
                        rows.push(Gathered::step(&stored));
                        rows.len() - 1
                    });
                    if let Some(row) = rows.get_mut(at) {
                        row.take(stored);
                    }
                }
                None => rows.push(Gathered::of(stored)),
            }
        }
        let mut gathering = Gathering { rows, roots: Vec::new(), agents: BTreeMap::new() };
        let parents = gathering.parents(&steps);
        gathering.hand_down(&parents);
        gathering.find_agents();
        gathering
    }

    /// The row above each row: of a step or point event its parent, of all else the step where it belongs.
    fn parents(&self, steps: &BTreeMap<SpanId, usize>) -> Vec<Option<usize>> {
        let points = self.rows.iter().enumerate().filter(|(_, row)| row.row_type == "event");
        let points: BTreeMap<SpanId, usize> = points.filter_map(|(at, row)| Some((row.span_id?, at))).collect();
        let find = |id: SpanId| steps.get(&id).or_else(|| points.get(&id)).copied();
        let above = |(at, row): (usize, &Gathered)| {
            let has_place = row.is_step() || row.row_type == "event";
            let id = if has_place { row.parent_id } else { row.span_id.or(row.parent_id) };
            id.and_then(find).filter(|above| *above != at)
        };
        self.rows.iter().enumerate().map(above).collect()
    }

    /// What a row does not say itself, it has from the row above: its run, its session, its correlation id.
    fn hand_down(&mut self, parents: &[Option<usize>]) {
        self.roots = vec![None; self.rows.len()];
        let mut is_settled = vec![false; self.rows.len()];
        for at in parents_first(parents) {
            let above = parents.get(at).copied().flatten().filter(|above| is_settled.get(*above) == Some(&true));
            let Some(row) = self.rows.get(at) else { continue };
            let can_be_root = row.is_step() || row.row_type == "event";
            let root = match above {
                Some(above) => self.roots.get(above).copied().flatten(),
                None => can_be_root.then_some(at),
            };
            let said = above.and_then(|above| self.rows.get(above));
            let said = said.map(|above| (above.session_id.clone(), above.correlation_id.clone()));
            let (session, correlation) = said.unwrap_or_default();
            let own = |name: &str| row.body.get(name).and_then(Value::as_text).map(str::to_owned);
            let session = row.session_id.clone().or_else(|| own("session_id")).or(session);
            let correlation = row.correlation_id.clone().or_else(|| own("correlation_id")).or(correlation);
            if let (Some(row), Some(slot), Some(settled)) =
                (self.rows.get_mut(at), self.roots.get_mut(at), is_settled.get_mut(at))
            {
                (row.session_id, row.correlation_id) = (session, correlation);
                (*slot, *settled) = (root, true);
            }
        }
        // Rows whose parents were not recorded here belong to the only session that the trace has.
        let only = |read: fn(&Gathered) -> Option<&String>, rows: &[Gathered]| {
            let said: BTreeSet<&String> = rows.iter().filter_map(read).collect();
            if said.len() == 1 { said.first().map(|only| (*only).clone()) } else { None }
        };
        let session = only(|row| row.session_id.as_ref(), &self.rows);
        let correlation = only(|row| row.correlation_id.as_ref(), &self.rows);
        for row in &mut self.rows {
            row.session_id = row.session_id.take().or_else(|| session.clone());
            row.correlation_id = row.correlation_id.take().or_else(|| correlation.clone());
        }
    }

    /// The agents of a run: what its root says it is, and its steps of kind `agent`.
    fn find_agents(&mut self) {
        for (at, (row, root)) in self.rows.iter().zip(&self.roots).enumerate() {
            let Some(root) = *root else { continue };
            let is_agent = root == at || row.kind.as_deref() == Some("agent");
            if let (true, Some(agent)) = (is_agent && row.is_step(), row.agent()) {
                self.agents.entry(root).or_default().insert(agent.to_owned());
            }
        }
    }

    /// Whether a row is of a run of this agent, or says itself whose it is. What belongs to no step is of every run in its
    /// trace.
    pub(super) fn is_of_agent(&self, at: usize, agent: &str) -> bool {
        if self.rows.get(at).and_then(Gathered::agent) == Some(agent) {
            return true;
        }
        match self.roots.get(at).copied().flatten() {
            Some(root) => self.agents.get(&root).is_some_and(|agents| agents.contains(agent)),
            None => self.agents.values().any(|agents| agents.contains(agent)),
        }
    }
}

/// All rows, each behind the row above it; where parents go in a circle, the circle is cut somewhere.
fn parents_first(parents: &[Option<usize>]) -> Vec<usize> {
    let mut order = Vec::with_capacity(parents.len());
    let mut is_seen = vec![false; parents.len()];
    let mut way = Vec::new();
    for from in 0..parents.len() {
        let mut at = Some(from);
        while let Some(index) = at {
            match is_seen.get_mut(index) {
                Some(seen) if !*seen => *seen = true,
                _ => break,
            }
            way.push(index);
            at = parents.get(index).copied().flatten();
        }
        order.extend(way.drain(..).rev());
    }
    order
}
