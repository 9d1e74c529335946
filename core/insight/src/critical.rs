//! The critical path: the chain of steps that decides how long the trace takes.
//!
//! Walk back from the end of a span. The child that ends last before that point is what the span waited for; between
//! the child's end and the point, the span itself was at work. Go on from the child's start, and do the same inside the
//! child. Everything visited is on the critical path, and what is not can become faster without anybody noticing.

use tracewire_wire::time::Timestamp;

use crate::node::{Form, Node, nanos_between};

/// A step is **slow** when it is on the critical path and at least this share of the whole trace's time was spent there in
/// the step itself, in none of its children. At most three steps of a trace can be; a trace of one step has none.
pub const SLOW_SHARE_PERCENT: u64 = 30;

/// Marks the path below `roots`, and the slow steps on it.
pub(crate) fn mark(nodes: &mut [Node<'_>], roots: &[usize], start: Timestamp, end: Timestamp) {
    // Roots stand side by side like the children of one span that covers the trace.
    let mut waiting = Vec::new();
    walk_back(nodes, roots, start, end, &mut waiting);
    while let Some((index, from, until)) = waiting.pop() {
        let Some(node) = nodes.get(index) else { continue };
        let children = node.children.clone();
        let own = walk_back(nodes, &children, from, until, &mut waiting);
        if let Some(node) = nodes.get_mut(index) {
            node.on_critical_path = true;
            node.critical_nanos = if node.form == Form::Span { own } else { 0 };
        }
    }
    let total = u128::from(nanos_between(start, end));
    if total == 0 || nodes.iter().filter(|node| node.form == Form::Span).count() < 2 {
        return;
    }
    for node in nodes.iter_mut().filter(|node| node.on_critical_path) {
        node.slow = u128::from(node.critical_nanos) * 100 >= total * u128::from(SLOW_SHARE_PERCENT);
    }
}

/// A node and the part of its time that lies on the path.
type Wait = (usize, Timestamp, Timestamp);

/// From `until` back to `from` along `children`; pushes each child waited for with the time of waiting, and returns the
/// nanoseconds in which none was waited for.
fn walk_back(
    nodes: &[Node<'_>],
    children: &[usize],
    from: Timestamp,
    until: Timestamp,
    waiting: &mut Vec<Wait>,
) -> u64 {
    let mut by_end: Vec<(Timestamp, usize)> = children
        .iter()
        .filter_map(|child| nodes.get(*child).map(|node| (node, *child)))
        .filter(|(node, _)| matches!(node.form, Form::Span | Form::MissingParent))
        .map(|(node, child)| (node.end, child))
        .collect();
    by_end.sort_unstable();
    let mut at = until;
    let mut own = 0_u64;
    for (end, child) in by_end.into_iter().rev() {
        let Some(node) = nodes.get(child) else { continue };
        let end = end.min(at);
        if node.start >= end || end <= from {
            continue;
        }
        own = own.saturating_add(nanos_between(end, at));
        at = node.start.max(from);
        waiting.push((child, at, end));
    }
    own.saturating_add(nanos_between(from, at))
}
