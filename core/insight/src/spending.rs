//! Who used what: the tokens and costs of a tree, by the steps that they are of.

use tracewire_wire::value::{Map, Value};

use crate::call::Call;
use crate::cost::{CostSource, NoCost};
use crate::node::Node;
use crate::tree::Tree;
use crate::usage::{Money, Tokens};

/// What one step adds to the totals of its tree.
#[derive(Clone, Debug, PartialEq)]
pub struct Spent<'t> {
    /// Which node.
    pub index: usize,
    /// Its tokens, where nothing below reports some.
    pub tokens: Option<Tokens>,
    /// Its cost, where nothing below has one.
    pub cost: Option<&'t Money>,
    /// Whether the cost was computed from a price list.
    pub is_computed: bool,
    /// Why it has no cost, where it called a model and nothing below or above says what that cost.
    pub unpriced: Option<&'t NoCost>,
}

impl<'a> Tree<'a> {
    /// What the steps of this tree spent, parents before children; together they are its totals.
    #[must_use]
    pub fn spending(&self) -> Vec<Spent<'_>> {
        let mut covered = vec![false; self.nodes.len()];
        let mut spending = Vec::new();
        for step in self.walk() {
            let Some(node) = self.nodes.get(step.index) else { continue };
            let children = || node.children.iter().filter_map(|child| self.nodes.get(*child));
            let has_cost = node.cost.is_some() && children().all(|child| child.cost_total.is_none());
            let has_tokens = node.usage.is_some() && children().all(|child| child.usage_total.is_none());
            let above = node.parent.and_then(|parent| covered.get(parent)).copied().unwrap_or_default();
            if let Some(covered) = covered.get_mut(step.index) {
                *covered = above || has_cost;
            }
            let unpriced = match &node.cost_source {
                Some(CostSource::Unpriced(why)) if !above && node.unpriced > 0 => {
                    children().all(|child| child.unpriced == 0).then_some(&**why)
                }
                _ => None,
            };
            if has_cost || has_tokens || unpriced.is_some() {
                spending.push(Spent {
                    index: step.index,
                    tokens: node.usage.filter(|_| has_tokens),
                    cost: node.cost.as_ref().filter(|_| has_cost),
                    is_computed: has_cost && matches!(node.cost_source, Some(CostSource::Priced(_))),
                    unpriced,
                });
            }
        }
        spending
    }

    /// The agent on whose behalf a step was done: what it says itself, else what the nearest step above says; an agent that
    /// says nothing goes by its name.
    #[must_use]
    pub fn agent_of(&self, index: usize) -> Option<&'a str> {
        let mut next = self.nodes.get(index);
        while let Some(node) = next {
            let said = node.call.as_ref().and_then(|call| call.agent);
            let named = || node.name().filter(|_| node.kind == Some("agent"));
            if let Some(agent) = said.or_else(named) {
                return Some(agent);
            }
            next = node.parent.and_then(|parent| self.nodes.get(parent));
        }
        None
    }
}

/// How a node's cost came about, as a document: its state, and the lines of a cost that was computed.
#[must_use]
pub fn explained(node: &Node<'_>) -> Value {
    let nothing = Call::default();
    let call = node.call.as_deref().unwrap_or(&nothing);
    let mut map = Map::new();
    let mut set = |name: &str, value: Value| drop(map.insert(name.to_owned(), value));
    if let Some(span_id) = node.span_id {
        set("span_id", span_id.to_string().into());
    }
    set("at", node.start.to_string().into());
    for (name, text) in [("provider", call.provider), ("model", call.model), ("service_tier", call.service_tier)] {
        if let Some(text) = text {
            set(name, text.into());
        }
    }
    let mut lines = Vec::new();
    match &node.cost_source {
        None => set("state", Value::Null),
        Some(CostSource::Unpriced(why)) => {
            set("state", "unpriced".into());
            set("code", why.code().into());
            set("reason", why.to_string().into());
        }
        Some(CostSource::Reported) => {
            set("state", "reported".into());
            if let Some(reported) = &call.reported {
                set("currency", reported.currency.into());
                set("total", reported.total.to_string().into());
                for (name, text) in [("source", reported.source), ("version", reported.version)] {
                    if let Some(text) = text {
                        set(name, text.into());
                    }
                }
            }
        }
        Some(CostSource::Priced(priced)) => {
            set("state", "priced".into());
            set("version", priced.version.as_str().into());
            set("currency", priced.currency.as_str().into());
            set("total", priced.total.to_string().into());
            set("input", priced.input.to_string().into());
            set("output", priced.output.to_string().into());
            set("priced_as", [priced.provider.as_str(), priced.model.as_str()].join("/").into());
            set("local", Value::Bool(priced.is_local));
            if let Some(condition) = &priced.condition {
                set("condition", condition.as_str().into());
            }
            if !priced.unpriced.is_empty() {
                let counts =
                    priced.unpriced.iter().map(|(unit, count)| (unit.name().to_owned(), Value::from_u64(*count)));
                set("without_price", Value::Map(counts.collect()));
            }
            lines = priced.lines.iter().map(line).collect();
        }
    }
    set("lines", Value::List(lines));
    Value::Map(map)
}

fn line(line: &crate::cost::Line) -> Value {
    let mut map = Map::new();
    let mut set = |name: &str, value: Value| drop(map.insert(name.to_owned(), value));
    set("what", line.unit.name().into());
    set("count", Value::from_u64(line.count));
    set("price", line.price.to_string().into());
    set("per", Value::from_u64(line.per));
    if let Some(per_million) = line.per_million() {
        set("per_million", per_million.to_string().into());
    }
    set("amount", line.amount.to_string().into());
    if let Some(limit) = line.from_tokens {
        set("from_tokens", Value::from_u64(limit));
    }
    Value::Map(map)
}
