//! Tokens and money: reading them from bodies and adding them up.

use std::collections::BTreeMap;

use tracewire_wire::value::Value;

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

    /// Reads counts through `member`, which looks up `input_tokens` and its siblings. `None` when not one is there.
    pub(crate) fn read<'a>(member: impl Fn(&str) -> Option<&'a Value>) -> Option<Self> {
        let count = |name: &str| match member(name) {
            Some(Value::Int(count)) => u64::try_from(*count).ok(),
            _ => None,
        };
        let found = [
            count("input_tokens"),
            count("output_tokens"),
            count("cache_read_input_tokens"),
            count("cache_write_input_tokens"),
            count("reasoning_output_tokens"),
        ];
        let [input, output, cache_read, cache_write, reasoning] = found.map(Option::unwrap_or_default);
        found.iter().any(Option::is_some).then_some(Self { input, output, cache_read, cache_write, reasoning })
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

    /// Reads a cost: its `total`, or else the sum of `input` and `output`. `None` when there is no amount that can be read.
    pub(crate) fn read<'a>(member: impl Fn(&str) -> Option<&'a Value>) -> Option<Self> {
        let amount = |name: &str| match member(name) {
            Some(Value::Text(text)) => Decimal::parse(text),
            Some(Value::Int(amount)) => Decimal::parse(&amount.to_string()),
            _ => None,
        };
        let total = amount("total").or_else(|| match (amount("input"), amount("output")) {
            (Some(input), Some(output)) => Some(input.plus(&output)),
            (one, other) => one.or(other),
        })?;
        let currency = match member("currency") {
            Some(Value::Text(currency)) => currency.clone(),
            _ => "USD".to_owned(),
        };
        Some(Self(BTreeMap::from([(currency, total)])))
    }
}
