//! Two traces side by side: which steps are the same, what differs in them, what came and what went.
//!
//! **The way of the data.** Children of two steps that belong together are aligned in their order: first those of the
//! same kind, name and input, then, in the gaps between them, those of the same kind and name. What is left was
//! removed or added; a step that was removed here and added there, with the same input, has moved. No step recurses.
//!
//! Times are never the same twice, so a duration alone makes no step different: a [`gate`](Rule) says how much is too much.

mod align;
mod differ;
mod document;
mod gate;

pub use align::{Change, Row, compare};
pub use differ::{Difference, Facts, What};
pub use gate::{Broken, Rule, RuleError, judge};

use crate::tree::Tree;

/// Two trees, compared.
#[derive(Clone, Debug, PartialEq)]
pub struct Comparison<'t, 'a> {
    /// The first tree: what was.
    pub a: &'t Tree<'a>,
    /// The second tree: what is.
    pub b: &'t Tree<'a>,
    /// Steps in order, parents before children; what is gone stands before what came in its place.
    pub rows: Vec<Row>,
    /// What the first tree has in all.
    pub a_facts: Facts,
    /// What the second tree has in all.
    pub b_facts: Facts,
}

impl Comparison<'_, '_> {
    /// How many rows changed in this way.
    #[must_use]
    pub fn count(&self, change: Change) -> usize {
        self.rows.iter().filter(|row| row.change == change).count()
    }

    /// Whether the same steps were taken, with the same outcome.
    #[must_use]
    pub fn is_same(&self) -> bool {
        self.rows.iter().all(|row| row.change == Change::Same)
    }
}
