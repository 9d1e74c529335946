//! What models cost: the configuration's own prices, and a list of somebody else's for all others.

use super::money::{Money, PerMillion};

/// Prices of one model for a million tokens.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Rate {
    /// Tokens that go in.
    pub input: PerMillion,
    /// Tokens that come out.
    pub output: PerMillion,
    /// Tokens that go in and were read from a cache; those of [`Rate::input`] where it is not said.
    pub cached_input: Option<PerMillion>,
}

impl Rate {
    /// What a call costs that may use so many tokens: none of the input is cached.
    pub(super) fn most(&self, input: u64, output: u64) -> Money {
        self.input.times(input).plus(self.output.times(output))
    }

    /// What a call cost; `cached` tokens are a part of `input`.
    pub(super) fn spent(&self, input: u64, cached: u64, output: u64) -> Money {
        let cached = cached.min(input);
        let cached_cost = self.cached_input.unwrap_or(self.input).times(cached);
        self.input.times(input - cached).plus(cached_cost).plus(self.output.times(output))
    }
}

/// Who knows prices of models that the configuration does not name, such as a list that a program carries along.
pub trait PriceList: Send + Sync {
    /// The prices of a model; `None` where they are not known.
    fn rate(&self, provider: Option<&str>, model: &str) -> Option<Rate>;
}

/// The configuration's prices, by model.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Rates(pub(super) Vec<(String, Rate)>);

impl Rates {
    /// A model's own entry, else the longest that ends in `*` and begins like the model.
    pub fn find(&self, model: &str) -> Option<Rate> {
        let exact = self.0.iter().find(|(name, _)| name == model);
        let begins = |name: &str| name.strip_suffix('*').is_some_and(|prefix| model.starts_with(prefix));
        let prefixed = || self.0.iter().filter(|(name, _)| begins(name)).max_by_key(|(name, _)| name.len());
        exact.or_else(prefixed).map(|(_, rate)| *rate)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rate(input: &str) -> Rate {
        Rate { input: PerMillion::parse(input).unwrap(), ..Rate::default() }
    }

    #[test]
    fn the_nearest_name_wins() {
        let named = [("gpt-4o*", "2"), ("*", "9"), ("gpt-4o-mini", "0.15"), ("gpt-*", "5")];
        let rates = Rates(named.map(|(name, price)| (name.to_owned(), rate(price))).to_vec());
        for (model, price) in [("gpt-4o-2026", "2"), ("gpt-4o-mini", "0.15"), ("gpt-5", "5"), ("o3", "9")] {
            assert_eq!(rates.find(model), Some(rate(price)), "{model}");
        }
        assert_eq!(Rates::default().find("gpt-4o"), None);
    }

    #[test]
    fn cached_tokens_are_a_part_of_the_input() {
        let cached = PerMillion::parse("0.5").unwrap();
        let rate = Rate { output: PerMillion::parse("8").unwrap(), cached_input: Some(cached), ..rate("2") };
        assert_eq!(rate.spent(1000, 800, 100).to_string(), "0.0016");
        assert_eq!(rate.spent(1000, 9999, 0).to_string(), "0.0005");
        assert_eq!(rate.most(1000, 100).to_string(), "0.0028");
    }
}
