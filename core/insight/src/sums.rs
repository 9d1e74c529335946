//! Sums from the leaves up: tokens, costs, and where failures began.

use crate::node::Node;

/// Adds up; `order` has every parent before its children.
///
/// An agent often repeats what its model calls reported. So what a node reports counts only where nothing below it reports: the
/// tokens and the costs of a trace are those of its lowest reporters.
pub(crate) fn add_up(nodes: &mut [Node<'_>], order: &[usize]) {
    for index in order.iter().rev() {
        let Some(node) = nodes.get(*index) else { continue };
        let mut usage = None;
        let mut cost = None;
        let mut below_failed = false;
        for child in node.children.iter().filter_map(|child| nodes.get(*child)) {
            below_failed |= child.failed;
            if let Some(more) = &child.usage_total {
                usage.get_or_insert_with(crate::Tokens::default).add(more);
            }
            if let Some(more) = &child.cost_total {
                cost.get_or_insert_with(crate::Money::default).add(more);
            }
        }
        let usage = usage.or(node.usage);
        let cost = cost.or_else(|| node.cost.clone());
        if let Some(node) = nodes.get_mut(*index) {
            node.usage_total = usage;
            node.cost_total = cost;
            node.failure_origin = node.failed && !below_failed;
        }
    }
}
