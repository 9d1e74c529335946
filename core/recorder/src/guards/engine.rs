//! Sessions, what each has used and reserved, and what is said of the next call. No clock: whoever asks says when it is.

use super::call::{Call, Digest, Keys, Spent, asks_model};
use super::config::Config;
use super::loops::History;
use super::money::Money;
use super::rates::{PriceList, Rate};
use super::scopes::Scope;
use super::verdict::{Decision, Level, Reason, Rule, Verdict, sentence};
use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;
use tracewire_wire::registry::kinds;
use tracewire_wire::value::{Map, Value};

/// So many sessions are kept; beyond, those go that were not asked for the longest.
const MOST_SESSIONS: usize = 10_000;
/// So many calls may be going on; beyond, the oldest stay reserved.
const MOST_OPEN: usize = 100_000;
/// So many prices of models that the list knows, or does not know, are kept.
const MOST_PRICES: usize = 1000;

/// What can be spent.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
struct Amounts {
    money: Money,
    tokens: u64,
    steps: u64,
}

impl Amounts {
    fn add(&mut self, more: Amounts) {
        self.money = self.money.plus(more.money);
        self.tokens = self.tokens.saturating_add(more.tokens);
        self.steps = self.steps.saturating_add(more.steps);
    }

    fn take(&mut self, less: Amounts) {
        self.money = Money((self.money.0 - less.money.0).max(0));
        self.tokens = self.tokens.saturating_sub(less.tokens);
        self.steps = self.steps.saturating_sub(less.steps);
    }
}

/// What is known of a session.
#[derive(Debug)]
struct Session {
    /// Tells it from one of the same name that was forgotten.
    number: u64,
    /// When it was first asked for, and in which order the last time.
    began_nanos: u64,
    touched: u64,
    used: Amounts,
    reserved: Amounts,
    /// The rules that it was warned for.
    warned: u8,
    history: History,
}

impl Session {
    fn new(number: u64, began_nanos: u64) -> Self {
        let (used, reserved, history) = Default::default();
        Session { number, began_nanos, touched: number, used, reserved, warned: 0, history }
    }
}

/// A call that is going on.
#[derive(Debug)]
struct Open {
    scope: Scope,
    session: u64,
    asked: Amounts,
    rate: Option<Rate>,
    /// For a call that tells by its arguments that it is the same.
    key: Option<Digest>,
}

/// Budgets and loops of all sessions of a process.
pub struct Engine {
    config: Config,
    prices: Option<Arc<dyn PriceList>>,
    known_prices: HashMap<(Option<String>, String), Option<Rate>>,
    sessions: HashMap<Scope, Session>,
    open: BTreeMap<u64, Open>,
    /// Counts checks; numbers of reservations and sessions come from it.
    checks: u64,
}

impl std::fmt::Debug for Engine {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        out.debug_struct("Engine")
            .field("config", &self.config)
            .field("sessions", &self.sessions)
            .finish_non_exhaustive()
    }
}

impl Engine {
    /// An engine with these limits; `prices` knows models that they do not name.
    pub fn new(config: Config, prices: Option<Arc<dyn PriceList>>) -> Self {
        let (known_prices, sessions, open) = Default::default();
        Engine { config, prices, known_prices, sessions, open, checks: 0 }
    }

    /// Says whether a call may begin, and reserves what it may use.
    ///
    /// * `scope` – whose limits hold.
    /// * `now_nanos` – a monotonic clock.
    pub fn check(&mut self, scope: &Scope, call: &Call, now_nanos: u64) -> Verdict {
        self.checks += 1;
        let number = self.checks;
        let rate = self.rate(call);
        let asked = self.asked(call, rate);
        let unpriced = self.config.money.is_some() && asks_model(&call.kind) && rate.is_none();
        let keys = if self.config.seeks_loops() { call.keys() } else { Keys::default() };
        if !self.sessions.contains_key(scope) {
            self.forget();
            self.sessions.insert(scope.clone(), Session::new(number, now_nanos));
        }
        let mut verdict = Verdict { reservation: number, unpriced, ..Verdict::default() };
        let Some(session) = self.sessions.get_mut(scope) else { return verdict };
        session.touched = number;
        let levels =
            budgets(&self.config, session, asked, now_nanos).chain(session.history.levels(&keys, &self.config));
        let mut warning = None;
        for (rule, level) in levels {
            let after = level.used + level.reserved + level.asked;
            let is_over = match rule {
                Rule::Money if unpriced && self.config.stops_unpriced => true,
                Rule::Money | Rule::Tokens | Rule::Steps => after > level.limit,
                // The call that reaches these is the one too many.
                Rule::Wall | Rule::Repeat | Rule::Cycle | Rule::Idle => after >= level.limit,
            };
            if is_over {
                verdict.decision = Decision::Stop;
                verdict.reservation = 0;
                verdict.reason = Some(reason(Decision::Stop, rule, scope, call, level, unpriced));
                return verdict;
            }
            let is_near = session.warned & rule.bit() == 0 && self.config.is_near(after, level.limit);
            if is_near && warning.is_none() {
                warning = Some((rule, level));
            }
        }
        if let Some((rule, level)) = warning {
            session.warned |= rule.bit();
            verdict.decision = Decision::Warn;
            verdict.reason = Some(reason(Decision::Warn, rule, scope, call, level, unpriced));
        }
        session.reserved.add(asked);
        if self.config.seeks_loops() {
            session.history.begin(&keys);
        }
        let key = keys.exact.filter(|_| self.config.idle.is_some() && keys.tells);
        let open = Open { session: session.number, scope: scope.clone(), asked, rate, key };
        self.open.insert(number, open);
        if self.open.len() > MOST_OPEN {
            self.open.pop_first();
        }
        verdict
    }

    /// Replaces what a call reserved by what it used; false where nothing is reserved by this number.
    pub fn settle(&mut self, reservation: u64, spent: &Spent) -> bool {
        let Some(open) = self.open.remove(&reservation) else { return false };
        let session = self.sessions.get_mut(&open.scope).filter(|session| session.number == open.session);
        let Some(session) = session else { return false };
        session.reserved.take(open.asked);
        let unknown = if spent.has_failed { Amounts::default() } else { open.asked };
        let (money, tokens) = match spent.tokens {
            None => (unknown.money, unknown.tokens),
            Some((input, cached, output)) => {
                let money = open.rate.map_or(Money::default(), |rate| rate.spent(input, cached, output));
                (money, input.saturating_add(output))
            }
        };
        session.used.add(Amounts { money: spent.cost.unwrap_or(money), tokens, steps: open.asked.steps });
        if let Some(key) = &open.key {
            session.history.end(key, spent.result, spent.has_failed);
        }
        true
    }

    /// Where a session stands, as JSON in every binding; `None` where no call of it was checked.
    pub fn status(&self, scope: &Scope, now_nanos: u64) -> Option<Value> {
        let session = self.sessions.get(scope)?;
        let mut map = Map::from_iter([("scope".to_owned(), Value::Text(scope.to_string()))]);
        let all = &self.config;
        let amounts = [
            (Rule::Money, all.money.map(|money| money.0), session.used.money.0, session.reserved.money.0),
            (Rule::Tokens, all.tokens.map(i128::from), session.used.tokens.into(), session.reserved.tokens.into()),
            (Rule::Steps, all.steps.map(i128::from), session.used.steps.into(), session.reserved.steps.into()),
            (Rule::Wall, all.wall_nanos.map(i128::from), now_nanos.saturating_sub(session.began_nanos).into(), 0),
            (Rule::Idle, all.idle.map(i128::from), session.history.idle().into(), 0),
        ];
        for (rule, limit, used, reserved) in amounts {
            let number = |number| Value::Text(rule.number(number));
            let mut level = Map::from_iter([("used".to_owned(), number(used))]);
            if !matches!(rule, Rule::Wall | Rule::Idle) {
                level.insert("reserved".to_owned(), number(reserved));
            }
            if let Some(limit) = limit {
                level.insert("limit".to_owned(), number(limit));
            }
            map.insert(rule.as_str().to_owned(), Value::Map(level));
        }
        Some(Value::Map(map))
    }

    /// What the limits are.
    pub fn config(&self) -> &Config {
        &self.config
    }

    fn rate(&mut self, call: &Call) -> Option<Rate> {
        let model = call.model.as_deref().filter(|_| self.config.money.is_some() && asks_model(&call.kind))?;
        if let Some(rate) = self.config.rates.find(model) {
            return Some(rate);
        }
        let prices = self.prices.as_ref()?;
        let key = (call.provider.clone(), model.to_owned());
        if let Some(known) = self.known_prices.get(&key) {
            return *known;
        }
        let rate = prices.rate(call.provider.as_deref(), model);
        if self.known_prices.len() >= MOST_PRICES {
            self.known_prices.clear();
        }
        self.known_prices.insert(key, rate);
        rate
    }

    fn asked(&self, call: &Call, rate: Option<Rate>) -> Amounts {
        let steps = 1;
        if !asks_model(&call.kind) || !self.config.counts_tokens() {
            return Amounts { steps, ..Amounts::default() };
        }
        let output = match call.kind == kinds::LLM {
            true => call.max_output_tokens.unwrap_or(self.config.reserve_output_tokens),
            false => 0,
        };
        let money = rate.map_or(Money::default(), |rate| rate.most(call.input_tokens, output));
        Amounts { money, tokens: call.input_tokens.saturating_add(output), steps }
    }

    /// Makes room: a tenth at a time, so that a new session costs little.
    fn forget(&mut self) {
        if self.sessions.len() < MOST_SESSIONS {
            return;
        }
        let mut touched: Vec<u64> = self.sessions.values().map(|session| session.touched).collect();
        let (_, oldest, _) = touched.select_nth_unstable(MOST_SESSIONS / 10);
        let oldest = *oldest;
        self.sessions.retain(|_, session| session.touched > oldest);
    }
}

/// Where the budgets stand if a call is made.
fn budgets(config: &Config, session: &Session, asked: Amounts, now_nanos: u64) -> impl Iterator<Item = (Rule, Level)> {
    let Session { used, reserved, .. } = session;
    let level = |limit: i128, used: i128, reserved: i128, asked: i128| Level { limit, used, reserved, asked };
    let count = |limit: u64, used: u64, reserved: u64, asked: u64| {
        level(limit.into(), used.into(), reserved.into(), asked.into())
    };
    let money = config.money.map(|limit| level(limit.0, used.money.0, reserved.money.0, asked.money.0));
    let tokens = config.tokens.map(|limit| count(limit, used.tokens, reserved.tokens, asked.tokens));
    let steps = config.steps.map(|limit| count(limit, used.steps, reserved.steps, asked.steps));
    let passed = now_nanos.saturating_sub(session.began_nanos);
    let wall = config.wall_nanos.map(|limit| count(limit, passed, 0, 0));
    let levels = [(Rule::Money, money), (Rule::Tokens, tokens), (Rule::Steps, steps), (Rule::Wall, wall)];
    levels.into_iter().filter_map(|(rule, level)| Some((rule, level?)))
}

fn reason(decision: Decision, rule: Rule, scope: &Scope, call: &Call, level: Level, unpriced: bool) -> Box<Reason> {
    let scope = scope.to_string();
    let message = sentence(decision, rule, &scope, (&call.kind, &call.name), level, unpriced);
    Box::new(Reason {
        rule,
        scope,
        kind: call.kind.clone(),
        name: call.name.clone(),
        limit: rule.number(level.limit),
        used: rule.number(level.used),
        reserved: rule.number(level.reserved),
        asked: rule.number(level.asked),
        message,
    })
}
