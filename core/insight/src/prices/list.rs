//! The price list: providers, their models, and what those cost when.

use tracewire_wire::time::Timestamp;

use super::clause::{Clause, Pattern};
use crate::call::Unit;
use crate::decimal::Decimal;

const MINUTE_NANOS: i64 = 60_000_000_000;
const DAY_MINUTES: i64 = 24 * 60;

/// A price list.
#[derive(Clone, Debug, Default)]
pub(super) struct List {
    pub source: String,
    pub version: String,
    pub providers: Vec<Provider>,
}

/// Who sells calls of models.
#[derive(Clone, Debug)]
pub(super) struct Provider {
    pub id: String,
    pub name: String,
    /// Where it is called.
    pub address: Pattern,
    /// What it is called.
    pub names: Option<Clause>,
    /// Models by which it is known where nobody says whose they are.
    pub known_by: Option<Clause>,
    /// Whose models it sells too, at their prices.
    pub fallback: Vec<String>,
    pub models: Vec<Model>,
}

/// A model.
#[derive(Clone, Debug)]
pub(super) struct Model {
    pub id: String,
    pub name: Option<String>,
    pub names: Clause,
    /// The last that is active holds; where none is, the first.
    pub rates: Vec<Dated>,
    /// Of those that fit a call, the first with a price for a unit replaces it.
    pub variants: Vec<Variant>,
}

/// Prices, and when they hold.
#[derive(Clone, Debug)]
pub(super) struct Dated {
    pub when: When,
    pub rates: Rates,
}

/// Prices for calls of a certain sort.
#[derive(Clone, Debug)]
pub(super) struct Variant {
    /// Facts of the call by name, such as `service_tier` and `flex`.
    pub facts: Vec<(String, String)>,
    pub when: When,
    pub rates: Rates,
}

/// When prices hold; all in UTC.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum When {
    Always,
    From(Timestamp),
    /// Minutes of the day: from the first to before the second, over midnight where that is the lesser.
    Between(i64, i64),
}

impl When {
    /// For people.
    pub(super) fn words(self) -> String {
        let time = |minutes: i64| format!("{:02}:{:02}", minutes / 60, minutes % 60);
        match self {
            When::Always => String::new(),
            When::From(start) => format!("from {}", start.to_string().get(..10).unwrap_or_default()),
            When::Between(start, end) => format!("{} to {} UTC", time(start), time(end)),
        }
    }

    pub(super) fn is_active(self, at: Timestamp) -> bool {
        match self {
            When::Always => true,
            When::From(start) => at >= start,
            When::Between(start, end) => {
                let minute = at.0.div_euclid(MINUTE_NANOS).rem_euclid(DAY_MINUTES);
                if end < start { minute >= start || minute < end } else { start <= minute && minute < end }
            }
        }
    }
}

/// Prices by unit, each unit once.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Rates(pub Vec<(Unit, Rate)>);

impl Rates {
    pub(super) fn pairs(&self) -> Vec<(Unit, &Rate)> {
        self.0.iter().map(|(unit, rate)| (*unit, rate)).collect()
    }
}

/// A price, and what it becomes for calls with much input.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Rate {
    /// The price of an ordinary call.
    pub base: Decimal,
    /// Prices of calls with more input tokens than this, in rising order.
    pub tiers: Vec<(u64, Decimal)>,
}

impl Rate {
    /// The price for a call with so much input, and the limit that it is beyond.
    #[must_use]
    pub fn at(&self, input_tokens: u64) -> (&Decimal, Option<u64>) {
        let beyond = self.tiers.iter().rev().find(|(limit, _)| input_tokens > *limit);
        beyond.map_or((&self.base, None), |(limit, price)| (price, Some(*limit)))
    }
}

impl Model {
    /// The prices at a moment, and when they hold.
    pub(super) fn dated_at(&self, at: Timestamp) -> Option<&Dated> {
        self.rates.iter().rev().find(|dated| dated.when.is_active(at)).or(self.rates.first())
    }
}
