//! Loops as documents for programs.

use tracewire_wire::value::Value;

use super::Loop;
use crate::document::{count, money, object, or_null, tokens};
use crate::tree::Tree;

impl Loop {
    /// As `tracewire trace --json` writes it.
    #[must_use]
    pub fn to_value(&self, tree: &Tree<'_>) -> Value {
        let node = |at: &usize| tree.nodes.get(*at);
        let id = |at: &usize| or_null(node(at).and_then(|node| node.span_id).map(|id| id.to_string()));
        let round = self
            .first_round()
            .iter()
            .filter_map(node)
            .map(|node| object([("kind", or_null(node.kind)), ("name", or_null(node.name()))]));
        let again = &self.again;
        object([
            (
                "again",
                object([
                    ("cost", or_null(again.cost.as_ref().map(money))),
                    ("cost_computed", again.is_cost_computed.into()),
                    ("duration_nanos", count(again.duration_nanos)),
                    ("failed", count(again.failed)),
                    ("steps", count(again.steps)),
                    ("unpriced", count(again.unpriced)),
                    ("usage", or_null(again.tokens.as_ref().map(tokens))),
                ]),
            ),
            ("round", Value::List(round.collect())),
            ("same_output", self.is_same_output.into()),
            ("steps", Value::List(self.steps.iter().map(id).collect())),
            ("times", count(self.times() as u64)),
            ("under", self.under.as_ref().map_or(Value::Null, id)),
        ])
    }
}
