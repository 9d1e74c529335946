//! Guards: the only thing that may stop a call, and only where somebody asked for it. Budgets of money, tokens, steps and time for
//! each session, and loops, both checked *before* a call begins (feature `guards`; requirements TW-GRD of `spec/guards.md`).
//!
//! ```text
//! start of a call ─▶ check ─▶ allow, warn: reserved ─▶ the call ─▶ settle: what it used
//!                      └────▶ stop: nothing reserved, the SDK raises; warn and stop are recorded as events
//! ```
//!
//! | module | what it is |
//! |---|---|
//! | `config` | limits, read from a map; a wrong one is refused by its name |
//! | `call` | what a guard knows of a call, from the members of a step's records |
//! | `engine` | sessions: what is used and reserved, and the verdict on the next call |
//! | `loops` | the same call, the same round, nothing new |
//! | `money`, `rates` | exact amounts, and what models cost |
//! | `verdict` | what is said, in words and numbers that are the same everywhere |
//! | `scopes` | which session a trace belongs to |
//!
//! A pure machine: no clock, no I/O, no thread, bounded memory. [`crate::Recorder`] gives it time and records what it says.

mod call;
mod config;
mod engine;
mod loops;
mod money;
mod rates;
mod scopes;
mod script;
mod verdict;

pub use call::{Call, Spent, is_guarded};
pub use config::{Config, Refused};
pub use engine::Engine;
pub use money::{Money, PerMillion};
pub use rates::{PriceList, Rate, Rates};
pub use scopes::Scope;
pub use script::run as run_script;
pub use verdict::{Decision, Reason, Rule, Verdict};

pub(crate) use call::wants_input;
pub(crate) use scopes::Scopes;

use crate::fork::PerProcess;
use std::collections::VecDeque;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

/// The name of the event that a warning and a stop are recorded as.
pub const EVENT: &str = "tracewire.guard";

/// Limits of a recorder, and who knows prices.
#[derive(Clone, Default)]
pub struct Options {
    /// The limits; without any there are no guards.
    pub config: Option<Config>,
    /// Prices of models that the limits do not name.
    pub prices: Option<Arc<dyn PriceList>>,
}

/// The guards of one recorder.
pub(crate) struct Guards {
    /// A fork child begins anew: budgets are those of a process, and a lock that it inherited nobody may ever open.
    state: PerProcess<Mutex<State>>,
    options: Options,
    config: Config,
}

pub(crate) struct State {
    pub engine: Engine,
    pub scopes: Scopes,
    /// For hosts that ask in two calls, by number.
    pub verdicts: VecDeque<(u32, Verdict)>,
    pub told: u32,
}

impl State {
    fn new(config: &Config, options: &Options) -> Mutex<Self> {
        let engine = Engine::new(config.clone(), options.prices.clone());
        Mutex::new(State { engine, scopes: Scopes::default(), verdicts: VecDeque::new(), told: 0 })
    }
}

impl Guards {
    pub(crate) fn new(options: Options) -> Option<Self> {
        let config = options.config.clone()?;
        let state = PerProcess::new(State::new(&config, &options));
        Some(Guards { state, options, config })
    }

    pub(crate) fn config(&self) -> &Config {
        &self.config
    }

    pub(crate) fn lock(&self) -> MutexGuard<'_, State> {
        let state = self.state.get(|_| State::new(&self.config, &self.options));
        state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Keeps which session a step names, from the members of its start.
    pub(crate) fn began(&self, trace_id: tracewire_wire::id::TraceId, members: &[u8]) {
        if let Some(session_id) = call::session_of(members) {
            self.lock().scopes.name(trace_id, &session_id);
        }
    }
}
