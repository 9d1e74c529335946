//! Gives every node its parent: orphans go below a stand-in for the parent they name, circles are cut.

use std::collections::BTreeMap;

use tracewire_wire::id::SpanId;

use crate::node::{Form, Node, Oddity, State};

/// Links `nodes`, which are sorted by time, and returns the roots in order of time. May append stand-ins.
pub(crate) fn link(nodes: &mut Vec<Node<'_>>) -> Vec<usize> {
    let mut by_id: BTreeMap<SpanId, usize> = BTreeMap::new();
    for (index, node) in nodes.iter().enumerate() {
        if let Some(span_id) = node.span_id {
            // A span before a point event of the same id, an earlier before a later one.
            let spot = by_id.entry(span_id).or_insert(index);
            if node.form == Form::Span && nodes.get(*spot).is_some_and(|known| known.form != Form::Span) {
                *spot = index;
            }
        }
    }
    for index in 0..nodes.len() {
        let Some(parent_id) = nodes.get(index).and_then(|node| node.parent_id) else { continue };
        let parent = match by_id.get(&parent_id) {
            Some(parent) => *parent,
            None => stand_in(nodes, &mut by_id, parent_id, index),
        };
        if let Some(node) = nodes.get_mut(index) {
            node.parent = Some(parent);
        }
    }
    cut_circles(nodes);

    let mut roots = Vec::new();
    let mut order: Vec<usize> = (0..nodes.len()).collect();
    // Stand-ins stand at the end; by time they belong where their first child does.
    order.sort_by_key(|index| nodes.get(*index).map(|node| (node.start, node.form == Form::MissingParent, *index)));
    for index in order {
        match nodes.get(index).and_then(|node| node.parent) {
            Some(parent) => {
                if let Some(parent) = nodes.get_mut(parent) {
                    parent.children.push(index);
                }
            }
            None => roots.push(index),
        }
    }
    roots
}

fn stand_in(nodes: &mut Vec<Node<'_>>, by_id: &mut BTreeMap<SpanId, usize>, span_id: SpanId, child: usize) -> usize {
    let index = nodes.len();
    let Some(first) = nodes.get(child) else { return index };
    // Nodes are sorted by time, so the first child that asks is the earliest.
    let mut node = Node::new(Form::MissingParent, first.start, first.producer, 0);
    node.span_id = Some(span_id);
    node.state = State::Ended;
    by_id.insert(span_id, index);
    nodes.push(node);
    index
}

/// Follows the parents of every node once. Where the way comes back to itself, the earliest node of the circle loses its parent.
fn cut_circles(nodes: &mut [Node<'_>]) {
    const UNSEEN: usize = usize::MAX;
    let mut seen_by = vec![UNSEEN; nodes.len()];
    for from in 0..nodes.len() {
        let mut at = Some(from);
        while let Some(index) = at {
            let Some(mark) = seen_by.get_mut(index) else { break };
            if *mark == from {
                cut(nodes, index);
                break;
            }
            if *mark != UNSEEN {
                break;
            }
            *mark = from;
            at = nodes.get(index).and_then(|node| node.parent);
        }
    }
}

fn cut(nodes: &mut [Node<'_>], on_circle: usize) {
    // Nodes are sorted by time: the smallest index is the earliest.
    let mut earliest = on_circle;
    let mut at = nodes.get(on_circle).and_then(|node| node.parent);
    while let Some(index) = at.filter(|index| *index != on_circle) {
        earliest = earliest.min(index);
        at = nodes.get(index).and_then(|node| node.parent);
    }
    if let Some(node) = nodes.get_mut(earliest) {
        node.parent = None;
        node.oddities.insert(Oddity::CycleBroken);
    }
}
