//! What differs in two steps that belong together, and in two traces as a whole.

use tracewire_wire::value::Value;

use crate::loops;
use crate::node::{Form, Node};
use crate::tree::Tree;
use crate::usage::{Money, Tokens};

/// What can differ.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum What {
    /// How it ended.
    Status,
    /// What went in.
    Input,
    /// What came out.
    Output,
    /// The model that was called.
    Model,
    /// Input tokens.
    InputTokens,
    /// Output tokens.
    OutputTokens,
    /// What it cost.
    Cost,
    /// How long it took.
    Duration,
}

impl What {
    /// Its name for programs.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Self::Status => "status",
            Self::Input => "input",
            Self::Output => "output",
            Self::Model => "model",
            Self::InputTokens => "input_tokens",
            Self::OutputTokens => "output_tokens",
            Self::Cost => "cost",
            Self::Duration => "duration",
        }
    }
}

/// Something that differs, with both sides as values; null where there is nothing.
#[derive(Clone, Debug, PartialEq)]
pub struct Difference {
    /// What.
    pub what: What,
    /// In the first trace.
    pub a: Value,
    /// In the second trace.
    pub b: Value,
}

impl Difference {
    /// Whether it makes the step another one; times never repeat.
    #[must_use]
    pub fn matters(&self) -> bool {
        self.what != What::Duration
    }
}

pub(super) fn differences(a: &Node<'_>, b: &Node<'_>) -> Vec<Difference> {
    let copied = |value: Option<&Value>| value.cloned().unwrap_or(Value::Null);
    let count = |number: Option<u64>| number.map_or(Value::Null, Value::from_u64);
    let status = |node: &Node<'_>| match node.status {
        Some(status) => Value::from(status.as_str()),
        None if node.form == Form::Span => Value::from("open"),
        None => Value::Null,
    };
    let model = |node: &Node<'_>| node.call.as_ref().and_then(|call| call.model).map_or(Value::Null, Value::from);
    let tokens = |node: &Node<'_>, which: fn(&Tokens) -> u64| count(node.usage.as_ref().map(which));
    let sides = [
        (What::Status, status(a), status(b)),
        (What::Input, copied(a.input()), copied(b.input())),
        (What::Output, copied(a.output()), copied(b.output())),
        (What::Model, model(a), model(b)),
        (What::InputTokens, tokens(a, |usage| usage.input), tokens(b, |usage| usage.input)),
        (What::OutputTokens, tokens(a, |usage| usage.output), tokens(b, |usage| usage.output)),
        (What::Cost, money(a.cost.as_ref()), money(b.cost.as_ref())),
        (What::Duration, count(a.duration_nanos), count(b.duration_nanos)),
    ];
    let differ = sides.into_iter().filter(|(_, a, b)| a != b);
    differ.map(|(what, a, b)| Difference { what, a, b }).collect()
}

/// Amounts by currency, null for none.
pub(super) fn money(money: Option<&Money>) -> Value {
    money.map_or(Value::Null, |money| {
        Value::Map(money.0.iter().map(|(currency, amount)| (currency.clone(), amount.to_string().into())).collect())
    })
}

/// What a trace has in all.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Facts {
    /// Spans.
    pub spans: u64,
    /// Spans that failed.
    pub errors: u64,
    /// Steps that repeat earlier ones, in [loops](crate::loops).
    pub repeated: u64,
    /// Calls of models.
    pub model_calls: u64,
    /// Calls of tools.
    pub tool_calls: u64,
    /// From the first moment to the last, in nanoseconds.
    pub duration_nanos: u64,
    /// Tokens.
    pub tokens: Tokens,
    /// Costs.
    pub cost: Money,
}

impl Facts {
    pub(super) fn of(tree: &Tree<'_>) -> Self {
        let of_kind = |kind: &str| {
            tree.nodes.iter().filter(|node| node.form == Form::Span && node.kind == Some(kind)).count() as u64
        };
        Self {
            spans: tree.counts.spans,
            errors: tree.counts.failed,
            repeated: loops::find(tree, loops::LEAST_TIMES).iter().map(|one| one.again.steps).sum(),
            model_calls: of_kind("llm"),
            tool_calls: of_kind("tool"),
            duration_nanos: tree.extent_nanos(),
            tokens: tree.usage.unwrap_or_default(),
            cost: tree.cost.clone().unwrap_or_default(),
        }
    }
}
