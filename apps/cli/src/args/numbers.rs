//! What is counted, and what is compared.

use clap::Args;
use tracewire_insight::analytics::GroupBy;
use tracewire_insight::compare::Rule;

use super::{Stored, When};

const STATS_EXAMPLES: &str = "\
Examples:
  tracewire stats                          all that was recorded, by kind of step
  tracewire stats --last 24h --by model    tokens and costs of each model since yesterday
  tracewire stats --by tool --agent planner
  tracewire stats --by hour --kind llm     at what time of day models are slow

Percentiles are within one percent. Tokens and costs count where they were first reported: what an
agent repeats of its model calls is not counted again.";

/// What is counted.
#[derive(Args, Clone, Debug)]
#[command(after_help = STATS_EXAMPLES)]
pub struct Stats {
    /// By what: kind, name, tool, model, provider, agent, service, session, hour (of the day, UTC)
    #[arg(long, default_value = "kind", value_name = "WHAT", value_parser = GroupBy::parse)]
    pub by: GroupBy,
    /// From when to when; whole minutes up to six hours, whole hours beyond
    #[command(flatten)]
    pub when: When,
    /// Only steps of this service
    #[arg(long, value_name = "NAME")]
    pub service: Option<String>,
    /// Only steps of this kind: agent, llm, tool, …
    #[arg(long, value_name = "KIND")]
    pub kind: Option<String>,
    /// Only calls of this model
    #[arg(long, value_name = "NAME")]
    pub model: Option<String>,
    /// Only steps of this agent, what it called included
    #[arg(long, value_name = "NAME")]
    pub agent: Option<String>,
    /// At most this many rows
    #[arg(long, short = 'n', value_name = "COUNT", default_value_t = 20)]
    pub limit: usize,
    /// Where it is stored
    #[command(flatten)]
    pub stored: Stored,
}

const DIFF_EXAMPLES: &str = "\
Examples:
  tracewire diff 4bf92f35 9c01aa27                  what became of each step
  tracewire diff 4bf92f35 9c01aa27 --all            steps that are the same too
  tracewire diff 4bf92f35 9c01aa27 --gate           fail if there are new errors, 10 % more tokens
                                                    or costs, or 25 % more time
  tracewire diff A B --gate errors --gate cost=+5%  fail by these rules

Rules: errors (no more failed steps), loops (no more repeated steps), steps (the same ones in the
same order), outputs (the same), duration=+N%, tokens=+N%, cost=+N%, model-calls=+N%.";

/// What is compared.
#[derive(Args, Clone, Debug)]
#[command(after_help = DIFF_EXAMPLES)]
pub struct Diff {
    /// What was: a trace or span id; the first digits are enough
    #[arg(value_name = "BEFORE")]
    pub before: String,
    /// What is
    #[arg(value_name = "AFTER")]
    pub after: String,
    /// Show steps that are the same, too
    #[arg(long)]
    pub all: bool,
    /// Exit with 1 where a rule is broken (repeatable); without a rule, by the usual ones
    #[arg(long, value_name = "RULE", num_args = 0..=1, default_missing_value = "usual", value_parser = rules)]
    pub gate: Vec<Rules>,
    /// Where it is stored
    #[command(flatten)]
    pub stored: Stored,
}

/// Rules that one `--gate` names.
#[derive(Clone, Debug)]
pub struct Rules(pub Vec<Rule>);

fn rules(text: &str) -> Result<Rules, String> {
    if text == "usual" {
        return Ok(Rules(Rule::usual()));
    }
    Rule::parse(text).map(|rule| Rules(vec![rule])).map_err(|error| error.to_string())
}
