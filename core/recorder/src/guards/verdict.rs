//! What a guard says of a call: the same words and the same numbers in every language.

use super::money::write_scaled;
use tracewire_wire::value::{Map, Value};

/// Longest name that a sentence repeats, in characters.
const MOST_SHOWN: usize = 80;

/// What becomes of a call.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Decision {
    /// It begins.
    #[default]
    Allow,
    /// It begins, and a limit is near.
    Warn,
    /// It does not begin.
    Stop,
}

impl Decision {
    /// As it stands in verdicts.
    pub fn as_str(self) -> &'static str {
        match self {
            Decision::Allow => "allow",
            Decision::Warn => "warn",
            Decision::Stop => "stop",
        }
    }
}

/// Which limit a verdict is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Rule {
    /// Money.
    Money,
    /// Tokens.
    Tokens,
    /// Calls.
    Steps,
    /// Time since the first check.
    Wall,
    /// The same call again.
    Repeat,
    /// The same round of calls again.
    Cycle,
    /// Calls that bring nothing new.
    Idle,
}

impl Rule {
    /// As it stands in verdicts.
    pub fn as_str(self) -> &'static str {
        match self {
            Rule::Money => "money",
            Rule::Tokens => "tokens",
            Rule::Steps => "steps",
            Rule::Wall => "wall",
            Rule::Repeat => "repeat",
            Rule::Cycle => "cycle",
            Rule::Idle => "idle",
        }
    }

    /// What its numbers count.
    pub fn unit(self) -> &'static str {
        match self {
            Rule::Money => "usd",
            Rule::Tokens => "tokens",
            Rule::Steps => "steps",
            Rule::Wall => "seconds",
            Rule::Repeat | Rule::Cycle | Rule::Idle => "times",
        }
    }

    /// The code of the error that a stop is in every language.
    pub fn code(self) -> &'static str {
        match self {
            Rule::Money | Rule::Tokens | Rule::Steps | Rule::Wall => "budget_exceeded",
            Rule::Repeat | Rule::Cycle | Rule::Idle => "loop_detected",
        }
    }

    /// Its numbers are whole multiples of ten to the minus this.
    fn places(self) -> u32 {
        match self {
            Rule::Money => 18,
            Rule::Wall => 9,
            _ => 0,
        }
    }

    /// A number as verdicts have it: decimal text.
    pub(super) fn number(self, number: i128) -> String {
        let mut text = String::new();
        _ = write_scaled(&mut text, number, self.places());
        text
    }

    pub(super) fn bit(self) -> u8 {
        1 << self as u8
    }
}

/// What a limit stands at when a call asks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Level {
    pub limit: i128,
    pub used: i128,
    pub reserved: i128,
    pub asked: i128,
}

/// What a warning or a stop says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Reason {
    /// The limit that is meant.
    pub rule: Rule,
    /// For whom it holds: `session:` and its id, `run:` and the trace id, or `process`.
    pub scope: String,
    /// The call's kind.
    pub kind: String,
    /// The call's name.
    pub name: String,
    /// The limit; this and the next three are decimal text in [`Rule::unit`].
    pub limit: String,
    /// What calls that have ended used.
    pub used: String,
    /// What calls that are going on may use.
    pub reserved: String,
    /// What this call may use.
    pub asked: String,
    /// The same as a sentence.
    pub message: String,
}

/// What a guard says of a call.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Verdict {
    /// What becomes of it.
    pub decision: Decision,
    /// To be settled with when the call has ended; 0 for a call that was stopped.
    pub reservation: u64,
    /// Whether the price of the call is not known, where there is a limit of money.
    pub unpriced: bool,
    /// Why, unless it is simply allowed.
    pub reason: Option<Box<Reason>>,
}

impl Verdict {
    /// The code of the error that a stop is; `None` for what may begin.
    pub fn code(&self) -> Option<&'static str> {
        let reason = self.reason.as_ref().filter(|_| self.decision == Decision::Stop)?;
        Some(reason.rule.code())
    }

    /// As JSON in every binding.
    pub fn to_value(&self) -> Value {
        let mut map = Map::new();
        let mut put = |name: &str, value: Value| _ = map.insert(name.to_owned(), value);
        put("decision", self.decision.as_str().into());
        put("reservation", Value::from_u64(self.reservation));
        if self.unpriced {
            put("unpriced", true.into());
        }
        if let Some(reason) = &self.reason {
            if let Some(code) = self.code() {
                put("code", code.into());
            }
            for (name, text) in reason.members() {
                put(name, text.into());
            }
        }
        Value::Map(map)
    }
}

impl Reason {
    /// Its members by name, as verdicts and the attributes of the event have them.
    pub fn members(&self) -> [(&'static str, &str); 10] {
        [
            ("asked", &self.asked),
            ("kind", &self.kind),
            ("limit", &self.limit),
            ("message", &self.message),
            ("name", &self.name),
            ("reserved", &self.reserved),
            ("rule", self.rule.as_str()),
            ("scope", &self.scope),
            ("unit", self.rule.unit()),
            ("used", &self.used),
        ]
    }
}

/// A verdict's sentence.
pub(super) fn sentence(
    decision: Decision,
    rule: Rule,
    scope: &str,
    call: (&str, &str),
    level: Level,
    unpriced: bool,
) -> String {
    let (kind, name) = (call.0, shown(call.1));
    let [limit, used, reserved, asked] =
        [level.limit, level.used, level.reserved, level.asked].map(|number| rule.number(number));
    let whose = whose(scope);
    let is_stop = decision == Decision::Stop;
    match rule {
        Rule::Money if unpriced && is_stop => {
            format!(
                "money budget of {whose}: no price is known for {kind} \"{name}\", and calls without one are stopped"
            )
        }
        Rule::Money | Rule::Tokens | Rule::Steps => {
            let (budget, unit) = match rule {
                Rule::Money => ("money", " USD"),
                Rule::Tokens => ("token", ""),
                _ => ("step", ""),
            };
            let what = if is_stop { "would be exceeded" } else { "is nearly used" };
            format!(
                "{budget} budget of {whose} {what}: {kind} \"{name}\" asks {asked}{unit}, {used}{unit} used, {reserved}{unit} reserved, limit {limit}{unit}"
            )
        }
        Rule::Wall => {
            let what = if is_stop { "is used up" } else { "is nearly used" };
            format!("wall budget of {whose} {what}: {used} s have passed before {kind} \"{name}\", limit {limit} s")
        }
        Rule::Repeat => {
            let times = rule.number(level.used + level.asked);
            format!("loop in {whose}: {kind} \"{name}\" with the same arguments for time {times}, limit {limit}")
        }
        Rule::Cycle => {
            let times = rule.number(level.used + level.asked);
            format!(
                "loop in {whose}: the round of calls that ends with {kind} \"{name}\" for time {times} in a row, limit {limit}"
            )
        }
        Rule::Idle => {
            format!(
                "no progress in {whose}: {used} calls in a row brought nothing new before {kind} \"{name}\", limit {limit}"
            )
        }
    }
}

fn whose(scope: &str) -> String {
    match scope.split_once(':') {
        Some(("session", id)) => format!("session \"{}\"", shown(id)),
        Some((what, id)) => format!("{what} {id}"),
        None => format!("the {scope}"),
    }
}

fn shown(text: &str) -> String {
    match text.char_indices().nth(MOST_SHOWN) {
        Some((end, _)) => format!("{}…", text.get(..end).unwrap_or_default()),
        None => text.to_owned(),
    }
}
