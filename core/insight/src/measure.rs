//! Extents of open spans, what was last known of them, self time, and skewed clocks between parent and child.

use tracewire_wire::time::Timestamp;

use crate::node::{Form, LastKnown, Node, Oddity, State, What, nanos_between};

/// A child may begin this much before its parent before clocks are said to disagree.
const SKEW_TOLERANCE_NANOS: u64 = 1_000_000;

/// Measures all nodes; `order` has every parent before its children.
pub(crate) fn measure(nodes: &mut [Node<'_>], order: &[usize], now: Timestamp) {
    for index in order.iter().rev() {
        extend(nodes, *index, now);
    }
    for index in order {
        let Some(node) = nodes.get(*index) else { continue };
        let skewed = node.parent.and_then(|parent| nodes.get(parent)).is_some_and(|parent| {
            parent.form == Form::Span && nanos_between(node.start, parent.start) > SKEW_TOLERANCE_NANOS
        });
        let covered: u64 = child_intervals(nodes, node).iter().map(|(start, end)| nanos_between(*start, *end)).sum();
        let self_nanos = nanos_between(node.start, node.end).saturating_sub(covered);
        if let Some(node) = nodes.get_mut(*index) {
            node.self_nanos = if node.form == Form::Span { self_nanos } else { 0 };
            if skewed {
                node.oddities.insert(Oddity::ClockSkew);
            }
        }
    }
}

/// An open span reaches as far as anything known below it, one in flight to the present.
fn extend(nodes: &mut [Node<'_>], index: usize, now: Timestamp) {
    let Some(node) = nodes.get(index) else { return };
    if !node.is_open() && node.form != Form::MissingParent {
        return;
    }
    let (mut end, mut last) = (node.end, node.last_known);
    for child in node.children.iter().filter_map(|child| nodes.get(*child)) {
        // What goes on in another process says nothing about how long this one lived.
        let goes_on_alone = child.state == State::InFlight && matches!(node.state, State::Abandoned | State::Unknown);
        end = end.max(if goes_on_alone { child.start } else { child.end });
        let known = match child.form {
            Form::Log => LastKnown { time: child.start, what: What::Log(child.name()) },
            Form::Event | Form::Other => LastKnown { time: child.start, what: What::Event(child.name()) },
            _ if child.is_open() => LastKnown { time: child.start, what: What::ChildStarted(child.name()) },
            _ => LastKnown { time: child.end, what: What::ChildEnded(child.name()) },
        };
        if last.is_none_or(|last| last.time <= known.time) {
            last = Some(known);
        }
    }
    let Some(node) = nodes.get_mut(index) else { return };
    node.end = if node.state == State::InFlight { end.max(now) } else { end };
    node.last_known = if matches!(node.state, State::Abandoned | State::Unknown) { last } else { None };
}

/// The times in which children of `node` were at work: within the node's own extent, joined and in order.
fn child_intervals(nodes: &[Node<'_>], node: &Node<'_>) -> Vec<(Timestamp, Timestamp)> {
    let mut joined: Vec<(Timestamp, Timestamp)> = Vec::new();
    // Children are in the order of their starts.
    for child in node.children.iter().filter_map(|child| nodes.get(*child)).filter(|child| child.form == Form::Span) {
        let (start, end) = (child.start.max(node.start), child.end.min(node.end));
        if start >= end {
            continue;
        }
        match joined.last_mut() {
            Some(last) if start <= last.1 => last.1 = last.1.max(end),
            _ => joined.push((start, end)),
        }
    }
    joined
}

/// The times in which a node itself was at work and none of its children: for drawing where time went.
///
/// An `index` that is not there gives nothing.
#[must_use]
pub fn own_intervals(nodes: &[Node<'_>], index: usize) -> Vec<(Timestamp, Timestamp)> {
    let Some(node) = nodes.get(index) else { return Vec::new() };
    let mut own = Vec::new();
    let mut from = node.start;
    for (start, end) in child_intervals(nodes, node) {
        if from < start {
            own.push((from, start));
        }
        from = end;
    }
    if from < node.end || own.is_empty() && node.children.is_empty() {
        own.push((from, node.end.max(from)));
    }
    own
}
