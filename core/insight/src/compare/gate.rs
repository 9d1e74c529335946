//! Rules for what may have become of a trace: the gate that a change must pass.

use std::fmt;

use super::Comparison;
use super::align::Change;
use super::differ::{Facts, What};
use crate::decimal::Decimal;

/// What a change must keep to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Rule {
    /// No more failed steps than before.
    Errors,
    /// No more steps that repeat earlier ones than before.
    Loops,
    /// The same steps in the same order: none added, removed or moved.
    Steps,
    /// The same outputs, step by step.
    Outputs,
    /// The whole trace takes at most so many percent more.
    Duration(u64),
    /// It uses at most so many percent more tokens.
    Tokens(u64),
    /// It costs at most so many percent more, in each currency.
    Cost(u64),
    /// It calls models at most so many percent more often.
    ModelCalls(u64),
}

impl Rule {
    /// The rules that hold where somebody names none: no new errors, at most 10 % more tokens and costs, at most 25 % more time.
    #[must_use]
    pub fn usual() -> Vec<Self> {
        vec![Self::Errors, Self::Tokens(10), Self::Cost(10), Self::Duration(25)]
    }

    /// Reads `errors`, `loops`, `steps`, `outputs`, `cost=+10%`, `tokens=+0%`, `duration=+25%`, `model-calls=+50%`.
    ///
    /// # Errors
    /// [`RuleError`] says what is wrong and what there is.
    pub fn parse(text: &str) -> Result<Self, RuleError> {
        let (name, value) = text.split_once('=').map_or((text, None), |(name, value)| (name, Some(value)));
        let percent = || {
            let number = value.and_then(|value| value.strip_prefix('+')?.strip_suffix('%'));
            let number = number.and_then(|number| number.parse().ok());
            number.ok_or_else(|| RuleError(format!("`{name}` takes how much more is allowed, as in `{name}=+10%`")))
        };
        let alone = |rule: Self| match value {
            None => Ok(rule),
            Some(_) => Err(RuleError(format!("`{name}` takes no value"))),
        };
        match name {
            "errors" => alone(Self::Errors),
            "loops" => alone(Self::Loops),
            "steps" => alone(Self::Steps),
            "outputs" => alone(Self::Outputs),
            "duration" => percent().map(Self::Duration),
            "tokens" => percent().map(Self::Tokens),
            "cost" => percent().map(Self::Cost),
            "model-calls" => percent().map(Self::ModelCalls),
            _ => Err(RuleError(format!(
                "there is no rule `{name}`: rules are errors, loops, steps, outputs, duration=+N%, tokens=+N%, cost=+N%, model-calls=+N%"
            ))),
        }
    }
}

impl fmt::Display for Rule {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Errors => out.write_str("errors"),
            Self::Loops => out.write_str("loops"),
            Self::Steps => out.write_str("steps"),
            Self::Outputs => out.write_str("outputs"),
            Self::Duration(percent) => write!(out, "duration=+{percent}%"),
            Self::Tokens(percent) => write!(out, "tokens=+{percent}%"),
            Self::Cost(percent) => write!(out, "cost=+{percent}%"),
            Self::ModelCalls(percent) => write!(out, "model-calls=+{percent}%"),
        }
    }
}

/// A rule that cannot be read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RuleError(String);

impl fmt::Display for RuleError {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str(&self.0)
    }
}

impl std::error::Error for RuleError {}

/// A rule that was not kept.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Broken {
    /// Which.
    pub rule: Rule,
    /// By what, in words.
    pub why: String,
}

/// The rules that a comparison does not keep to, in their order.
#[must_use]
pub fn judge(comparison: &Comparison<'_, '_>, rules: &[Rule]) -> Vec<Broken> {
    let broken = |rule: &Rule| Some(Broken { rule: rule.clone(), why: why(comparison, rule)? });
    rules.iter().filter_map(broken).collect()
}

fn why(comparison: &Comparison<'_, '_>, rule: &Rule) -> Option<String> {
    let (a, b) = (&comparison.a_facts, &comparison.b_facts);
    let rose = |what: &str, a: u64, b: u64, percent: u64| {
        let is_more = u128::from(b) * 100 > u128::from(a) * u128::from(percent.saturating_add(100));
        is_more.then(|| format!("{a} {what} became {b}"))
    };
    match rule {
        Rule::Errors => (b.errors > a.errors).then(|| format!("{} failed steps became {}", a.errors, b.errors)),
        Rule::Loops => {
            (b.repeated > a.repeated).then(|| format!("{} repeated steps became {}", a.repeated, b.repeated))
        }
        Rule::Steps => {
            let count = |change| comparison.count(change);
            let (added, removed, moved) = (count(Change::Added), count(Change::Removed), count(Change::Moved));
            (added + removed + moved > 0).then(|| format!("{added} added, {removed} removed, {} moved", moved / 2))
        }
        Rule::Outputs => {
            let differ = |row: &&super::Row| row.differences.iter().any(|difference| difference.what == What::Output);
            let count = comparison.rows.iter().filter(differ).count();
            (count > 0)
                .then(|| format!("{count} {} another output", if count == 1 { "step has" } else { "steps have" }))
        }
        Rule::Duration(percent) => rose("nanoseconds", a.duration_nanos, b.duration_nanos, *percent),
        Rule::Tokens(percent) => rose("tokens", sum(a), sum(b), *percent),
        Rule::ModelCalls(percent) => rose("calls of models", a.model_calls, b.model_calls, *percent),
        Rule::Cost(percent) => b.cost.0.iter().find_map(|(currency, now)| {
            let zero = Decimal::zero();
            let before = a.cost.0.get(currency).unwrap_or(&zero);
            let allowed = before.times(percent.saturating_add(100)).divided_by_ten_to(2);
            let above = now.plus(&allowed.negated());
            (!above.is_negative() && !above.is_zero()).then(|| format!("{before} {currency} became {now}"))
        }),
    }
}

fn sum(facts: &Facts) -> u64 {
    facts.tokens.input.saturating_add(facts.tokens.output)
}
