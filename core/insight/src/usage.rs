//! Tokens and money, and adding them up.

use std::collections::BTreeMap;

use crate::decimal::Decimal;

/// Token counts. Input includes what was read from and written to a cache, output includes reasoning (spec TW-EVT-011).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Tokens {
    /// Tokens sent, cached ones included.
    pub input: u64,
    /// Tokens received, reasoning included.
    pub output: u64,
    /// Of the input: read from a cache.
    pub cache_read: u64,
    /// Of the input: written to a cache.
    pub cache_write: u64,
    /// Of the output: reasoning.
    pub reasoning: u64,
}

impl Tokens {
    /// Adds `other`; counts that would overflow stay at the largest number.
    pub fn add(&mut self, other: &Self) {
        self.input = self.input.saturating_add(other.input);
        self.output = self.output.saturating_add(other.output);
        self.cache_read = self.cache_read.saturating_add(other.cache_read);
        self.cache_write = self.cache_write.saturating_add(other.cache_write);
        self.reasoning = self.reasoning.saturating_add(other.reasoning);
    }
}

/// Amounts by currency, added exactly.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Money(pub BTreeMap<String, Decimal>);

impl Money {
    /// Adds every currency of `other`.
    pub fn add(&mut self, other: &Self) {
        for (currency, amount) in &other.0 {
            let sum = self.0.get(currency).map_or_else(|| amount.clone(), |mine| mine.plus(amount));
            self.0.insert(currency.clone(), sum);
        }
    }

    /// Takes away what was added; a currency of which nothing is left goes.
    pub fn subtract(&mut self, other: &Self) {
        for (currency, amount) in &other.0 {
            let rest = self.0.get(currency).unwrap_or(&Decimal::zero()).plus(&amount.negated());
            if rest.is_zero() {
                self.0.remove(currency);
            } else {
                self.0.insert(currency.clone(), rest);
            }
        }
    }
}
