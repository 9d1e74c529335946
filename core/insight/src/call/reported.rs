//! A cost that somebody has said: the provider, the framework, or whoever recorded the span.

use tracewire_wire::json;
use tracewire_wire::value::Value;

use super::places::{self, Part, Place};
use crate::decimal::Decimal;
use crate::usage::Money;

const TOTAL: &[Place] = &[
    Place::Cost("total"),
    Place::Attribute("gen_ai.usage.cost"),
    Place::Attribute("llm.cost.total"),
    Place::Attribute("operation.cost"),
    Place::Raw(&["cost"]),
];
const INPUT: &[Place] = &[Place::Cost("input"), Place::Attribute("llm.cost.prompt")];
const OUTPUT: &[Place] = &[Place::Cost("output"), Place::Attribute("llm.cost.completion")];
const CURRENCY: &[Place] = &[Place::Cost("currency")];
const SOURCE: &[Place] = &[Place::Cost("price_source")];
const VERSION: &[Place] = &[Place::Cost("price_version")];

pub(super) const MEMBERS: [&[Place]; 6] = [TOTAL, INPUT, OUTPUT, CURRENCY, SOURCE, VERSION];

/// A cost as a span says it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Reported<'a> {
    /// The whole amount.
    pub total: Decimal,
    /// The part for input.
    pub input: Option<Decimal>,
    /// The part for output.
    pub output: Option<Decimal>,
    /// Currency, ISO 4217; dollars where nothing is said.
    pub currency: &'a str,
    /// Where the price is from, as the span says it.
    pub source: Option<&'a str>,
    /// Version of the price list, as the span says it.
    pub version: Option<&'a str>,
}

impl<'a> Reported<'a> {
    /// `None` where there is no amount that can be read.
    pub(super) fn read(find: &impl Fn(Part, &str) -> Option<&'a Value>) -> Option<Self> {
        let text = |places| places::first(places, find, |value| value.as_text().filter(|text| !text.is_empty()));
        // A cost on the span says all; attributes are read only where it says nothing.
        let (here, elsewhere) =
            (|place: &&Place| place.member().0 == Part::Cost, |place: &&Place| place.member().0 != Part::Cost);
        let amounts = |keep: &dyn Fn(&&Place) -> bool| {
            let read = |places: &[Place]| {
                let places: Vec<Place> = places.iter().filter(|place| keep(place)).copied().collect();
                places::first(&places, find, amount)
            };
            let (input, output) = (read(INPUT), read(OUTPUT));
            let total = read(TOTAL).or_else(|| match (&input, &output) {
                (Some(input), Some(output)) => Some(input.plus(output)),
                (one, other) => one.clone().or_else(|| other.clone()),
            })?;
            Some((total, input, output))
        };
        let (total, input, output) = amounts(&here).or_else(|| amounts(&elsewhere))?;
        let currency = text(CURRENCY).unwrap_or("USD");
        Some(Self { total, input, output, currency, source: text(SOURCE), version: text(VERSION) })
    }

    /// The whole amount in its currency.
    #[must_use]
    pub fn money(&self) -> Money {
        Money([(self.currency.to_owned(), self.total.clone())].into())
    }
}

/// Doubles are what instrumentations record; their shortest digits are what was meant.
fn amount(value: &Value) -> Option<Decimal> {
    match value {
        Value::Text(text) => Decimal::parse(text),
        Value::Int(amount) => Decimal::parse(&amount.to_string()),
        Value::Double(_) => Decimal::parse(std::str::from_utf8(&json::write(value)).ok()?),
        _ => None,
    }
}
