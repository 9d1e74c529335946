//! A comparison as a document for programs.

use tracewire_wire::value::Value;

use super::differ::{Facts, money};
use super::{Change, Comparison, Row};
use crate::document::{count, object, or_null, state_word, time};
use crate::node::Node;
use crate::tree::Tree;

impl Change {
    /// Its name for programs.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Self::Same => "same",
            Self::Changed => "changed",
            Self::Added => "added",
            Self::Removed => "removed",
            Self::Moved => "moved",
        }
    }
}

impl Comparison<'_, '_> {
    /// As `tracewire diff --json` writes it.
    #[must_use]
    pub fn to_value(&self) -> Value {
        object([
            ("a", side(self.a, &self.a_facts)),
            ("b", side(self.b, &self.b_facts)),
            ("rows", Value::List(self.rows.iter().map(|row| self.row(row)).collect())),
            ("same", Value::Bool(self.is_same())),
        ])
    }

    fn row(&self, row: &Row) -> Value {
        let differences = row.differences.iter().map(|difference| {
            object([("a", difference.a.clone()), ("b", difference.b.clone()), ("what", difference.what.word().into())])
        });
        object([
            ("a", or_null(row.a.and_then(|at| self.a.nodes.get(at)).map(node))),
            ("b", or_null(row.b.and_then(|at| self.b.nodes.get(at)).map(node))),
            ("change", row.change.word().into()),
            ("depth", count(row.depth as u64)),
            ("differences", Value::List(differences.collect())),
        ])
    }
}

fn side(tree: &Tree<'_>, facts: &Facts) -> Value {
    object([
        ("cost", money(Some(&facts.cost))),
        ("duration_nanos", count(facts.duration_nanos)),
        ("errors", count(facts.errors)),
        ("input_tokens", count(facts.tokens.input)),
        ("model_calls", count(facts.model_calls)),
        ("name", or_null(tree.roots.first().and_then(|root| tree.nodes.get(*root)?.name()))),
        ("output_tokens", count(facts.tokens.output)),
        ("repeated", count(facts.repeated)),
        ("spans", count(facts.spans)),
        ("start", time(tree.start)),
        ("tool_calls", count(facts.tool_calls)),
        ("trace_id", tree.trace_id.to_string().into()),
    ])
}

fn node(node: &Node<'_>) -> Value {
    object([
        ("duration_nanos", or_null(node.duration_nanos.map(count))),
        ("failed", Value::Bool(node.failed)),
        ("kind", or_null(node.kind)),
        ("name", or_null(node.name())),
        ("span_id", or_null(node.span_id.map(|id| id.to_string()))),
        ("state", state_word(node.state).into()),
        ("status", or_null(node.status.map(|status| status.as_str()))),
    ])
}
