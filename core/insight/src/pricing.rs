//! What knows prices, for who counts costs without knowing any.

use crate::tree::Tree;

/// A list of prices.
pub trait Pricing: Send + Sync {
    /// Which list, in which version: the same text for the same prices.
    fn version(&self) -> &str;

    /// Gives every step of a tree that called a model its cost, where nobody reported one, and adds up again.
    fn price(&self, tree: &mut Tree<'_>);
}
