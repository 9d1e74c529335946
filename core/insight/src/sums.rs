//! Sums from the leaves up: tokens, costs, and where failures began.

use crate::cost::CostSource;
use crate::node::Node;

/// Adds up; `order` has every parent before its children.
///
/// An agent often repeats what its model calls reported. So what a node reports counts only where nothing below it reports: the
/// tokens and the costs of a trace are those of its lowest reporters. A call without a cost is counted where nothing below it
/// has one, and nothing above says what all below cost.
pub(crate) fn add_up(nodes: &mut [Node<'_>], order: &[usize]) {
    for index in order.iter().rev() {
        let Some(node) = nodes.get(*index) else { continue };
        let mut usage = None;
        let mut cost = None;
        let mut below_failed = false;
        let (mut computed, mut unpriced) = (false, 0_u64);
        for child in node.children.iter().filter_map(|child| nodes.get(*child)) {
            below_failed |= child.failed;
            computed |= child.is_cost_computed;
            unpriced = unpriced.saturating_add(child.unpriced);
            if let Some(more) = &child.usage_total {
                usage.get_or_insert_with(crate::Tokens::default).add(more);
            }
            if let Some(more) = &child.cost_total {
                cost.get_or_insert_with(crate::Money::default).add(more);
            }
        }
        let usage = usage.or(node.usage);
        if cost.is_none() && node.cost.is_some() {
            // It says what all below did not.
            unpriced = 0;
            computed = matches!(node.cost_source, Some(CostSource::Priced(_)));
        } else if cost.is_none() && unpriced == 0 {
            unpriced = u64::from(node.cost_source.as_ref().is_some_and(CostSource::is_unpriced));
        }
        let cost = cost.or_else(|| node.cost.clone());
        if let Some(node) = nodes.get_mut(*index) {
            node.usage_total = usage;
            node.cost_total = cost;
            node.is_cost_computed = computed;
            node.unpriced = unpriced;
            node.failure_origin = node.failed && !below_failed;
        }
    }
}
