//! What makes two steps the same.

use tracewire_wire::id::Hash;
use tracewire_wire::json;
use tracewire_wire::value::Value;

use crate::node::{Form, Node};
use crate::tree::Tree;

/// By which each node is recognised.
pub(super) struct Keys {
    /// Kind, name and arguments, of spans whose arguments are known.
    exact: Vec<Option<Hash>>,
    /// The same without the arguments of models, and of all spans.
    in_round: Vec<Option<Hash>>,
}

/// The kind of a model's calls.
const MODEL: &str = "llm";

impl Keys {
    pub(super) fn new(tree: &Tree<'_>) -> Self {
        let arguments: Vec<Option<Hash>> = tree.nodes.iter().map(|node| known(node, node.input())).collect();
        let key = |node: &Node<'_>, arguments: Option<&Hash>| {
            let mut bytes = format!("{:?} {:?} ", node.kind, node.name()).into_bytes();
            bytes.extend(arguments.map(Hash::as_bytes).into_iter().flatten());
            Hash::of(&bytes)
        };
        let each = || tree.nodes.iter().zip(&arguments);
        Self {
            exact: each().map(|(node, arguments)| arguments.as_ref().map(|some| key(node, Some(some)))).collect(),
            in_round: each()
                .map(|(node, arguments)| {
                    let arguments = arguments.as_ref().filter(|_| node.kind != Some(MODEL));
                    (node.form == Form::Span).then(|| key(node, arguments))
                })
                .collect(),
        }
    }

    pub(super) fn exact(&self, at: usize) -> Option<Hash> {
        self.exact.get(at).copied().flatten()
    }

    pub(super) fn in_round(&self, at: usize) -> Option<Hash> {
        self.in_round.get(at).copied().flatten()
    }

    /// Whether a step says by its arguments that it is the same; a model's call does not.
    pub(super) fn tells(&self, tree: &Tree<'_>, at: usize) -> bool {
        self.exact(at).is_some() && tree.nodes.get(at).is_some_and(|node| node.kind != Some(MODEL))
    }

    /// Whether the steps of each round that tell something brought what those of the first round did.
    pub(super) fn is_same_output(&self, tree: &Tree<'_>, steps: &[usize], period: usize) -> bool {
        let output = |at: usize| tree.nodes.get(at).and_then(|node| known(node, node.output()));
        let first = steps.get(..period).unwrap_or_default();
        let told: Vec<(usize, Option<Hash>)> = first
            .iter()
            .enumerate()
            .filter(|(_, at)| period == 1 || self.tells(tree, **at))
            .map(|(place, at)| (place, output(*at)))
            .collect();
        told.iter().all(|(_, output)| output.is_some())
            && steps.chunks(period.max(1)).skip(1).all(|round| {
                told.iter().all(|(place, first)| round.get(*place).is_some_and(|at| output(*at) == *first))
            })
    }
}

/// The hash of a span's value, where all of it is known.
fn known(node: &Node<'_>, value: Option<&Value>) -> Option<Hash> {
    let bytes = json::write(value.filter(|_| node.form == Form::Span)?);
    // In canonical JSON a quotation mark that is text stands behind a backslash, so this is a tag.
    let redacted = br#""$redacted":"#;
    let is_hidden = bytes.windows(redacted.len()).any(|part| part == redacted);
    (!is_hidden).then(|| Hash::of(&bytes))
}
