//! Reads the price list that is carried along, and what all reading of prices shares.

use tracewire_wire::json::{self, ReadOptions};
use tracewire_wire::time::Timestamp;
use tracewire_wire::value::{Map, Value};

use super::PriceError;
use super::clause::{Clause, Pattern};
use super::list::{Dated, List, Model, Provider, Rate, Rates, Variant, When};
use super::units;
use crate::decimal::Decimal;

/// An error here; whoever stands above adds the place.
pub(super) fn wrong(code: &'static str, why: impl Into<String>) -> PriceError {
    PriceError { code, place: String::new(), why: why.into() }
}

impl PriceError {
    /// The same below a step, such as `models` or `[3]`.
    fn below(mut self, step: &str) -> Self {
        let dot = if self.place.is_empty() || self.place.starts_with('[') { "" } else { "." };
        self.place = format!("{step}{dot}{}", self.place);
        self
    }
}

pub(super) fn map(value: &Value) -> Result<&Map, PriceError> {
    value.as_map().ok_or_else(|| wrong("prices_form", "a map is expected"))
}

pub(super) fn text(value: &Value) -> Result<&str, PriceError> {
    value.as_text().ok_or_else(|| wrong("prices_form", "a text is expected"))
}

fn owned(value: &Value) -> Result<String, PriceError> {
    text(value).map(str::to_owned)
}

/// What each item of a list says.
pub(super) fn items<T>(value: &Value, read: impl Fn(&Value) -> Result<T, PriceError>) -> Result<Vec<T>, PriceError> {
    let list = value.as_list().ok_or_else(|| wrong("prices_form", "a list is expected"))?;
    let item = |(at, item)| read(item).map_err(|error| error.below(&format!("[{at}]")));
    list.iter().enumerate().map(item).collect()
}

/// What a member says, where it is there.
pub(super) fn maybe<T>(
    value: &Value,
    name: &str,
    read: impl FnOnce(&Value) -> Result<T, PriceError>,
) -> Result<Option<T>, PriceError> {
    map(value)?.get(name).map(|member| read(member).map_err(|error| error.below(name))).transpose()
}

/// What a member says, which must be there.
pub(super) fn member<T>(
    value: &Value,
    name: &str,
    read: impl FnOnce(&Value) -> Result<T, PriceError>,
) -> Result<T, PriceError> {
    maybe(value, name, read)?.ok_or_else(|| wrong("prices_missing", format!("`{name}` is missing")))
}

/// A price: a decimal text, or an integer; never a double, which is not the number that was written.
pub(super) fn price(value: &Value) -> Result<Decimal, PriceError> {
    let read = match value {
        Value::Text(text) => Decimal::parse(text),
        Value::Int(number) => Decimal::parse(&number.to_string()),
        _ => None,
    };
    let why = "a price is expected as a decimal text, such as \"1.25\"";
    let price = read.ok_or_else(|| wrong("prices_amount", why))?;
    if price.is_negative() { Err(wrong("prices_amount", "a price below zero")) } else { Ok(price) }
}

pub(super) fn limit(value: &Value) -> Result<u64, PriceError> {
    let limit = value.as_int().and_then(|limit| u64::try_from(limit).ok());
    limit.ok_or_else(|| wrong("prices_form", "a number of tokens is expected"))
}

/// A day, such as `2026-01-31`: from its first moment in UTC.
pub(super) fn day(value: &Value) -> Result<Timestamp, PriceError> {
    let text = text(value)?;
    let moment = if text.len() == 10 { format!("{text}T00:00:00.000000000Z").parse().ok() } else { None };
    moment.ok_or_else(|| wrong("prices_date", "a day is expected, such as 2026-01-31"))
}

/// Reads the list in the form that `cargo xtask prices` writes.
pub(super) fn list(bytes: &[u8]) -> Result<List, PriceError> {
    let value = value(bytes)?;
    let here = &value;
    Ok(List {
        source: member(here, "source", owned)?,
        version: member(here, "version", owned)?,
        providers: member(here, "providers", |here| items(here, provider))?,
    })
}

pub(super) fn value(bytes: &[u8]) -> Result<Value, PriceError> {
    let options = ReadOptions::default();
    json::read(bytes, &options).map_err(|error| PriceError {
        code: "prices_json",
        place: String::new(),
        why: error.to_string(),
    })
}

fn provider(here: &Value) -> Result<Provider, PriceError> {
    Ok(Provider {
        id: member(here, "id", owned)?,
        name: member(here, "name", owned)?,
        address: Pattern::new(&member(here, "address", owned)?),
        names: maybe(here, "match", clause)?,
        known_by: maybe(here, "model_match", clause)?,
        fallback: maybe(here, "fallback", |here| items(here, owned))?.unwrap_or_default(),
        models: member(here, "models", |here| items(here, model))?,
    })
}

fn model(here: &Value) -> Result<Model, PriceError> {
    let dated = |here: &Value| Ok(Dated { when: when(here)?, rates: member(here, "price", rates)? });
    let variant = |here: &Value| {
        let facts = member(here, "when", |here| {
            let facts = map(here)?.iter().map(|(name, value)| (name.clone(), value.as_text().unwrap_or("").to_owned()));
            Ok(facts.collect())
        })?;
        Ok(Variant { facts, when: when(here)?, rates: member(here, "price", rates)? })
    };
    Ok(Model {
        id: member(here, "id", owned)?,
        name: maybe(here, "name", owned)?,
        names: member(here, "match", clause)?,
        rates: member(here, "prices", |here| items(here, dated))?,
        variants: maybe(here, "variants", |here| items(here, variant))?.unwrap_or_default(),
    })
}

fn when(here: &Value) -> Result<When, PriceError> {
    if let Some(start) = maybe(here, "from", day)? {
        return Ok(When::From(start));
    }
    let between = maybe(here, "between", |here| items(here, minute))?;
    match between.as_deref() {
        None => Ok(When::Always),
        Some([start, end]) => Ok(When::Between(*start, *end)),
        Some(_) => Err(wrong("prices_form", "two times are expected")),
    }
}

/// `16:30` as minutes of the day.
fn minute(here: &Value) -> Result<i64, PriceError> {
    let (hours, minutes) = text(here)?.split_once(':').unwrap_or_default();
    match (hours.parse::<i64>(), minutes.parse::<i64>()) {
        (Ok(hours @ 0..24), Ok(minutes @ 0..60)) => Ok(hours * 60 + minutes),
        _ => Err(wrong("prices_date", "a time of day is expected, such as 16:30")),
    }
}

fn clause(here: &Value) -> Result<Clause, PriceError> {
    let Some((name, _)) = map(here)?.iter().next() else {
        return Err(wrong("prices_form", "a condition is expected"));
    };
    match name.as_str() {
        "equals" => Ok(Clause::Equals(member(here, name, owned)?)),
        "starts_with" => Ok(Clause::StartsWith(member(here, name, owned)?)),
        "ends_with" => Ok(Clause::EndsWith(member(here, name, owned)?)),
        "contains" => Ok(Clause::Contains(member(here, name, owned)?)),
        "regex" => Ok(Clause::Pattern(Pattern::new(&member(here, name, owned)?))),
        "or" => Ok(Clause::Or(member(here, name, |here| items(here, clause))?)),
        "and" => Ok(Clause::And(member(here, name, |here| items(here, clause))?)),
        "not" => Ok(Clause::Not(Box::new(member(here, name, clause)?))),
        other => Err(wrong("prices_unknown", format!("there is no condition `{other}`"))),
    }
}

fn rates(here: &Value) -> Result<Rates, PriceError> {
    let rate = |name: &String| {
        let unit = units::named(name);
        let unit = unit.ok_or_else(|| wrong("prices_unknown", format!("`{name}` is no unit that is counted")))?;
        Ok((unit, member(here, name, rate)?))
    };
    map(here)?.iter().map(|(name, _)| rate(name)).collect::<Result<_, _>>().map(Rates)
}

/// A price, or a list of it and pairs of a limit and the price beyond.
fn rate(here: &Value) -> Result<Rate, PriceError> {
    if here.as_list().is_none() {
        return Ok(Rate { base: price(here)?, tiers: Vec::new() });
    }
    let mut parts = items(here, |here| match here {
        Value::List(pair) => match pair.as_slice() {
            [limit, price] => Ok((Some(self::limit(limit)?), self::price(price)?)),
            _ => Err(wrong("prices_form", "a limit and a price are expected")),
        },
        _ => Ok((None, price(here)?)),
    })?;
    parts.reverse();
    let base = match parts.pop() {
        Some((None, base)) => base,
        _ => return Err(wrong("prices_form", "a price is expected first")),
    };
    parts.reverse();
    let tiers = parts.into_iter().filter_map(|(limit, price)| Some((limit?, price))).collect();
    Ok(Rate { base, tiers })
}
