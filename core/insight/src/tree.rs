//! The tree of a trace.

use std::cmp::Ordering;
use std::collections::{BTreeMap, BTreeSet};

use tracewire_wire::event::EventType;
use tracewire_wire::id::{SpanId, TraceId};
use tracewire_wire::time::Timestamp;
use tracewire_wire::value::Value;

use crate::input::{Located, ProducerState};
use crate::node::{Feedback, Form, Node, State, as_text, nanos_between};
use crate::usage::{Money, Tokens};
use crate::{critical, fold, link, measure, sums};

/// How many of what a tree has.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Counts {
    /// Spans.
    pub spans: u64,
    /// Point events, and events of unknown types.
    pub events: u64,
    /// Log lines.
    pub logs: u64,
    /// Spans that failed.
    pub failed: u64,
    /// Spans in flight.
    pub in_flight: u64,
    /// Spans abandoned.
    pub abandoned: u64,
    /// Open spans of which nobody can tell.
    pub unknown: u64,
    /// Parents that are named and not there.
    pub missing_parents: u64,
}

/// Records that were dropped, as the stream itself says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Loss<'a> {
    /// Who lost them.
    pub producer: &'a str,
    /// Why.
    pub reason: Option<&'a str>,
    /// How many.
    pub count: u64,
}

/// All that was recorded of one trace, as a tree.
#[derive(Clone, Debug, PartialEq)]
pub struct Tree<'a> {
    /// Which trace.
    pub trace_id: TraceId,
    /// Every node; order of time, then stand-ins for missing parents.
    pub nodes: Vec<Node<'a>>,
    /// Nodes without a parent, in order of time.
    pub roots: Vec<usize>,
    /// The first moment.
    pub start: Timestamp,
    /// The last moment; now, where something is in flight.
    pub end: Timestamp,
    /// How many of what.
    pub counts: Counts,
    /// Tokens of all roots.
    pub usage: Option<Tokens>,
    /// Costs of all roots.
    pub cost: Option<Money>,
    /// Whether a part of that was computed from a price list.
    pub is_cost_computed: bool,
    /// Calls of named models that used something and have no cost.
    pub unpriced: u64,
    /// Who recorded something, in order of first appearance.
    pub producers: Vec<&'a str>,
    /// Judgements of the trace as a whole.
    pub feedback: Vec<Feedback<'a>>,
    /// What was lost within this trace.
    pub losses: Vec<Loss<'a>>,
}

/// One step of a walk.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Step {
    /// Which node.
    pub index: usize,
    /// How many parents it has.
    pub depth: usize,
    /// Whether it is the last child of its parent, or the last root.
    pub last: bool,
}

/// Walks a tree, parents before children, siblings by time. It keeps its own stack, so depth does not matter.
#[derive(Debug)]
pub struct Walk<'t, 'a> {
    nodes: &'t [Node<'a>],
    waiting: Vec<Step>,
}

impl Walk<'_, '_> {
    fn push(&mut self, children: &[usize], depth: usize) {
        let last = children.len();
        let steps =
            children.iter().enumerate().map(|(place, index)| Step { index: *index, depth, last: place + 1 == last });
        self.waiting.extend(steps.rev());
    }
}

impl Iterator for Walk<'_, '_> {
    type Item = Step;

    fn next(&mut self) -> Option<Step> {
        let step = self.waiting.pop()?;
        let nodes = self.nodes;
        if let Some(node) = nodes.get(step.index) {
            self.push(&node.children, step.depth + 1);
        }
        Some(step)
    }
}

impl<'a> Tree<'a> {
    /// Builds the tree of one trace from any heap of events, in any order; events of other traces are passed over.
    ///
    /// `state` tells what is known of the process behind a producer, and `now` is the end of what is still in flight.
    #[must_use]
    pub fn build(
        trace_id: TraceId,
        events: &[Located<'a>],
        state: &dyn Fn(&str) -> ProducerState,
        now: Timestamp,
    ) -> Self {
        let events = sorted(events.iter().copied().filter(|located| belongs(located, trace_id)));
        let mut producers = Vec::new();
        let mut known = BTreeSet::new();
        let mut spans: BTreeMap<SpanId, Vec<Located<'a>>> = BTreeMap::new();
        let mut nodes = Vec::new();
        for located in &events {
            if known.insert(located.producer) {
                producers.push(located.producer);
            }
            match (&located.event.event_type, located.event.span_id) {
                (
                    EventType::SpanStart | EventType::SpanUpdate | EventType::SpanEvent | EventType::SpanEnd,
                    Some(span_id),
                ) => {
                    spans.entry(span_id).or_default().push(*located);
                }
                (EventType::Metric | EventType::Feedback | EventType::Loss, _) => {}
                _ => nodes.push(fold::point(*located)),
            }
        }
        nodes.extend(spans.values().filter_map(|events| fold::span(events, state)));
        nodes.sort_by(|a, b| {
            (a.start, a.producer, a.seq, a.span_id, a.form).cmp(&(b.start, b.producer, b.seq, b.span_id, b.form))
        });

        let roots = link::link(&mut nodes);
        let mut tree = Self {
            trace_id,
            nodes,
            roots,
            start: events.first().map_or(now, |located| located.event.time),
            end: now,
            counts: Counts::default(),
            usage: None,
            cost: None,
            is_cost_computed: false,
            unpriced: 0,
            producers,
            feedback: Vec::new(),
            losses: Vec::new(),
        };
        let order: Vec<usize> = tree.walk().map(|step| step.index).collect();
        measure::measure(&mut tree.nodes, &order, now);
        tree.add_up(&order);
        tree.start = tree.nodes.iter().map(|node| node.start).min().unwrap_or(tree.start);
        tree.end = tree.nodes.iter().map(|node| node.end).max().unwrap_or(tree.start);
        critical::mark(&mut tree.nodes, &tree.roots, tree.start, tree.end);
        tree.attach(&events);
        tree.count();
        tree
    }

    /// The trees of all traces in a heap of events, in order of their first moment.
    #[must_use]
    pub fn forest(events: &[Located<'a>], state: &dyn Fn(&str) -> ProducerState, now: Timestamp) -> Vec<Self> {
        let mut traces: BTreeMap<TraceId, Vec<Located<'a>>> = BTreeMap::new();
        for located in events {
            if let Some(trace_id) = located.event.trace_id.or_else(|| feedback_target(located)) {
                traces.entry(trace_id).or_default().push(*located);
            }
        }
        let mut trees: Vec<Self> =
            traces.iter().map(|(trace_id, events)| Self::build(*trace_id, events, state, now)).collect();
        trees.sort_by_key(|tree| (tree.start, tree.trace_id));
        trees
    }

    /// How long the trace takes on the wall, in nanoseconds.
    #[must_use]
    pub fn extent_nanos(&self) -> u64 {
        nanos_between(self.start, self.end)
    }

    /// Every node, parents before children, siblings by time.
    #[must_use]
    pub fn walk(&self) -> Walk<'_, 'a> {
        let mut walk = Walk { nodes: &self.nodes, waiting: Vec::new() };
        walk.push(&self.roots, 0);
        walk
    }

    /// A node and all below it; nothing where there is no such node.
    #[must_use]
    pub fn walk_from(&self, index: usize) -> Walk<'_, 'a> {
        let waiting = if index < self.nodes.len() { vec![Step { index, depth: 0, last: true }] } else { Vec::new() };
        Walk { nodes: &self.nodes, waiting }
    }

    /// The node of a span or point event.
    #[must_use]
    pub fn find(&self, span_id: SpanId) -> Option<usize> {
        let found = |form: Form| self.nodes.iter().position(|node| node.span_id == Some(span_id) && node.form == form);
        found(Form::Span).or_else(|| found(Form::Event)).or_else(|| found(Form::MissingParent))
    }

    /// Adds up anew; `order` has every parent before its children.
    pub(crate) fn add_up(&mut self, order: &[usize]) {
        sums::add_up(&mut self.nodes, order);
        (self.usage, self.cost, self.is_cost_computed, self.unpriced) = (None, None, false, 0);
        for root in self.roots.iter().filter_map(|root| self.nodes.get(*root)) {
            if let Some(more) = &root.usage_total {
                self.usage.get_or_insert_with(Tokens::default).add(more);
            }
            if let Some(more) = &root.cost_total {
                self.cost.get_or_insert_with(Money::default).add(more);
            }
            self.is_cost_computed |= root.is_cost_computed;
            self.unpriced = self.unpriced.saturating_add(root.unpriced);
        }
    }

    /// Metrics, feedback and losses find their nodes.
    fn attach(&mut self, events: &[Located<'a>]) {
        let places: BTreeMap<SpanId, usize> =
            self.nodes.iter().enumerate().rev().filter_map(|(index, node)| Some((node.span_id?, index))).collect();
        for located in events {
            let event = located.event;
            let map = fold::body(event);
            match event.event_type {
                EventType::Metric => {
                    let place = event.span_id.and_then(|span_id| places.get(&span_id));
                    if let Some(node) = place.and_then(|index| self.nodes.get_mut(*index)) {
                        node.metrics += 1;
                    }
                }
                EventType::Feedback => {
                    let Some(feedback) = fold::feedback(event) else { continue };
                    let target = match map.and_then(|map| map.get("target")) {
                        Some(Value::Map(target)) => as_text(target.get("span_id")).and_then(|text| text.parse().ok()),
                        _ => None,
                    };
                    let place = target.or(event.span_id).and_then(|span_id| places.get(&span_id)).copied();
                    match place.and_then(|index| self.nodes.get_mut(index)) {
                        Some(node) => node.feedback.push(feedback),
                        None => self.feedback.push(feedback),
                    }
                }
                EventType::Loss => {
                    let count = match map.and_then(|map| map.get("count")) {
                        Some(Value::Int(count)) => u64::try_from(*count).unwrap_or(0),
                        _ => 0,
                    };
                    let reason = as_text(map.and_then(|map| map.get("reason")));
                    self.losses.push(Loss { producer: located.producer, reason, count });
                }
                _ => {}
            }
        }
        let all = self.nodes.iter().flat_map(|node| &node.feedback).chain(&self.feedback);
        let superseded: BTreeSet<&str> = all.filter_map(|feedback| feedback.supersedes).collect();
        let stands = |feedback: &Feedback<'_>| feedback.feedback_id.is_none_or(|id| !superseded.contains(id));
        self.feedback.retain(stands);
        for node in &mut self.nodes {
            node.feedback.retain(stands);
        }
    }

    fn count(&mut self) {
        for node in &self.nodes {
            match node.form {
                Form::Span => self.counts.spans += 1,
                Form::Event | Form::Other => self.counts.events += 1,
                Form::Log => self.counts.logs += 1,
                Form::MissingParent => self.counts.missing_parents += 1,
            }
            self.counts.failed += u64::from(node.failed && node.form == Form::Span);
            match node.state {
                State::Ended => {}
                State::InFlight => self.counts.in_flight += 1,
                State::Abandoned => self.counts.abandoned += 1,
                State::Unknown => self.counts.unknown += 1,
            }
        }
    }
}

fn belongs(located: &Located<'_>, trace_id: TraceId) -> bool {
    located.event.trace_id.or_else(|| feedback_target(located)) == Some(trace_id)
}

/// The trace that a feedback without one of its own is about.
fn feedback_target(located: &Located<'_>) -> Option<TraceId> {
    if located.event.event_type != EventType::Feedback {
        return None;
    }
    match fold::body(located.event)?.get("target") {
        Some(Value::Map(target)) => as_text(target.get("trace_id"))?.parse().ok(),
        _ => None,
    }
}

/// Sorts by (time, producer, seq) and drops what is there twice. Of a fork (one seq, two events) both stay, in the order of their bytes.
fn sorted<'a>(events: impl Iterator<Item = Located<'a>>) -> Vec<Located<'a>> {
    let bytes = |located: &Located<'_>| {
        let mut bytes = Vec::new();
        located.event.write_to(&mut bytes);
        bytes
    };
    let key = |located: &Located<'a>| (located.event.time, located.producer, located.event.seq);
    let mut events: Vec<Located<'a>> = events.collect();
    events.sort_by(|a, b| match key(a).cmp(&key(b)) {
        Ordering::Equal if !std::ptr::eq(a.event, b.event) => bytes(a).cmp(&bytes(b)),
        unequal => unequal,
    });
    events.dedup_by(|b, a| key(a) == key(b) && (std::ptr::eq(a.event, b.event) || bytes(a) == bytes(b)));
    events
}
