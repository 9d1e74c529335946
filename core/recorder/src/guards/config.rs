//! What guards are told: a map, read strictly. A limit that cannot be meant is refused with the name of its member, for a budget
//! that is silently none is worse than no budget.

use super::money::{Money, PerMillion, decimal};
use super::rates::{Rate, Rates};
use crate::error::RecorderError;
use tracewire_wire::value::{Map, Value};

/// A limit is warned about from this share of it on, in millionths.
const WARN_AT: u32 = 800_000;
/// What a call of a model may put out that does not say so itself, in tokens.
const RESERVE_OUTPUT_TOKENS: u64 = 4096;
/// The largest count that every host can write.
const MOST: u64 = (1 << 53) - 1;
/// So many repeats are nobody's loop; also a bound on what is remembered.
const MOST_TIMES: u64 = 1000;
/// A hundred years.
const MOST_SECONDS: u64 = 3_153_600_000;

/// Limits that calls are checked against.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Config {
    /// Most money.
    pub money: Option<Money>,
    /// Most tokens, in and out.
    pub tokens: Option<u64>,
    /// Most calls.
    pub steps: Option<u64>,
    /// Most nanoseconds since the first check.
    pub wall_nanos: Option<u64>,
    /// From which share of a limit on it is warned about, in millionths.
    pub warn_at: u32,
    /// So many times the same call make a loop.
    pub repeats: Option<u64>,
    /// So many times the same round of calls make a loop.
    pub cycles: Option<u64>,
    /// So many calls in a row that bring nothing new make a loop.
    pub idle: Option<u64>,
    /// Prices of models.
    pub rates: Rates,
    /// Whether a call without a known price is stopped where there is a limit of money.
    pub stops_unpriced: bool,
    /// What a call of a model reserves for its output where it names no maximum, in tokens.
    pub reserve_output_tokens: u64,
}

impl Default for Config {
    fn default() -> Self {
        Config {
            money: None,
            tokens: None,
            steps: None,
            wall_nanos: None,
            warn_at: WARN_AT,
            repeats: None,
            cycles: None,
            idle: None,
            rates: Rates::default(),
            stops_unpriced: false,
            reserve_output_tokens: RESERVE_OUTPUT_TOKENS,
        }
    }
}

/// Why a configuration of guards cannot be used.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{member}: {expected}")]
pub struct Refused {
    /// The member at fault, such as `budget.money`.
    pub member: String,
    /// What is expected there.
    pub expected: String,
}

impl From<Refused> for RecorderError {
    fn from(refused: Refused) -> Self {
        RecorderError::Option { option: "guards", reason: refused.to_string() }
    }
}

impl Config {
    /// Reads a map; `None` where nothing is limited.
    ///
    /// # Errors
    /// The member that cannot be used, and what is expected there.
    pub fn read(given: &Value) -> Result<Option<Config>, Refused> {
        let mut config = Config::default();
        for (name, value) in map(given, "")? {
            match name.as_str() {
                _ if *value == Value::Null => {}
                "budget" => config.budget(map(value, name)?)?,
                "loops" => config.loops(map(value, name)?)?,
                "warn_at" => {
                    config.warn_at = share(value).ok_or_else(|| {
                        refused(name, "a number above 0 and at most 1, with at most 6 digits behind the point")
                    })?
                }
                "rates" => config.rates = rates(map(value, name)?)?,
                "unpriced" => {
                    config.stops_unpriced = match value.as_text() {
                        Some("allow") => false,
                        Some("stop") => true,
                        _ => return Err(refused(name, "allow or stop is expected")),
                    }
                }
                "reserve_output_tokens" => config.reserve_output_tokens = count(value, name, 0, MOST)?,
                _ => return Err(unknown(name, "budget, loops, rates, reserve_output_tokens, unpriced, warn_at")),
            }
        }
        Ok(config.limits_something().then_some(config))
    }

    fn budget(&mut self, given: &Map) -> Result<(), Refused> {
        for (name, value) in given {
            let member = format!("budget.{name}");
            match name.as_str() {
                _ if *value == Value::Null => {}
                "money" => {
                    self.money = Some(money(value).ok_or_else(|| {
                        refused(&member, "dollars above 0 as decimal text, such as \"5.00\", are expected")
                    })?)
                }
                "tokens" => self.tokens = Some(count(value, &member, 1, MOST)?),
                "steps" => self.steps = Some(count(value, &member, 1, MOST)?),
                "wall" => {
                    self.wall_nanos = Some(nanos(value).ok_or_else(|| {
                        refused(
                            &member,
                            "whole seconds, or a text such as \"90s\" or \"10m\" (ms, s, m, h, d), are expected",
                        )
                    })?)
                }
                _ => return Err(unknown(&member, "money, steps, tokens, wall")),
            }
        }
        Ok(())
    }

    fn loops(&mut self, given: &Map) -> Result<(), Refused> {
        for (name, value) in given {
            let member = format!("loops.{name}");
            let times = || count(value, &member, 2, MOST_TIMES).map(Some);
            match name.as_str() {
                _ if *value == Value::Null => {}
                "repeats" => self.repeats = times()?,
                "cycles" => self.cycles = times()?,
                "idle" => self.idle = times()?,
                _ => return Err(unknown(&member, "cycles, idle, repeats")),
            }
        }
        Ok(())
    }

    fn limits_something(&self) -> bool {
        let budgets = [self.tokens, self.steps, self.wall_nanos];
        self.money.is_some() || budgets.iter().any(Option::is_some) || self.seeks_loops()
    }

    /// Whether it matters which call is like another.
    pub(super) fn seeks_loops(&self) -> bool {
        self.repeats.is_some() || self.cycles.is_some() || self.idle.is_some()
    }

    /// Whether it matters how much goes into a model.
    pub(super) fn counts_tokens(&self) -> bool {
        self.money.is_some() || self.tokens.is_some()
    }

    /// Whether so much of a limit is at the share from which on it is warned about.
    pub(super) fn is_near(&self, level: i128, limit: i128) -> bool {
        // The largest limit is 10^30, so that nothing overflows.
        level.saturating_mul(1_000_000) >= limit.saturating_mul(i128::from(self.warn_at))
    }
}

fn refused(member: &str, expected: &str) -> Refused {
    Refused { member: member.to_owned(), expected: expected.to_owned() }
}

fn unknown(member: &str, known: &str) -> Refused {
    refused(member, &format!("there is no such member; there are {known}"))
}

fn map<'a>(value: &'a Value, member: &str) -> Result<&'a Map, Refused> {
    let member = if member.is_empty() { "guards" } else { member };
    value.as_map().filter(|_| value.tag().is_none()).ok_or_else(|| refused(member, "a map is expected"))
}

fn count(value: &Value, member: &str, least: u64, most: u64) -> Result<u64, Refused> {
    let wrong = || refused(member, &format!("a whole number from {least} to {most} is expected"));
    value.as_u64().filter(|count| (least..=most).contains(count)).ok_or_else(wrong)
}

/// Decimal text, or a number, which counts as the shortest text that stands for it.
fn money(value: &Value) -> Option<Money> {
    amount(value).and_then(|text| Money::parse(&text)).filter(|money| money.0 > 0)
}

fn amount(value: &Value) -> Option<String> {
    match value {
        Value::Text(text) => Some(text.clone()),
        Value::Int(_) | Value::Double(_) => String::from_utf8(tracewire_wire::json::write(value)).ok(),
        _ => decimal_tag(value),
    }
}

/// A host's own decimal type.
fn decimal_tag(value: &Value) -> Option<String> {
    let (tag, text) = value.tag()?;
    text.as_text().filter(|_| tag == "$decimal").map(str::to_owned)
}

/// Millionths.
fn share(value: &Value) -> Option<u32> {
    let millionths = decimal(&amount(value)?, 6)?;
    u32::try_from(millionths).ok().filter(|share| (1..=1_000_000).contains(share))
}

fn nanos(value: &Value) -> Option<u64> {
    let nanos = match value.as_text() {
        None => value.as_u64().filter(|seconds| *seconds <= MOST_SECONDS)? * 1_000_000_000,
        Some(text) => {
            let (number, unit) = text.split_at(text.find(|char: char| char.is_ascii_alphabetic())?);
            let unit: i128 = match unit {
                "ms" => 1_000_000,
                "s" => 1_000_000_000,
                "m" => 60_000_000_000,
                "h" => 3_600_000_000_000,
                "d" => 86_400_000_000_000,
                _ => return None,
            };
            // Three digits behind the point: a thousandth of every unit is a whole number of nanoseconds.
            let nanos = decimal(number, 3)?.checked_mul(unit)? / 1000;
            u64::try_from(nanos).ok().filter(|nanos| *nanos <= MOST_SECONDS * 1_000_000_000)?
        }
    };
    (nanos > 0).then_some(nanos)
}

fn rates(given: &Map) -> Result<Rates, Refused> {
    let mut rates = Vec::with_capacity(given.len());
    for (model, prices) in given {
        let member = format!("rates.{model}");
        let (mut rate, mut has_input, mut has_output) = (Rate::default(), false, false);
        for (name, value) in map(prices, &member)? {
            let member = format!("{member}.{name}");
            let price = || {
                let wrong = || {
                    refused(
                        &member,
                        "dollars for a million tokens as decimal text, such as \"2.50\" and at most 1000000, are expected",
                    )
                };
                amount(value).and_then(|text| PerMillion::parse(&text)).ok_or_else(wrong)
            };
            match name.as_str() {
                "input" => (rate.input, has_input) = (price()?, true),
                "output" => (rate.output, has_output) = (price()?, true),
                "cached_input" if *value == Value::Null => {}
                "cached_input" => rate.cached_input = Some(price()?),
                _ => return Err(unknown(&member, "cached_input, input, output")),
            }
        }
        if !has_input || !has_output {
            return Err(refused(&member, "input and output are expected"));
        }
        rates.push((tracewire_wire::value::unescape_key(model).to_owned(), rate));
    }
    Ok(Rates(rates))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(json: &str) -> Result<Option<Config>, Refused> {
        Config::read(&tracewire_wire::json::read(json.as_bytes(), &Default::default()).unwrap())
    }

    #[test]
    fn every_member_is_read() {
        let all = r#"{"budget":{"money":"5.00","steps":50,"tokens":100000,"wall":"1.5m"},"loops":{"cycles":3,"idle":5,"repeats":4},
            "rates":{"gpt-*":{"cached_input":"0.5","input":"2","output":8}},"reserve_output_tokens":100,"unpriced":"stop","warn_at":0.5}"#;
        let config = read(all).unwrap().unwrap();
        assert_eq!(config.money, Money::parse("5"));
        assert_eq!((config.steps, config.tokens, config.wall_nanos), (Some(50), Some(100_000), Some(90_000_000_000)));
        assert_eq!((config.repeats, config.cycles, config.idle), (Some(4), Some(3), Some(5)));
        assert_eq!((config.warn_at, config.stops_unpriced, config.reserve_output_tokens), (500_000, true, 100));
        assert_eq!(config.rates.find("gpt-5").unwrap().cached_input, PerMillion::parse("0.5"));
    }

    #[test]
    fn nothing_limited_is_no_guard() {
        for json in ["{}", r#"{"budget":{}}"#, r#"{"warn_at":0.5,"loops":{"idle":null},"budget":null}"#] {
            assert_eq!(read(json), Ok(None), "{json}");
        }
    }

    #[test]
    fn what_cannot_be_meant_is_refused_by_its_name() {
        for (json, member) in [
            ("[]", "guards"),
            (r#"{"budgets":{}}"#, "budgets"),
            (r#"{"budget":{"money":1e-7}}"#, "budget.money"),
            (r#"{"budget":{"money":true}}"#, "budget.money"),
            (r#"{"budget":{"money":"0"}}"#, "budget.money"),
            (r#"{"budget":{"money":"$5"}}"#, "budget.money"),
            (r#"{"budget":{"tokens":0}}"#, "budget.tokens"),
            (r#"{"budget":{"steps":1.5}}"#, "budget.steps"),
            (r#"{"budget":{"steps":"9"}}"#, "budget.steps"),
            (r#"{"budget":{"wall":"10"}}"#, "budget.wall"),
            (r#"{"budget":{"wall":"10 m"}}"#, "budget.wall"),
            (r#"{"budget":{"wall":0}}"#, "budget.wall"),
            (r#"{"budget":{"time":1}}"#, "budget.time"),
            (r#"{"loops":{"repeats":1}}"#, "loops.repeats"),
            (r#"{"loops":{"cycles":1001}}"#, "loops.cycles"),
            (r#"{"loops":3}"#, "loops"),
            (r#"{"warn_at":0}"#, "warn_at"),
            (r#"{"warn_at":1.1}"#, "warn_at"),
            (r#"{"warn_at":0.0000001}"#, "warn_at"),
            (r#"{"unpriced":"deny"}"#, "unpriced"),
            (r#"{"rates":{"m":{"input":"1"}}}"#, "rates.m"),
            (r#"{"rates":{"m":{"input":"1","output":"-1"}}}"#, "rates.m.output"),
            (r#"{"reserve_output_tokens":-1}"#, "reserve_output_tokens"),
        ] {
            assert_eq!(read(json).unwrap_err().member, member, "{json}");
        }
    }

    #[test]
    fn a_limit_is_near_from_its_share_on() {
        let config = Config { warn_at: 800_000, ..Config::default() };
        let near = |level, limit| config.is_near(level, limit);
        assert_eq!([near(7, 10), near(8, 10), near(3, 4), near(4, 4), near(2, 3)], [false, true, false, true, false]);
    }
}
