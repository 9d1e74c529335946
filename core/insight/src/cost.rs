//! What a call costs, line by line, and why it costs nothing that can be said.

use std::fmt;

use crate::call::Unit;
use crate::decimal::Decimal;
use crate::usage::Money;

/// Where a node's cost is from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum CostSource {
    /// The span itself says it.
    Reported,
    /// It was computed from a price list.
    Priced(Box<Priced>),
    /// There is none, though a model was called.
    Unpriced(Box<NoCost>),
}

impl CostSource {
    /// Whether a model was named and used and nobody knows what that cost. Where no model was named, nobody wants to know.
    #[must_use]
    pub fn is_unpriced(&self) -> bool {
        matches!(self, CostSource::Unpriced(why) if !matches!(**why, NoCost::NoModel | NoCost::NoUsage))
    }
}

/// A cost that was computed from a price list.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Priced {
    /// All lines together.
    pub total: Decimal,
    /// The lines of what went in.
    pub input: Decimal,
    /// The lines of what came out.
    pub output: Decimal,
    /// Currency, ISO 4217.
    pub currency: String,
    /// The price list and its version, such as `genai-prices 0.2.3`.
    pub version: String,
    /// Whose price it is, by the price list's name.
    pub provider: String,
    /// The model by the price list's name.
    pub model: String,
    /// What was counted, priced and added up; nothing with a count of zero.
    pub lines: Vec<Line>,
    /// What was counted beside that and has no price, such as searches of a model that charges none.
    pub unpriced: Vec<(Unit, u64)>,
    /// What made the price another than the model's ordinary one, such as `service_tier=flex`.
    pub condition: Option<String>,
    /// Whether the price is of the user's own file.
    pub is_local: bool,
}

impl Priced {
    /// The whole amount in its currency.
    #[must_use]
    pub fn money(&self) -> Money {
        Money([(self.currency.clone(), self.total.clone())].into())
    }
}

/// One line of a cost: so many of this at that price.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Line {
    /// What was counted. What is part of something else and has a price of its own is counted here alone.
    pub unit: Unit,
    /// How many.
    pub count: u64,
    /// The price.
    pub price: Decimal,
    /// Of how many that is the price: a million tokens, a thousand searches, an hour of sound.
    pub per: u64,
    /// Count times price. Exact, but for sound, which is rounded to 10^−12 where seconds make no finite part of an hour.
    pub amount: Decimal,
    /// The price holds for calls with more input tokens than this.
    pub from_tokens: Option<u64>,
}

impl Line {
    /// The price of a million, for units that are not sold by the hour.
    #[must_use]
    pub fn per_million(&self) -> Option<Decimal> {
        (1_000_000 % self.per == 0).then(|| self.price.times(1_000_000 / self.per))
    }
}

/// Why a call has no cost. An unknown cost is absent, never zero.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum NoCost {
    /// Nothing was counted.
    NoUsage,
    /// Nobody said which model was called.
    NoModel,
    /// The price list does not know the model.
    UnknownModel {
        /// Whose it was said to be.
        provider: Option<String>,
        /// What was called.
        model: String,
    },
    /// The price list knows the model, but has no price for this.
    NoPrice {
        /// For what.
        what: String,
    },
    /// A count is needed that was not recorded.
    NoCount {
        /// Which.
        what: String,
    },
    /// The counts cannot all be right.
    Contradiction {
        /// Which ones.
        what: String,
    },
}

impl NoCost {
    /// Every reason, with what it says; sorted.
    pub const CODES: &[(&str, &str)] = &[
        ("contradiction", "the counts cannot all be right"),
        ("no_count", "a count is needed that was not recorded"),
        ("no_model", "nobody said which model was called"),
        ("no_price", "the price list knows the model, but has no price for something that was counted"),
        ("no_usage", "nothing was counted"),
        ("unknown_model", "the price list does not know the model"),
    ];

    /// A stable name for programs.
    #[must_use]
    pub fn code(&self) -> &'static str {
        match self {
            NoCost::NoUsage => "no_usage",
            NoCost::NoModel => "no_model",
            NoCost::UnknownModel { .. } => "unknown_model",
            NoCost::NoPrice { .. } => "no_price",
            NoCost::NoCount { .. } => "no_count",
            NoCost::Contradiction { .. } => "contradiction",
        }
    }
}

impl fmt::Display for NoCost {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            NoCost::NoUsage => out.write_str("no usage was recorded"),
            NoCost::NoModel => out.write_str("no model was recorded"),
            NoCost::UnknownModel { provider: Some(provider), model } => {
                write!(out, "no price is known for the model {model} of {provider}")
            }
            NoCost::UnknownModel { provider: None, model } => write!(out, "no price is known for the model {model}"),
            NoCost::NoPrice { what } => write!(out, "the price list has no price for {what}"),
            NoCost::NoCount { what } => write!(out, "{what} were not recorded"),
            NoCost::Contradiction { what } => write!(out, "the counts cannot all be right: {what}"),
        }
    }
}

impl std::error::Error for NoCost {}
