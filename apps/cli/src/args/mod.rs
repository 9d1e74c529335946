//! What can be typed.

mod conformance;
mod cost;
mod db;
mod format;
mod model;
mod numbers;
mod redact;
mod select;
mod serve;
mod signing;
mod start;
mod stored;
mod times;
mod transfer;
mod validate;

pub use conformance::{AskedLevel, Conformance, ListCases, Prove, ShowCase};
pub use cost::{Cost, CostCommand, CostGroup, CostModels, ExplainCost, Recompute};
pub use db::{Db, DbCommand, Delete, Retain, bytes};
pub use format::FileFormat;
pub use model::{ModelFormat, Tokens, Wanted};
pub use numbers::{Diff, Stats};
pub use redact::Redact;
pub use select::{Query, Sessions};
pub use serve::{CreateKey, KeyScope, Keys, OfProject, Prometheus, RevokeKey, Serve, ServeCommand};
pub use signing::{Keygen, Sign, Verify};
pub use start::Run;
pub use stored::Stored;
pub use times::{Age, When};
pub use transfer::{Convert, Delimiter, Export, Format, Import, Tables};
pub use validate::{Depth, ReportFormat, Validate};

use std::path::PathBuf;

use clap::{Args, Parser, Subcommand};
use tracewire_insight::tokens::Encoding as Vocabulary;

use crate::term::ColorWhen;

/// See what your agents did: live, after a crash, across processes.
#[derive(Debug, Parser)]
#[command(
    name = "tracewire",
    version,
    propagate_version = true,
    arg_required_else_help = true,
    after_help = "Exit codes: 0 as asked; 1 a problem was found; 2 not understood; 3 nothing to show; 4 a file or the store cannot be used."
)]
pub struct Cli {
    /// What to do
    #[command(subcommand)]
    pub command: Command,
    /// What goes for every command
    #[command(flatten)]
    pub global: Global,
}

/// What goes for every command.
#[derive(Args, Debug)]
pub struct Global {
    /// Directory of the recordings [default: `TRACEWIRE_DIR`, else the nearest `.tracewire` upward from here]
    #[arg(long, global = true, value_name = "PATH")]
    pub dir: Option<PathBuf>,
    /// When to use colours
    #[arg(long, global = true, value_enum, default_value_t, value_name = "WHEN")]
    pub color: ColorWhen,
    /// Write JSON for programs instead of a picture for people
    #[arg(long, global = true)]
    pub json: bool,
}

/// What to do.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// Show a trace as a tree
    #[command(visible_alias = "show")]
    Trace(Trace),
    /// List the latest traces
    #[command(visible_alias = "traces")]
    List(List),
    /// Find steps, events and log lines by what they say
    Query(Query),
    /// List sessions: the conversations that runs belong to
    Sessions(Sessions),
    /// Show what calls of models cost, by what, and why
    Cost(Cost),
    /// Count steps, times, tokens and costs over many traces
    Stats(Stats),
    /// Compare two traces, step by step
    Diff(Diff),
    /// Follow what is being recorded, in all processes
    Tail(Tail),
    /// Watch traces grow, full-screen
    Watch(Watch),
    /// Serve the recordings: take in, answer, show live
    Serve(Serve),
    /// Serve counts of what is recorded, for Prometheus, and nothing else
    Prometheus(Prometheus),
    /// Check what the recordings prove, and what is missing
    Verify(Verify),
    /// Sign the heads of chains, so that a tail that is cut off is missed
    Sign(Sign),
    /// Make a key that signs, and its public half
    Keygen(Keygen),
    /// Check what somebody's emitter wrote: what is wrong, where, how to mend it
    #[command(visible_alias = "lint")]
    Validate(Validate),
    /// Prove an emitter or a reader, anyone's: byte for byte, case by case
    #[command(subcommand)]
    Conformance(Conformance),
    /// Run a program, and draw what it recorded when it ends
    Run(Run),
    /// Write envelopes or events to a file, to keep, to hand on, to analyse
    Export(Export),
    /// Count what a value costs a language model, in each form
    Tokens(Tokens),
    /// Take envelopes of others into the store
    Import(Import),
    /// Erase what rules find in the recordings, or all content of some traces
    Redact(Redact),
    /// Turn a file of one format into another: JSON, JSON Lines, TOON, CSV, protobuf
    Convert(Convert),
    /// Write the envelopes of journal files as JSON Lines, without the store
    Seal(Seal),
    /// Show what is set, and where: file, environment, default
    Config,
    /// Examine directories, producers, sizes, losses and files
    Doctor,
    /// Look after the store: copies, room, what is deleted
    Db(Db),
    /// Print completions for a shell
    Completions(Completions),
}

const TRACE_EXAMPLES: &str = "\
Examples:
  tracewire trace                                       the latest trace as a tree
  tracewire trace 4bf92f35 --step b3a                   one step of it and what is below
  tracewire trace --last --format toon --max-tokens 1000
  tracewire trace 4bf92f35 --step b3a --format toon --max-tokens 2000
  tracewire trace 4bf92f35 --format toon | tracewire tokens - --from toon

With --max-tokens or --format the trace is written for a language model to read: first the skeleton
of the whole trace as a table, then detail where it matters most: failures, the steps before them and
around them, slow steps, the first and last of repeated ones. It never takes more tokens than asked
for, by real count. What is left out is counted, with the command that shows it.";

/// Which trace, and how much of it.
#[derive(Args, Debug)]
#[command(after_help = TRACE_EXAMPLES)]
pub struct Trace {
    /// Trace or span id; the first digits are enough
    #[arg(conflicts_with_all = ["session", "correlation", "last"])]
    pub id: Option<String>,
    /// Every trace of a session
    #[arg(long, value_name = "ID", conflicts_with_all = ["correlation", "last"])]
    pub session: Option<String>,
    /// Every trace with a correlation id
    #[arg(long, value_name = "ID", conflicts_with = "last")]
    pub correlation: Option<String>,
    /// The latest trace (also without any id)
    #[arg(long)]
    pub last: bool,
    /// Show inputs, outputs, attributes and log lines in full
    #[arg(long)]
    pub full: bool,
    /// Only this step and what is below it; the first digits of its id are enough, or the last
    #[arg(long, value_name = "ID")]
    pub step: Option<String>,
    /// Write it for a language model
    #[arg(long, value_enum, value_name = "FORMAT", conflicts_with_all = ["full", "limit"])]
    pub format: Option<ModelFormat>,
    /// Take no more tokens than this; in TOON where no format is named
    #[arg(long, value_name = "TOKENS", conflicts_with_all = ["full", "limit"])]
    pub max_tokens: Option<usize>,
    /// Whose tokens
    #[arg(long, default_value = "o200k", value_name = "NAME", value_parser = model::encoding)]
    pub encoding: Vocabulary,
    /// At most this many rows of a tree; 0 for all
    #[arg(long, value_name = "ROWS", default_value_t = 1000)]
    pub limit: usize,
    /// Where it is stored
    #[command(flatten)]
    pub stored: Stored,
}

/// Which traces.
#[derive(Args, Debug)]
pub struct List {
    /// At most this many
    #[arg(long, short = 'n', value_name = "COUNT", default_value_t = 20)]
    pub limit: usize,
    /// Only traces in which something failed
    #[arg(long)]
    pub failed: bool,
    /// Only traces in which something is open
    #[arg(long)]
    pub open: bool,
    /// Only traces of a session
    #[arg(long, value_name = "ID")]
    pub session: Option<String>,
    /// Where it is stored
    #[command(flatten)]
    pub stored: Stored,
}

/// Where to begin.
#[derive(Args, Debug)]
pub struct Tail {
    /// Begin with this many events of the past
    #[arg(long, short = 'n', value_name = "COUNT", default_value_t = 10, conflicts_with = "from_start")]
    pub lines: usize,
    /// Begin with everything that was ever recorded
    #[arg(long)]
    pub from_start: bool,
    /// Write what is there and end
    #[arg(long)]
    pub no_follow: bool,
}

/// What to watch.
#[derive(Args, Clone, Debug)]
#[command(after_help = "\
Keys: arrows or hjkl move, enter goes into a trace and into a step, esc goes back, / keeps the
traces that have a text in name, id, service or session, e keeps those that failed, f follows the
newest, ? shows all keys, q ends.")]
pub struct Watch {
    /// Only traces that have this text in name, id, service or session; as with the key /
    #[arg(value_name = "TEXT")]
    pub filter: Option<String>,
    /// At most this many traces
    #[arg(long, short = 'n', value_name = "COUNT", default_value_t = 200)]
    pub limit: usize,
}

/// For which shell.
#[derive(Args, Debug)]
pub struct Completions {
    /// The shell
    #[arg(value_enum)]
    pub shell: clap_complete::Shell,
}

/// Which journals.
#[derive(Args, Debug)]
pub struct Seal {
    /// Journal files (`.tracewire/journal/*.twj`)
    #[arg(required = true, value_name = "FILE")]
    pub files: Vec<PathBuf>,
}
