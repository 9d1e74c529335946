//! Costs of a whole tree.

use super::Prices;
use crate::cost::CostSource;
use crate::node::Node;
use crate::tree::Tree;

/// Gives every call of a model in a tree its cost, and adds up anew.
///
/// What a span says itself stays. A span whose descendants report tokens called no model: it sums up those that did, and has no
/// cost of its own.
pub fn price(tree: &mut Tree<'_>, prices: &Prices) {
    let order: Vec<usize> = tree.walk().map(|step| step.index).collect();
    for index in &order {
        let summarises = tree.nodes.get(*index).is_some_and(|node| sums_up(node, &tree.nodes));
        let Some(node) = tree.nodes.get_mut(*index) else { continue };
        let Some(call) = &node.call else { continue };
        let is_call = call.model.is_some() || call.usage.tokens().is_some();
        if call.reported.is_some() || summarises || !is_call {
            continue;
        }
        node.cost_source = Some(match prices.cost(call, node.start) {
            Ok(priced) => {
                node.cost = Some(priced.money());
                CostSource::Priced(Box::new(priced))
            }
            Err(why) => {
                node.cost = None;
                CostSource::Unpriced(Box::new(why))
            }
        });
    }
    tree.add_up(&order);
}

impl crate::Pricing for Prices {
    fn version(&self) -> &str {
        self.version()
    }

    fn price(&self, tree: &mut Tree<'_>) {
        price(tree, self);
    }
}

/// Whether something below reports tokens.
fn sums_up(node: &Node<'_>, nodes: &[Node<'_>]) -> bool {
    node.children.iter().filter_map(|child| nodes.get(*child)).any(|child| child.usage_total.is_some())
}
