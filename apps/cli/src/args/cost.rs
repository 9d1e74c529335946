//! What is asked of costs.

use clap::{Args, Subcommand, ValueEnum};

use super::{Stored, When};

const COST_EXAMPLES: &str = "\
Examples:
  tracewire cost                               the latest traces, by model
  tracewire cost --by day --last 1w            a line for each day of the last week
  tracewire cost 4bf92f35                      one trace, by model
  tracewire cost explain b7ad6b7169203331      how the cost of one call came about
  tracewire cost models sonnet                 the price list

What a span says of its cost itself is taken as it is. All other calls are priced from the list that
tracewire carries, at the prices of the moment at which they began, and marked so. A call whose price
is not known has no cost and is counted.";

/// Which traces, and how they are put together.
#[derive(Args, Debug)]
#[command(after_help = COST_EXAMPLES, args_conflicts_with_subcommands = true)]
pub struct Cost {
    /// Something else than a table
    #[command(subcommand)]
    pub what: Option<CostCommand>,
    /// Trace or span id; the first digits are enough
    #[arg(value_name = "TRACE", conflicts_with_all = ["session", "last", "since", "until", "limit"])]
    pub id: Option<String>,
    /// A line for each of these
    #[arg(long, value_enum, default_value_t, value_name = "WHAT")]
    pub by: CostGroup,
    /// Only traces of a session
    #[arg(long, value_name = "ID")]
    pub session: Option<String>,
    /// From when to when, by the start of a trace
    #[command(flatten)]
    pub when: When,
    /// At most this many traces, the latest ones; 0 for all
    #[arg(long, short = 'n', value_name = "COUNT", default_value_t = 1000)]
    pub limit: usize,
    /// Where it is stored
    #[command(flatten)]
    pub stored: Stored,
}

/// What else is told of costs.
#[derive(Debug, Subcommand)]
pub enum CostCommand {
    /// Show how the cost of a call came about, line by line
    Explain(ExplainCost),
    /// Show what models cost
    Models(CostModels),
    /// Count the costs of all traces again, by the prices of today's list
    Recompute(Recompute),
}

/// What has a line of its own.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
pub enum CostGroup {
    /// The model that was called
    #[default]
    Model,
    /// Whose model it is
    Provider,
    /// The agent on whose behalf
    Agent,
    /// The service that recorded it
    Service,
    /// The session
    Session,
    /// The day, where you live
    Day,
    /// The trace
    Trace,
}

/// Where the costs are.
#[derive(Args, Debug)]
pub struct Recompute {
    /// Where they are stored
    #[command(flatten)]
    pub stored: Stored,
}

/// Which call.
#[derive(Args, Debug)]
pub struct ExplainCost {
    /// Id of the span; the first digits are enough. Of a trace all calls are explained, without an id those of the latest
    #[arg(value_name = "SPAN")]
    pub id: Option<String>,
    /// Where it is stored
    #[command(flatten)]
    pub stored: Stored,
}

/// Which models.
#[derive(Args, Debug)]
pub struct CostModels {
    /// Words that are in the name of the model or its provider
    #[arg(value_name = "QUERY")]
    pub query: Vec<String>,
    /// At most this many; 0 for all
    #[arg(long, short = 'n', value_name = "COUNT", default_value_t = 40)]
    pub limit: usize,
}
